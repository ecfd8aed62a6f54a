"""Steps that are refused: each with a code whose sentence says why, and what to do instead."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from xuezheng.catalogue.loader import Words
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import SHANGHAI, last_day


class StepRefused(InvalidRequest):
    """A step that the loop does not allow as things stand."""


def in_both(**words: Words | Iterable[Words]) -> dict[str, Any]:
    """Return catalogue words as parameters of a message: `step` becomes `step_zh` and `step_en`."""
    params: dict[str, Any] = {}
    for name, held in words.items():
        listed = [held] if isinstance(held, Words) else list(held)
        params[f"{name}_zh"] = "、".join(word.zh for word in listed)
        params[f"{name}_en"] = ", ".join(word.en for word in listed)
    return params


def shown_moment(moment: datetime) -> str:
    """Return a moment as sentences show it: the day that ends at 24:00, or the minute."""
    local = moment.astimezone(SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return f"{last_day(moment).isoformat()} 24:00"
    return local.strftime("%Y-%m-%d %H:%M")


def shown_day(day: date) -> str:
    """Return a day as sentences show it."""
    return day.isoformat()
