"""Duty reports the whole way through the pages: asked for, composed, written by two, signed, sent back, side by side."""

import hashlib
import io
import zipfile
from datetime import date, timedelta

import pytest
from docx import Document
from openpyxl import load_workbook

from world import AT, HOME, organisation, person
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import Given, take_step
from xuezheng.cases.duty_models import DutyReport, DutyRound
from xuezheng.catalogue.duty_report import load_duty_report_words
from xuezheng.people.access import reach_of
from xuezheng.register.models import County

pytestmark = pytest.mark.django_db
ROUNDS = f"/counties/{HOME}/duty-rounds/"
SECTIONS = [left.id for left in load_duty_report_words().left_open]


@pytest.fixture
def office(client):
    """Finance with a head and two officers, housing; finance leads a case that is late in the eyes of today's clock."""
    finance, housing = (
        organisation("member_unit", HOME, "CZ", "县财政局"),
        organisation("member_unit", HOME, "ZJ", "县住建局"),
    )
    accounts = {
        "office": person("office", "office", name="办公室甲"), "leader": person("leader", "leader", name="领导"),
        "officer": person("officer", "unit_officer", finance, name="财政丙"),
        "other": person("other", "unit_officer", finance, name="财政丁"),
        "head": person("head", "unit_head", finance, name="财政局长"),
        "housing": person("housing", "unit_officer", housing, name="住建戊"),
    }  # fmt: skip
    reach = reach_of(accounts["office"], AT.date())
    opening = Opening(kind="decision", title="拨付经费", level="urgent")
    case = open_case(county=County.objects.get(code=HOME), opening=opening, by=reach, at=AT)
    take_step(case=case, step="hand_out", version=1, by=reach, at=AT, given=Given(unit=finance))

    def signed_in(name):
        client.force_login(accounts[name])
        return client

    signed_in.finance, signed_in.housing, signed_in.number = finance, housing, case.number
    return signed_in


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def ask(office, **more):
    soon = (date.today() + timedelta(days=9)).isoformat()  # noqa: DTZ011 - the page's own clock
    given = {"title": "年度履职报告", "since": "2026-01-01", "until": "2026-12-31", "due_on": soon, "words": "实事求是",
             "units": [office.finance.pk], "kinds": []}  # fmt: skip
    return office("office").post(f"{ROUNDS}new/", given | more)


def report_address(office, unit=None):
    ask(office)
    held = DutyReport.objects.get(unit=unit or office.finance)
    return held, f"/counties/{HOME}/duty-reports/{held.pk}/"


def composed(office):
    held, address = report_address(office)
    assert office("officer").post(f"{address}compose/", {"version": 1}).status_code == 302
    return held, address


def words(version, **more):
    return {"version": version} | {f"s-{name}": f"写{name}" for name in SECTIONS} | {"r-0": "评审未完成"} | more


def signed(office):
    held, address = composed(office)
    office("officer").post(f"{address}write/", words(2))
    answer = office("head").post(f"{address}sign/", {"version": 3})
    assert answer.status_code == 302
    return held, address


def test_the_office_asks_kinds_of_units_and_single_ones_and_each_sees_it_under_its_work(office):
    assert ask(office, kinds=["member_unit"]).status_code == 302
    held = DutyRound.objects.get()
    assert {report.unit.name for report in held.reports.all()} == {"县财政局", "县住建局"}
    assert "县财政局 · 年度履职报告" in text(office("officer").get("/work/"))
    assert "年度履职报告" not in text(office("leader").get("/work/"))
    page = text(office("leader").get(ROUNDS))
    assert "0 / 2" in page
    assert "new/" not in page
    assert office("leader").get(f"{ROUNDS}new/").status_code == 403


def test_a_round_that_makes_no_sense_is_told_in_the_form(office):
    assert "没有选择单位" in text(ask(office, units=[]), 400)
    assert "已经过去" in text(ask(office, due_on="2026-01-02"), 400)
    assert "期间的截止日期早于起始日期" in text(ask(office, until="2025-12-31"), 400)
    assert not DutyRound.objects.exists()


def test_a_report_goes_the_whole_way_and_what_was_signed_comes_back_byte_for_byte(office):
    held, address = report_address(office)
    assert "还没有由台账生成" in text(office("officer").get(address))
    office("officer").post(f"{address}compose/", {"version": 1})
    page = text(office("officer").get(address))
    assert "拨付经费" in page
    assert "待人填写" in page
    draft = office("officer").get(f"{address}document/")
    assert "代拟稿" in Document(io.BytesIO(draft.content)).paragraphs[0].text
    office("officer").post(f"{address}write/", words(2))
    assert office("officer").get(f"{address}sign/").status_code == 403
    assert "我已逐项核对，签署" in text(office("head").get(f"{address}sign/"))
    office("head").post(f"{address}sign/", {"version": 3})
    kept = held.steps.get(step="sign")
    first, again = (office(who).get(f"{address}document/").content for who in ("officer", "leader"))
    assert first == again
    assert hashlib.sha256(first).hexdigest() == kept.sha256
    assert kept.sha256 in text(office("leader").get(address))
    assert "写next" in text(office("leader").get(address))
    assert office("officer").get(f"{address}write/").status_code == 302
    assert "已经签署锁定" in text(office("officer").post(f"{address}compose/", {"version": 4}), 400)


def test_what_is_open_is_named_where_it_is_signed(office):
    _, address = composed(office)
    page = text(office("head").post(f"{address}sign/", {"version": 2}), 400)
    assert "还有待人填写的部分" in page
    assert "下一步打算" in page
    assert " disabled>" in text(office("head").get(f"{address}sign/"))


def test_two_who_write_at_once_lose_no_word(office):
    held, address = composed(office)
    assert office("officer").post(f"{address}write/", words(2, **{"s-next": "先写的"})).status_code == 302
    page = text(office("other").post(f"{address}write/", words(2, **{"s-next": "后写的"})), 400)
    assert "财政丙 修改文字" in page
    assert "先写的" in page
    assert "后写的" in page
    assert 'name="version" value="3"' in page
    assert DutyReport.objects.get(pk=held.pk).written["next"] == "先写的"


def test_what_nobody_signed_is_read_by_the_unit_alone(office):
    _, address = composed(office)
    office("officer").post(f"{address}write/", words(2))
    assert "写next" in text(office("officer").get(address))
    assert "写next" not in text(office("leader").get(address))
    draft = office("leader").get(f"{address}document/")
    assert "写next" not in zipfile.ZipFile(io.BytesIO(draft.content)).read("word/document.xml").decode()
    assert office("housing").get(address).status_code == 404
    assert office("office").get(f"{address}write/").status_code == 403


def test_differences_are_shown_before_it_is_composed_anew(office):
    _, address = composed(office)
    reach = reach_of(person("second", "office"), AT.date())
    opening = Opening(kind="decision", title="新交办的事", level="urgent")
    case = open_case(county=County.objects.get(code=HOME), opening=opening, by=reach, at=AT)
    take_step(case=case, step="hand_out", version=1, by=reach, at=AT, given=Given(unit=office.finance))
    page = text(office("officer").get(f"{address}compose/"))
    assert "新列入" in page
    assert "新交办的事" in page
    assert "新交办的事" in text(office("head").get(f"{address}sign/"))
    assert "新交办的事" not in text(office("officer").get(address))


def test_the_office_sends_back_with_a_reason_and_both_documents_stay(office):
    held, address = signed(office)
    assert office("leader").get(f"{address}return/").status_code == 403
    assert office("office").post(f"{address}return/", {"version": 4, "reason": ""}).status_code == 400
    assert office("office").post(f"{address}return/", {"version": 4, "reason": "请补充时间"}).status_code == 302
    assert "请补充时间" in text(office("officer").get(address))
    office("officer").post(f"{address}write/", words(5, **{"s-next": "三月底前"}))
    office("head").post(f"{address}sign/", {"version": 6})
    first = office("office").get(f"{address}document/?version=4").content
    second = office("office").get(f"{address}document/").content
    assert first != second
    assert "三月底前" in "\n".join(each.text for each in Document(io.BytesIO(second)).paragraphs)
    assert held.steps.filter(step="sign").count() == 2
    assert office("office").get(f"{address}document/?version=5").status_code == 404


def test_units_stand_side_by_side_on_the_page_in_the_document_and_in_the_workbook(office):
    ask(office, kinds=["member_unit"])
    for unit, who in ((office.finance, "officer"), (office.housing, "housing")):
        address = f"/counties/{HOME}/duty-reports/{DutyReport.objects.get(unit=unit).pk}/"
        office(who).post(f"{address}compose/", {"version": 1})
        office(who).post(f"{address}write/", words(2, **{"s-next": f"{unit.name}的打算"}))
        if who == "officer":
            office("head").post(f"{address}sign/", {"version": 3})
    here = f"{ROUNDS}{DutyRound.objects.get().pk}/"
    page = text(office("leader").get(here))
    assert page.index("县财政局") < page.index("县住建局")
    assert "0 / 1" in page
    side = text(office("leader").get(f"{here}words/?section=next"))
    assert "县财政局的打算" in side
    assert "县住建局的打算" not in side
    document = Document(io.BytesIO(office("leader").get(f"{here}?format=docx&section=next").content))
    said = "\n".join(each.text for each in document.paragraphs)
    assert "县财政局的打算" in said
    assert "尚未签署" in said
    book = load_workbook(io.BytesIO(office("leader").get(f"{here}?format=xlsx").content))
    rows = list(book.worksheets[0].values)
    assert [row[0] for row in rows[1:]] == ["县财政局", "县住建局"]
    assert rows[1][3:7] == (1, 1, 0, 1)
    assert "县财政局的打算" in [cell for row in book.worksheets[1].values for cell in row]


def test_a_round_is_taken_back_with_a_reason_while_nobody_has_signed(office):
    _, address = composed(office)
    here = f"{ROUNDS}{DutyRound.objects.get().pk}/"
    assert office("office").post(f"{here}withdraw/", {"reason": "期间有误"}).status_code == 302
    assert "布置已撤回" in text(office("leader").get(ROUNDS))
    assert "年度履职报告" not in text(office("officer").get("/work/"))
    assert "撤回" in text(office("officer").post(f"{address}compose/", {"version": 2}), 400)


def test_the_pages_are_there_in_english(office):
    _, address = signed(office)
    client = office("office")
    client.cookies["django_language"] = "en"
    here = f"{ROUNDS}{DutyRound.objects.get().pk}/"
    assert "To be signed by" in text(client.get(ROUNDS))
    assert "Read section by section" in text(client.get(here))
    assert "Units stand in protocol order" not in text(client.get(address))
    assert "What comes next" in text(client.get(f"{here}words/?section=next"))
    assert "Download the signed document" in text(client.get(address))
