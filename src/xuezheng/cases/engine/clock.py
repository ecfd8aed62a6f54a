"""Limits, lights and escalation of a case, by the work calendar."""

from dataclasses import replace
from datetime import datetime

from xuezheng.cases.engine.case import CaseState
from xuezheng.catalogue.case_kinds import Kind, Light, Phase, Scheme, Sense
from xuezheng.kernel.work_calendar import Limit, Moment, Unit, WorkCalendar


def due_of(kind: Kind, case: CaseState, calendar: WorkCalendar) -> Moment | None:
    """Return when a case is due; None while its clock has not begun, stands still, or has no limit."""
    if case.clock_from is None or case.is_paused:
        return None
    if case.set_on is not None:
        return calendar.postponed(case.set_on, _unit(kind, case), case.pauses)
    return calendar.due(case.clock_from, case.limit, case.pauses) if case.limit is not None else None


def timed(kind: Kind, case: CaseState, calendar: WorkCalendar) -> CaseState:
    """Return a case with its limit counted anew; a limit that moves is escalated anew."""
    due = due_of(kind, case, calendar)
    moved = case.due is not None and due is not None and due.at != case.due.at
    first = case.first_due_at or (due.at if due else None)
    return replace(case, due=due, first_due_at=first, escalated=0 if moved else case.escalated)


def _unit(kind: Kind, case: CaseState) -> Unit:
    """Days that were set move by the days in which the kind counts; where none of its limits says so, working days."""
    limit = kind.levels[case.level].limit
    return limit.unit if limit else Unit.WORKING_DAYS


def warn_at(scheme: Scheme, due_at: datetime, calendar: WorkCalendar) -> datetime:
    """Return the moment from which the light says that a case is due soon."""
    (_, near), *_ = scheme.of(Sense.NEAR)
    if near.before is None:
        raise AssertionError("a light of sense near says from when it is on")
    return calendar.before(due_at, near.before.counted)


def sense_of(
    phase: Phase,
    *,
    at: datetime,
    due_at: datetime | None,
    warned_at: datetime | None,
    finished_at: datetime | None,
    is_paused: bool = False,
) -> Sense:
    """Return what the light of a case says: of one at work by the clock, of one reported or closed by when it was.

    `finished_at` is when the unit reported it done, or when it was closed without a report.
    """
    if phase == "void":
        return Sense.VOID
    if phase in ("done", "checking"):
        is_late = due_at is not None and finished_at is not None and finished_at >= due_at
        if phase == "done":
            return Sense.DONE_LATE if is_late else Sense.DONE
        return Sense.LATE if is_late else Sense.CALM
    if is_paused:
        return Sense.STILL
    if due_at is None or at < (warned_at or due_at):
        return Sense.CALM
    return Sense.LATE if at >= due_at else Sense.NEAR


def light_of(kind: Kind, case: CaseState, at: datetime, calendar: WorkCalendar) -> tuple[str, Light]:
    """Return a case's light at a moment: its name in the scheme, and the light."""
    due_at = case.due.at if case.due else None
    sense = sense_of(
        kind.phase(case.state),
        at=at,
        due_at=due_at,
        warned_at=warn_at(kind.scheme, due_at, calendar) if due_at else None,
        finished_at=case.reported_at or case.closed_at,
        is_paused=case.is_paused,
    )
    return shown_light(kind.scheme, sense, at, due_at, calendar)


def shown_light(
    scheme: Scheme, sense: Sense, at: datetime, due_at: datetime | None, calendar: WorkCalendar
) -> tuple[str, Light]:
    """Return the light of a sense; where late has several, the one that has been on last."""
    lights = scheme.of(sense)
    if sense is not Sense.LATE or due_at is None or len(lights) == 1:
        return lights[0]
    begun = [
        (calendar.after(due_at, light.after.counted) if light.after else due_at, number)
        for number, (_, light) in enumerate(lights)
    ]
    passed = [(moment, number) for moment, number in begun if moment <= at] or [(due_at, 0)]
    return lights[max(passed)[1]]


def escalates_at(kind: Kind, escalated: int, due_at: datetime, calendar: WorkCalendar) -> datetime | None:
    """Return when the next step of escalation is due after so many have been taken; None after the last."""
    if escalated >= len(kind.escalation):
        return None
    moment = kind.escalation[escalated].at
    limit: Limit = moment.counted
    return calendar.before(due_at, limit) if moment.side == "before" else calendar.after(due_at, limit)
