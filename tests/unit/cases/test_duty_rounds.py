"""Duty reports in rounds: asked for, frozen, written by two, signed and locked, sent back; who may do which."""

import hashlib
import io
from datetime import date, timedelta

import pytest
from docx import Document

from world import AT, HOME, OTHER, organisation, person
from xuezheng.cases.actions.duty_reports import (
    Asked,
    DutyReportChanged,
    ask_duty_reports,
    freeze_duty_report,
    return_duty_report,
    save_duty_words,
    sign_duty_report,
    withdraw_duty_round,
)
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import Given, take_step
from xuezheng.cases.duty_models import DutyReport, DutyReportStep
from xuezheng.cases.engine.duty_facts import frozen, thawed
from xuezheng.cases.models import Case
from xuezheng.cases.queries.duty_reports import find_due_duty_reports, find_due_reports_of_units, gather_duty_facts
from xuezheng.catalogue.duty_report import load_duty_report_words
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.models import Event
from xuezheng.people.access import NotAllowed, reach_of
from xuezheng.standards.evidence_store import path_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECTIONS = {left.id: f"写{left.id}" for left in load_duty_report_words().left_open}


@pytest.fixture
def head(office):
    return reach_of(person("unit-head", "unit_head", office.finance_unit, name="局长"), AT.date())


def handed(office, title, unit=None, **more):
    opening = Opening(kind="decision", level="urgent", title=title, **more)
    case = open_case(county=office.county, opening=opening, by=office.office, at=AT)
    given = Given(unit=unit or office.finance_unit)
    return take_step(case=case, step="hand_out", version=1, by=office.office, at=AT, given=given)


def asked(office, by=None, **more):
    given = {
        "title": "2026年度履职报告", "since": date(2026, 1, 1), "until": date(2026, 12, 31), "due_on": date(2026, 12, 20),
        "units": (office.finance_unit, office.housing_unit),
    }  # fmt: skip
    return ask_duty_reports(county=office.county, asked=Asked(**given | more), by=by or office.office, at=AT)


def report_of(duty_round, unit):
    return DutyReport.objects.select_related("round", "unit").get(round=duty_round, unit=unit)


def composed(office, at=AT + DAY):
    report = report_of(asked(office), office.finance_unit)
    freeze_duty_report(report=report, version=1, by=office.finance, at=at)
    return report_of(report.round, office.finance_unit)


def signed(office, head):
    report = composed(office)
    save_duty_words(report=report, version=2, sections=SECTIONS, reasons={}, by=office.finance, at=AT + DAY)
    return sign_duty_report(report=report, version=3, by=head, at=AT + DAY)


def test_a_round_asks_each_unit_once_and_its_reports_are_due_until_they_are_signed(office, head):
    duty_round = asked(office)
    due = find_due_duty_reports(HOME, date(2026, 12, 20))
    assert [held.report.unit.name for held in due] == ["县财政局", "县住建局"]
    assert [held.is_late for held in due] == [False, False]
    assert [held.is_late for held in find_due_duty_reports(HOME, date(2026, 12, 21))] == [True, True]
    assert find_due_duty_reports(OTHER, date(2026, 12, 21)) == []
    assert len(find_due_reports_of_units([office.housing_unit.pk], AT.date())) == 1
    report = report_of(duty_round, office.finance_unit)
    freeze_duty_report(report=report, version=1, by=office.finance, at=AT)
    save_duty_words(report=report, version=2, sections=SECTIONS, reasons={}, by=office.finance, at=AT)
    sign_duty_report(report=report, version=3, by=head, at=AT)
    assert [held.report.unit.name for held in find_due_duty_reports(HOME, AT.date())] == ["县住建局"]


def test_a_frozen_report_keeps_the_data_of_its_day_and_tells_what_differs_when_composed_anew(office):
    late, gone = handed(office, "拨付经费"), handed(office, "改派的事")
    report = composed(office, at=AT + 20 * DAY)
    before = thawed(report.facts).report()
    assert report.counts["late"] == [2, 2]
    Case.objects.filter(pk=late.pk).update(reported_at=AT + 21 * DAY, progress="已拨付")
    Case.objects.filter(pk=gone.pk).update(lead_unit=office.housing_unit)
    handed(office, "新的事")
    assert thawed(report_of(report.round, office.finance_unit).facts).report() == before
    changed = freeze_duty_report(report=report, version=2, by=office.finance, at=AT + 22 * DAY)
    assert [title for _, title in changed.added] == ["新的事"]
    assert [title for _, title in changed.gone] == ["改派的事"]
    assert [(case.title, case.what) for case in changed.changed] == [("拨付经费", ("reported", "progress"))]
    assert {count.name for count in changed.counts} >= {"verified"}
    fresh = report_of(report.round, office.finance_unit)
    assert fresh.composed_at == AT + 22 * DAY
    assert fresh.version == 3


def test_facts_come_back_from_json_as_they_were(office):
    handed(office, "拨付经费")
    facts = gather_duty_facts(office.finance_unit, date(2026, 1, 1), date(2026, 12, 31), AT + 30 * DAY)
    assert thawed(frozen(facts)) == facts


def test_facts_that_were_frozen_with_a_number_of_restricted_cases_are_still_read(office):
    handed(office, "拨付经费")
    facts = gather_duty_facts(office.finance_unit, date(2026, 1, 1), date(2026, 12, 31), AT + 30 * DAY)
    assert "restricted" not in frozen(facts)
    assert thawed({**frozen(facts), "restricted": 2}) == facts


def test_two_who_write_at_once_one_is_told_who_was_quicker(office):
    report = composed(office)
    save_duty_words(report=report, version=2, sections={"overall": "甲"}, reasons={}, by=office.finance, at=AT + DAY)
    with pytest.raises(DutyReportChanged) as told:
        save_duty_words(
            report=report, version=2, sections={"overall": "乙"}, reasons={}, by=office.finance_two, at=AT + DAY
        )
    assert "finance 修改文字" in told.value.params["changes_zh"]
    assert report_of(report.round, office.finance_unit).written == {"overall": "甲"}


def test_what_is_still_open_cannot_be_signed_and_is_named(office, head):
    handed(office, "拨付经费")
    report = composed(office, at=AT + 20 * DAY)
    number = Case.objects.get(title="拨付经费").number
    with pytest.raises(InvalidRequest, match="duty_sections_open") as told:
        sign_duty_report(report=report, version=2, by=head, at=AT + 20 * DAY)
    assert told.value.params["sections_zh"][-1] == f"{number} 的超期原因"
    assert len(told.value.params["sections_zh"]) == len(SECTIONS) + 1
    save_duty_words(report=report, version=2, sections=SECTIONS, reasons={}, by=office.finance, at=AT + 20 * DAY)
    with pytest.raises(InvalidRequest) as told:
        sign_duty_report(report=report, version=3, by=head, at=AT + 20 * DAY)
    assert told.value.params["sections_zh"] == [f"{number} 的超期原因"]
    reasons = {number: "财政评审未完成"}
    save_duty_words(report=report, version=3, sections=SECTIONS, reasons=reasons, by=office.finance, at=AT + 20 * DAY)
    held = sign_duty_report(report=report, version=4, by=head, at=AT + 20 * DAY)
    document = Document(path_of(held.steps.get(step="sign").sha256))
    cells = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "单位说明：财政评审未完成" in cells


def test_a_signed_report_is_one_document_under_its_digest_and_locked(office, head):
    held = signed(office, head)
    step = DutyReportStep.objects.get(report=held, step="sign")
    content = path_of(step.sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == step.sha256
    text = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(content)).paragraphs)
    assert "单位负责人：局长（2026-03-03 在系统内签署）" in text
    assert "写overall" in text
    assert "代拟稿" not in text
    assert Event.objects.get(action="cases.sign_duty_report").payload.body["after"]["sha256"] == step.sha256
    for refused in (
        lambda: save_duty_words(report=held, version=4, sections=SECTIONS, reasons={}, by=office.finance, at=AT + DAY),
        lambda: freeze_duty_report(report=held, version=4, by=office.finance, at=AT + DAY),
        lambda: sign_duty_report(report=held, version=4, by=head, at=AT + DAY),
    ):
        with pytest.raises(InvalidRequest, match="duty_report_signed_already"):
            refused()


def test_what_is_sent_back_is_signed_again_and_both_documents_stay(office, head):
    held = signed(office, head)
    with pytest.raises(InvalidRequest, match="duty_needs_reason"):
        return_duty_report(report=held, version=4, reason=" ", by=office.office, at=AT + DAY)
    returned = return_duty_report(report=held, version=4, reason="缺下一步打算", by=office.office, at=AT + 2 * DAY)
    assert (returned.state, returned.signed_by) == ("returned", None)
    assert find_due_reports_of_units([office.finance_unit.pk], AT.date())[0].report.state == "returned"
    more = SECTIONS | {"next": "三月底前完成"}
    save_duty_words(report=held, version=5, sections=more, reasons={}, by=office.finance, at=AT + 3 * DAY)
    sign_duty_report(report=held, version=6, by=head, at=AT + 3 * DAY)
    kept = [step.sha256 for step in DutyReportStep.objects.filter(report=held, step="sign")]
    assert len(set(kept)) == 2
    assert all(path_of(digest).is_file() for digest in kept)
    names = [step.step for step in DutyReportStep.objects.filter(report=held)]
    assert names == ["ask", "compose", "write", "sign", "return", "write", "sign"]
    assert Event.objects.filter(subject_kind="duty_report", subject_id=str(held.pk)).count() == 6


def test_each_does_what_is_theirs(office, head):
    for who in (office.finance, office.leader, head):
        with pytest.raises(NotAllowed):
            asked(office, by=who)
    report = composed(office)
    with pytest.raises(NotAllowed):
        freeze_duty_report(report=report, version=2, by=office.housing, at=AT)
    with pytest.raises(NotAllowed):
        save_duty_words(report=report, version=2, sections=SECTIONS, reasons={}, by=office.office, at=AT)
    save_duty_words(report=report, version=2, sections=SECTIONS, reasons={}, by=head, at=AT)
    for who in (office.finance, office.office, office.school):
        with pytest.raises(NotAllowed):
            sign_duty_report(report=report, version=3, by=who, at=AT)
    sign_duty_report(report=report, version=3, by=head, at=AT)
    with pytest.raises(NotAllowed):
        return_duty_report(report=report, version=4, reason="改", by=office.finance, at=AT)


def test_the_head_of_what_stands_above_does_not_sign_for_what_stands_below(office):
    township = organisation("township", HOME, "509901001", "城关镇")
    school = organisation("school", HOME, "2150000001", "第一小学")
    school.parent, school.path = township, f"{township.path}{school.pk}/"
    school.save()
    above = reach_of(person("mayor", "unit_head", township, name="镇长"), AT.date())
    report = report_of(asked(office, units=(school,)), school)
    freeze_duty_report(report=report, version=1, by=above, at=AT)
    save_duty_words(report=report, version=2, sections=SECTIONS, reasons={}, by=above, at=AT)
    with pytest.raises(NotAllowed):
        sign_duty_report(report=report, version=3, by=above, at=AT)
    sign_duty_report(report=report, version=3, by=office.school, at=AT)


def test_a_round_asked_for_by_mistake_is_taken_back_before_anybody_signs(office, head):
    report = composed(office)
    withdraw_duty_round(duty_round=report.round, by=office.office, at=AT, reason="期间有误")
    assert find_due_duty_reports(HOME, AT.date()) == []
    with pytest.raises(InvalidRequest, match="duty_round_withdrawn"):
        save_duty_words(report=report, version=2, sections=SECTIONS, reasons={}, by=office.finance, at=AT)
    with pytest.raises(InvalidRequest, match="duty_round_withdrawn"):
        withdraw_duty_round(duty_round=report.round, by=office.office, at=AT, reason="再次")
    held = signed(office, head)
    with pytest.raises(InvalidRequest, match="duty_round_has_signed_reports"):
        withdraw_duty_round(duty_round=held.round, by=office.office, at=AT, reason="期间有误")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"units": ()}, "duty_round_without_units"),
        ({"until": date(2025, 12, 31)}, "duty_round_ends_before_start"),
        ({"due_on": date(2026, 3, 1)}, "until_in_the_past"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(office, more, code):
    with pytest.raises(InvalidRequest, match=code):
        asked(office, **more)


def test_a_section_longer_than_paper_is_refused(office):
    report = composed(office)
    with pytest.raises(InvalidRequest, match="duty_section_too_long"):
        save_duty_words(
            report=report, version=2, sections={"overall": "长" * 20_001}, reasons={}, by=office.finance, at=AT
        )
