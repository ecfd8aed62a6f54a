"""What is proposed for one meeting's agenda: what the next agenda collects, without what a clerk decided about already."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from xuezheng.cases.models import Case
from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.work_calendar import last_day
from xuezheng.meetings.models import Meeting, Paper
from xuezheng.meetings.queries.agenda import Agenda, collect_agenda
from xuezheng.people.access import Reach
from xuezheng.standards.report.wording import Wording


@dataclass(frozen=True, slots=True)
class Collected:
    """One item proposed for an agenda: `group` says why, `unit` is the id of who reports, if that is known."""

    group: str
    kind: str
    title: str
    unit: int | None
    unit_name: str
    origin_kind: str
    origin_id: str

    @property
    def key(self) -> str:
        """The item as a form names it."""
        return f"{self.origin_kind}:{self.origin_id}"


GROUPS = ("late", "escalated", "turned", "papers", "reviews", "duty")


def find_collected(reach: Reach, meeting: Meeting, on: date, at: datetime, language: str) -> list[Collected]:
    """Return what is proposed for a meeting's agenda, worded in a language, in the order of `GROUPS`.

    What stands on the agenda or was left out of it is not proposed again.
    """
    settled = {tuple(each) for each in meeting.agenda.values_list("origin_kind", "origin_id")}
    found = collect_agenda(reach, meeting.county_id, on, at)
    return [each for each in _collected(found, language) if (each.origin_kind, each.origin_id) not in settled]


def _collected(agenda: Agenda, language: str) -> Iterator[Collected]:
    words = load_meeting_words()
    for group, cases in (("late", agenda.late.cases), ("escalated", agenda.escalated.cases)):
        for case in cases:
            yield _of_case(group, case, language)
    verdicts = Wording(language)
    for turned in agenda.turned:
        title = words.say(
            "item_indicator", language, standard=turned.standard_title.in_language(language),
            title=turned.title.in_language(language), before=verdicts.verdict(turned.before),
            after=verdicts.verdict(turned.after),
        )  # fmt: skip
        # Of another year it is another turn, which may come before a meeting again.
        origin = f"{turned.standard}/{turned.indicator}/{turned.years[1]}"
        yield Collected("turned", "discuss", title, None, "", "indicator", origin)
    for paper in agenda.papers:
        yield _of_paper(paper, language)
    for review in agenda.reviews:
        standard = load_standard(review.standard).title.in_language(language)
        title = words.say("item_self_assessment", language, standard=standard, year=review.school_year)
        yield Collected("reviews", "review", title, None, "", "self-assessment", str(review.pk))
    for due in agenda.duty:
        unit = due.report.unit
        title = words.say("item_duty_report", language, unit=unit.name)
        yield Collected("duty", "hear", title, unit.pk, unit.name, "duty-report", str(due.report.pk))


def _of_case(group: str, case: Case, language: str) -> Collected:
    title = load_meeting_words().say(
        "item_case", language, what=case.title, number=case.number,
        due=last_day(case.due_at).isoformat() if case.due_at else "—",
    )  # fmt: skip
    unit = case.lead_unit
    return Collected(group, "hear", title, case.lead_unit_id, unit.name if unit else "", "case", str(case.pk))


def _of_paper(paper: Paper, language: str) -> Collected:
    # Whoever sees the meeting sees its items: the name of a restricted paper must not stand there.
    title = load_meeting_words().say("item_restricted_paper", language) if paper.is_restricted else paper.title
    unit = None if paper.is_restricted else paper.unit
    return Collected(
        "papers", "review", title, unit.pk if unit else None, unit.name if unit else "", "paper", str(paper.pk)
    )
