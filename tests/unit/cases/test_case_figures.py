"""Supervision figures are exact however they are counted: by months kept from the night, and directly."""

import random
from datetime import date, datetime, timedelta

import pytest

from world import AT, HOME
from xuezheng.cases import rows
from xuezheng.cases.access import actor_facts
from xuezheng.cases.actions.counting import count_months
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import EvidenceGiven, Given, take_step
from xuezheng.cases.engine.machine import steps_now
from xuezheng.cases.engine.refusing import StepRefused
from xuezheng.cases.figure_models import FigureChange, FigureMonth
from xuezheng.cases.models import Case, Extension
from xuezheng.cases.queries.figures import find_figures
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.kernel.work_calendar import SHANGHAI

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def midnight(day):
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def plain_count(first, until, at, kind, unit):
    """Every case looked at, one after the other, and counted by the words of the figures."""
    since, before = midnight(first), min(midnight(until), at)
    held = [case for case in Case.objects.filter(county=HOME).order_by("pk")
            if not case.is_restricted and case.kind in (kind or case.kind) and unit in (None, case.lead_unit_id)]  # fmt: skip

    def ends(moment):
        return moment is not None and since < moment <= before

    def lies(moment):
        return moment is not None and since <= moment < before

    void = {case.pk for case in held if case.phase == "void"}
    out = void | {case.pk for case in held if case.is_forced}
    due = [case for case in held if ends(case.due_at)]
    first_due = [case for case in held if ends(case.first_due_at)]
    reply = [case for case in held if ends(case.receive_due_at)]
    closed = [case for case in held if lies(case.closed_at)]
    again = [
        case for case in held if case.sent_back and case.is_open and not case.reported_at and case.opened_at < before
    ]
    reported = [case for case in held if lies(case.reported_at) and case.pk not in void]
    return {
        "on_time": (sum(case.reported_at is not None and case.reported_at < case.due_at for case in due if case.pk not in out),
                    sum(case.pk not in out for case in due), sum(case.pk in out for case in due)),
        "on_time_at_first": (
            sum(case.reported_at is not None and case.reported_at < case.first_due_at for case in first_due if case.pk not in out),
            sum(case.pk not in out for case in first_due), sum(case.pk in out for case in first_due)),
        "replied": (sum(case.received_at is not None and case.received_at < case.receive_due_at for case in reply if case.pk not in void),
                    sum(case.pk not in void for case in reply), sum(case.pk in void for case in reply)),
        "rework": (sum(case.sent_back > 0 for case in reported) + len(again), len(reported) + len(again), 0),
        "rechecked": (sum(case.verified_at is not None and case.pk not in out for case in closed),
                      sum(case.pk not in void for case in closed), sum(case.pk in void for case in closed)),
        "open_overdue": sum(case.is_running and case.due_at is not None and case.due_at <= at for case in held),
        "extended": sum(case.extensions > 0 for case in due if case.pk not in out),
        "extensions_asked": sum(lies(asked.asked_at) for asked in Extension.objects.filter(case__in=held)),
        "declined": sum(case.declined > 0 and lies(case.opened_at) for case in held),
        "reopened": sum(case.reopened > 0 and (lies(case.closed_at) or (case.is_open and case.opened_at < before)) for case in held),
        "forced": sum(case.is_forced for case in closed),
        "voided": sum(case.pk in void for case in closed),
    }  # fmt: skip


def shown(figures):
    found = {}
    for name in figures.__slots__:
        value = getattr(figures, name)
        if name != "unit":
            found[name] = value if isinstance(value, int) else (value.numerator, value.denominator, value.excluded)
    return found


def check(at, office, *, kind="", first=date(2026, 1, 1), until=date(2027, 1, 1)):
    county, *units = find_figures(HOME, first, until, at, kind=kind)
    assert shown(county) == plain_count(first, until, at, kind, None)
    named = {held.unit.pk: shown(held) for held in units}
    for unit in (office.finance_unit, office.housing_unit, office.school_unit):
        counted = plain_count(first, until, at, kind, unit.pk)
        nothing = all(not value or value == (0, 0, 0) for value in counted.values())
        assert named.get(unit.pk) == (None if nothing else counted)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_agree_with_the_plain_count_whatever_happens(office, seed):
    drawn, kinds = random.Random(seed), load_kinds()  # noqa: S311 - a repeatable walk, nothing secret
    units = [office.finance_unit, office.housing_unit, office.school_unit]
    people = [
        office.office,
        office.office_two,
        office.head,
        office.finance,
        office.housing,
        office.school,
        office.inspector,
    ]
    cases, at = [], AT
    for turn in range(260):
        at += timedelta(hours=drawn.choice([1, 7, 24, 60]))
        if len(cases) < 14 or drawn.random() < 0.1:
            kind = drawn.choice(list(kinds))
            level = drawn.choice(list(kinds[kind].levels))
            until = (at + timedelta(days=drawn.randint(2, 40))).date()
            opening = Opening(kind=kind, level=level, title=f"第{turn}件", until=until)
            cases.append(open_case(county=office.county, opening=opening, by=office.office, at=at).pk)
        case = Case.objects.get(pk=drawn.choice(cases))
        by = drawn.choice(people)
        offered = steps_now(kinds[case.kind], rows.read(case), actor_facts(by, case, at.date()))
        names = [name for name in offered if name not in ("force_close", "void") or drawn.random() < 0.15]
        later = (at + timedelta(days=drawn.randint(1, 50))).date()
        given = Given(
            reason="已办", unit=drawn.choice(units), until=later, measure="隔离", responsible="甲", measure_until=later,
            pause=next(iter(kinds[case.kind].pauses), ""), evidence=EvidenceGiven("photo", words="照片"),
        )  # fmt: skip
        if names:
            try:
                take_step(case=case, step=drawn.choice(names), version=case.version, by=by, at=at, given=given)
            except StepRefused:
                continue
        if turn % 29 == 0:
            count_months(at=at)
        if turn % 13 == 0:
            check(at, office, kind=drawn.choice(["", *kinds]))
            check(at, office, first=date(2026, 3, 17), until=date(2026, 5, 3))
    assert FigureMonth.objects.filter(county=HOME).count() > 3
    check(at, office)
    count_months(at=at)
    check(at, office)
    past = FigureChange.objects.filter(month__lt=at.date().replace(day=1))
    assert not past.exists()


def test_a_limit_that_ends_with_the_year_belongs_to_that_year(office):
    case = open_case(
        county=office.county, opening=Opening(kind="decision", level="dated", title="年底"), by=office.office, at=AT
    )
    given = Given(unit=office.finance_unit, until=date(2026, 12, 31))
    take_step(case=case, step="hand_out", version=1, by=office.office, at=AT, given=given)
    at = midnight(date(2027, 1, 9))
    this, *_ = find_figures(HOME, date(2026, 1, 1), date(2027, 1, 1), at)
    following, *_ = find_figures(HOME, date(2027, 1, 1), date(2028, 1, 1), at)
    assert (this.on_time.denominator, following.on_time.denominator) == (1, 0)


def test_a_restricted_case_is_in_no_figure(office):
    case = open_case(
        county=office.county, opening=Opening(kind="concern", level="protection", title="某事"), by=office.office, at=AT
    )
    take_step(case=case, step="hand_out", version=1, by=office.office, at=AT, given=Given(unit=office.finance_unit))
    at = AT + 60 * DAY
    count_months(at=at)
    for kind in ("", "concern"):
        county, *units = find_figures(HOME, date(2026, 1, 1), date(2027, 1, 1), at, kind=kind)
        assert (county.on_time.denominator, county.open_overdue, units) == (0, 0, [])
