"""Handing out many cases at once: which ones wait for it, and what would come of it, before anything is written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from xuezheng.cases import rows
from xuezheng.cases.access import actor_facts, visible_cases
from xuezheng.cases.calendar import current_calendar
from xuezheng.cases.engine.case import Request
from xuezheng.cases.engine.machine import advance
from xuezheng.cases.models import Bulk, Case
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.kernel.refusal import Refusal
from xuezheng.kernel.work_calendar import local_day
from xuezheng.people.access import Reach


@dataclass(frozen=True, slots=True)
class Outcome:
    """What handing out would make of a case: when it would be due, or why it is refused."""

    case: Case
    due_at: datetime | None = None
    refusal: Refusal | None = None


def find_waiting(reach: Reach, county: str, on: date) -> QuerySet[Case]:
    """Return the cases of a county that wait to be handed out and that somebody sees, in order of their numbers."""
    waiting = visible_cases(reach, on).filter(county=county, phase="waiting")
    return waiting.select_related("lead_unit").order_by("-year", "kind", "-sequence")


def preview_hand_out(cases: Iterable[Case], reach: Reach, at: datetime, until: date | None) -> list[Outcome]:
    """Return what would come of handing cases out now, one by one; nothing is written."""
    return [_outcome(case, reach, at, until) for case in cases]


def _outcome(case: Case, reach: Reach, at: datetime, until: date | None) -> Outcome:
    asked = Request(step="hand_out", at=at, unit=True, until=until)
    facts = actor_facts(reach, case, local_day(at))
    try:
        after = advance(load_kinds()[case.kind], rows.read(case), asked, facts, current_calendar())
    except Refusal as refusal:
        return Outcome(case, refusal=refusal)
    return Outcome(case, due_at=after.due.at if after.due else None)


def find_bulks(reach: Reach, county: str, on: date) -> QuerySet[Bulk]:
    """Return the bulks of a county of which somebody sees a case, the newest first."""
    seen = visible_cases(reach, on).filter(county=county, bulk__isnull=False).values("bulk")
    return Bulk.objects.filter(county=county, pk__in=seen).select_related("by")


@dataclass(frozen=True, slots=True)
class BulkParts:
    """The cases of a bulk that somebody sees: those that can be voided with it, and those that cannot, with the code why."""

    voidable: list[Case]
    kept: list[tuple[Case, str]]


def find_bulk_parts(bulk: Bulk, reach: Reach, on: date) -> BulkParts:
    """Return what voiding a bulk would void and what it would leave: what ended, was begun, or has open sub-cases."""
    cases = visible_cases(reach, on).filter(bulk=bulk).select_related("lead_unit").defer("task").order_by("pk")
    parents = set(Case.objects.filter(parent__bulk=bulk, is_open=True).values_list("parent", flat=True))
    voidable: list[Case] = []
    kept: list[tuple[Case, str]] = []
    for case in cases:
        if not case.is_open:
            kept.append((case, "ended"))
        elif case.phase not in ("waiting", "receiving"):
            kept.append((case, "begun"))
        elif case.pk in parents:
            kept.append((case, "has_sub_cases"))
        else:
            voidable.append(case)
    return BulkParts(voidable, kept)


@dataclass(frozen=True, slots=True)
class BulkCounts:
    """How many cases of a bulk somebody sees, how many of them wait or were not begun, run on, and were voided."""

    total: int
    untouched: int
    open: int
    voided: int


def count_bulks(bulks: Sequence[Bulk], reach: Reach, on: date) -> dict[int, BulkCounts]:
    """Return the counts of bulks by their ids."""
    rows = visible_cases(reach, on).filter(bulk__in=[bulk.pk for bulk in bulks]).order_by()
    counted = rows.values_list("bulk").annotate(
        total=Count("pk"),
        untouched=Count("pk", filter=Q(phase__in=("waiting", "receiving"))),
        running=Count("pk", filter=Q(is_open=True)),
        voided=Count("pk", filter=Q(phase="void")),
    )
    found = {bulk: BulkCounts(*counts) for bulk, *counts in counted}
    return {bulk.pk: found.get(bulk.pk, BulkCounts(0, 0, 0, 0)) for bulk in bulks}
