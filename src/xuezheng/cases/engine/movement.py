"""Whether the indicator that a case should move has moved, and whether in the direction that was wanted."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

_RANKS = {"not_met": 0, "near": 1, "met": 2}


class Movement(StrEnum):
    """What became of an indicator between the opening of a case and now."""

    NO_BEFORE = "no_before"
    NO_NOW = "no_now"
    NOT_REEVALUATED = "not_reevaluated"
    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    NOT_COMPARABLE = "not_comparable"


def movement_of(before: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> Movement:
    """Return how an indicator moved, by two answers as `read_indicator` gives them.

    A better verdict is better; with the same verdict, less missing to the requirement is. Where nothing is missing
    any more, a met line stays met. What is not known cannot be compared: unknown is neither better nor worse.
    """
    if before is None:
        return Movement.NO_BEFORE
    if now is None:
        return Movement.NO_NOW
    if before["evaluation"] == now["evaluation"]:
        return Movement.NOT_REEVALUATED
    ranks = _RANKS.get(before["verdict"]), _RANKS.get(now["verdict"])
    if ranks[0] is None or ranks[1] is None:
        return Movement.NOT_COMPARABLE
    if ranks[0] != ranks[1]:
        return Movement.BETTER if ranks[1] > ranks[0] else Movement.WORSE
    if before["value"] is not None and before["value"] == now["value"] and before["requirement"] == now["requirement"]:
        return Movement.SAME
    return _by_gaps(before["gap"], now["gap"], is_met=ranks[0] == _RANKS["met"])


def _by_gaps(before: float | None, now: float | None, *, is_met: bool) -> Movement:
    if is_met:
        return Movement.SAME
    if before is None or now is None:
        return Movement.NOT_COMPARABLE
    if now == before:
        return Movement.SAME
    return Movement.BETTER if now < before else Movement.WORSE
