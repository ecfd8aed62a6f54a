"""Supervision papers: the facts that one is drafted from, and the drafts that somebody may see."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from xuezheng.cases.access import visible_cases
from xuezheng.cases.calendar import current_calendar
from xuezheng.cases.engine.supervision_draft import PaperCase
from xuezheng.cases.models import Case, Step
from xuezheng.cases.paper_models import DraftedPaper
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.kernel.work_calendar import last_day, local_day
from xuezheng.people.access import OutsideArea, Reach

MOST_CASES = 50
MOST_LISTED = 300


def find_companions(reach: Reach, case: Case, on: date) -> list[Case]:
    """Return other cases of a case's lead unit that one paper may be about with it, the latest first.

    A restricted case stands alone: a paper about it names no other, and no other's paper names it.
    """
    if case.is_restricted or case.lead_unit_id is None:
        return []
    rows = visible_cases(reach, on).filter(county=case.county_id, lead_unit=case.lead_unit_id, is_restricted=False)
    waiting = rows.filter(is_open=True).exclude(pk=case.pk).order_by("due_at", "pk")
    return list(waiting.defer("machine", "task")[: MOST_CASES - 1])


def paper_facts(cases: Sequence[Case], at: datetime) -> tuple[PaperCase, ...]:
    """Return what a paper says of cases, in the order in which they are given."""
    urged = dict(
        Step.objects.filter(case__in=[case.pk for case in cases], step="urge")
        .order_by()
        .values_list("case")
        .annotate(n=Count("id"))
    )
    return tuple(_fact(case, urged.get(case.pk, 0), at) for case in cases)


def find_papers(reach: Reach, county: str, on: date) -> list[DraftedPaper]:
    """Return the drafts of a county, the newest first; about a restricted case only for those who see it."""
    return list(_shown(reach, county, on).select_related("unit", "drafted_by").prefetch_related("cases")[:MOST_LISTED])


def get_paper(reach: Reach, county: str, number: int, on: date) -> DraftedPaper:
    """Return one draft of a county; raises `OutsideArea` for any other, and where its case is not for the person."""
    rows = _shown(reach, county, on).filter(pk=number)
    found = rows.select_related("unit", "drafted_by", "issue_recorded_by").first()
    if found is None:
        raise OutsideArea("outside_area")
    return found


def find_papers_of_case(case: Case) -> list[DraftedPaper]:
    """Return what was drafted about a case that the person sees, the newest first."""
    return list(DraftedPaper.objects.filter(cases=case).select_related("drafted_by"))


def _shown(reach: Reach, county: str, on: date) -> QuerySet[DraftedPaper]:
    seen = visible_cases(reach, on).filter(county=county, is_restricted=True).values("pk")
    restricted = Q(pk__in=DraftedPaper.cases.through.objects.filter(case__in=seen).values("draftedpaper"))
    return DraftedPaper.objects.filter(county=county).filter(Q(is_restricted=False) | restricted)


def _fact(case: Case, urged: int, at: datetime) -> PaperCase:
    late_at = _late_at(case, at)
    return PaperCase(
        number=case.number, title=case.title, kind=case.kind, state=case.state,
        phase=load_kinds()[case.kind].phase(case.state), due_at=case.due_at,
        late_days=(late_at - case.due_at).days if late_at and case.due_at else None,
        working_days_late=_working_days(case.due_at, late_at) if late_at and case.due_at else None,
        extensions=case.extensions, sent_back=case.sent_back, escalated=case.escalated, reopened=case.reopened,
        urged=urged,
    )  # fmt: skip


def _late_at(case: Case, at: datetime) -> datetime | None:
    """Return until when a case was late: until it was reported, or until now; None where it was in time or is paused."""
    if case.due_at is None or case.is_forced or (case.is_paused and case.reported_at is None):
        return None
    ended = case.reported_at or (None if case.is_open else case.closed_at) or at
    return ended if ended >= case.due_at else None


def _working_days(due_at: datetime, until: datetime) -> int:
    return current_calendar().count_working_days(last_day(due_at), local_day(until))


def numbers_of(cases: Iterable[Case]) -> list[str]:
    """Return the numbers of cases."""
    return [case.number for case in cases]
