"""The week on one page: what was said, what is proven done, what is late, what moved, what needs the leader, what is next.

Only so many rows of each are read as a page could hold, beside the whole count: a county with 100,000 cases gets the
same page as one with ten. Restricted cases are never on it. Sections keep the order of limits or of the record.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from xuezheng.cases.models import Case, Evidence, Extension, Step
from xuezheng.cases.queries.indicators import read_indicators, reading_key
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.catalogue.digest import load_digest_words
from xuezheng.catalogue.roles import load_roles
from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.work_calendar import end_of, local_day, start_of
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.meetings.queries.agenda import TurnedIndicator, find_turned
from xuezheng.people.models import Appointment
from xuezheng.standards.models import Evaluation
from xuezheng.standards.queries.county import indicator_ids

_WEEK = timedelta(days=7)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week: Monday to Sunday, as 2026-W10."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"

    @property
    def first(self) -> date:
        """Its Monday."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its Sunday."""
        return date.fromisocalendar(self.year, self.number, 7)

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return start_of(self.first)

    @property
    def ends(self) -> datetime:
        """The moment after its last."""
        return end_of(self.last)


def week_of(day: date) -> Week:
    """Return the ISO week of a day."""
    year, number, _ = day.isocalendar()
    return Week(year, number)


def read_week(text: str) -> Week | None:
    """Return the week that a text such as 2026-W10 names; None for anything else."""
    year, mark, number = text.partition("-W")
    if not (mark and len(year) == 4 and len(number) == 2 and year.isascii() and number.isascii()):
        return None
    if not (year.isdigit() and number.isdigit() and 2000 <= int(year) <= 2100):
        return None
    try:
        date.fromisocalendar(int(year), int(number), 1)
    except ValueError:
        return None
    return Week(int(year), int(number))


@dataclass(frozen=True, slots=True)
class Proven:
    """A case that was verified: with how many pieces of evidence, and by the people of which unit."""

    case: Case
    evidence: int
    by_unit: str


@dataclass(frozen=True, slots=True)
class Moved:
    """An indicator before and after; `case` moved it, or an evaluation of the week turned it (`turned`)."""

    case: Case | None
    link: Mapping[str, str] | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    turned: TurnedIndicator | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A case for which something waits: what an extension asks for, or why it was closed by force."""

    case: Case
    words: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """What the page is made of: rows, at most as many as could stand on it, and the count of all beside them."""

    week: Week
    as_of: datetime
    is_running: bool
    is_past: bool
    meeting: Meeting | None
    said: Sequence[Case]
    said_count: int
    said_done: int
    said_late: int
    proven: Sequence[Proven]
    proven_count: int
    late: Sequence[Case]
    late_count: int
    moved: Sequence[Moved]
    moved_count: int
    escalated: Sequence[Case]
    escalated_count: int
    asked: Sequence[Asked]
    asked_count: int
    forced: Sequence[Asked]
    forced_count: int
    due: Sequence[Case]
    due_count: int

    @property
    def is_quiet(self) -> bool:
        """Whether nothing happened and nothing waits."""
        return not any((
            self.said_count, self.proven_count, self.late_count, self.moved_count, self.escalated_count, self.asked_count,
            self.forced_count, self.due_count,
        ))  # fmt: skip


def compose_digest(county: str, week: Week, at: datetime) -> Digest:
    """Return a county's week. For a week long past, units, limits and states are those of today: the page says so."""
    as_of, most = min(at, week.ends), load_digest_words().most_rows
    shown = Case.objects.filter(county=county, is_restricted=False).select_related("lead_unit").defer("machine", "task")
    # The end of a week is the next one's first moment and belongs to that one.
    within = (week.begins, min(at, week.ends - _MOMENT))
    meeting, said = _said(county, week, as_of, shown)
    proven = shown.filter(verified_at__range=within).order_by("verified_at", "pk")
    lates = [cases.order_by("due_at", "pk") for cases in _late(shown, as_of)]
    escalated = _escalated(shown).order_by("due_at", "pk")
    asked = Extension.objects.filter(
        case__county=county, case__is_restricted=False, decided_at__isnull=True, asked_at__lte=as_of,
        case__has_pending_extension=True,
    ).order_by("asked_at", "pk")  # fmt: skip
    forced = shown.filter(is_forced=True, closed_at__range=within).order_by("closed_at", "pk")
    due = shown.filter(is_running=True, due_at__gt=week.ends, due_at__lte=week.ends + _WEEK).order_by("due_at", "pk")
    moved, moved_count = _moved(county, proven.filter(indicator__isnull=False), within, most)
    return Digest(
        week, as_of, at < week.ends, at >= week.ends + _WEEK, meeting,
        list(said[:most]), said.count(), said.filter(phase="done").count(), sum(cases.count() for cases in _late(said, as_of)),
        _proven(proven[:most]), proven.count(), _first(lates, most), sum(cases.count() for cases in lates), moved, moved_count,
        list(escalated[:most]), escalated.count(),
        [Asked(held.case, held.reason, held.until) for held in asked.select_related("case__lead_unit")[:most]], asked.count(),
        _forced(forced[:most]), forced.count(),
        list(due[:most]), due.count(),
    )  # fmt: skip


def _said(county: str, week: Week, as_of: datetime, shown: QuerySet[Case]) -> tuple[Meeting | None, QuerySet[Case]]:
    """Return the last meeting of which something was decided by then, and its decisions in the record's order."""
    decided = Exists(Proposal.objects.filter(meeting=OuterRef("pk"), case__isnull=False))
    until = min(week.last, local_day(as_of))
    held = Meeting.objects.filter(county=county, held_on__lte=until, is_task_table=False, cancelled_at__isnull=True)
    meeting = held.filter(decided).order_by("-held_on", "-pk").first()
    if meeting is None:
        return None, shown.none()
    numbers = Proposal.objects.filter(meeting=meeting, case__isnull=False).values("case")
    return meeting, shown.filter(pk__in=numbers).order_by("year", "sequence", "pk")


def _late(cases: QuerySet[Case], as_of: datetime) -> tuple[QuerySet[Case], ...]:
    """Return the cases that were late at a moment, in parts that have none in common and each walk along an index.

    What still runs, what was reported only later, and what was closed by force later without a report.
    """
    due = cases.filter(due_at__lte=as_of, handed_out_at__lte=as_of)
    ended = due.filter(is_running=False).exclude(phase="void")
    return (
        due.filter(is_running=True),
        ended.filter(reported_at__gt=as_of),
        ended.filter(reported_at__isnull=True, is_forced=True, closed_at__gt=as_of),
    )


def _first(parts: Iterable[QuerySet[Case]], most: int) -> list[Case]:
    """Return the first cases of several ordered parts by their limits."""
    rows = [case for cases in parts for case in cases[:most]]
    return sorted(rows, key=lambda case: (case.due_at is None, case.due_at, case.pk))[:most]


def _forced(cases: Iterable[Case]) -> list[Asked]:
    """Return cases that were closed by force, each with the reason that was given."""
    held = list(cases)
    steps = Step.objects.filter(case__in=[case.pk for case in held], step="force_close").order_by("version")
    words = {step.case_id: step.words for step in steps}
    return [Asked(case, words.get(case.pk, "")) for case in held]


def _escalated(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Return the running cases that have been put before the leaders, as each kind's escalation says."""
    wanted = Q(pk__in=[])
    for kind in load_kinds().values():
        steps = [number for number, step in enumerate(kind.escalation, 1) if "leaders" in step.tell]
        if steps:
            wanted |= Q(kind=kind.id, escalated__gte=steps[0])
    return cases.filter(wanted, is_running=True)


def _proven(cases: Iterable[Case]) -> list[Proven]:
    held = list(cases)
    numbers = [case.pk for case in held]
    counts = dict(
        Evidence.objects.filter(case__in=numbers, superseded_by__isnull=True)
        .values_list("case")
        .annotate(count=Count("pk"))
        .order_by()
    )
    verified = Step.objects.filter(case__in=numbers, step="verify").order_by("version")
    by = {step.case_id: step for step in verified}
    units = _units_of({step.by_id for step in by.values() if step.by_id is not None})
    return [
        Proven(case, counts.get(case.pk, 0), units.get(by[case.pk].by_id or 0, "") if case.pk in by else "")
        for case in held
    ]


def _units_of(accounts: set[int]) -> dict[int, str]:
    """Return the unit in which each account may verify, by the newest appointment; the unit, never the person."""
    roles = [name for name, role in load_roles().roles.items() if "verify_cases" in role.rights]
    held = Appointment.objects.filter(account__in=accounts, role__in=roles).select_related("organisation")
    return {one.account_id: one.organisation.name for one in held.order_by("starts_on", "pk")}


def _moved(county: str, cases: QuerySet[Case], within: tuple[datetime, datetime], most: int) -> tuple[list[Moved], int]:
    """Return the first indicators that verified cases should move and did, then that the week's evaluations turned.

    Beside them how many moved in all. An indicator stands once, with the first case that moved it, however many cases
    link to it and whether or not an evaluation turned it, too; of the cases no more than the links are read.
    """
    rows = cases.values_list("pk", "indicator", "indicator_before")
    links = cast("QuerySet[Case, tuple[int, dict[str, str], dict[str, Any] | None]]", rows)
    now = read_indicators(county, [dict(each) for each in {tuple(link.items()) for _, link, _ in links.iterator()}])
    first: dict[tuple[str, ...], Moved] = {}
    numbers: dict[tuple[str, ...], int] = {}
    for number, link, before in links.iterator():
        after, moved = now.get(reading_key(link, county)), _indicator_moved(county, link)
        if moved not in numbers and before is not None and after is not None and _differs(before, after):
            numbers[moved] = number
            if len(first) < most:
                first[moved] = Moved(None, link, before, after)
    shown = Case.objects.select_related("lead_unit").defer("machine", "task").in_bulk([numbers[key] for key in first])
    found = [replace(held, case=shown[numbers[key]]) for key, held in first.items()]
    evaluated = set(
        Evaluation.objects.filter(county=county, is_current=True, evaluated_at__range=within)
        .values_list("standard", "school_year")
        .order_by()
    )
    turned = [
        Moved(None, None, None, None, each)
        for each in (find_turned(county) if evaluated else ())
        if (each.standard, each.years[1]) in evaluated
        and (each.standard, each.indicator, "county", county) not in numbers
    ]
    return [*found, *turned][:most], len(numbers) + len(turned)


def _indicator_moved(county: str, link: Mapping[str, str]) -> tuple[str, ...]:
    """Return what counts as one indicator: that of its standard to which the finding belongs, about one subject."""
    owners = indicator_ids(load_standard(link["standard"]))
    owner = owners.get(link["indicator"], link["indicator"])
    return link["standard"], owner, link["level"], link["subject"] or county


def _differs(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return (before.get("value"), before.get("verdict")) != (after.get("value"), after.get("verdict"))
