"""Notices: what somebody should know, kept for them here and, where they want it, told by mail or to a chat group."""
