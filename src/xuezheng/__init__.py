"""Xuezheng (学政): the working system of a county's schools."""

__version__ = "0.1.0"
