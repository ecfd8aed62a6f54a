"""Duty reports through the pages: a unit's own, the office's all, side by side, as a document."""

import io
from datetime import timedelta

import pytest
from docx import Document

from world import AT, HOME, organisation, person
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import EvidenceGiven, Given, take_step
from xuezheng.cases.models import Case
from xuezheng.cases.queries.duty_reports import compose_duty_report, find_duty_counts
from xuezheng.cases.queries.indicators import IndicatorLink
from xuezheng.people.access import reach_of
from xuezheng.register.models import County

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PERIOD = "?from=2026-01-01&to=2026-12-31"


def step(case, name, by, at, **given):
    return take_step(case=case, step=name, version=case.version, by=by, at=at, given=Given(**given))


@pytest.fixture
def county(client):
    """Two units: finance did one case in time, is late with another and has a restricted one; housing has one."""
    finance = organisation("member_unit", HOME, "CZ", "县财政局")
    housing = organisation("member_unit", HOME, "ZJ", "县住建局")
    accounts = {
        "office": person("office", "office", name="办公室甲"), "second": person("second", "office", name="办公室乙"),
        "finance": person("finance", "unit_officer", finance, name="财政丙"),
        "housing": person("housing", "unit_officer", housing, name="住建丁"),
    }  # fmt: skip
    reach = {name: reach_of(account, AT.date()) for name, account in accounts.items()}

    def handed(unit, **more):
        opening = Opening(**{"kind": "decision", "level": "urgent", **more})
        case = open_case(county=County.objects.get(code=HOME), opening=opening, by=reach["office"], at=AT)
        return step(case, "hand_out", reach["office"], AT, unit=unit)

    case = handed(finance, title="改造运动场", indicator=IndicatorLink("cn-compulsory-2017", "G3"))
    case = step(case, "receive", reach["finance"], AT)
    case = step(
        case, "add_evidence", reach["finance"], AT + DAY, evidence=EvidenceGiven("document", words="验收读数齐全")
    )
    case = step(case, "report_done", reach["finance"], AT + DAY, reason="已完工")
    step(case, "verify", reach["second"], AT + DAY, reason="属实")
    handed(finance, title="拨付经费")
    handed(finance, title="某个孩子的事", kind="concern", level="protection")
    handed(housing, title="校门道路")

    def signed_in(name):
        client.force_login(accounts[name])
        return client

    signed_in.finance, signed_in.housing = finance, housing
    return signed_in


def address(unit, query=PERIOD):
    return f"/units/{unit.pk}/duty-report/{query}"


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_counts_late_cases_indicators_and_evidence(county):
    page = text(county("finance").get(address(county.finance)))
    for words in (
        "改造运动场",
        "拨付经费",
        "验收读数齐全",
        "1 / 2",
        "50.0%",
        "限制查阅的事项不列入、不统计",
        "G3",
        "待人填写",
        "下一步打算",
    ):
        assert words in page
    assert "某个孩子的事" not in page
    assert "校门道路" not in page


def test_that_a_unit_has_a_restricted_case_shows_nowhere(county):
    """With it and without it a report and the counts side by side are the same: a small number is about somebody."""
    first, last, at = AT.date(), AT.date() + 60 * DAY, AT + 40 * DAY

    def said():
        return compose_duty_report(county.finance, first, last, at), find_duty_counts(HOME, first, last, at)

    with_it = said()
    assert Case.objects.filter(title="某个孩子的事", is_restricted=True).update(lead_unit=None)
    assert said() == with_it


def test_a_unit_that_has_only_a_restricted_case_stands_in_no_row(county):
    first, last, at = AT.date(), AT.date() + 60 * DAY, AT + 40 * DAY
    Case.objects.filter(title="校门道路").update(lead_unit=None)
    Case.objects.filter(title="某个孩子的事").update(lead_unit=county.housing)
    assert [beside.unit for beside in find_duty_counts(HOME, first, last, at)] == [county.finance]


def test_a_unit_sees_its_own_report_and_the_office_all(county):
    assert county("finance").get(address(county.housing)).status_code == 404
    assert county("finance").get(f"/counties/{HOME}/cases/duty-reports/").status_code in (403, 404)
    assert "各单位履职对照" not in text(county("finance").get(address(county.finance)))
    assert "校门道路" in text(county("office").get(address(county.housing)))
    assert "某个孩子的事" not in text(county("office").get(address(county.finance)))


def test_the_document_says_what_the_page_says(county):
    answer = county("finance").get(address(county.finance, PERIOD + "&format=docx"))
    assert answer["Content-Disposition"].startswith("attachment")
    document = Document(io.BytesIO(answer.content))
    words = "\n".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert "改造运动场" in words
    assert "1 / 2" in words
    assert "某个孩子的事" not in words


def test_units_stand_side_by_side_in_protocol_order_with_the_counts_of_their_reports(county):
    page = text(county("office").get(f"/counties/{HOME}/cases/duty-reports/{PERIOD}"))
    assert page.index("县财政局") < page.index("县住建局")
    first, last, at = AT.date(), AT.date() + 60 * DAY, AT + 40 * DAY
    Case.objects.filter(title="校门道路").update(
        is_forced=True, is_open=False, phase="done", state="force_closed", closed_at=AT + DAY
    )
    for beside in find_duty_counts(HOME, first, last, at):
        report = compose_duty_report(beside.unit, first, last, at)
        assert (beside.owned, beside.decisions) == (len(report.owned), report.decisions.numerator)
        assert (beside.done_in_time, beside.due) == (report.on_time.numerator, report.on_time.denominator)
        at_first = report.on_time_at_first
        assert (beside.done_in_first_time, beside.first_due) == (at_first.numerator, at_first.denominator)
        assert (beside.verified, beside.reported) == (report.verified.numerator, report.verified.denominator)
        assert (beside.late, beside.open) == (len(report.late), len(report.open))
        assert beside.forced == report.on_time.excluded.get("forced", 0)


def test_a_period_that_is_none_is_told_at_its_field(county):
    page = text(county("finance").get(address(county.finance, "?from=2026-12-31&to=2026-01-01&format=docx")))
    assert "截止日期早于起始日期" in page
    assert "日期有误" in page
    for bad in ("?from=昨天", "?from=0001-01-01", "?to=9999-12-31"):
        assert "日期有误" in text(county("finance").get(address(county.finance, bad)))


def test_the_pages_are_there_in_english(county):
    client = county("office")
    client.cookies["django_language"] = "en"
    assert "What comes next" in text(client.get(address(county.finance)))
    assert "side by side" in text(client.get(f"/counties/{HOME}/cases/duty-reports/{PERIOD}"))
