"""What the night does to all cases at once: escalation, control measures that ran out, limits after a new calendar."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from django.db.models import F

from xuezheng.cases import rows
from xuezheng.cases.calendar import current_calendar
from xuezheng.cases.engine.clock import escalates_at, timed
from xuezheng.cases.models import Case, Step
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.ledger.actions import SYSTEM, Actor, recording

_BATCH = 1_000


def escalate_cases(*, at: datetime, by: Actor = SYSTEM) -> int:
    """Take every step of escalation that is due, and return how many; note the measures that ran out.

    Set by set: cases of one kind that are due at one moment move together. A run is one event for each county, which
    names every case and its step; each case's own history shows the step, too.
    """
    taken: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    with recording(by, at) as recorder:
        Case.objects.filter(control_until__lte=at, lacks_control=False).update(lacks_control=True)
        while _escalate_once(at, taken):
            pass
        for county, steps in sorted(taken.items()):
            recorder.event("cases.escalate", "county", county, county=county, after=dict(steps))
    return sum(len(cases) for steps in taken.values() for cases in steps.values())


def _escalate_once(at: datetime, taken: dict[str, dict[str, list[int]]]) -> int:
    """Move every case that is due by one step; one that was left for long is moved again in the next round."""
    calendar, kinds, count = current_calendar(), load_kinds(), 0
    due = Case.objects.filter(escalate_at__lte=at, due_at__isnull=False)
    groups = list(due.order_by().values_list("county", "kind", "escalated", "due_at").distinct())
    for county, kind, escalated, due_at in groups:
        if due_at is None:
            continue
        following = escalates_at(kinds[kind], escalated + 1, due_at, calendar)
        group = due.filter(county=county, kind=kind, escalated=escalated, due_at=due_at)
        moved = list(group.select_for_update().values_list("pk", "version", "state"))
        Step.objects.bulk_create(
            (
                Step(case_id=case, version=version + 1, step="escalate", state=state, acting_as="system", at=at,
                     words=f"{escalated + 1}")
                for case, version, state in moved
            ),
            batch_size=_BATCH,
        )  # fmt: skip
        group.update(version=F("version") + 1, escalated=F("escalated") + 1, escalate_at=following)
        taken[county][f"{kind}:{escalated + 1}"] += [case for case, _, _ in moved]
        count += len(moved)
    return count


def recompute_limits(*, at: datetime, by: Actor = SYSTEM) -> int:
    """Count the limits of all open cases anew by the calendar in force; return how many moved or became certain.

    What an arrived or changed yearly file asks for. One event for each county names every case that moved, with its end
    before and after.
    """
    changed: dict[str, dict[str, list[str | bool | None]]] = defaultdict(dict)
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
                rows.write(case, after, kinds[case.kind], calendar)
                case.lacks_control = lacked_control
                case.version += 1
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
