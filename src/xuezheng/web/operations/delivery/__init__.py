"""Delivery: the one place from which the installation calls anybody outside, and only whom its administrator named."""
