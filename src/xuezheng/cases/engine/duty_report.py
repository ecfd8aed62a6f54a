"""A unit's duty report, composed of what its cases say: values in, frozen sections out.

Nothing is judged and nobody is praised: each number carries what it counts, of what, and what it leaves out. Reasons
are those that stand on record; what only people can write is no part of this.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from xuezheng.catalogue.case_kinds import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFact:
    """A piece of evidence: a file with its SHA-256, or a reading in words (`file_name` and `sha256` are empty)."""

    case_number: str
    file_name: str
    words: str
    sha256: str
    given_at: datetime
    is_superseded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFact:
    """What a report has to know of a case. `indicator` is the link, with the readings before (when it was opened) and now."""

    number: str
    title: str
    kind: str
    state: str
    phase: Phase
    handed_out_at: datetime | None
    due_at: datetime | None = None
    first_due_at: datetime | None = None
    reported_at: datetime | None = None
    verified_at: datetime | None = None
    closed_at: datetime | None = None
    is_forced: bool = False
    extensions: int = 0
    sent_back: int = 0
    progress: str = ""
    reasons: tuple[str, ...] = ()
    indicator: Mapping[str, str] | None = None
    before: Mapping[str, Any] | None = None
    now: Mapping[str, Any] | None = None
    evidence: tuple[EvidenceFact, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to be done about it."""
        return self.phase in ("done", "void")


@dataclass(frozen=True, slots=True)
class Count:
    """So many of so many, and how many of the period are left out, by reason (forced, voided and others)."""

    numerator: int
    denominator: int
    excluded: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Late:
    """A case reported after its limit, or still not reported (`reported_at` of the case is None); `days` are full days."""

    case: CaseFact
    days: int


@dataclass(frozen=True, slots=True)
class DutyReport:
    """The report of a unit for the time from `since` to before `until`, as its cases stood at `at`."""

    since: datetime
    until: datetime
    at: datetime
    owned: tuple[CaseFact, ...]
    decisions: Count
    on_time: Count
    on_time_at_first: Count
    verified: Count
    moved: Count
    late: tuple[Late, ...]
    indicators: tuple[CaseFact, ...]
    open: tuple[CaseFact, ...]
    evidence: tuple[EvidenceFact, ...]


def compose(cases: Iterable[CaseFact], *, since: datetime, until: datetime, at: datetime) -> DutyReport:
    """Compose the report from the cases that a unit led in a period, in the order in which they are given.

    Restricted cases are not among them. Cases that were handed out after the period, or done with before it, are
    passed over.
    """
    before = min(until, at)
    held = [case for case in cases if _is_in(case, since, before)]
    owned = tuple(case for case in held if case.phase != "void")
    left_out = {"voided": len(held) - len(owned)}
    due = [case for case in owned if case.due_at and since <= case.due_at <= before]
    counted = [case for case in due if not case.is_forced]
    first_due = [case for case in owned if case.first_due_at and since <= case.first_due_at <= before]
    first_counted = [case for case in first_due if not case.is_forced]
    done = [case for case in owned if case.reported_at and since <= case.reported_at < before and not case.is_forced]
    linked = [case for case in owned if case.indicator]
    compared = [case for case in linked if _is_reevaluated(case)]
    return DutyReport(
        since=since, until=until, at=at, owned=owned,
        decisions=Count(sum(case.kind == "decision" for case in owned), len(owned), _said(left_out)),
        on_time=Count(
            sum(_is_before(case.reported_at, case.due_at) for case in counted), len(counted),
            _said(left_out | {"forced": len(due) - len(counted), "not_due": len(owned) - len(due)}),
        ),
        on_time_at_first=Count(
            sum(_is_before(case.reported_at, case.first_due_at) for case in first_counted), len(first_counted),
            _said(left_out | {"forced": len(first_due) - len(first_counted), "not_due": len(owned) - len(first_due)}),
        ),
        verified=Count(
            sum(_is_before(case.verified_at, before) for case in done), len(done),
            _said(left_out | {"forced": sum(case.is_forced for case in owned),
                              "not_reported": sum(not case.is_forced for case in owned) - len(done)}),
        ),
        moved=Count(
            sum(has_moved(case) for case in compared), len(compared),
            _said(left_out | {"not_reevaluated": len(linked) - len(compared),
                              "no_indicator": len(owned) - len(linked)}),
        ),
        late=tuple(_late(owned, before)),
        indicators=tuple(linked),
        open=tuple(case for case in owned if not case.is_done or not _is_before(case.closed_at, before)),
        evidence=tuple(
            piece for case in owned for piece in case.evidence if since <= piece.given_at < before
        ),
    )  # fmt: skip


def has_moved(case: CaseFact) -> bool:
    """Whether the value or the verdict of a case's indicator differs from what it was when the case was opened."""
    if case.before is None or case.now is None:
        return False
    return any(case.before[name] != case.now[name] for name in ("value", "verdict"))


def _is_in(case: CaseFact, since: datetime, before: datetime) -> bool:
    is_begun = case.handed_out_at is not None and case.handed_out_at < before
    return is_begun and (case.closed_at is None or case.closed_at >= since)


def _is_reevaluated(case: CaseFact) -> bool:
    """Whether an evaluation stands that was made after the case was opened: else nothing can have moved."""
    if case.before is None or case.now is None:
        return False
    return bool(case.before["evaluation"] != case.now["evaluation"])


def _is_before(moment: datetime | None, limit: datetime | None) -> bool:
    return moment is not None and limit is not None and moment < limit


def _late(owned: Iterable[CaseFact], before: datetime) -> Iterable[Late]:
    for case in owned:
        if case.due_at is None or case.is_forced or case.due_at > before:
            continue
        until = case.reported_at if case.reported_at and case.reported_at < before else before
        if case.reported_at is None or case.reported_at >= case.due_at:
            yield Late(case, (until - case.due_at).days)


def _said(counts: Mapping[str, int]) -> Mapping[str, int]:
    return dict(+Counter(counts))
