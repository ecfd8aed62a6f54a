"""The machine: opens a case, and takes one step of it or refuses with a sentence that says why and what to do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from xuezheng.cases.engine.case import ActorFacts, Asked, CaseState, Request
from xuezheng.cases.engine.clock import escalates_at, timed
from xuezheng.cases.engine.refusing import StepRefused, in_both, shown_day, shown_moment
from xuezheng.catalogue.case_kinds import Effect, EvidenceNeed, Kind, Step, load_vocabulary
from xuezheng.kernel.work_calendar import Pause, WorkCalendar, end_of, last_day, local_day

UNITS = ("lead_unit", "assisting_unit")
# What a unit cannot do while no temporary control measure is in force, and what nobody can while the clock stands still.
_UNDER_CONTROL = {Effect.PROGRESS, Effect.REPORT, Effect.ASK_EXTENSION, Effect.GRANT_EXTENSION}
_WHILE_PAUSED = {
    Effect.NOTE, Effect.PROGRESS, Effect.EVIDENCE, Effect.CONTROL, Effect.RESUME, Effect.VOID, Effect.CLOSE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Move:
    """One step about to be taken: everything that an effect looks at."""

    kind: Kind
    case: CaseState
    step: Step
    asked: Request
    actor: ActorFacts
    acting_as: str
    calendar: WorkCalendar

    @property
    def at(self) -> datetime:
        return self.asked.at

    def refused(self, code: str, **params: Any) -> StepRefused:
        return StepRefused(code, **in_both(step=self.step.title), **params)


def open_state(kind: Kind, *, level: str, at: datetime, calendar: WorkCalendar, until: date | None = None) -> CaseState:
    """Return a case as it is opened; where the kind's clock starts at once, it runs. Raises `StepRefused`."""
    if level not in kind.levels:
        raise StepRefused("case_level_unknown", level=level, **in_both(kind=kind.title))
    if until is not None and until < local_day(at):
        raise StepRefused("until_in_the_past", until=shown_day(until))
    limit = kind.levels[level].limit
    case = CaseState(
        kind=kind.id, level=level, opened_at=at, last_at=at, set_on=until, limit=limit.counted if limit else None
    )
    if kind.clock != "open":
        return case
    if limit is None and until is None:
        raise StepRefused("case_needs_until", **in_both(kind=kind.title, level=kind.levels[level].title))
    return timed(kind, replace(case, clock_from=at), calendar)


def steps_now(kind: Kind, case: CaseState, actor: ActorFacts) -> list[str]:
    """Return the names of the steps that somebody may take now, as far as state and person decide."""
    return [
        name
        for name, step in kind.steps.items()
        if case.state in step.from_
        and _relation(step, actor)
        and not _is_apart(step, case, actor)
        and not (case.is_paused and step.does not in _WHILE_PAUSED)
        and _makes_sense(kind, step, case)
    ]


def advance(kind: Kind, case: CaseState, asked: Request, actor: ActorFacts, calendar: WorkCalendar) -> CaseState:
    """Return a case after one step; raises `StepRefused` where the step is not allowed as things stand."""
    step = _allowed_step(kind, case, asked)
    acting_as = _relation(step, actor)
    if acting_as is None:
        relations = load_vocabulary().relations
        raise StepRefused("step_not_yours", **in_both(step=step.title, who=[relations[who] for who in step.who]))
    if _is_apart(step, case, actor):
        raise StepRefused("step_needs_another_person", **in_both(step=step.title))
    if asked.at < case.last_at:
        raise StepRefused("step_before_last", **in_both(step=step.title), last=shown_moment(case.last_at))
    move = _Move(kind, case, step, asked, actor, acting_as, calendar)
    _check_given(move)
    changed = _EFFECTS[step.does](move)
    if step.to is not None and changed.state == case.state:
        changed = replace(changed, state=step.to)
    is_doing = acting_as in UNITS and step.does is not Effect.DECLINE
    doers = changed.doers | {actor.id} if is_doing else changed.doers
    return replace(changed, doers=doers, last_at=asked.at)


def _allowed_step(kind: Kind, case: CaseState, asked: Request) -> Step:
    step = kind.steps.get(asked.step)
    if step is None:
        known = load_vocabulary().steps.get(asked.step)
        named = in_both(step=known.title) if known else {"step_zh": asked.step, "step_en": asked.step}
        raise StepRefused("step_unknown", **named, **in_both(kind=kind.title))
    if case.state not in step.from_:
        states = in_both(step=step.title, state=kind.states[case.state].title)
        now = [
            other.title
            for other in kind.steps.values()
            if case.state in other.from_ and other.does is not Effect.ESCALATE
        ]
        if not now:
            raise StepRefused("step_after_the_end", **states)
        raise StepRefused("step_not_now", **states, **in_both(now=now))
    if case.is_paused and step.does not in _WHILE_PAUSED:
        raise StepRefused("clock_stopped", **in_both(step=step.title))
    return step


def _relation(step: Step, actor: ActorFacts) -> str | None:
    """Return as what somebody takes a step; None where they may not."""
    return next((who for who in step.who if who in actor.relations), None)


def _is_apart(step: Step, case: CaseState, actor: ActorFacts) -> bool:
    return (
        ("doers" in step.apart and actor.id in case.doers)
        or ("asker" in step.apart and case.asked is not None and case.asked.by == actor.id)
        or any(unit in step.apart and unit in actor.relations for unit in UNITS)
    )


def _makes_sense(kind: Kind, step: Step, case: CaseState) -> bool:
    """Whether a step is worth offering: nobody grants what was not asked, or lets a running clock go on."""
    match step.does:
        case Effect.GRANT_EXTENSION | Effect.REFUSE_EXTENSION:
            return case.asked is not None
        case Effect.ASK_EXTENSION:
            return case.asked is None and case.due is not None and case.extensions < _most(kind)
        case Effect.RESUME:
            return case.is_paused
        case Effect.ESCALATE:
            return False
    return True


def _most(kind: Kind) -> int:
    return kind.extension.at_most if kind.extension else 0


def _check_given(move: _Move) -> None:
    """Refuse a step without what it needs."""
    asked, needs = move.asked, move.step.needs
    given = {
        "reason": asked.reason.strip(),
        "unit": asked.unit,
        "until": asked.until,
        "measure": asked.measure_until,
        "pause": asked.pause,
        "evidence": asked.evidence,
    }
    for need in needs:
        if not given[need]:
            raise move.refused(f"step_needs_{need}")
    for day in (asked.until, asked.measure_until):
        if day is not None and day < local_day(asked.at):
            raise move.refused("until_in_the_past", until=shown_day(day))
    if move.step.does in _UNDER_CONTROL and lacks_control(move.kind, move.case, asked.at):
        raise move.refused("control_measure_missing")


def lacks_control(kind: Kind, case: CaseState, at: datetime) -> bool:
    """Whether a case stands open without the temporary control measure that its kind asks for."""
    if kind.control is None or case.state not in kind.control.needed_in:
        return False
    return case.measure_until is None or at >= case.measure_until


def _hand_out(move: _Move) -> CaseState:
    case, kind = move.case, move.kind
    level = kind.levels[case.level]
    set_on = move.asked.until or case.set_on
    if level.limit is None and set_on is None:
        raise move.refused("step_needs_until")
    begun = case.clock_from or move.at
    handed = replace(
        case,
        set_on=set_on,
        clock_from=begun,
        handed_out_at=move.at,
        received_at=None,
        receive_due_at=move.calendar.due(move.at, level.receive_within.counted).at,
    )
    return timed(kind, handed, move.calendar)


def _hand_over(move: _Move) -> CaseState:
    """Give the case to another unit; the clock goes on, or handing over would be a way to win time."""
    level = move.kind.levels[move.case.level]
    return replace(
        move.case,
        handed_out_at=move.at,
        received_at=None,
        asked=None,
        measure_until=None,
        receive_due_at=move.calendar.due(move.at, level.receive_within.counted).at,
    )


def _decline(move: _Move) -> CaseState:
    case, within = move.case, move.kind.decline_within
    is_unit = move.acting_as in UNITS
    if is_unit and within is not None and case.handed_out_at is not None:
        last = move.calendar.due(case.handed_out_at, within.counted).at
        if move.at >= last:
            raise move.refused("decline_too_late", last=shown_moment(last))
    back = replace(
        case, handed_out_at=None, receive_due_at=None, measure_until=None, declined=case.declined + int(is_unit)
    )
    if move.kind.clock == "open":
        return back
    return replace(back, clock_from=None, due=None, first_due_at=None, escalated=0)


def _receive(move: _Move) -> CaseState:
    return replace(_with_measure(move), received_at=move.at)


def _with_measure(move: _Move) -> CaseState:
    until = move.asked.measure_until
    return replace(move.case, measure_until=end_of(until)) if until else move.case


def _note(move: _Move) -> CaseState:
    return move.case


def _evidence(move: _Move) -> CaseState:
    case, found = move.case, move.asked.evidence
    if found not in move.kind.evidence_taken(case.level):
        words = load_vocabulary().evidence_kinds
        taken = [words[name] for name in move.kind.evidence_taken(case.level)]
        raise StepRefused("evidence_not_taken", **in_both(kind=move.kind.title, taken=taken))
    is_check = move.acting_as not in UNITS and move.kind.phase(case.state) == "checking"
    held = dict(case.check_evidence if is_check else case.evidence)
    held[found] = held.get(found, 0) + 1
    return replace(case, check_evidence=held) if is_check else replace(case, evidence=held)


def _ask_extension(move: _Move) -> CaseState:
    case, extension, until = move.case, move.kind.extension, move.asked.until
    if case.due is None or until is None or extension is None:
        raise move.refused("extension_no_limit")
    if case.asked is not None:
        raise move.refused("extension_pending", until=shown_day(case.asked.until))
    if case.extensions >= extension.at_most:
        raise move.refused("extension_too_often", at_most=extension.at_most)
    if move.at >= case.due.at:
        raise move.refused("extension_after_limit", due=shown_moment(case.due.at))
    if until <= last_day(case.due.at):
        raise move.refused("extension_not_later", due=shown_moment(case.due.at))
    longest = last_day(move.calendar.after(case.due.at, extension.longest.counted))
    if until > longest:
        raise move.refused("extension_too_long", longest=shown_day(longest))
    return replace(case, asked=Asked(move.actor.id, move.at, until))


def _grant_extension(move: _Move) -> CaseState:
    asked = move.case.asked
    if asked is None:
        raise move.refused("extension_not_asked")
    granted = replace(move.case, asked=None, set_on=asked.until, pauses=(), extensions=move.case.extensions + 1)
    return timed(move.kind, granted, move.calendar)


def _refuse_extension(move: _Move) -> CaseState:
    if move.case.asked is None:
        raise move.refused("extension_not_asked")
    return replace(move.case, asked=None)


def _pause(move: _Move) -> CaseState:
    if move.asked.pause not in move.kind.pauses:
        rules = [pause.title for pause in move.kind.pauses.values()]
        raise StepRefused("pause_without_rule", **in_both(step=move.step.title, rules=rules))
    paused = replace(move.case, pauses=(*move.case.pauses, Pause(move.at)))
    return timed(move.kind, paused, move.calendar)


def _resume(move: _Move) -> CaseState:
    if not move.case.is_paused:
        raise move.refused("clock_running")
    return timed(move.kind, _clock_goes_on(move.case, move.at), move.calendar)


def _clock_goes_on(case: CaseState, at: datetime) -> CaseState:
    if not case.is_paused:
        return case
    return replace(case, pauses=(*case.pauses[:-1], replace(case.pauses[-1], until=at)))


def _report(move: _Move) -> CaseState:
    _check_evidence(move, move.kind.evidence.to_report, move.case.evidence)
    due = move.calendar.due(move.at, move.kind.verify_within.counted).at
    return replace(move.case, reported_at=move.at, verify_due_at=due, asked=None, check_evidence={})


def _check_evidence(move: _Move, needs: Iterable[EvidenceNeed], held: object) -> None:
    counts: dict[str, int] = dict(held) if isinstance(held, dict) else {}
    words = load_vocabulary().evidence_kinds
    for need in needs:
        if sum(counts.get(kind, 0) for kind in need.any_of) < need.at_least:
            params = in_both(step=move.step.title, needed=[words[kind] for kind in need.any_of])
            raise StepRefused("step_lacks_evidence", **params, at_least=need.at_least)


def _send_back(move: _Move) -> CaseState:
    """Let the work go on: with the time that is left, or with the kind's time for doing it again where that is longer."""
    case, redo = move.case, move.kind.redo
    back = replace(
        case,
        reported_at=None,
        verify_due_at=None,
        verified_at=None,
        evidence={},
        check_evidence={},
        sent_back=case.sent_back + 1,
    )
    if redo is None:
        return back
    again = replace(back, clock_from=move.at, limit=redo.counted, set_on=None, pauses=())
    again = timed(move.kind, again, move.calendar)
    is_later = case.due is None or (again.due is not None and again.due.at > case.due.at)
    return again if is_later else back


def _verify(move: _Move) -> CaseState:
    _check_evidence(move, move.kind.evidence.to_verify, move.case.check_evidence)
    return replace(move.case, verified_at=move.at)


def _close(move: _Move) -> CaseState:
    if move.case.open_children:
        raise move.refused("children_open", count=move.case.open_children)
    return _ended(move)


def _ended(move: _Move) -> CaseState:
    """Return a case whose clock has come to its end: one that stood still is counted up to now."""
    ended = replace(_clock_goes_on(move.case, move.at), closed_at=move.at, closed_from=move.case.state, asked=None)
    return timed(move.kind, ended, move.calendar) if move.case.is_paused else ended


def _reopen(move: _Move) -> CaseState:
    """Begin the work anew: with the kind's time for doing it again, or its whole limit; where it was before."""
    case, kind = move.case, move.kind
    if case.closed_at is not None:
        last = move.calendar.due(case.closed_at, kind.reopen_within.counted).at
        if move.at >= last:
            raise move.refused("reopen_too_late", last=shown_moment(last))
    level = kind.levels[case.level]
    again = kind.redo or level.limit
    opened = replace(
        case, reported_at=None, verify_due_at=None, verified_at=None, closed_at=None, closed_from="",
        evidence={}, check_evidence={}, measure_until=None, reopened=case.reopened + 1,
    )  # fmt: skip
    if case.handed_out_at is None and kind.clock != "open":
        return replace(opened, state=case.closed_from)
    opened = replace(opened, clock_from=move.at, pauses=(), set_on=None, limit=again.counted if again else None)
    if kind.phase(case.closed_from) in ("waiting", "receiving"):
        opened = replace(opened, state=case.closed_from)
    if kind.phase(opened.state) == "receiving":
        opened = replace(opened, receive_due_at=move.calendar.due(move.at, level.receive_within.counted).at)
    return timed(kind, opened, move.calendar)


def _archive(move: _Move) -> CaseState:
    return move.case


def _void(move: _Move) -> CaseState:
    if move.case.open_children:
        raise move.refused("children_open", count=move.case.open_children)
    return _ended(move)


def _escalate(move: _Move) -> CaseState:
    case = move.case
    moment = escalates_at(move.kind, case.escalated, case.due.at, move.calendar) if case.due else None
    if moment is None or move.at < moment:
        raise move.refused("escalation_not_due")
    return replace(case, escalated=case.escalated + 1)


_EFFECTS: dict[Effect, Callable[[_Move], CaseState]] = {
    Effect.HAND_OUT: _hand_out,
    Effect.HAND_OVER: _hand_over,
    Effect.DECLINE: _decline,
    Effect.RECEIVE: _receive,
    Effect.NOTE: _note,
    Effect.PROGRESS: _note,
    Effect.EVIDENCE: _evidence,
    Effect.CONTROL: _with_measure,
    Effect.ASK_EXTENSION: _ask_extension,
    Effect.GRANT_EXTENSION: _grant_extension,
    Effect.REFUSE_EXTENSION: _refuse_extension,
    Effect.PAUSE: _pause,
    Effect.RESUME: _resume,
    Effect.REPORT: _report,
    Effect.SEND_BACK: _send_back,
    Effect.VERIFY: _verify,
    Effect.CLOSE: _close,
    Effect.REOPEN: _reopen,
    Effect.ARCHIVE: _archive,
    Effect.VOID: _void,
    Effect.ESCALATE: _escalate,
}
