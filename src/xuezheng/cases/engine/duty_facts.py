"""What a duty report was composed of, frozen: facts as JSON and back, and what differs between two such states."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from xuezheng.cases.engine.duty_report import CaseFact, Count, DutyReport, EvidenceFact, compose

COUNTS = ("decisions", "on_time", "on_time_at_first", "verified", "moved")
"""The counts of a report, in the order in which they are shown."""
_MOMENTS = ("handed_out_at", "due_at", "first_due_at", "reported_at", "verified_at", "closed_at")
_COMPARED = {
    "title": "what", "state": "state", "due_at": "due", "reported_at": "reported", "verified_at": "verified_on",
    "closed_at": "closed", "is_forced": "forced", "extensions": "turns", "sent_back": "turns", "progress": "progress",
    "reasons": "why", "now": "now",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DutyFacts:
    """The cases of a unit as they stood at `at`; restricted ones are neither among them nor counted."""

    cases: tuple[CaseFact, ...]
    since: datetime
    until: datetime
    at: datetime

    def report(self) -> DutyReport:
        """Return the report composed of them."""
        return compose(self.cases, since=self.since, until=self.until, at=self.at)


@dataclass(frozen=True, slots=True)
class ChangedCount:
    """A count that is another one now; `name` as the report's wording names it."""

    name: str
    before: tuple[int, int]
    now: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ChangedCase:
    """A case about which something differs; `what` names it as the heads of the report's tables do."""

    number: str
    title: str
    what: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """What differs between a frozen report and one composed now: counts, cases by number and title."""

    counts: tuple[ChangedCount, ...]
    added: tuple[tuple[str, str], ...]
    gone: tuple[tuple[str, str], ...]
    changed: tuple[ChangedCase, ...]

    def __bool__(self) -> bool:
        return bool(self.counts or self.added or self.gone or self.changed)


def frozen(facts: DutyFacts) -> dict[str, Any]:
    """Return facts as JSON holds them."""
    return {
        "since": facts.since.isoformat(), "until": facts.until.isoformat(), "at": facts.at.isoformat(),
        "cases": [_as_json(case) for case in facts.cases],
    }  # fmt: skip


def thawed(held: Mapping[str, Any]) -> DutyFacts:
    """Return the facts that `frozen` wrote; older ones hold a number of restricted cases, too, which is passed over."""
    since, until, at = (datetime.fromisoformat(held[name]) for name in ("since", "until", "at"))
    return DutyFacts(tuple(_case(case) for case in held["cases"]), since, until, at)


def counts_of(report: DutyReport) -> dict[str, list[int]]:
    """Return a report's figures by name, numerator and denominator; of late and open cases, how many of all owned."""
    counts = {name: _pair(getattr(report, name)) for name in COUNTS}
    owned = len(report.owned)
    counts |= {"late": (len(report.late), owned), "open": (len(report.open), owned)}
    return {name: list(pair) for name, pair in counts.items()}


def left_out_of(report: DutyReport) -> dict[str, int]:
    """Return how many cases of the period no count holds, by reason; forced ones are held by some and not by others."""
    excluded = report.on_time.excluded
    return {name: excluded.get(name, 0) for name in ("forced", "voided")}


def differences(before: DutyFacts, now: DutyFacts) -> Differences:
    """Return what differs between two states of a unit's cases, in the order of the newer one."""
    reports = (before.report(), now.report())
    old_counts, new_counts = (counts_of(report) for report in reports)
    old, new = ({case.number: case for case in facts.cases} for facts in (before, now))
    return Differences(
        counts=tuple(
            ChangedCount(name, (old_counts[name][0], old_counts[name][1]), (pair[0], pair[1]))
            for name, pair in new_counts.items() if pair != old_counts[name]
        ),
        added=tuple((number, case.title) for number, case in new.items() if number not in old),
        gone=tuple((number, case.title) for number, case in old.items() if number not in new),
        changed=tuple(
            ChangedCase(number, case.title, what)
            for number, case in new.items() if number in old and (what := tuple(_compared(old[number], case)))
        ),
    )  # fmt: skip


def _compared(before: CaseFact, now: CaseFact) -> Iterable[str]:
    named = [name for held, name in _COMPARED.items() if getattr(before, held) != getattr(now, held)]
    if before.evidence != now.evidence:
        named.append("evidence")
    return dict.fromkeys(named)


def _pair(count: Count) -> tuple[int, int]:
    return count.numerator, count.denominator


def _as_json(case: CaseFact) -> dict[str, Any]:
    held = asdict(case)
    for name in _MOMENTS:
        held[name] = held[name].isoformat() if held[name] else None
    held["evidence"] = [piece | {"given_at": piece["given_at"].isoformat()} for piece in held["evidence"]]
    held["reasons"] = list(held["reasons"])
    return held


def _case(held: Mapping[str, Any]) -> CaseFact:
    known = {field.name for field in fields(CaseFact)}
    values = {name: value for name, value in held.items() if name in known}
    for name in _MOMENTS:
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    values["reasons"] = tuple(values["reasons"])
    values["evidence"] = tuple(
        EvidenceFact(**(piece | {"given_at": datetime.fromisoformat(piece["given_at"])}))
        for piece in values["evidence"]
    )
    return CaseFact(**values)
