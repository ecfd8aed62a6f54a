"""What the demonstration's people have done before anybody comes: one decision walked the whole way, others under way.

The course stands in the catalogue in working days before the day of loading. It is walked through the same actions as
the pages use, in the order of time, so that the ledger's numbers and its times rise together; the nights in between
escalate what is late. One event at the end says, at the real moment, which events were composed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction

from xuezheng.cases.actions.nightly import escalate_cases
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import Given, take_step
from xuezheng.cases.calendar import current_calendar
from xuezheng.cases.models import Case
from xuezheng.cases.queries.indicators import IndicatorLink
from xuezheng.catalogue.demonstration_course import (
    Before,
    CourseDecision,
    CourseHazard,
    CourseStep,
    load_demonstration_course,
)
from xuezheng.kernel.work_calendar import local_day, start_of
from xuezheng.ledger.actions import SYSTEM, recording
from xuezheng.ledger.queries import get_head
from xuezheng.meetings.actions.confirming import confirm_proposals
from xuezheng.meetings.actions.entering import enter_meeting
from xuezheng.meetings.actions.settling import Wording, settle_proposal, word_proposal
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.meetings.originals import read_original
from xuezheng.people.actions import request_approval
from xuezheng.people.actions.appointments import appoint
from xuezheng.people.actions.tokens import make_token
from xuezheng.people.models import Account
from xuezheng.register.actions import Uploaded, begin_import
from xuezheng.register.models import County, Snapshot
from xuezheng.web.background import enqueue
from xuezheng.web.operations.demonstration_evidence import composed_evidence
from xuezheng.web.operations.demonstration_papers import Act, PaperWork, reach_at, unit_of
from xuezheng.web.operations.meeting import demonstration_bulletin
from xuezheng.web.operations.people import create_demonstration_people

CLERK = "office"
_SCHOOLS = "基础"
_TOKEN_DAYS = 30
_NIGHT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Working days around the day of loading."""

    at: datetime

    def day(self, days: int) -> date:
        """Return the day so many working days after the day of loading, or before it."""
        return current_calendar().add_working_days(local_day(self.at), days)

    def moment(self, before: Before) -> datetime:
        """Return a moment of the course."""
        time = before.at
        return start_of(self.day(before.days)) + timedelta(hours=time.hour, minutes=time.minute)


def installed_at(at: datetime) -> datetime:
    """Return when the demonstration's office was installed: some weeks before it is loaded."""
    return Timeline(at).moment(load_demonstration_course().moments.installed)


def walk_course(*, county: County, at: datetime, enter_newest_year: Act) -> None:
    """Make the people and let them do what the course says, up to the working day before `at`: all of it, or nothing.

    `enter_newest_year` is called at the moment when the newest school year is to be entered and evaluated.
    """
    course = _Course(county, Timeline(at))
    with transaction.atomic():
        first = get_head()[0] + 1
        for moment, act in sorted(course.acts(enter_newest_year), key=lambda each: each[0]):
            act(moment)
        with recording(SYSTEM, at) as recorder:
            recorder.event(
                "operations.compose_demonstration", "events", f"{first}-{get_head()[0]}", county=county.code,
                reason="为演示编排，时间推算到载入之前；人员、事项和证据均为虚构。",
            )  # fmt: skip


@dataclass(slots=True)
class _Course:
    county: County
    timeline: Timeline
    meeting: Meeting = field(init=False)
    cases: dict[str, Case] = field(default_factory=dict)

    def acts(self, enter_newest_year: Act) -> Iterator[tuple[datetime, Act]]:
        """Yield everything that happens, each with its moment."""
        held = load_demonstration_course()
        moments, when = held.moments, self.timeline.moment
        yield when(moments.people), self._make_people
        yield when(moments.entered), self._enter_meeting
        for number, decision in enumerate(held.decisions, start=1):
            yield when(moments.entered) + timedelta(minutes=2 * number), partial(self._word, decision)
            for step in decision.steps:
                yield when(step.at), partial(self._take, f"clause {decision.clause}", decision.lead, step)
        yield when(moments.first_confirmed), partial(self._confirm, "first")
        yield when(moments.second_confirmed), partial(self._confirm, "second")
        for hazard in held.hazards:
            yield when(hazard.at), partial(self._open_hazard, hazard)
            for step in hazard.steps:
                yield when(step.at), partial(self._take, hazard.title, hazard.lead, step)
        yield when(moments.newest_year), enter_newest_year
        papers = PaperWork(self.county, self.timeline.day, self._case, lambda: self.meeting)
        yield from papers.acts(when)
        yield when(moments.asked), self._ask_for_two_people
        yield when(moments.asked), _make_token
        yield when(moments.delivered), self._deliver_again
        night = start_of(local_day(when(moments.entered))) + timedelta(days=1) + _NIGHT
        while night <= self.timeline.at:
            yield night, _escalate
            night += timedelta(days=1)

    def _make_people(self, at: datetime) -> None:
        create_demonstration_people(county=self.county, by=SYSTEM, at=at)
        for held in load_demonstration_course().appointments:
            account = Account.objects.get(login=held.login)
            appoint(
                account_id=account.pk, organisation_id=unit_of(held.login).pk, role=held.role,
                starts_on=local_day(at), by=SYSTEM, at=at,
            )  # fmt: skip

    def _enter_meeting(self, at: datetime) -> None:
        held = load_demonstration_course()
        original = demonstration_bulletin(self.timeline.day(held.held), self.timeline.day(held.published))
        self.meeting = enter_meeting(
            county=self.county, reading=read_original(original), original=original, by=reach_at(CLERK, at), at=at
        )

    def _case(self, clause: int) -> Case:
        return self.cases[f"clause {clause}"]

    def _proposal(self, clause: int) -> Proposal:
        return self.meeting.proposals.order_by("place")[clause - 1]

    def _word(self, decision: CourseDecision, at: datetime) -> None:
        proposal, by = self._proposal(decision.clause), reach_at(CLERK, at)
        if decision.settle:
            settle_proposal(
                meeting=self.meeting, proposal=proposal, state=decision.settle, version=self.meeting.version,
                by=by, at=at,
            )  # fmt: skip
            return
        standard, _, indicator = decision.indicator.partition("/")
        wording = Wording(
            text=proposal.text, details=proposal.details, areas=tuple(proposal.areas),
            lead_unit=unit_of(decision.lead) if decision.lead else None,
            assisting=tuple(unit_of(login) for login in decision.assisting),
            due_on=self.timeline.day(decision.due) if decision.due else None,
            indicator=IndicatorLink(standard, indicator) if indicator else None,
        )  # fmt: skip
        word_proposal(
            meeting=self.meeting, proposal=proposal, wording=wording, version=self.meeting.version, by=by, at=at
        )

    def _confirm(self, batch: str, at: datetime) -> None:
        clauses = [
            held.clause
            for held in load_demonstration_course().decisions
            if held.batch == batch and not held.settle
        ]  # fmt: skip
        proposals = {self._proposal(clause).pk: clause for clause in clauses}
        confirm_proposals(
            meeting=self.meeting, proposals=list(proposals), hand_out=True, version=self.meeting.version,
            by=reach_at(CLERK, at), at=at,
        )  # fmt: skip
        for proposal in Proposal.objects.filter(pk__in=proposals).select_related("case"):
            if proposal.case is not None:
                self.cases[f"clause {proposals[proposal.pk]}"] = proposal.case

    def _open_hazard(self, hazard: CourseHazard, at: datetime) -> None:
        opening = Opening(kind="hazard", title=hazard.title, origin_kind="office")
        self.cases[hazard.title] = open_case(county=self.county, opening=opening, by=reach_at(CLERK, at), at=at)

    def _ask_for_two_people(self, at: datetime) -> None:
        request_approval(
            kind="export_audit", subject_kind="county", subject_id=self.county.code, county=self.county.code,
            reason="年度审计抽查，需要核对变更前后的内容。", by=reach_at("auditor", at).actor, at=at,
        )  # fmt: skip

    def _deliver_again(self, at: datetime) -> None:
        """Deliver some files of the newest year once more: checking them is left to the worker."""
        by, files = reach_at("statistician", at), _originals(self.county)
        if by.account is None or not files:
            return
        with recording(by.actor, at):
            taken = begin_import(county=self.county, files=files, language="zh", account=by.account, by=by.actor, at=at)
            enqueue(
                kind="register.check_import", arguments={"import": taken.pk}, by=by.actor, at=at,
                county=self.county.code,
            )  # fmt: skip

    def _take(self, name: str, lead: str, step: CourseStep, at: datetime) -> None:
        case, by = self.cases[name], reach_at(step.by, at)
        given = Given(
            reason=step.words, unit=unit_of(lead) if step.step == "hand_out" else None,
            until=self.timeline.day(step.until) if step.until and not step.measure else None,
            measure=step.measure, responsible=step.responsible,
            measure_until=self.timeline.day(step.until) if step.until and step.measure else None,
            evidence=composed_evidence(step, by.actor.name, at) if step.file or step.evidence else None,
        )  # fmt: skip
        version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
        take_step(case=case, step=step.step, version=version, by=by, at=at, given=given)


def _originals(county: County) -> list[Uploaded]:
    """Return the tables of schools and of the newest year as they were delivered, by the names that they had."""
    newest = Snapshot.objects.filter(county=county, is_current=True).order_by("-school_year").first()
    if newest is None:
        return []
    folder = Path(settings.SNAPSHOT_STORE) / newest.folder / "originals"
    named = {path.name.partition("-")[2]: path for path in sorted(folder.iterdir())}
    wanted = [name for name in named if str(newest.school_year) in name or name.startswith(_SCHOOLS)]
    return [Uploaded(name, [named[name].read_bytes()]) for name in wanted]


def _make_token(at: datetime) -> None:
    """Make a token whose text nobody keeps: the page of tokens shows one, and it opens nothing."""
    account = Account.objects.get(login="statistician")
    by = reach_at(account.login, at).actor
    make_token(account_id=account.pk, name="统计年报取数", days=_TOKEN_DAYS, is_strong=False, by=by, at=at)


def _escalate(at: datetime) -> None:
    escalate_cases(at=at)
