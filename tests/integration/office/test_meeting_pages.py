"""The pages of meetings as a clerk uses them without scripts: from the pasted text to decisions with their lights."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from world import AT, HOME, organisation, person
from xuezheng.cases.models import Case
from xuezheng.meetings.models import Meeting

pytestmark = pytest.mark.django_db

TEXT = """县委教育工作领导小组2026年第一次会议召开
2月27日，县委教育工作领导小组2026年第一次会议召开。县委书记、组长李明远主持会议并讲话。
会议听取了2025年教育工作情况汇报，审议了《2026年工作要点》。
会议强调，要加快城东片区学校建设，8月底前建成投用。要由县教育局牵头，开展校车安全排查。要深入学习上级会议精神。
"""


@pytest.fixture
def clerk(client):
    client.force_login(person("clerk", "office", name="办公室甲"))
    return client


def at(name, **parts):
    return reverse(name, kwargs={"county": HOME, **parts})


def entered(client):
    answer = client.post(at("new-meeting"), {"text": TEXT})
    assert answer.status_code == 302
    meeting = Meeting.objects.get(county=HOME)
    assert answer["Location"] == at("proposals", meeting=meeting.pk)
    return meeting


def test_a_pasted_bulletin_stands_beside_its_proposals_with_each_place_marked(clerk):
    meeting = entered(clerk)
    page = clerk.get(at("proposals", meeting=meeting.pk)).content.decode()
    for held in meeting.proposals.all():
        assert f'id="s-{held.pk}">{held.text}</mark>' in page
        assert f'href="#p-{held.pk}"' in page
        assert f'id="p-{held.pk}"' in page
        assert f'value="{held.pk}"' in page
    assert "checked" not in page.replace("unchecked", "")
    assert Case.objects.filter(county=HOME).count() == 0


def test_where_no_meeting_is_found_the_page_says_so_and_keeps_the_text(clerk):
    answer = clerk.post(at("new-meeting"), {"text": "<b>今天</b>天气很好，适合晾晒。"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "没有找到会议" in page
    assert "&lt;b&gt;今天&lt;/b&gt;天气很好，适合晾晒。" in page
    assert Meeting.objects.count() == 0


def test_nothing_and_both_are_refused_at_the_field(clerk):
    file = SimpleUploadedFile("通稿.txt", TEXT.encode())
    assert "没有粘贴文字" in clerk.post(at("new-meeting"), {"text": "  "}).content.decode()
    assert "同时给了" in clerk.post(at("new-meeting"), {"text": TEXT, "file": file}).content.decode()


def test_files_are_read_and_the_original_is_handed_out_as_it_came(clerk):
    content = f"<html><body><p>{'</p><p>'.join(TEXT.splitlines())}</p></body></html>".encode("gb18030")
    answer = clerk.post(at("new-meeting"), {"file": SimpleUploadedFile("通稿.html", content)})
    assert answer.status_code == 302
    meeting = Meeting.objects.get(county=HOME)
    original = clerk.get(at("meeting-original", meeting=meeting.pk))
    assert original.content == content
    assert original["Content-Type"] == "application/octet-stream"
    assert "attachment" in original["Content-Disposition"]


def test_a_task_table_as_a_workbook_becomes_proposals_with_units_and_days(clerk, tmp_path):
    from xuezheng.meetings.engine.task_table import Task
    from xuezheng.meetings.task_tables import write_workbook

    organisation("section", HOME, "91", "安全科")
    with (tmp_path / "t.xlsx").open("wb") as file:
        write_workbook([Task("1", "排查校车", "逐车建档", "安全科", (), "2026-12-31", 1)], file, "zh")
    content = (tmp_path / "t.xlsx").read_bytes()
    answer = clerk.post(at("new-meeting"), {"file": SimpleUploadedFile("任务分解表.xlsx", content)})
    assert answer.status_code == 302
    one = Meeting.objects.get(county=HOME).proposals.get()
    assert (one.text, one.details, one.lead_unit.name, one.due_on) == (
        "排查校车",
        "逐车建档",
        "安全科",
        date(2026, 12, 31),
    )


def test_a_workbook_without_a_table_and_a_broken_document_say_what_is_wrong(clerk):
    for name, content in (("空.pdf", b"%PDF-1.7 broken"), ("坏.docx", b"PK\x03\x04 broken"), ("空.txt", b"")):
        answer = clerk.post(at("new-meeting"), {"file": SimpleUploadedFile(name, content)})
        assert answer.status_code == 400, name
        assert "fault" in answer.content.decode(), name


def test_the_same_text_again_leads_to_the_meeting_that_is_there(clerk):
    meeting = entered(clerk)
    answer = clerk.post(at("new-meeting"), {"text": TEXT})
    assert answer.status_code == 400
    assert at("meeting", meeting=meeting.pk) in answer.content.decode()


def test_ticked_ones_become_decisions_and_stand_with_their_lights(clerk):
    meeting = entered(clerk)
    unit = organisation("section", HOME, "91", "基建科")
    first, second, third = meeting.proposals.all()
    worded = {"version": 1, "text": "城东学校投用", "lead_unit": unit.pk, "due_on": "2099-08-31", "areas": ["teachers"]}
    assert clerk.post(at("proposal", meeting=meeting.pk, proposal=first.pk), worded).status_code == 302
    step = at("proposal-step", meeting=meeting.pk, proposal=third.pk, step="record")
    answer = clerk.post(step, {"version": 2, "proposal": [first.pk]})
    assert answer["Location"].endswith(f"?ticked={first.pk}#p-{third.pk}")
    assert " checked" in clerk.get(answer["Location"]).content.decode()
    confirmed = {"version": 3, "proposal": [first.pk, second.pk], "hand_out": "yes"}
    assert clerk.post(at("proposals", meeting=meeting.pk), confirmed).status_code == 302
    case = Case.objects.get(title="城东学校投用")
    assert (case.kind, case.lead_unit, case.origin_id) == ("decision", unit, str(first.pk))
    page = clerk.get(at("meeting", meeting=meeting.pk)).content.decode()
    assert page.count('class="v v-') >= 2
    assert reverse("case", kwargs={"county": HOME, "case": case.pk}) in page
    assert "学习贯彻（存档）" in page
    assert "深入学习上级会议精神" in page


def test_of_two_clerks_the_second_is_told_and_what_was_ticked_stays(clerk):
    meeting = entered(clerk)
    first, second, _ = meeting.proposals.all()
    clerk.post(at("proposal-step", meeting=meeting.pk, proposal=first.pk, step="drop"), {"version": 1})
    late = clerk.post(at("proposals", meeting=meeting.pk), {"version": 1, "proposal": [second.pk]})
    page = late.content.decode()
    assert late.status_code == 400
    assert "办公室甲" in page
    assert "没有写入" in page
    assert 'name="version" value="2"' in page
    assert f'value="{second.pk}" checked' in page
    assert Case.objects.filter(county=HOME).count() == 0
    typed = {"version": 1, "text": "我的措辞"}
    late = clerk.post(at("proposal", meeting=meeting.pk, proposal=second.pk), typed)
    assert "我的措辞" in late.content.decode()
    assert (
        clerk.post(at("proposal", meeting=meeting.pk, proposal=second.pk), {**typed, "version": 2}).status_code == 302
    )


def test_proposals_are_merged_and_split_by_plain_forms(clerk):
    meeting = entered(clerk)
    first, second, _ = meeting.proposals.all()
    clerk.post(at("proposal-step", meeting=meeting.pk, proposal=first.pk, step="merge"), {"version": 1})
    assert meeting.proposals.first().text == f"{first.text}。{second.text}"
    page = clerk.get(at("proposal", meeting=meeting.pk, proposal=first.pk)).content.decode()
    assert 'name="split-place"' in page
    place = len(first.text) + 1
    split = {"split-version": 2, "split-place": place}
    assert clerk.post(at("split-proposal", meeting=meeting.pk, proposal=first.pk), split).status_code == 302
    assert [held.text for held in meeting.proposals.all()][:2] == [first.text.rstrip("。"), second.text]
    refused = clerk.post(at("split-proposal", meeting=meeting.pk, proposal=first.pk), {**split, "split-place": 99999})
    assert refused.status_code == 400


def test_a_record_is_changed_and_a_meeting_is_entered_by_hand(clerk):
    meeting = entered(clerk)
    page = clerk.get(at("meeting-record", meeting=meeting.pk)).content.decode()
    assert 'value="李明远"' in page
    given = {
        "version": 1,
        "title": "第一次会议",
        "held_on": "2026-02-27",
        "attendees": "孙言 副县长\n赵清",
        "heard": "甲\n\n乙",
    }
    assert clerk.post(at("meeting-record", meeting=meeting.pk), given).status_code == 302
    meeting.refresh_from_db()
    assert meeting.attendees == [{"name": "孙言", "post": "副县长"}, {"name": "赵清", "post": ""}]
    assert meeting.heard == ["甲", "乙"]
    again = clerk.post(at("meeting-record", meeting=meeting.pk), {**given, "title": "我的名称"})
    assert again.status_code == 400
    assert "我的名称" in again.content.decode()
    answer = clerk.post(at("plan-meeting"), {"title": "第二次会议", "held_on": "2026-06-01", "place": "县政府一会议室"})
    assert answer.status_code == 302
    page = clerk.get(at("meetings")).content.decode()
    assert page.index("第二次会议") < page.index("第一次会议")


def test_a_leader_reads_and_finds_no_button(client, clerk):
    meeting = entered(clerk)
    client.force_login(person("leader", "leader"))
    for address in (at("meetings"), at("meeting", meeting=meeting.pk)):
        page = client.get(address).content.decode()
        assert at("new-meeting") not in page
        assert at("meeting-record", meeting=meeting.pk) not in page
    assert client.get(at("proposals", meeting=meeting.pk)).status_code == 403


def test_pages_are_english_where_english_is_chosen(clerk):
    meeting = entered(clerk)
    clerk.cookies["django_language"] = "en"
    page = clerk.get(at("proposals", meeting=meeting.pk), HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert "Make the ticked items decisions" in page
    assert AT.year == 2026
