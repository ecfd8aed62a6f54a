"""Taking a step from a page: what is refused is said, everything else is done."""

from collections.abc import Callable

from django import forms
from django.contrib import messages

from xuezheng.kernel.refusal import Refusal
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.web.gate import OfficeRequest
from xuezheng.web.language import told


def refused(act: Callable[[], object]) -> Refusal | None:
    """Take a step; return why it was not taken. What somebody may not do at all, or not see, is raised on."""
    try:
        act()
    except (NotAllowed, OutsideArea):
        raise
    except Refusal as refusal:
        return refusal
    return None


def why(refusal: Refusal) -> str:
    """Return a refusal in words, with the cell where it stands in a table."""
    cell = f"{refusal.place}　" if refusal.place and refusal.place.cell else ""
    return f"{cell}{told(refusal)}"


def done(act: Callable[[], object], form: forms.Form, field: str | None = None) -> bool:
    """Take a step and say whether it was taken; a refusal stands at the form, or at one of its fields."""
    refusal = refused(act)
    if refusal is not None:
        form.add_error(field, why(refusal))
    return refusal is None


def done_or_said(asked: OfficeRequest, act: Callable[[], object], success: str) -> bool:
    """Take a step and say on the next page whether it was taken."""
    refusal = refused(act)
    if refusal is not None:
        messages.error(asked, told(refusal))
        return False
    messages.success(asked, success)
    return True


def number_in(asked: OfficeRequest, name: str) -> int:
    """Return a number that was posted; 0 where it is none."""
    text = asked.POST.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
