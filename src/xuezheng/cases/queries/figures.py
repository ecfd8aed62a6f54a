"""Supervision figures: rates with numerator, denominator and exclusions, beside what would betray a gamed one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q

from xuezheng.cases.models import Case, Extension
from xuezheng.kernel.work_calendar import start_of
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


def find_figures(
    county: str, first: date, until: date, at: datetime, *, kind: str = "", units: Iterable[int] | None = None
) -> list[Figures]:
    """Return the figures of a county and of each unit that leads a case, for the days from `first` to before `until`.

    Open to whom the caller has let in: restricted cases are counted too, but a figure shows no case.
    """
    since, before = start_of(first), min(start_of(until), at)
    rows = Case.objects.filter(county=county)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(lead_unit__in=units) if units is not None else rows
    counts = _counts(since, before, at)
    counted: Any = list(rows.order_by().values("lead_unit").annotate(**counts))
    by_unit = {row["lead_unit"]: row for row in counted if any(row[name] for name in counts)}
    asked = dict(
        Extension.objects.filter(case__in=rows.order_by(), asked_at__gte=since, asked_at__lt=before)
        .values_list("case__lead_unit")
        .annotate(Count("id"))
    )
    held = Organisation.objects.filter(pk__in=[unit for unit in by_unit if unit])
    ordered = held.order_by("protocol_order", "kind", "code", "pk")
    total = {name: sum(row[name] for row in by_unit.values()) for name in counts}
    return [
        _figures(None, total, sum(asked.values())),
        *(_figures(unit, by_unit[unit.pk], asked.get(unit.pk, 0)) for unit in ordered),
    ]


def _counts(since: datetime, before: datetime, at: datetime) -> dict[str, Any]:
    due = Q(due_at__gte=since, due_at__lte=before) & ~Q(phase="void") & Q(is_forced=False)
    first_due = Q(first_due_at__gte=since, first_due_at__lte=before) & ~Q(phase="void") & Q(is_forced=False)
    to_reply = Q(receive_due_at__gte=since, receive_due_at__lte=before) & ~Q(phase="void")
    reported = Q(reported_at__gte=since, reported_at__lt=before) | Q(
        sent_back__gt=0, opened_at__lt=before, closed_at__isnull=True, reported_at__isnull=True
    )
    closed = Q(closed_at__gte=since, closed_at__lt=before)
    wanted = {
        "due": due,
        "done_in_time": due & Q(reported_at__lt=F("due_at")),
        "due_left_out": Q(due_at__gte=since, due_at__lte=before) & (Q(phase="void") | Q(is_forced=True)),
        "first_due": first_due,
        "done_in_first_time": first_due & Q(reported_at__lt=F("first_due_at")),
        "to_reply": to_reply,
        "replied": to_reply & Q(received_at__lt=F("receive_due_at")),
        "reported": reported & ~Q(phase="void"),
        "sent_back": reported & Q(sent_back__gt=0) & ~Q(phase="void"),
        "closed": closed & ~Q(phase="void"),
        "rechecked": closed & Q(verified_at__isnull=False, is_forced=False) & ~Q(phase="void"),
        "forced": closed & Q(is_forced=True),
        "voided": closed & Q(phase="void"),
        "open_overdue": Q(is_running=True, due_at__lte=at),
        "extended": due & Q(extensions__gt=0),
        "declined": Q(declined__gt=0, opened_at__gte=since, opened_at__lt=before),
        "reopened": Q(reopened__gt=0, opened_at__lt=before) & (closed | Q(is_open=True)),
    }
    # n_: a count may not be called like a column.
    return {f"n_{name}": Count("id", filter=condition) for name, condition in wanted.items()}


def _figures(unit: Organisation | None, row: dict[str, int], asked: int) -> Figures:
    return Figures(
        unit=unit,
        on_time=Rate(row["n_done_in_time"], row["n_due"], row["n_due_left_out"]),
        on_time_at_first=Rate(row["n_done_in_first_time"], row["n_first_due"], row["n_due_left_out"]),
        replied=Rate(row["n_replied"], row["n_to_reply"]),
        rework=Rate(row["n_sent_back"], row["n_reported"]),
        rechecked=Rate(row["n_rechecked"], row["n_closed"], row["n_voided"]),
        open_overdue=row["n_open_overdue"],
        extended=row["n_extended"],
        extensions_asked=asked,
        declined=row["n_declined"],
        reopened=row["n_reopened"],
        forced=row["n_forced"],
        voided=row["n_voided"],
    )
