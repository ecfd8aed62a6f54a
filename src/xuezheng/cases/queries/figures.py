"""Supervision figures: rates with numerator, denominator and exclusions, beside what would betray a gamed one.

Months that are over are counted in the night and added up here; what is left of a period, and months in which a step
changed something since, are counted directly along an index. Both ways count by the same conditions, so that a figure
is always exact. Restricted cases are in no figure: a small one would tell that there is such a case.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from xuezheng.cases.figure_models import FigureChange, FigureCount, FigureMonth
from xuezheng.cases.models import Case, Extension
from xuezheng.kernel.work_calendar import last_day, local_day, start_of
from xuezheng.people.models import Organisation


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as a fraction of counted cases; `excluded` are cases of the period that it does not count."""

    numerator: int
    denominator: int
    excluded: int = 0

    @property
    def share(self) -> float | None:
        """The rate, or None where nothing is counted: no case is no success."""
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one unit, or of the whole county (`unit` is None), for cases due or reported in a period.

    `on_time` counts open overdue work as late. Beside it stands `on_time_at_first`, by the limit that was set first:
    a gap between the two is what extensions bought. `rechecked` stands beside `reopened`, `forced` and `voided`.
    """

    unit: Organisation | None
    on_time: Rate
    on_time_at_first: Rate
    replied: Rate
    rework: Rate
    rechecked: Rate
    open_overdue: int
    extended: int
    extensions_asked: int
    declined: int
    reopened: int
    forced: int
    voided: int


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What is counted by one of a case's moments. A deadline belongs to the day that ends with it, an event to its own."""

    moment: str
    is_deadline: bool
    counts: Mapping[str, Q]

    def within(self, span: "Span") -> Q:
        """Return the condition for cases whose moment lies in a span."""
        first, last = ("gt", "lte") if self.is_deadline else ("gte", "lt")
        return Q(**{f"{self.moment}__{first}": span[0], f"{self.moment}__{last}": span[1]})


Span = tuple[datetime, datetime]
Counts = dict[str, int]
_VOID, _FORCED = Q(phase="void"), Q(is_forced=True)
_COUNTED = ~_VOID & Q(is_forced=False)
# n_: a count may not be called like a column.
_ANCHORS = (
    _Anchor("due_at", True, {
        "n_due": _COUNTED,
        "n_done_in_time": _COUNTED & Q(reported_at__lt=F("due_at")),
        "n_due_left_out": _VOID | _FORCED,
        "n_extended": _COUNTED & Q(extensions__gt=0),
    }),
    _Anchor("first_due_at", True, {
        "n_first_due": _COUNTED,
        "n_done_in_first_time": _COUNTED & Q(reported_at__lt=F("first_due_at")),
        "n_first_due_left_out": _VOID | _FORCED,
    }),
    _Anchor("receive_due_at", True, {
        "n_to_reply": ~_VOID,
        "n_replied": ~_VOID & Q(received_at__lt=F("receive_due_at")),
        "n_reply_left_out": _VOID,
    }),
    _Anchor("reported_at", False, {"n_reported": ~_VOID, "n_sent_back": ~_VOID & Q(sent_back__gt=0)}),
    _Anchor("closed_at", False, {
        "n_closed": ~_VOID,
        "n_rechecked": _COUNTED & Q(verified_at__isnull=False),
        "n_forced": _FORCED,
        "n_voided": _VOID,
        "n_reopened": Q(reopened__gt=0),
    }),
    _Anchor("opened_at", False, {"n_declined": Q(declined__gt=0)}),
)  # fmt: skip
_OVERDUE = _Anchor("due_at", True, {"n_open_overdue": Q(is_running=True)})
ANCHORS = (*_ANCHORS, _OVERDUE)
NAMES = (*(name for anchor in ANCHORS for name in anchor.counts), "n_extensions_asked")


def find_figures(
    county: str, first: date, until: date, at: datetime, *, kind: str = "", units: Iterable[int] | None = None
) -> list[Figures]:
    """Return the figures of a county and of each unit that leads a case, for the days from `first` to before `until`.

    Open to whom the caller has let in; restricted cases are left out.
    """
    since, before = start_of(first), min(start_of(until), at)
    rows = _cases(county, kind)
    held = None if units is None else set(units)
    found: dict[int | None, Counts] = defaultdict(lambda: dict.fromkeys(NAMES, 0))
    if since < before:
        months, spans = _parted(county, since, before)
        _add_months(found, months, kind, [name for name in NAMES if name != "n_open_overdue"])
        _add(found, count_directly(rows, spans, _ANCHORS))
        _add(found, _asked(county, kind, spans))
        _add(found, _unfinished(rows, before))
    earliest = rows.filter(is_running=True).aggregate(Min("due_at"))["due_at__min"]
    if earliest is not None and earliest <= at:
        months, spans = _parted(county, start_of(_month(last_day(earliest))), at)
        _add_months(found, months, kind, ["n_open_overdue"])
        _add(found, count_directly(rows, spans, (_OVERDUE,)))
    by_unit = {unit: row for unit, row in found.items() if any(row.values()) and (held is None or unit in held)}
    ordered = Organisation.objects.filter(pk__in=[unit for unit in by_unit if unit])
    total = {name: sum(row[name] for row in by_unit.values()) for name in NAMES}
    return [
        _figures(None, total),
        *(_figures(unit, by_unit[unit.pk]) for unit in ordered.order_by("protocol_order", "kind", "code", "pk")),
    ]


def months_touched(case: Case, at: datetime) -> set[date]:
    """Return the months up to the present one in which a case is counted: what a step that changes it has to mark."""
    found = {_month(local_day(at))}
    for anchor in ANCHORS:
        moment: datetime | None = getattr(case, anchor.moment)
        if moment is not None:
            found.add(_month(last_day(moment) if anchor.is_deadline else local_day(moment)))
    return {month for month in found if month <= _month(local_day(at))}


def count_month(county: str, month: date) -> dict[tuple[str, int | None], Counts]:
    """Count one month of a county by kind and unit, from the cases themselves."""
    span = (start_of(month), start_of(_next(month)))
    by = ("kind", "lead_unit")
    counted = count_directly(_cases(county, ""), [span], ANCHORS, by)
    for key, asked in _asked(county, "", [span], by).items():
        counted[key] |= asked
    return counted


def count_directly(
    rows: QuerySet[Case], spans: Sequence[Span], anchors: Iterable[_Anchor], by: tuple[str, ...] = ("lead_unit",)
) -> dict[Any, Counts]:
    """Count cases whose moments lie in spans, by unit or as `by` says: the plain way, one index a moment."""
    found: dict[Any, Counts] = defaultdict(dict)
    if not spans:
        return found
    for anchor in anchors:
        within = reduce(or_, (anchor.within(span) for span in spans))
        counts = {name: Count("pk", filter=condition) for name, condition in anchor.counts.items()}
        for row in rows.filter(within).order_by().values_list(*by).annotate(**counts).values_list(*by, *counts):
            key = row[0] if len(by) == 1 else row[: len(by)]
            found[key] |= dict(zip(counts, row[len(by) :], strict=True))
    return found


def _asked(county: str, kind: str, spans: Sequence[Span], by: tuple[str, ...] = ("lead_unit",)) -> dict[Any, Counts]:
    """Count the extensions that were asked for in spans, as `count_directly` counts cases."""
    found: dict[Any, Counts] = defaultdict(dict)
    if not spans:
        return found
    within = reduce(or_, (Q(asked_at__gte=since, asked_at__lt=before) for since, before in spans))
    # Joined, not looked up among all cases: databases would read those first.
    asked = Extension.objects.filter(within, case__county=county, case__is_restricted=False)
    asked = asked.filter(case__kind=kind) if kind else asked
    columns = [f"case__{name}" for name in by]
    for row in asked.order_by().values_list(*columns).annotate(count=Count("pk")):
        found[row[0] if len(by) == 1 else row[: len(by)]]["n_extensions_asked"] = row[-1]
    return found


def months_before(first: date, at: datetime) -> Iterator[date]:
    """Yield the first days of the months that are over, from the month of a day on."""
    month = _month(first)
    while start_of(_next(month)) <= at:
        yield month
        month = _next(month)


def _cases(county: str, kind: str) -> QuerySet[Case]:
    rows = Case.objects.filter(county=county, is_restricted=False)
    return rows.filter(kind=kind) if kind else rows


def _unfinished(rows: QuerySet[Case], before: datetime) -> dict[int | None, Counts]:
    """Count what has no moment in the period, for the time being: sent back and not reported again, reopened and open."""
    sent_back = Q(sent_back__gt=0, reported_at__isnull=True, is_open=True)
    reopened = Q(reopened__gt=0, is_open=True)
    found: dict[int | None, Counts] = defaultdict(lambda: dict.fromkeys(("n_reported", "n_sent_back", "n_reopened"), 0))
    for condition, names in ((sent_back, ("n_reported", "n_sent_back")), (reopened, ("n_reopened",))):
        counted = rows.filter(condition, opened_at__lt=before).order_by().values_list("lead_unit").annotate(Count("pk"))
        for unit, count in counted:
            for name in names:
                found[unit][name] += count
    return found


def _parted(county: str, since: datetime, before: datetime) -> tuple[list[int], list[Span]]:
    """Part a period into months that stand counted, by their ids, and the spans that have to be counted directly."""
    # The changes are read first: what changes after that is simply not in this answer yet.
    changed = set(FigureChange.objects.filter(county=county).values_list("month", flat=True))
    counted = dict(FigureMonth.objects.filter(county=county).values_list("month", "pk"))
    months: list[int] = []
    spans: list[Span] = []
    begin = since
    while begin < before:
        month = _month(local_day(begin))
        end = start_of(_next(month))
        if begin == start_of(month) and end <= before and month in counted and month not in changed:
            months.append(counted[month])
        elif spans and spans[-1][1] == begin:
            spans[-1] = (spans[-1][0], min(end, before))
        else:
            spans.append((begin, min(end, before)))
        begin = end
    return months, spans


def _add_months(found: dict[int | None, Counts], months: list[int], kind: str, names: list[str]) -> None:
    rows = FigureCount.objects.filter(month__in=months)
    rows = rows.filter(kind=kind) if kind else rows
    for unit, *counts in rows.order_by().values_list("unit").annotate(*(Sum(name) for name in names)):
        _add(found, {unit: dict(zip(names, counts, strict=True))})


def _add(found: dict[int | None, Counts], more: Mapping[int | None, Counts]) -> None:
    for unit, counts in more.items():
        for name, count in counts.items():
            found[unit][name] += count


def _month(day: date) -> date:
    return day.replace(day=1)


def _next(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _figures(unit: Organisation | None, row: Counts) -> Figures:
    return Figures(
        unit=unit,
        on_time=Rate(row["n_done_in_time"], row["n_due"], row["n_due_left_out"]),
        on_time_at_first=Rate(row["n_done_in_first_time"], row["n_first_due"], row["n_first_due_left_out"]),
        replied=Rate(row["n_replied"], row["n_to_reply"], row["n_reply_left_out"]),
        rework=Rate(row["n_sent_back"], row["n_reported"]),
        rechecked=Rate(row["n_rechecked"], row["n_closed"], row["n_voided"]),
        open_overdue=row["n_open_overdue"],
        extended=row["n_extended"],
        extensions_asked=row["n_extensions_asked"],
        declined=row["n_declined"],
        reopened=row["n_reopened"],
        forced=row["n_forced"],
        voided=row["n_voided"],
    )
