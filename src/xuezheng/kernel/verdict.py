"""The five answers that a rule can give, and which of several answers decides."""

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """The answer of one rule about one subject.

    `near` is below the line but allowed (the 85 % rule); `unknown` is never a pass and never a zero.
    """

    NOT_APPLICABLE = "not_applicable"
    MET = "met"
    NEAR = "near"
    UNKNOWN = "unknown"
    NOT_MET = "not_met"

    @property
    def rank(self) -> int:
        """0 (does not apply) to 4 (proven failure): a higher rank decides over a lower one."""
        return RANK[self]

    @property
    def passes(self) -> bool:
        """Whether this answer lets the whole pass."""
        return self in (Verdict.MET, Verdict.NEAR)


ORDER: tuple[Verdict, ...] = tuple(Verdict)
RANK: dict[Verdict, int] = {verdict: rank for rank, verdict in enumerate(ORDER)}


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the answer that decides: a proven failure beats unknown, unknown beats near, near beats met.

    Nothing at all is `not_applicable`.
    """
    return max(verdicts, key=RANK.__getitem__, default=Verdict.NOT_APPLICABLE)
