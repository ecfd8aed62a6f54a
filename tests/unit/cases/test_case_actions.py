"""Cases from opening to archive, in the database: one event a step, one winner, numbers, indicators, bulk and night."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from world import AT, HOME
from xuezheng.cases.actions.nightly import escalate_cases, recompute_limits
from xuezheng.cases.actions.opening import Opening, open_case, open_many, void_bulk
from xuezheng.cases.actions.stepping import CaseChanged, EvidenceGiven, Given, hand_out_many, take_step
from xuezheng.cases.engine.refusing import StepRefused
from xuezheng.cases.models import Bulk, Case, ControlMeasure, Evidence, Extension, Step
from xuezheng.cases.queries.indicators import IndicatorLink, read_indicator
from xuezheng.catalogue.case_kinds import Effect, load_kinds
from xuezheng.catalogue.messages import refusal_sentence
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.models import Event, Payload
from xuezheng.ledger.queries import find_breaks
from xuezheng.people.access import NotAllowed
from xuezheng.standards.evidence_store import keep_file

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def opened(office, at=AT, **more):
    opening = Opening(**{"kind": "decision", "title": "推进中心校运动场改造", **more})
    return open_case(county=office.county, opening=opening, by=office.office, at=at)


def step(case, name, by, at, **given):
    return take_step(case=case, step=name, version=case.version, by=by, at=at, given=Given(**given))


def document(words="验收单"):
    return EvidenceGiven(kind="document", file=keep_file("验收单.pdf", [b"%PDF-1.7 " + words.encode()]))


def in_hand(office, **more):
    case = opened(office, **more)
    case = step(case, "hand_out", office.office, AT + HOUR, unit=office.finance_unit)
    return step(case, "receive", office.finance, AT + 2 * HOUR)


def test_a_decision_goes_the_whole_way_with_one_event_a_step(office):
    case = opened(office)
    assert case.number == "〔2026〕云督 1 号"
    case = step(case, "hand_out", office.office, AT + HOUR, unit=office.finance_unit, assisting=(office.housing_unit,))
    case = step(case, "receive", office.finance, AT + 2 * HOUR)
    case = step(case, "report_progress", office.housing, AT + DAY, reason="图纸已审")
    case = step(case, "ask_extension", office.finance, AT + 2 * DAY, reason="招标周期", until=date(2026, 4, 20))
    case = step(case, "grant_extension", office.office, AT + 3 * DAY)
    case = step(case, "add_evidence", office.finance, AT + 4 * DAY, evidence=document())
    case = step(case, "report_done", office.finance, AT + 5 * DAY, reason="已完工")
    case = step(case, "send_back", office.office, AT + 6 * DAY, reason="缺验收意见")
    case = step(case, "add_evidence", office.finance, AT + 7 * DAY, evidence=document("验收意见"))
    case = step(case, "report_done", office.finance, AT + 8 * DAY, reason="已补")
    case = step(case, "verify", office.office_two, AT + 9 * DAY, reason="现场核查属实")
    case = step(case, "close", office.office, AT + 10 * DAY)
    case = step(case, "archive", office.office, AT + 11 * DAY)
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.state, fresh.is_open, fresh.version, fresh.sent_back, fresh.extensions) == (
        "archived",
        False,
        14,
        1,
        1,
    )
    steps = list(Step.objects.filter(case=case).values_list("step", flat=True))
    events = list(Event.objects.filter(subject_kind="case", subject_id=str(case.pk)).order_by("number"))
    assert [event.action for event in events] == [f"cases.{name}" for name in steps]
    assert len(steps) == 14
    assert find_breaks() == []
    told = Payload.objects.get(event=events[1]).body
    assert told["before"]["state"] == "opened"
    assert told["after"]["state"] == "handed_out"
    assert Extension.objects.get(case=case).is_granted is True


def test_urging_is_not_the_units_progress(office):
    """What the office writes when it urges stands in the case's history alone."""
    case = step(in_hand(office), "report_progress", office.finance, AT + DAY, reason="图纸已审")
    case = step(case, "urge", office.office, AT + 2 * DAY, reason="请抓紧办理")
    assert Case.objects.get(pk=case.pk).progress == "图纸已审"
    assert case.steps.get(step="urge").words == "请抓紧办理"


def test_only_a_unit_reports_progress():
    """Progress stands as the unit's own words in ledgers and duty reports: in no kind does anybody else write it."""
    steps = [held for kind in load_kinds().values() for held in kind.steps.values()]
    assert {who for held in steps if held.does in (Effect.PROGRESS, Effect.REPORT) for who in held.who} == {
        "lead_unit", "assisting_unit",
    }  # fmt: skip


def test_a_refused_step_writes_nothing(office):
    case = opened(office)
    before = (Event.objects.count(), Step.objects.count())
    with pytest.raises(StepRefused):
        step(case, "close", office.office, AT + HOUR)
    with pytest.raises(StepRefused):
        step(case, "hand_out", office.finance, AT + HOUR, unit=office.finance_unit)
    assert (Event.objects.count(), Step.objects.count()) == before
    assert Case.objects.get(pk=case.pk).version == 1


def test_who_acts_on_an_older_version_is_told_what_changed(office):
    case = in_hand(office)
    stale = Case.objects.get(pk=case.pk)
    step(case, "report_progress", office.finance_two, AT + DAY, reason="开工")
    with pytest.raises(CaseChanged) as refused:
        step(stale, "report_progress", office.finance, AT + DAY, reason="未开工")
    said = refusal_sentence(refused.value, "zh")
    assert "finance_two 填报进展" in said
    assert "承办中" in said
    assert Case.objects.get(pk=case.pk).progress == "开工"


def test_numbers_run_by_county_kind_and_year(office):
    assert [opened(office).sequence for _ in range(2)] == [1, 2]
    assert opened(office, kind="hazard").number == "〔2026〕云安 1 号"
    assert opened(office, at=AT + 365 * DAY).number == "〔2027〕云督 1 号"


def test_only_who_may_opens_cases(office):
    with pytest.raises(NotAllowed):
        open_case(county=office.county, opening=Opening(kind="decision", title="x"), by=office.leader, at=AT)
    for opening, code in (
        (Opening(kind="decision", title="  "), "case_needs_title"),
        (Opening(kind="wish", title="x"), "case_kind_unknown"),
        (Opening(kind="decision", level="x", title="x"), "case_level_unknown"),
        (Opening(kind="concern", level="handed_over", title="x"), "case_needs_until"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            open_case(county=office.county, opening=opening, by=office.office, at=AT)
        assert refused.value.code == code


def test_the_indicator_before_is_frozen_and_the_one_after_is_read_anew(office):
    from xuezheng.standards.models import Evaluation, StoredFinding

    newest = Evaluation.objects.get(county=HOME, standard="cn-compulsory-2017", school_year=2025, is_current=True)
    finding = StoredFinding.objects.filter(evaluation=newest, level="county", value__isnull=False).first()
    link = IndicatorLink("cn-compulsory-2017", finding.indicator, stage=finding.stage, measure=finding.measure)
    case = opened(office, indicator=link)
    assert case.indicator_before["value"] == finding.value
    finding.value = 99.0
    finding.save()
    assert Case.objects.get(pk=case.pk).indicator_before["value"] != 99.0
    assert read_indicator(HOME, case.indicator)["value"] == 99.0


def test_evidence_is_superseded_and_never_replaced(office):
    case = step(in_hand(office), "add_evidence", office.finance, AT + DAY, evidence=document("一"))
    first = Evidence.objects.get(case=case)
    case = step(case, "add_evidence", office.finance, AT + DAY, evidence=replace(document("二"), supersedes=first))
    first.refresh_from_db()
    assert first.superseded_by.sha256 != first.sha256
    assert Evidence.objects.filter(case=case).count() == 2


def test_a_hazard_keeps_its_control_measures(office):
    case = opened(office, kind="hazard", title="教学楼护栏松动")
    case = step(case, "hand_out", office.office, AT + HOUR, unit=office.school_unit)
    with pytest.raises(StepRefused):
        step(case, "receive", office.school, AT + 2 * HOUR, measure="封闭楼梯", measure_until=date(2026, 3, 5))
    case = step(
        case, "receive", office.school, AT + 2 * HOUR,
        measure="封闭楼梯", responsible="安全主任", measure_until=date(2026, 3, 5),
    )  # fmt: skip
    assert ControlMeasure.objects.get(case=case).responsible == "安全主任"
    escalate_cases(at=AT + 2 * DAY)
    assert not Case.objects.get(pk=case.pk).lacks_control
    escalate_cases(at=AT + 4 * DAY)
    assert Case.objects.get(pk=case.pk).lacks_control


def test_a_case_with_an_open_sub_case_is_not_closed(office):
    parent = in_hand(office)
    child = opened(office, parent=parent)
    stale = parent.version
    parent = Case.objects.get(pk=parent.pk)
    assert parent.version == stale + 1
    with pytest.raises(StepRefused) as refused:
        step(parent, "force_close", office.head, AT + DAY, reason="并入")
    assert refused.value.code == "children_open"
    step(child, "void", office.office, AT + DAY, reason="重复")
    assert step(parent, "force_close", office.head, AT + 2 * DAY, reason="并入").is_forced


def test_a_bulk_is_opened_and_handed_out_and_voided_as_one(office):
    openings = [Opening(kind="decision", title=f"任务{number}", unit=office.finance_unit) for number in range(3)]
    bulk = open_many(county=office.county, title="工作要点", openings=openings, by=office.office, at=AT)
    cases = list(bulk.cases.order_by("pk"))
    assert {case.state for case in cases} == {"handed_out"}
    step(cases[0], "receive", office.finance, AT + HOUR)
    assert void_bulk(bulk=bulk, by=office.office, at=AT + DAY, reason="年份贴错") == (2, 1)
    assert sorted(bulk.cases.values_list("state", flat=True)) == ["in_hand", "voided", "voided"]
    with pytest.raises(InvalidRequest):
        void_bulk(bulk=bulk, by=office.office, at=AT + 2 * DAY, reason="再来")


def test_one_bad_row_and_nothing_of_a_bulk_is_written(office):
    openings = [Opening(kind="decision", title="好"), Opening(kind="decision", title=" ")]
    with pytest.raises(InvalidRequest):
        open_many(county=office.county, title="表", openings=openings, by=office.office, at=AT)
    assert (Case.objects.count(), Bulk.objects.count()) == (0, 0)


def test_handing_out_many_is_all_or_nothing(office):
    cases = [opened(office), opened(office)]
    step(cases[1], "void", office.office, AT, reason="错立")
    with pytest.raises(StepRefused):
        hand_out_many(
            cases=[(cases[0], 1), (cases[1], 2)], by=office.office, at=AT + HOUR, given=Given(unit=office.finance_unit)
        )
    assert Case.objects.get(pk=cases[0].pk).state == "opened"


def test_the_night_escalates_step_by_step_and_says_so_once(office):
    case = in_hand(office)
    other = in_hand(office, kind="decision", title="另一件")
    assert escalate_cases(at=AT + DAY) == 0
    assert escalate_cases(at=case.warn_at) == 2
    assert escalate_cases(at=case.warn_at) == 0
    step(Case.objects.get(pk=other.pk), "force_close", office.head, case.warn_at, reason="并入")
    assert escalate_cases(at=case.due_at + 30 * DAY) == 3
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.escalated, fresh.escalate_at) == (4, None)
    assert Step.objects.filter(case=case, step="escalate").count() == 4
    assert Event.objects.filter(action="cases.escalate").count() == 2
    assert find_breaks() == []


def test_a_calendar_that_arrives_moves_provisional_limits(office, settings, tmp_path):
    settings.DATA_FOLDER = tmp_path
    late = AT.replace(month=12, day=28)
    case = step(opened(office, at=late, level="urgent"), "hand_out", office.office, late, unit=office.finance_unit)
    assert case.due_is_provisional
    assert recompute_limits(at=late + HOUR) == 0
    (tmp_path / "work_calendar").mkdir()
    (tmp_path / "work_calendar" / "2027.yaml").write_text(
        "year: 2027\nsource: 通知\nholidays: {2027-01-01: 元旦, 2027-01-04: 元旦}\nmade_up: {}\n", encoding="utf-8"
    )
    assert recompute_limits(at=late + HOUR) == 1
    fresh = Case.objects.get(pk=case.pk)
    assert (fresh.due_is_provisional, fresh.due_at.date() - case.due_at.date()) == (False, DAY)
    assert recompute_limits(at=late + 2 * HOUR) == 0
