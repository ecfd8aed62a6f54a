"""The papers of the demonstration's course: a supervision draft, the duty reports asked for, the next meeting with its papers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from xuezheng.cases.actions.duty_reports import Asked, ask_duty_reports, freeze_duty_report
from xuezheng.cases.actions.supervision_papers import draft_paper
from xuezheng.cases.duty_models import DutyReport
from xuezheng.cases.models import Case
from xuezheng.catalogue.demonstration_course import Before, load_demonstration_course
from xuezheng.catalogue.demonstration_meeting import numeral, ordinal_of
from xuezheng.kernel.work_calendar import local_day
from xuezheng.meetings.actions.agenda import ItemGiven, add_item
from xuezheng.meetings.actions.attendance import Invited, invite
from xuezheng.meetings.actions.papers import PaperGiven, add_paper
from xuezheng.meetings.actions.records import plan_meeting
from xuezheng.meetings.drafts import Record
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.plans import Plan
from xuezheng.people.access import Reach, reach_of
from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County
from xuezheng.web.operations.demonstration_evidence import composed_paper

Act = Callable[[datetime], object]


def reach_at(login: str, at: datetime) -> Reach:
    """Return what somebody of the demonstration reaches at a moment."""
    return reach_of(Account.objects.get(login=login), local_day(at))


def unit_of(login: str) -> Organisation:
    """Return the unit in which somebody of the demonstration has the first duty."""
    return Organisation.objects.filter(appointments__account__login=login).order_by("appointments__pk")[0]


@dataclass(frozen=True, slots=True)
class PaperWork:
    """What happens beside the steps of cases; `case_of` returns a clause's case, `meeting` the meeting that was held."""

    county: County
    day: Callable[[int], date]
    case_of: Callable[[int], Case]
    meeting: Callable[[], Meeting]

    def acts(self, when: Callable[[Before], datetime]) -> Iterator[tuple[datetime, Act]]:
        """Yield everything that happens, each with its moment."""
        held = load_demonstration_course()
        yield when(held.supervision_order.at), self._draft_order
        yield when(held.duty_reports.at), self._ask_reports
        yield when(held.duty_reports.composed.at), self._compose_report
        yield when(held.paper.at), self._hand_in
        yield when(held.next_meeting.at), self._plan_next

    def _draft_order(self, at: datetime) -> None:
        order = load_demonstration_course().supervision_order
        case = Case.objects.select_related("lead_unit").get(pk=self.case_of(order.clause).pk)
        draft_paper(
            kind=order.kind, issuer=order.issuer, cases=[case], written=order.written, by=reach_at(order.by, at), at=at
        )

    def _ask_reports(self, at: datetime) -> None:
        held, today = load_demonstration_course().duty_reports, local_day(at)
        asked = Asked(
            title=f"{today.year}{held.title}", since=date(today.year, 1, 1), until=today, due_on=self.day(held.due),
            units=[unit_of(login) for login in held.units], words=held.words,
        )  # fmt: skip
        ask_duty_reports(county=self.county, asked=asked, by=reach_at(held.by, at), at=at)

    def _compose_report(self, at: datetime) -> None:
        by = load_demonstration_course().duty_reports.composed.by
        report = DutyReport.objects.get(county=self.county, unit=unit_of(by))
        freeze_duty_report(report=report, version=report.version, by=reach_at(by, at), at=at)

    def _hand_in(self, at: datetime) -> None:
        held = load_demonstration_course().paper
        by = reach_at(held.by, at)
        given = PaperGiven(
            title=held.title, file=composed_paper(held.file, held.title, by.actor.name, at), unit=unit_of(held.by),
            is_submitted=True,
        )  # fmt: skip
        add_paper(county=self.county, given=given, by=by, at=at)

    def _plan_next(self, at: datetime) -> None:
        planned, held = load_demonstration_course().next_meeting, self.meeting()
        day, by = self.day(planned.on), reach_at("office", at)
        number = ordinal_of(day)
        if held.ordinal is not None and held.ordinal_year == day.year:
            number = max(number, held.ordinal + 1)
        record = Record(
            title=f"{held.organiser}{day.year}年第{numeral(number)}次会议", organiser=held.organiser,
            ordinal_year=day.year, ordinal=number, held_on=day, place=planned.place, chair=held.chair,
            chair_post=held.chair_post,
        )  # fmt: skip
        plan = Plan(
            begins_at=planned.begins, papers_due_on=self.day(planned.papers_due), leave_by_on=self.day(planned.leave_by)
        )
        meeting = plan_meeting(county=self.county, record=record, by=by, at=at, plan=plan)
        for item in planned.items:
            lead = unit_of(item.lead) if item.lead else None
            given = ItemGiven(kind=item.kind, title=item.title, unit=lead, minutes=item.minutes)
            add_item(meeting=meeting, item=given, version=meeting.version, by=by, at=at)
        invited = [Invited(unit=unit_of(login)) for login in planned.invited]
        invite(meeting=meeting, invited=invited, version=meeting.version, by=by, at=at)
        paper = planned.restricted
        named = PaperGiven(
            title=paper.title, file=composed_paper(paper.file, paper.title, by.actor.name, at), is_restricted=True,
            readers=tuple(Account.objects.filter(login__in=paper.readers)),
        )  # fmt: skip
        add_paper(county=self.county, given=named, by=by, at=at, meeting=meeting)
