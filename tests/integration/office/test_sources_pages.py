"""Minutes, work points and ledgers in the browser: what they were read as is shown, and can be said otherwise."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook

from world import HOME, organisation, person
from xuezheng.meetings.models import Meeting

pytestmark = pytest.mark.django_db

NEW = f"/counties/{HOME}/meetings/new/"
MINUTES = (
    "云溪县教育工作领导小组会议纪要\n云教组纪〔2026〕3号\n2026年3月2日，县委书记林一舟主持召开县教育工作领导小组会议。\n"
    "一、关于学前教育\n会议议定：由安全科牵头，财务科配合，8月底前修缮校舍。"
)


@pytest.fixture
def clerk():
    client = Client()
    client.force_login(person("clerk", "office"))
    return client


def ledger():
    book = Workbook()
    for row in (
        ["2026年督办台账"],
        ["序号", "督办事项", "责任单位", "办结时限", "状态"],
        [1, "修缮校舍", "安全科、财务科", "2026年8月底", "推进中"],
        [2, "更换门锁", "安全科", "3月底前", "已销号"],
        [3, "清点器材", "某科", "尽快", "推进中"],
    ):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("台账.xlsx", out.getvalue())


def test_a_ledger_becomes_proposals_and_what_is_finished_is_for_the_record(clerk):
    safety = organisation("section", HOME, "91", "安全科")
    finance = organisation("section", HOME, "92", "财务科")
    page = clerk.post(NEW, {"file": ledger()}, follow=True)
    held = Meeting.objects.get()
    assert (held.source, held.is_task_table, held.title) == ("ledger", True, "2026年督办台账")
    first, second, third = held.proposals.all()
    assert (first.text, first.lead_unit, list(first.assisting_units.all())) == ("修缮校舍", safety, [finance])
    assert first.due_on.isoformat() == "2026-08-31"
    assert (first.state, second.state) == ("open", "record")
    assert (third.lead_unit, third.units_named, third.limit_words) == (None, ["某科"], "尽快")
    assert held.text[slice(*first.spans[0])] == "修缮校舍"
    text = page.content.decode()
    assert "督办台账" in text
    assert "Sheet D5" in text
    assert "1 项在原件中已办结" in text
    assert "没有读出的 1 处" in text
    clerk.cookies["django_language"] = "en"
    english = clerk.get(page.redirect_chain[-1][0]).content.decode()
    assert "Read as" in english
    assert "1 place that could not be read" in english


def test_minutes_are_read_item_by_item_and_can_be_read_as_a_bulletin_instead(clerk):
    organisation("section", HOME, "91", "安全科")
    clerk.post(NEW, {"text": MINUTES})
    held = Meeting.objects.get()
    assert (held.source, held.source_number, held.chair) == ("minutes", "云教组纪〔2026〕3号", "林一舟")
    assert held.held_on.isoformat() == "2026-03-02"
    (item,) = held.proposals.all()
    assert (item.lead_unit.name, item.due_on.isoformat()) == ("安全科", "2026-08-31")
    clerk.post(NEW, {"text": MINUTES + "\n", "kind": "bulletin"})
    assert Meeting.objects.order_by("pk").last().source == "bulletin"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"text": "今天天气很好。", "kind": "minutes"}, "没有读出会议纪要"),
        ({"text": MINUTES, "kind": "ledger"}, "选的是表格类"),
        ({"text": MINUTES, "kind": "poem"}, "poem"),
    ],
)
def test_a_kind_that_does_not_fit_is_refused_and_the_text_stays(clerk, given, told):
    page = clerk.post(NEW, given)
    assert page.status_code == 400
    assert told in page.content.decode()
    assert given["text"][:6] in page.content.decode()
    assert not Meeting.objects.exists()
