"""Duty reports: a unit's people hear that one is asked for and that one is sent back, and are led to it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from world import AT, HOME, organisation, person
from xuezheng.cases.actions.duty_reports import (
    Asked,
    ask_duty_reports,
    freeze_duty_report,
    return_duty_report,
    save_duty_words,
    sign_duty_report,
)
from xuezheng.cases.duty_models import DutyReport
from xuezheng.catalogue.duty_report import load_duty_report_words
from xuezheng.notices.models import Notice
from xuezheng.people.access import reach_of
from xuezheng.people.models import Appointment
from xuezheng.web.pages.notices.showing import leads_to, words

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def asked(office, *units):
    wanted = Asked(
        title="2026年度履职报告", since=date(2026, 1, 1), until=date(2026, 12, 31), due_on=date(2026, 12, 20), units=units,
    )  # fmt: skip
    return ask_duty_reports(county=office.county, asked=wanted, by=office.office, at=AT)


def told():
    return {(notice.reader.login, notice.kind) for notice in Notice.objects.select_related("reader")}


def test_each_unit_s_people_hear_that_a_report_is_asked_for_and_are_led_to_it(office):
    duty_round = asked(office, office.finance_unit, office.school_unit)
    assert told() == {("finance", "duty_asked"), ("deputy", "duty_asked"), ("school", "duty_asked")}
    notice = Notice.objects.get(reader=office.accounts["finance"])
    report = DutyReport.objects.get(round=duty_round, unit=office.finance_unit)
    assert leads_to(notice, office.finance) == reverse("duty-report", kwargs={"county": HOME, "report": report.pk})
    assert words(notice) == "请报送本单位履职报告，截止 2026-12-20"


def test_who_asks_for_the_reports_is_not_told(office):
    Appointment.objects.create(
        account=office.accounts["office"], organisation=office.finance_unit, role="unit_officer", starts_on=AT.date()
    )
    asked(office, office.finance_unit)
    assert told() == {("finance", "duty_asked"), ("deputy", "duty_asked")}


def test_a_unit_s_people_hear_that_their_report_is_sent_back_without_the_reason(office):
    head = reach_of(person("unit-head", "unit_head", office.finance_unit, name="局长"), AT.date())
    report = asked(office, office.finance_unit).reports.get()
    freeze_duty_report(report=report, version=1, by=office.finance, at=AT + DAY)
    sections = {left.id: "写好了" for left in load_duty_report_words().left_open}
    save_duty_words(report=report, version=2, sections=sections, reasons={}, by=office.finance, at=AT + DAY)
    sign_duty_report(report=report, version=3, by=head, at=AT + DAY)
    Notice.objects.all().delete()
    return_duty_report(report=report, version=4, reason="请补王小明一案", by=office.office, at=AT + 2 * DAY)
    assert told() == {(login, "duty_returned") for login in ("finance", "deputy", "unit-head")}
    assert {tuple(notice.params) for notice in Notice.objects.all()} == {("day",)}


def test_many_reports_asked_of_one_person_s_units_are_one_notice_that_leads_to_their_work(office):
    sections = []
    for number in range(4):
        section = organisation("section", HOME, f"CZ9{number}", f"第{number}科")
        section.parent, section.path = office.finance_unit, f"{office.finance_unit.path}{section.pk}/"
        section.save()
        sections.append(section)
    asked(office, *sections)
    notice = Notice.objects.get(reader=office.accounts["finance"])
    assert (notice.count, words(notice)) == (4, "请报送履职报告 4 份")
    assert leads_to(notice, office.finance) == reverse("work")
