"""Ledgers: the cases of a unit or a county in order of their numbers, filtered, a page at a time."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet

from xuezheng.cases.access import SEEING, find_units, units_of
from xuezheng.cases.calendar import current_calendar
from xuezheng.cases.engine.clock import sense_of, shown_light
from xuezheng.cases.models import Case
from xuezheng.catalogue.case_kinds import Light, Phase, Sense, load_kinds
from xuezheng.people.access import OutsideArea, Reach
from xuezheng.people.models import Organisation

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What of a ledger is wanted: empty fields want everything. `light` is one of the senses calm, near, late.

    `unit` is the id of the lead unit, `phase` one of the phases of a state.
    """

    kind: str = ""
    light: str = ""
    is_open: bool | None = None
    year: int | None = None
    unit: int | None = None
    phase: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a ledger, and whether another follows."""

    cases: list[Case]
    number: int
    is_more: bool


def can_see_county(reach: Reach, county: str) -> bool:
    """Whether somebody sees the whole county's ledger."""
    return any(reach.can_in_county(right, county) for right in SEEING)


def find_ledger_units(reach: Reach, county: str, on: date) -> QuerySet[Organisation]:
    """Return the units of a county whose ledgers somebody may open, in protocol order."""
    if can_see_county(reach, county):
        return find_units(county)
    rows = Organisation.objects.filter(county=county, is_active=True, pk__in=units_of(reach, on))
    return rows.order_by("protocol_order", "kind", "code", "pk")


def get_ledger_unit(reach: Reach, county: str, unit: int, on: date) -> Organisation:
    """Return a unit whose ledger somebody may open; raises `OutsideArea` for any other."""
    rows = Organisation.objects.filter(county=county, pk=unit)
    if not can_see_county(reach, county):
        rows = rows.filter(pk__in=units_of(reach, on))
    found = rows.first()
    if found is None:
        raise OutsideArea("outside_area")
    return found


def find_ledger(
    reach: Reach, county: str, unit: Organisation | None, wanted: Filter, on: date, at: datetime
) -> QuerySet[Case]:
    """Return the cases of a unit, or of a whole county that somebody sees, in order of their numbers.

    Those that are chosen by their light stand in order of the day by which they are due, the first one first.
    Restricted cases stand in the ledgers of their own units, for their own people, and nowhere else.
    """
    cases = Case.objects.filter(county=county)
    if unit is not None:
        cases = cases.filter(lead_unit=unit)
    elif not can_see_county(reach, county):
        raise OutsideArea("outside_area")
    if unit is None or unit.pk not in units_of(reach, on):
        cases = cases.filter(is_restricted=False)
    # No join with the county here: with one, databases sort all rows instead of walking along the index.
    cases = cases.filter(condition_of(wanted, at)).select_related("lead_unit").defer("machine", "task")
    return cases.order_by(*order_of(wanted))


def order_of(wanted: Filter) -> tuple[str, ...]:
    """Return the columns by which a ledger is ordered."""
    return ("due_at", "pk") if wanted.light else ("-year", "kind", "-sequence")


def get_page(cases: QuerySet[Case], number: int) -> Page:
    """Return one page of a ledger; no count is made, so that the page is as quick for many cases as for few."""
    first = (max(number, 1) - 1) * PAGE
    rows = list(cases.prefetch_related("assisting_units")[first : first + PAGE + 1])
    return Page(rows[:PAGE], max(number, 1), len(rows) > PAGE)


def condition_of(wanted: Filter, at: datetime) -> Q:
    """Return the condition of a filter, in the form along which the indexes walk."""
    found = Q()
    for column, value in (
        ("kind", wanted.kind),
        ("year", wanted.year),
        ("lead_unit", wanted.unit),
        ("phase", wanted.phase),
    ):
        found &= Q(**{column: value}) if value else Q()
    if wanted.is_open is not None:
        found &= Q(is_open=wanted.is_open)
    lights = {
        "late": Q(is_running=True, due_at__lte=at),
        "near": Q(is_running=True, due_at__gt=at, warn_at__lte=at),
        "calm": Q(is_running=True) & (Q(due_at__isnull=True) | Q(due_at__gt=at, warn_at__gt=at)),
    }
    return found & lights.get(wanted.light, Q())


def light_of_row(case: Case, at: datetime) -> tuple[Sense, str, Light]:
    """Return a case's light by its columns: the sense, the light's name in its scheme, and the light."""
    sense = sense_of(
        _phase(case), at=at, due_at=case.due_at, warned_at=case.warn_at,
        finished_at=case.reported_at or case.closed_at, is_paused=case.is_paused,
    )  # fmt: skip
    name, light = shown_light(load_kinds()[case.kind].scheme, sense, at, case.due_at, current_calendar())
    return sense, name, light


def _phase(case: Case) -> Phase:
    return load_kinds()[case.kind].phase(case.state)
