"""The next agenda, collected by itself: what is late or escalated, what turned, what awaits review, reports due."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import QuerySet

from xuezheng.cases.models import Case
from xuezheng.cases.queries.duty_reports import DueDutyReport, find_due_duty_reports
from xuezheng.cases.queries.ledger import Filter, find_ledger
from xuezheng.catalogue.loader import Words
from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.meetings.models import Paper
from xuezheng.meetings.queries.papers import find_papers
from xuezheng.people.access import Reach
from xuezheng.standards.models import Evaluation, SelfAssessment
from xuezheng.standards.queries.county import indicator_ids, turned_indicators

MOST = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """The first cases of a list, and whether there are more; nothing is counted, so that it is as quick for many."""

    cases: list[Case]
    is_more: bool


@dataclass(frozen=True, slots=True)
class TurnedIndicator:
    """An indicator whose verdict is another than in the evaluation before; `years` are the two school years."""

    standard: str
    standard_title: Words
    indicator: str
    title: Words
    years: tuple[int, int]
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True)
class Agenda:
    """What the next meeting has to deal with. Restricted cases are never on it, restricted papers for their readers only."""

    late: Listed
    escalated: Listed
    turned: list[TurnedIndicator]
    reviews: list[SelfAssessment]
    papers: list[Paper] = field(default_factory=list)
    duty: list[DueDutyReport] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to deal with."""
        return not (self.late.cases or self.escalated.cases or self.turned or self.reviews or self.papers or self.duty)


def collect_agenda(reach: Reach, county: str, on: date, at: datetime) -> Agenda:
    """Return what the next meeting of a county has to deal with; raises `OutsideArea` for who sees no cases of it."""
    late = find_ledger(reach, county, None, Filter(light="late"), on, at)
    opened = find_ledger(reach, county, None, Filter(is_open=True), on, at)
    escalated = opened.filter(escalated__gt=0).exclude(pk__in=late.order_by().values("pk"))
    reviews = SelfAssessment.objects.filter(county=county, second_signed_by__isnull=True, unlocked_at__isnull=True)
    papers = find_papers(reach, county, on, state=Paper.State.SUBMITTED)
    return Agenda(
        _listed(late), _listed(escalated), find_turned(county), list(reviews.order_by("standard", "-school_year")),
        list(papers.order_by("submitted_at", "pk")[:MOST]), find_due_duty_reports(county, on),
    )  # fmt: skip


def _listed(cases: QuerySet[Case]) -> Listed:
    found = list(cases[: MOST + 1])
    return Listed(found[:MOST], len(found) > MOST)


def find_turned(county: str) -> list[TurnedIndicator]:
    """Return the indicators that turned between the newest two evaluations of each standard, in the standard's order."""
    newest: dict[str, list[int]] = {}
    held = Evaluation.objects.filter(county=county, is_current=True).order_by("standard", "-school_year")
    for standard, number in held.values_list("standard", "pk"):
        newest.setdefault(standard, []).append(number)
    wanted = [number for numbers in newest.values() if len(numbers) > 1 for number in numbers[:2]]
    evaluations = Evaluation.objects.filter(pk__in=wanted).defer("judged").in_bulk()
    found: list[TurnedIndicator] = []
    for numbers in newest.values():
        if len(numbers) > 1:
            found += _turned(evaluations[numbers[1]], evaluations[numbers[0]])
    return found


def _turned(before: Evaluation, after: Evaluation) -> list[TurnedIndicator]:
    standard = load_standard(after.standard)
    owners = indicator_ids(standard)
    titles = {indicator.id: indicator.title for indicator in standard.indicators}
    if standard.composite:
        titles[standard.composite.id] = standard.composite.title
    found: dict[str, TurnedIndicator] = {}
    for turned in turned_indicators(before, after):
        owner = owners.get(turned.key[0], turned.key[0])
        if turned.before is None or turned.after is None or owner not in titles or owner in found:
            continue
        found[owner] = TurnedIndicator(
            after.standard, standard.title, owner, titles[owner], (before.school_year, after.school_year),
            turned.before, turned.after,
        )  # fmt: skip
    return list(found.values())
