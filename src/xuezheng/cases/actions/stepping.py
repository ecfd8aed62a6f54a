"""Taking a step of a case: the machine decides, one row wins, one event is written."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from xuezheng.cases import rows
from xuezheng.cases.access import actor_facts
from xuezheng.cases.actions.counting import mark_months
from xuezheng.cases.calendar import current_calendar
from xuezheng.cases.engine.case import ActorFacts, CaseState, Request
from xuezheng.cases.engine.machine import advance
from xuezheng.cases.engine.refusing import in_both, shown_moment
from xuezheng.cases.models import Case, ControlMeasure, Evidence, Extension, Step
from xuezheng.cases.queries.figures import months_touched
from xuezheng.cases.telling import tell_of_step
from xuezheng.catalogue.case_kinds import Effect, Kind, load_kinds
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.work_calendar import local_day
from xuezheng.ledger.actions import Recorder, recording
from xuezheng.notices.actions.telling import telling
from xuezheng.people.access import Reach
from xuezheng.people.models import Account, Organisation
from xuezheng.standards.evidence_store import KeptFile


class CaseChanged(InvalidRequest):
    """Somebody else was quicker: the case is no longer as the person saw it."""


@dataclass(frozen=True, slots=True)
class EvidenceGiven:
    """A photograph or document that was kept, or a reading in words; who took it and when, where that is known."""

    kind: str
    file: KeptFile | None = None
    words: str = ""
    taken_by: str = ""
    taken_at: datetime | None = None
    supersedes: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What somebody gives with a step; which of it is needed, the kind says."""

    reason: str = ""
    unit: Organisation | None = None
    assisting: tuple[Organisation, ...] = ()
    until: date | None = None
    measure: str = ""
    responsible: str = ""
    measure_until: date | None = None
    pause: str = ""
    evidence: EvidenceGiven | None = None


NOTHING = Given()


def take_step(*, case: Case, step: str, version: int, by: Reach, at: datetime, given: Given = NOTHING) -> Case:
    """Take one step of a case as `version` shows it, and return the case after it.

    Raises `StepRefused` with why and what to do where the step is not allowed as things stand, and `CaseChanged`, which
    tells what changed, where somebody else acted since that version.
    """
    if by.account is None:
        raise AssertionError("only somebody signed in takes steps; the system has actions of its own")
    with recording(by.actor, at) as recorder, telling(at) as gathering:
        fresh = Case.objects.select_related("county").get(pk=case.pk)
        if fresh.version != version:
            raise changed_since(fresh, version)
        facts = actor_facts(by, fresh, local_day(at))
        unit_before = fresh.lead_unit_id
        moved = _Moved(fresh, load_kinds()[fresh.kind], step, given, facts, by.account, at)
        moved.advance()
        moved.save(version)
        moved.keep()
        moved.tell(recorder)
        tell_of_step(gathering, fresh, step, unit=fresh.lead_unit_id or unit_before, by=by.account.pk)
    return fresh


def changed_since(case: Case, version: int) -> CaseChanged:
    """Return the refusal that tells what others did to a case since a version of it."""
    kind = load_kinds()[case.kind]
    newer = Step.objects.filter(case=case, version__gt=version).select_related("by")
    told = [(step, kind.steps[step.step].title) for step in newer if step.step in kind.steps]
    changes: dict[str, Any] = {
        f"changes_{language}": "；".join(
            f"{shown_moment(step.at)} {step.by.name if step.by else '系统'} {words.in_language(language)}"
            for step, words in told
        )
        for language in ("zh", "en")
    }
    return CaseChanged("case_changed", **in_both(state=kind.states[case.state].title), **changes)


@dataclass(slots=True)
class _Moved:
    """One step in hand: the case as it was read, and what is written where the machine allows it."""

    case: Case
    kind: Kind
    step: str
    given: Given
    facts: ActorFacts
    account: Account
    at: datetime
    before: CaseState | None = None
    after: CaseState | None = None
    months: set[date] = field(default_factory=set)

    def advance(self) -> None:
        """Let the machine decide; the row then holds the state after the step, not yet saved."""
        given, calendar = self.given, current_calendar()
        has_measure = bool(given.measure.strip() and given.responsible.strip())
        asked = Request(
            step=self.step, at=self.at, reason=given.reason, unit=given.unit is not None, until=given.until,
            measure_until=given.measure_until if has_measure else None, pause=given.pause,
            evidence=given.evidence.kind if given.evidence else "",
        )  # fmt: skip
        self.months = months_touched(self.case, self.at)
        children = Case.objects.filter(parent=self.case, is_open=True).count()
        self.before = rows.read(self.case, open_children=children)
        self.after = advance(self.kind, self.before, asked, self.facts, calendar)
        rows.write(self.case, self.after, self.kind, calendar)
        self._name_units()
        if self.kind.steps[self.step].does in (Effect.PROGRESS, Effect.REPORT) and given.reason.strip():
            self.case.progress = given.reason.strip()[:500]

    def _name_units(self) -> None:
        does = self.kind.steps[self.step].does
        if does in (Effect.HAND_OUT, Effect.HAND_OVER):
            self.case.lead_unit = self.given.unit
        elif does is Effect.DECLINE:
            self.case.lead_unit = None

    def save(self, version: int) -> None:
        """Save the row where it still is the one that was read; else somebody was quicker."""
        self.case.version = version + 1
        columns: dict[str, Any] = {name: getattr(self.case, name) for name in rows.WRITTEN}
        columns |= {"version": version + 1, "lead_unit": self.case.lead_unit, "progress": self.case.progress}
        if not Case.objects.filter(pk=self.case.pk, version=version).update(**columns):
            raise changed_since(Case.objects.get(pk=self.case.pk), version)
        does = self.kind.steps[self.step].does
        if does in (Effect.HAND_OUT, Effect.HAND_OVER):
            self.case.assisting_units.set(self.given.assisting)
        if not self.case.is_restricted:
            mark_months(
                self.case.county_id, self.months | months_touched(self.case, self.at) | self._months_of_asking(does)
            )

    def _months_of_asking(self, does: Effect) -> set[date]:
        """Return the months in which extensions were asked for: they are counted for the unit that leads the case now."""
        asked = self.case.asked_extensions.values_list("asked_at", flat=True)
        is_of_interest = does in (Effect.HAND_OUT, Effect.HAND_OVER, Effect.DECLINE)
        return {local_day(moment).replace(day=1) for moment in asked} if is_of_interest else set()

    def keep(self) -> None:
        """Keep what belongs to the step: its row, evidence, extension, control measure."""
        given, does = self.given, self.kind.steps[self.step].does
        acting_as = next((who for who in self.kind.steps[self.step].who if who in self.facts.relations), "")
        Step.objects.create(
            case=self.case, version=self.case.version, step=self.step, state=self.case.state, by=self.account,
            acting_as=acting_as, at=self.at, words=given.reason.strip(), until=given.until or given.measure_until,
        )  # fmt: skip
        if does is Effect.EVIDENCE and given.evidence is not None:
            _keep_evidence(self.case, given.evidence, self.account, self.at)
        elif does is Effect.ASK_EXTENSION and given.until is not None and self.case.due_at is not None:
            Extension.objects.create(
                case=self.case, asked_by=self.account, asked_at=self.at, due_before=self.case.due_at,
                until=given.until, reason=given.reason.strip(),
            )  # fmt: skip
        elif does in (Effect.GRANT_EXTENSION, Effect.REFUSE_EXTENSION):
            Extension.objects.filter(case=self.case, decided_at__isnull=True).update(
                decided_by=self.account, decided_at=self.at, is_granted=does is Effect.GRANT_EXTENSION,
                decision=given.reason.strip(),
            )  # fmt: skip
        if given.measure_until is not None and does in (Effect.CONTROL, Effect.RECEIVE) and given.measure.strip():
            ControlMeasure.objects.create(
                case=self.case, measure=given.measure.strip(), responsible=given.responsible.strip(),
                until=given.measure_until, set_by=self.account, set_at=self.at,
            )  # fmt: skip

    def tell(self, recorder: Recorder) -> None:
        """Write the step's one event: what changed, from what to what, and why."""
        if self.before is None or self.after is None:
            raise AssertionError("a step is told after it was taken")
        before, after = rows.as_json(self.before), rows.as_json(self.after)
        names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
        unit = self.case.lead_unit_id
        recorder.event(
            f"cases.{self.step}", "case", self.case.pk, county=self.case.county_id,
            before={name: before.get(name) for name in names},
            after={name: after.get(name) for name in names} | {"version": self.case.version, "lead_unit": unit}
            | _evidence_told(self.given.evidence),
            reason=self.given.reason.strip(), restricted=self.case.is_restricted,
        )  # fmt: skip


def _evidence_told(given: EvidenceGiven | None) -> dict[str, Any]:
    if given is None:
        return {}
    return {"evidence": {"kind": given.kind, "sha256": given.file.sha256 if given.file else ""}}


def _keep_evidence(case: Case, given: EvidenceGiven, by: Account, at: datetime) -> None:
    file = given.file
    kept = Evidence.objects.create(
        case=case, kind=given.kind, words=given.words.strip(), file_name=file.file_name if file else "",
        media_type=file.media_type if file else "", size_bytes=file.size_bytes if file else 0,
        sha256=file.sha256 if file else "", taken_by=given.taken_by.strip(), taken_at=given.taken_at, given_by=by,
        given_at=at, version=case.version,
    )  # fmt: skip
    if given.supersedes is not None:
        Evidence.objects.filter(pk=given.supersedes.pk, case=case, superseded_by__isnull=True).update(
            superseded_by=kept
        )


def hand_out_many(*, cases: Iterable[tuple[Case, int]], by: Reach, at: datetime, given: Given) -> list[Case]:
    """Hand out cases, given with the version that the person saw, to one unit in one go: all of them, or none."""
    with recording(by.actor, at), telling(at):
        return [
            take_step(case=case, step="hand_out", version=version, by=by, at=at, given=replace(given))
            for case, version in cases
        ]
