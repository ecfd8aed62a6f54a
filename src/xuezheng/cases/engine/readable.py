"""Runs the readable cases that stand beside the kinds, with a small cast that every one of them shares."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from xuezheng.cases.engine.case import ActorFacts, CaseState, Request
from xuezheng.cases.engine.clock import light_of
from xuezheng.cases.engine.machine import advance, open_state
from xuezheng.catalogue.case_kinds import Kind, ReadableCase, Taken
from xuezheng.kernel.refusal import Refusal
from xuezheng.kernel.work_calendar import SHANGHAI, WorkCalendar, end_of

CAST = {
    name: ActorFacts(name, frozenset(relations))
    for name, relations in {
        "office": {"supervisor"},
        "unit": {"lead_unit"},
        "assisting": {"assisting_unit"},
        "inspector": {"inspector"},
        "inspecting_unit": {"inspector", "lead_unit"},
        "head": {"supervisor", "forcer"},
        "system": {"system"},
        "stranger": set(),
    }.items()
}


def check_readable(told: ReadableCase, kind: Kind, calendar: WorkCalendar) -> list[str]:
    """Return what does not come out as a readable case says; an empty list where it holds."""
    opened = _local(told.opened_at)
    case = open_state(kind, level=told.level or kind.default_level, at=opened, calendar=calendar, until=told.until)
    case = replace(case, open_children=told.open_children)
    faults: list[str] = []
    for number, taken in enumerate(told.course, 1):
        refused = ""
        try:
            case = advance(kind, case, _request(taken), CAST[taken.by], calendar)
        except Refusal as refusal:
            refused = refusal.code
        faults += [f"{number} {taken.step}: {fault}" for fault in _differences(taken, case, refused, kind, calendar)]
    if case.state != told.ends:
        faults.append(f"ends as {case.state}, not {told.ends}")
    return faults


def _request(taken: Taken) -> Request:
    return Request(
        step=taken.step, at=_local(taken.at), reason=taken.reason, unit=taken.unit, until=taken.until,
        measure_until=taken.measure_until, pause=taken.pause, evidence=taken.evidence or "",
    )  # fmt: skip


def _differences(taken: Taken, case: CaseState, refused: str, kind: Kind, calendar: WorkCalendar) -> Iterator[str]:
    if refused != taken.refused:
        yield f"refused as {refused or 'nothing'}, not {taken.refused or 'nothing'}"
    due_at = end_of(taken.due) if taken.due else _local(taken.due_at) if taken.due_at else None
    found = case.due.at if case.due else None
    if due_at is not None and found != due_at:
        yield f"due {found}, not {due_at}"
    light, _ = light_of(kind, case, _local(taken.at), calendar)
    if taken.light and light != taken.light:
        yield f"light {light}, not {taken.light}"


def _local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment
