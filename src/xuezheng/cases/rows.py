"""Between the machine and the database: a case's state as JSON, and the columns that are derived from it."""

from datetime import date, datetime
from typing import Any

from xuezheng.cases.engine.case import Asked, CaseState
from xuezheng.cases.engine.clock import escalates_at, warn_at
from xuezheng.cases.engine.machine import lacks_control
from xuezheng.cases.models import Case
from xuezheng.catalogue.case_kinds import Kind
from xuezheng.kernel.work_calendar import Limit, Moment, Pause, Unit, WorkCalendar

_MOMENTS = (
    "opened_at", "last_at", "clock_from", "first_due_at", "handed_out_at", "receive_due_at", "received_at",
    "reported_at", "verify_due_at", "verified_at", "closed_at", "measure_until",
)  # fmt: skip
_PLAIN = ("kind", "level", "state", "closed_from", "extensions", "sent_back", "declined", "reopened")
_COLUMNS = (
    "state", "handed_out_at", "receive_due_at", "received_at", "reported_at", "verify_due_at", "verified_at",
    "closed_at", "first_due_at", "extensions", "sent_back", "declined", "reopened", "escalated", "is_paused",
)  # fmt: skip
WRITTEN = (
    *_COLUMNS, "machine", "phase", "is_open", "is_running", "due_at", "due_is_provisional", "warn_at", "escalate_at",
    "has_pending_extension", "control_until", "lacks_control", "is_forced",
)  # fmt: skip
"""The columns that `write` sets: what a step may change."""


def read(case: Case, *, open_children: int = 0) -> CaseState:
    """Return a case's state as the machine takes it."""
    held: dict[str, Any] = case.machine
    moments: dict[str, Any] = {name: _moment(held.get(name)) for name in _MOMENTS}
    plain: dict[str, Any] = {name: held[name] for name in _PLAIN}
    return CaseState(
        **plain,
        **moments,
        limit=Limit(held["limit"][0], Unit(held["limit"][1])) if held.get("limit") else None,
        set_on=_day(held.get("set_on")),
        pauses=tuple(Pause(datetime.fromisoformat(since), _moment(until)) for since, until in held.get("pauses", ())),
        due=_due(held.get("due")),
        doers=frozenset(held.get("doers", ())),
        asked=_asked(held.get("asked")),
        evidence=held.get("evidence", {}),
        check_evidence=held.get("check_evidence", {}),
        open_children=open_children,
        escalated=case.escalated,
    )


def write(case: Case, state: CaseState, kind: Kind, calendar: WorkCalendar) -> None:
    """Put a state into a case's row, derived columns included; nothing is saved."""
    due_at = state.due.at if state.due else None
    case.machine = as_json(state)
    for name in _COLUMNS:
        setattr(case, name, getattr(state, name))
    case.phase = kind.phase(state.state)
    case.is_open = case.phase not in ("done", "void")
    case.is_running = case.phase in ("receiving", "working")
    case.due_at = due_at
    case.due_is_provisional = state.due is not None and state.due.provisional
    case.warn_at = warn_at(kind.scheme, due_at, calendar) if due_at else None
    is_ticking = case.is_running and due_at is not None
    case.escalate_at = escalates_at(kind, state.escalated, due_at, calendar) if is_ticking and due_at else None
    case.has_pending_extension = state.asked is not None
    needs_control = kind.control is not None and state.state in kind.control.needed_in
    case.control_until = state.measure_until if needs_control else None
    case.lacks_control = needs_control and lacks_control(kind, state, state.last_at)
    case.is_forced = case.is_forced or state.state == "force_closed"


def as_json(state: CaseState) -> dict[str, Any]:
    """Return a state as JSON; what is empty stays away."""
    held: dict[str, Any] = {name: getattr(state, name) for name in _PLAIN}
    held |= {name: getattr(state, name).isoformat() for name in _MOMENTS if getattr(state, name) is not None}
    if state.limit is not None:
        held["limit"] = [state.limit.amount, state.limit.unit.value]
    if state.set_on is not None:
        held["set_on"] = state.set_on.isoformat()
    if state.pauses:
        held["pauses"] = [[p.since.isoformat(), p.until.isoformat() if p.until else None] for p in state.pauses]
    if state.due is not None:
        held["due"] = [state.due.at.isoformat(), state.due.provisional]
    if state.asked is not None:
        held["asked"] = [state.asked.by, state.asked.at.isoformat(), state.asked.until.isoformat()]
    held |= {"doers": sorted(state.doers), "evidence": dict(state.evidence)}
    return held | {"check_evidence": dict(state.check_evidence)}


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _due(held: list[Any] | None) -> Moment | None:
    return Moment(datetime.fromisoformat(held[0]), held[1]) if held else None


def _asked(held: list[str] | None) -> Asked | None:
    return Asked(held[0], datetime.fromisoformat(held[1]), date.fromisoformat(held[2])) if held else None
