"""What needs somebody now, in order, each with its reason. Every list is cut at a page, so that it stays quick."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from xuezheng.cases.access import assisted_by, units_of, verifiable
from xuezheng.cases.models import Case, Reader
from xuezheng.catalogue.case_kinds import load_vocabulary
from xuezheng.catalogue.loader import Words
from xuezheng.kernel.work_calendar import local_day
from xuezheng.people.access import Area, Reach

SHOWN = 20
COUNTED = 99


@dataclass(frozen=True, slots=True)
class Work:
    """One reason and the cases that it brings, the most urgent first. `count` goes up to `COUNTED`; `is_more` beyond."""

    reason: str
    words: Words
    cases: list[Case]
    count: int
    is_more: bool


def find_work(reach: Reach, at: datetime) -> list[Work]:
    """Return what needs somebody now, reason by reason, the most urgent first; reasons without cases are left out.

    A case stands under its first reason only.
    """
    seen: set[int] = set()
    found = []
    for reason, rows in _reasons(reach, at):
        cases = list(rows.exclude(pk__in=seen).select_related("lead_unit").defer("task")[:SHOWN])
        if not cases:
            continue
        count = rows.exclude(pk__in=seen).order_by()[: COUNTED + 1].count() if len(cases) == SHOWN else len(cases)
        seen |= {case.pk for case in cases}
        found.append(Work(reason, load_vocabulary().work[reason], cases, min(count, COUNTED), count > COUNTED))
    return found


def _reasons(reach: Reach, at: datetime) -> Iterator[tuple[str, QuerySet[Case]]]:
    units = units_of(reach, local_day(at))
    mine = Case.objects.filter(lead_unit__in=units)
    running = mine.filter(is_running=True).order_by("due_at", "pk")
    checked = _checked(reach)
    supervised = _supervised(reach)
    if units:
        yield "late", running.filter(due_at__lte=at)
        yield "lacks_control", mine.filter(lacks_control=True).order_by("due_at", "pk")
        yield "to_receive", mine.filter(state="handed_out").order_by("receive_due_at", "pk")
        yield "due_soon", running.filter(warn_at__lte=at, due_at__gt=at)
        yield "sent_back", running.filter(sent_back__gt=0)
    if checked is not None:
        to_check = checked.filter(state="reported").exclude(lead_unit__in=units)
        yield "to_verify", to_check.order_by("verify_due_at", "pk")
    if supervised is not None:
        yield "to_decide", supervised.filter(has_pending_extension=True).order_by("due_at", "pk")
        yield "to_hand_out", supervised.filter(state="opened").order_by("verify_due_at", "pk")
        yield "to_close", supervised.filter(state="verified").order_by("verify_due_at", "pk")
        yield "late_elsewhere", supervised.filter(is_running=True, due_at__lte=at).order_by("due_at", "pk")
    if units:
        yield "in_hand", running
        yield "assisting", Case.objects.filter(pk__in=assisted_by(units), is_open=True).order_by("due_at", "pk")


def _supervised(reach: Reach) -> QuerySet[Case] | None:
    """Return the cases that somebody supervises; None where there is nothing to supervise."""
    area = reach.area_of("supervise_cases")
    return Case.objects.filter(_in_area(area)).filter(_shown_to(reach)) if area else None


def _checked(reach: Reach) -> QuerySet[Case] | None:
    area = reach.area_of("verify_cases")
    if not area:
        return None
    is_county_wide = area.everywhere or (area.counties and not area.schools and not area.townships)
    return Case.objects.filter(_in_area(area) if is_county_wide else verifiable(reach)).filter(_shown_to(reach))


def _in_area(area: Area) -> Q:
    return Q() if area.everywhere else Q(county__in=area.counties)


def _shown_to(reach: Reach) -> Q:
    """Return the condition for cases that are open to the county, or that name somebody."""
    named = Exists(Reader.objects.filter(case=OuterRef("pk"), account=reach.account))
    return Q(is_restricted=False) | Q(opened_by=reach.account) | Q(named)
