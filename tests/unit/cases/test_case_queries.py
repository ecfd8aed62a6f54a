"""Who sees which case, what work lists and ledgers hold, search, and the supervision figures."""

from datetime import date, timedelta

import pytest

from world import AT, HOME, OTHER, organisation, person
from xuezheng.cases.access import get_case, visible_cases
from xuezheng.cases.actions.nightly import escalate_cases
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import EvidenceGiven, Given, take_step
from xuezheng.cases.models import Case
from xuezheng.cases.queries.figures import find_figures
from xuezheng.cases.queries.ledger import Filter, find_ledger, get_ledger_unit, get_page, light_of_row
from xuezheng.cases.queries.search import search_cases
from xuezheng.cases.queries.work import find_work
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.people.access import OutsideArea, reach_of

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ON = AT.date()


def opened(office, **more):
    opening = Opening(**{"kind": "decision", "title": "推进中心校运动场改造", **more})
    return open_case(county=office.county, opening=opening, by=office.office, at=AT)


def step(case, name, by, at, **given):
    return take_step(case=case, step=name, version=case.version, by=by, at=at, given=Given(**given))


def handed(office, unit, **more):
    return step(opened(office, **more), "hand_out", office.office, AT, unit=unit)


def done(office, case, at):
    case = step(case, "receive", office.finance, AT + HOUR)
    case = step(case, "add_evidence", office.finance, at, evidence=EvidenceGiven("document", words="验收单"))
    return step(case, "report_done", office.finance, at, reason="已完工")


def seen(reach):
    return set(visible_cases(reach, ON).values_list("title", flat=True))


def test_a_unit_sees_what_it_leads_or_assists_and_the_county_sees_all(office):
    handed(office, office.finance_unit, title="甲")
    step(
        opened(office, title="乙"),
        "hand_out",
        office.office,
        AT,
        unit=office.housing_unit,
        assisting=(office.finance_unit,),
    )
    handed(office, office.housing_unit, title="丙")
    assert seen(office.finance) == {"甲", "乙"}
    assert seen(office.housing) == {"乙", "丙"}
    assert seen(office.leader) == seen(office.office) == {"甲", "乙", "丙"}
    assert seen(office.school) == seen(office.statistician) == set()


def test_another_county_sees_nothing(office):
    case = handed(office, office.finance_unit)
    there = organisation("county", OTHER, OTHER, "临河县")
    stranger = reach_of(person("elsewhere", "office", there), ON)
    with pytest.raises(OutsideArea):
        get_case(stranger, HOME, case.pk, ON)
    with pytest.raises(OutsideArea):
        get_case(office.office, OTHER, case.pk, ON)
    assert find_work(stranger, AT) == []
    assert search_cases(stranger, HOME, "运动场", ON, AT).cases == []


def test_a_restricted_case_is_seen_by_those_named_on_it_alone(office):
    handed(office, office.finance_unit, kind="concern", level="protection", title="某事",
           readers=(office.leader.account,))  # fmt: skip
    assert seen(office.office) == seen(office.finance) == seen(office.leader) == {"某事"}
    assert seen(office.office_two) == seen(office.head) == seen(office.housing) == set()
    assert [work.reason for work in find_work(office.office_two, AT + 30 * DAY)] == []
    assert list(find_ledger(office.office, HOME, None, Filter(), ON, AT)) == []
    assert len(find_ledger(office.finance, HOME, office.finance_unit, Filter(), ON, AT)) == 1


def test_a_duty_inspector_verifies_the_cases_of_the_own_schools(office):
    case = handed(office, office.school_unit, kind="finding", title="课程开设不足")
    handed(office, office.housing_unit, kind="finding", title="别处")
    case = step(case, "receive", office.school, AT + HOUR)
    case = step(case, "add_evidence", office.school, AT + HOUR, evidence=EvidenceGiven("document", words="课表"))
    case = step(case, "report_done", office.school, AT + HOUR, reason="已开齐")
    assert seen(office.inspector) == {"课程开设不足"}
    (work,) = find_work(office.inspector, AT + DAY)
    assert (work.reason, work.count) == ("to_verify", 1)


def test_work_stands_in_order_each_case_under_its_first_reason(office):
    late = step(handed(office, office.finance_unit, level="urgent", title="急件"), "receive", office.finance, AT + HOUR)
    handed(office, office.finance_unit, title="待签")
    calm = step(handed(office, office.finance_unit, title="在办"), "receive", office.finance, AT + HOUR)
    opened(office, title="待交办")
    work = find_work(office.finance, late.due_at)
    assert [(held.reason, [case.title for case in held.cases]) for held in work] == [
        ("late", ["急件"]), ("to_receive", ["待签"]), ("in_hand", ["在办"]),
    ]  # fmt: skip
    step(calm, "ask_extension", office.finance, AT + 2 * HOUR, reason="招标", until=date(2026, 4, 20))
    reasons = [held.reason for held in find_work(office.office, late.due_at)]
    assert reasons == ["to_decide", "to_hand_out", "late_elsewhere"]
    assert find_work(office.leader, late.due_at) == []


def test_a_ledger_is_paged_filtered_and_in_order_of_number(office):
    for number in range(3):
        handed(office, office.finance_unit, title=f"第{number}件")
    handed(office, office.finance_unit, kind="hazard", title="隐患")
    unit = get_ledger_unit(office.finance, HOME, office.finance_unit.pk, ON)
    rows = get_page(find_ledger(office.finance, HOME, unit, Filter(kind="decision"), ON, AT), 1)
    assert [case.sequence for case in rows.cases] == [3, 2, 1]
    assert not rows.is_more
    late = rows.cases[0].due_at
    assert len(find_ledger(office.office, HOME, None, Filter(light="late"), ON, late)) == 4
    assert len(find_ledger(office.office, HOME, None, Filter(light="near"), ON, late - HOUR)) == 3
    assert len(find_ledger(office.office, HOME, None, Filter(light="calm"), ON, AT)) == 4
    assert light_of_row(rows.cases[0], late)[1] == "red"
    with pytest.raises(OutsideArea):
        get_ledger_unit(office.housing, HOME, office.finance_unit.pk, ON)
    with pytest.raises(OutsideArea):
        find_ledger(office.housing, HOME, None, Filter(), ON, AT)


def test_search_finds_numbers_and_titles_and_only_what_is_seen(office):
    handed(office, office.finance_unit, title="第二实验小学运动场改造（一期）")
    handed(office, office.housing_unit, title="运动会")
    (found,) = search_cases(office.office, HOME, "实验小学 运动场", ON, AT).cases
    assert found.title == "第二实验小学运动场改造（一期）"
    assert len(search_cases(office.office, HOME, "运动", ON, AT).cases) == 2
    assert len(search_cases(office.office, HOME, "〔２０２６〕云督 2 号", ON, AT).cases) == 1
    assert [case.title for case in search_cases(office.housing, HOME, "运动", ON, AT).cases] == ["运动会"]
    held = search_cases(office.office, HOME, "运动", ON, AT, unit=office.housing_unit).cases
    assert [case.title for case in held] == ["运动会"]
    assert search_cases(office.office, HOME, "动运", ON, AT).cases == []
    with pytest.raises(InvalidRequest):
        search_cases(office.office, HOME, "运", ON, AT)


def test_figures_count_open_overdue_work_and_stand_beside_what_betrays_them(office):
    good = done(office, handed(office, office.finance_unit, level="urgent", title="按期"), AT + 2 * DAY)
    handed(office, office.finance_unit, level="urgent", title="拖着")
    longer = step(
        handed(office, office.finance_unit, level="urgent", title="延期"), "receive", office.finance, AT + HOUR
    )
    longer = step(longer, "ask_extension", office.finance, AT + DAY, reason="等", until=date(2026, 3, 20))
    longer = step(longer, "grant_extension", office.office, AT + DAY)
    longer = step(longer, "add_evidence", office.finance, AT + 15 * DAY, evidence=EvidenceGiven("document", words="单"))
    step(longer, "report_done", office.finance, AT + 15 * DAY, reason="办了")
    forced = handed(office, office.finance_unit, level="urgent", title="强制")
    step(forced, "force_close", office.head, AT + 3 * DAY, reason="并入")
    good = step(good, "verify", office.office, AT + 3 * DAY, reason="属实")
    step(good, "close", office.office, AT + 4 * DAY)
    handed(office, office.finance_unit, title="未到期")
    county, unit = find_figures(HOME, date(2026, 1, 1), date(2027, 1, 1), AT + 20 * DAY)
    assert county.unit is None
    assert unit.unit == office.finance_unit
    assert (unit.on_time.numerator, unit.on_time.denominator, unit.on_time.excluded) == (2, 3, 1)
    assert (unit.on_time_at_first.numerator, unit.on_time_at_first.denominator) == (1, 3)
    assert (unit.rechecked.numerator, unit.rechecked.denominator) == (1, 2)
    assert (unit.replied.numerator, unit.replied.denominator) == (2, 5)
    assert (unit.open_overdue, unit.extended, unit.extensions_asked, unit.forced) == (1, 1, 1, 1)
    empty, *_ = find_figures(HOME, date(2020, 1, 1), date(2021, 1, 1), AT)
    assert empty.on_time.share is None


def test_escalation_leaves_closed_cases_alone(office):
    case = done(office, handed(office, office.finance_unit), AT + DAY)
    assert Case.objects.get(pk=case.pk).escalate_at is None
    assert escalate_cases(at=AT + 300 * DAY) == 0
