"""What the night does to all cases at once: escalation, control measures that ran out, limits after a new calendar."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import islice
from typing import NamedTuple

from django.db.models import F

from xuezheng.cases import rows
from xuezheng.cases.actions.counting import mark_months
from xuezheng.cases.calendar import current_calendar
from xuezheng.cases.engine.clock import escalates_at, timed
from xuezheng.cases.models import Case, Reader, Step
from xuezheng.cases.queries.figures import months_touched
from xuezheng.catalogue.case_kinds import Kind, load_kinds
from xuezheng.ledger.actions import SYSTEM, Actor, recording
from xuezheng.notices.actions.nightly import Turn, Turned, tell_of_night

_BATCH = 500


@dataclass(frozen=True, slots=True)
class _Rise:
    """How cases of one kind move in a night: from so many steps to so many, and when the next one is due."""

    county: str
    kind: str
    before: int
    after: int
    next_at: datetime | None


def escalate_cases(*, at: datetime, by: Actor = SYSTEM) -> int:
    """Take every step of escalation that is due, and return how many; note the control measures that ran out.

    Set by set: cases that move alike move together, and one that was left for long moves by all its steps at once. A run
    is one event for each county, which names every case and step; each case's own history shows its steps, too. Whoever is
    concerned gets one notice that says how many.
    """
    with recording(by, at) as recorder:
        Case.objects.filter(control_until__lte=at, lacks_control=False).update(lacks_control=True)
        rises = _rises(at)
        taken: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        for rise, moved in rises.items():
            _raise(rise, moved, at)
            for level in range(rise.before + 1, rise.after + 1):
                taken[rise.county][f"{rise.kind}:{level}"] += [each.case for each in moved]
        for county, steps in sorted(taken.items()):
            recorder.event("cases.escalate", "county", county, county=county, after=dict(steps))
        tell_of_night(_turned(rises), at)
    return sum((rise.after - rise.before) * len(moved) for rise, moved in rises.items())


class _Moved(NamedTuple):
    """One case that moves."""

    case: int
    version: int
    state: str
    unit: int | None
    is_restricted: bool


def _rises(at: datetime) -> dict[_Rise, list[_Moved]]:
    """Return the cases that are due for a step, locked, by how they move."""
    calendar, kinds = current_calendar(), load_kinds()

    @cache
    def rise(county: str, kind: str, before: int, due_at: datetime) -> _Rise:
        after, next_at = before, escalates_at(kinds[kind], before, due_at, calendar)
        while next_at is not None and next_at <= at:
            after += 1
            next_at = escalates_at(kinds[kind], after, due_at, calendar)
        return _Rise(county, kind, before, after, next_at)

    found: dict[_Rise, list[_Moved]] = defaultdict(list)
    due = Case.objects.filter(escalate_at__lte=at, due_at__isnull=False).order_by("pk").select_for_update()
    rows_due = due.values_list(
        "county", "kind", "escalated", "due_at", "pk", "version", "state", "lead_unit", "is_restricted"
    )
    for row in rows_due.iterator(chunk_size=_BATCH):
        county, kind, escalated, due_at, case, version, state, unit, is_restricted = row
        if due_at is not None:
            found[rise(county, kind, escalated, due_at)].append(_Moved(case, version, state, unit, is_restricted))
    return found


def _turned(rises: dict[_Rise, list[_Moved]]) -> Iterator[Turned]:
    """Yield what is told of the cases that moved: counted by unit, restricted ones one by one with who is named on them."""
    kinds = load_kinds()
    restricted = [each.case for moved in rises.values() for each in moved if each.is_restricted]
    named: dict[int, set[int]] = defaultdict(set)
    for first in range(0, len(restricted), _BATCH):
        some = restricted[first : first + _BATCH]
        for case, account in Reader.objects.filter(case__in=some).values_list("case", "account"):
            named[case].add(account)
        for case, account in Case.objects.filter(pk__in=some, opened_by__isnull=False).values_list("pk", "opened_by"):
            named[case].add(account)
    for rise, moved in rises.items():
        if rise.after == rise.before:
            continue
        turn, to = _turn(kinds[rise.kind], rise.after), kinds[rise.kind].escalation[rise.after - 1].tell
        for unit, count in Counter(each.unit for each in moved if not each.is_restricted).items():
            yield Turned(rise.county, unit, turn, to, count)
        for each in moved:
            if each.is_restricted:
                yield Turned(rise.county, each.unit, turn, to, named=frozenset(named[each.case]))


def _turn(kind: Kind, level: int) -> Turn:
    moment = kind.escalation[level - 1].at
    if moment.side == "before":
        return "due_soon"
    return "escalated" if moment.amount else "late"


def _raise(rise: _Rise, moved: list[_Moved], at: datetime) -> None:
    steps = rise.after - rise.before
    Step.objects.bulk_create(
        [
            Step(case_id=each.case, version=each.version + number, step="escalate", state=each.state, acting_as="system",
                 at=at, words=str(rise.before + number))
            for each in moved
            for number in range(1, steps + 1)
        ],
        batch_size=_BATCH,
    )  # fmt: skip
    for first in range(0, len(moved), _BATCH):
        Case.objects.filter(pk__in=[each.case for each in moved[first : first + _BATCH]]).update(
            version=F("version") + steps, escalated=rise.after, escalate_at=rise.next_at
        )


def recompute_limits(*, at: datetime, by: Actor = SYSTEM) -> int:
    """Count the limits of all open cases anew by the calendar in force; return how many moved or became certain.

    What an arrived or changed yearly file asks for. One event for each county names every case that moved, with its end
    before and after.
    """
    changed: dict[str, dict[str, list[str | bool | None]]] = defaultdict(dict)
    months: dict[str, set[date]] = defaultdict(set)
    calendar, kinds = current_calendar(), load_kinds()
    with recording(by, at) as recorder:
        for batch in _batches():
            moved = []
            for case in batch:
                state = rows.read(case)
                after = timed(kinds[case.kind], state, calendar)
                if after.due == state.due or after.due is None or state.due is None:
                    continue
                lacked_control = case.lacks_control
                months[case.county_id] |= months_touched(case, at)
                rows.write(case, after, kinds[case.kind], calendar)
                case.lacks_control = lacked_control
                case.version += 1
                months[case.county_id] |= months_touched(case, at)
                moved.append(case)
                changed[case.county_id][str(case.pk)] = [
                    state.due.at.isoformat(), after.due.at.isoformat(), after.due.provisional
                ]  # fmt: skip
            Case.objects.bulk_update(moved, [*rows.WRITTEN, "version"], batch_size=100)
            Step.objects.bulk_create(
                Step(case=case, version=case.version, step="recompute", state=case.state, acting_as="system", at=at)
                for case in moved
            )
        for county, cases in sorted(changed.items()):
            mark_months(county, months[county])
            recorder.event("cases.recompute_limits", "county", county, county=county, after={"cases": cases})
    return sum(len(cases) for cases in changed.values())


def _batches() -> Iterator[list[Case]]:
    """Yield the cases whose clock runs, locked, a batch at a time."""
    last = 0
    while True:
        running = Case.objects.filter(pk__gt=last, is_open=True, due_at__isnull=False).order_by("pk")
        batch = list(islice(running.select_for_update()[:_BATCH], _BATCH))
        if not batch:
            return
        yield batch
        last = batch[-1].pk
