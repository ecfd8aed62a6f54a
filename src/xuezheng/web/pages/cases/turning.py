"""Turning the pages of a list."""

from xuezheng.web.gate import OfficeRequest

_MOST_DIGITS = 4


def page_in(asked: OfficeRequest) -> int:
    """Return the page of a list that is asked for, the first where that is no number or one of too many digits."""
    text = asked.GET.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 1
