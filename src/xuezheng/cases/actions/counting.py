"""Keeping the months of the supervision figures: marked by every step, counted in the night. They can be made anew."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Min

from xuezheng.cases.figure_models import FigureChange, FigureCount, FigureMonth
from xuezheng.cases.models import Case
from xuezheng.cases.queries.figures import count_month, months_before
from xuezheng.kernel.work_calendar import local_day
from xuezheng.register.models import County


def mark_months(county: str, months: Iterable[date]) -> None:
    """Say, in the transaction of a change, that months of a county are to be counted anew."""
    FigureChange.objects.bulk_create(FigureChange(county=county, month=month) for month in sorted(set(months)))


def count_months(*, at: datetime) -> int:
    """Count the months that are over and not counted yet, or changed since; return how many."""
    counted = 0
    for county in County.objects.order_by("code").values_list("code", flat=True):
        first = Case.objects.filter(county=county).aggregate(Min("opened_at"))["opened_at__min"]
        if first is None:
            continue
        known = set(FigureMonth.objects.filter(county=county).values_list("month", flat=True))
        changed = set(FigureChange.objects.filter(county=county).values_list("month", flat=True))
        for month in months_before(local_day(first), at):
            if month not in known or month in changed:
                _count(county, month, at)
                counted += 1
        # A month that is not over will be counted with all that has happened by then: its marks are not needed.
        FigureChange.objects.filter(county=county, month__gte=local_day(at).replace(day=1)).delete()
    return counted


@transaction.atomic
def _count(county: str, month: date, at: datetime) -> None:
    """Count a month and take away the marks that were there before; one that comes in the meantime stays."""
    held, _ = FigureMonth.objects.get_or_create(county_id=county, month=month, defaults={"counted_at": at})
    FigureMonth.objects.select_for_update().get(pk=held.pk)
    seen = list(FigureChange.objects.filter(county=county, month=month).values_list("pk", flat=True))
    counts = count_month(county, month)
    FigureCount.objects.filter(month=held).delete()
    FigureCount.objects.bulk_create(
        FigureCount(month=held, kind=kind, unit_id=unit, **row)
        for (kind, unit), row in counts.items() if any(row.values())
    )  # fmt: skip
    FigureMonth.objects.filter(pk=held.pk).update(counted_at=at)
    for first in range(0, len(seen), 500):
        FigureChange.objects.filter(pk__in=seen[first : first + 500]).delete()
