"""The pages of a meeting's planning as people use them: calendar, agenda, attendance, papers, attached text, numbers."""

import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from world import HOME, organisation, person
from xuezheng.ledger.models import Event
from xuezheng.meetings.models import Meeting, Paper

pytestmark = pytest.mark.django_db

GROUP = "县委教育工作领导小组"
TEXT = """县委教育工作领导小组2026年第二次会议召开
2月27日，县委教育工作领导小组2026年第二次会议召开。县委书记、组长李明远主持会议并讲话。
会议听取了2025年教育工作情况汇报，审议了《2026年工作要点》。
会议强调，要加快城东片区学校建设，8月底前建成投用。要由县教育局牵头，开展校车安全排查。
"""
PDF = b"%PDF-1.7 paper"


@pytest.fixture
def clerk(client):
    client.force_login(person("clerk", "office", name="办公室甲"))
    return client


@pytest.fixture
def meeting(clerk):
    given = {
        "title": f"{GROUP}2026年第2次会议", "organiser": GROUP, "ordinal_year": 2026, "ordinal": 2, "held_on": "2026-02-26",
        "begins_at": "09:30", "place": "一会议室", "papers_due_on": "2026-02-20", "leave_by_on": "2026-02-24",
        "contact": "县教育局 23450000",
    }  # fmt: skip
    assert clerk.post(at("plan-meeting"), given).status_code == 302
    return Meeting.objects.get(county=HOME)


def at(name, **parts):
    return reverse(name, kwargs={"county": HOME, **parts})


def page(client, name, **parts):
    answer = client.get(at(name, **parts))
    assert answer.status_code == 200
    return answer.content.decode()


def words_of(answer):
    document = Document(io.BytesIO(answer.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def document(client, meeting, kind):
    return words_of(client.get(at("meeting-document", meeting=meeting.pk, kind=kind)))


def version(meeting):
    return Meeting.objects.get(pk=meeting.pk).version


@pytest.mark.usefixtures("meeting")
def test_the_next_meeting_of_the_year_is_proposed_and_an_ordinal_is_not_given_twice(clerk):
    shown = page(clerk, "plan-meeting")
    assert f'value="{GROUP}"' in shown
    again = clerk.post(at("plan-meeting"), {"title": "又一次", "organiser": GROUP, "ordinal_year": 2026, "ordinal": 2})
    assert again.status_code == 400
    assert "2026 年第 2 次会议" in again.content.decode()


def test_the_calendar_shows_months_days_off_and_how_far_a_meeting_is(clerk, meeting):
    shown = clerk.get(at("meetings-calendar") + "?month=2026-02").content.decode()
    assert at("meeting", meeting=meeting.pk) in shown
    assert "09:30" in shown
    assert "已过会期，待确认是否召开" in shown
    assert shown.count(">休<") == 12  # weekends and the Spring Festival, less the weekend days worked instead
    assert shown.count(">班<") == 2
    assert "全年" in shown
    assert at("meeting", meeting=meeting.pk) in clerk.get(at("meetings-calendar") + "?year=2026").content.decode()
    assert "没有会议" in clerk.get(at("meetings-calendar") + "?month=2026-05").content.decode()
    for wrong in ("?month=2026-13", "?month=abc", "?year=99999", "?month=²-1"):
        assert clerk.get(at("meetings-calendar") + wrong).status_code == 200


def test_the_calendar_file_is_one_that_other_calendars_read(clerk, meeting):
    answer = clerk.get(at("meetings-calendar-file") + "?year=2026")
    lines = answer.content.split(b"\r\n")
    assert answer["Content-Type"].startswith("text/calendar")
    assert max(map(len, lines)) <= 75
    text = answer.content.decode().replace("\r\n ", "")
    for each in ("BEGIN:VEVENT", "DTSTART:20260226T013000Z", "DTEND:20260226T023000Z", "SUMMARY:" + meeting.title):
        assert each in text, text
    assert text.endswith("END:VCALENDAR\r\n")


def test_an_agenda_is_written_and_stands_in_notice_and_agenda(clerk, meeting):
    unit = organisation("section", HOME, "91", "基建科")
    for title in ("听取城东学校进展", "学习文件"):
        given = {"version": version(meeting), "kind": "hear", "title": title, "unit": unit.pk, "minutes": 15}
        assert clerk.post(at("meeting-agenda", meeting=meeting.pk), given).status_code == 302
    first, second = meeting.agenda.all()
    up = at("agenda-item-step", meeting=meeting.pk, item=second.pk, step="up")
    assert clerk.post(up, {"version": version(meeting)}).status_code == 302
    assert [item.pk for item in meeting.agenda.all()] == [second.pk, first.pk]
    changed = {"version": version(meeting), "kind": "study", "title": "学习上级文件", "unit": "", "minutes": ""}
    assert clerk.post(at("agenda-item", meeting=meeting.pk, item=second.pk), changed).status_code == 302
    assert "预计共 15 分钟" in page(clerk, "meeting-agenda", meeting=meeting.pk)
    written = document(clerk, meeting, "agenda")
    for each in ("学习上级文件", "听取城东学校进展", "基建科", "2026年2月26日09:30", "代拟稿"):
        assert each in written, written
    notice = document(clerk, meeting, "notice")
    for each in ("1. 学习传达：学习上级文件", "2026年2月20日前报送", "2026年2月24日前书面请假", "县教育局 23450000"):
        assert each in notice, notice


def test_a_change_on_an_older_page_is_told_and_not_written(clerk, meeting):
    given = {"version": version(meeting), "kind": "hear", "title": "一"}
    clerk.post(at("meeting-agenda", meeting=meeting.pk), given)
    again = clerk.post(at("meeting-agenda", meeting=meeting.pk), given)
    assert again.status_code == 400
    assert "办公室甲" in again.content.decode()
    assert meeting.agenda.count() == 1


def test_answers_and_attendance_stand_in_the_minutes_and_reasons_with_clerks_only(clerk, client, meeting):
    given = {"version": version(meeting), "people": "王明 副县长\n孙言 局长\n周平 主任", "role": "attends"}
    assert clerk.post(at("invite", meeting=meeting.pk), given).status_code == 302
    wang, sun, zhou = meeting.invitees.all()
    answers = {
        "version": version(meeting),
        f"p{wang.pk}-role": "attends", f"p{wang.pk}-answer": "comes", f"p{wang.pk}-present": "yes",
        f"p{sun.pk}-role": "attends", f"p{sun.pk}-answer": "leave", f"p{sun.pk}-reason": "家事哨兵", f"p{sun.pk}-present": "no",
        f"p{zhou.pk}-role": "sits_in", f"p{zhou.pk}-answer": "stand_in", f"p{zhou.pk}-stand_in_name": "赵四",
        f"p{zhou.pk}-present": "yes",
    }  # fmt: skip
    assert clerk.post(at("attendance", meeting=meeting.pk), answers).status_code == 302
    assert "应到 3，到会 2，请假 1，代会 1" in page(clerk, "attendance", meeting=meeting.pk)
    minutes = document(clerk, meeting, "minutes")
    for each in ("出席", "王明（副县长）", "请假", "孙言（局长）", "代会", "赵四（代周平）"):
        assert each in minutes, minutes
    assert "家事哨兵" not in minutes
    client.force_login(person("leader", "leader"))
    shown = page(client, "attendance", meeting=meeting.pk)
    assert "孙言" in shown
    assert "家事哨兵" not in shown
    assert client.post(at("attendance", meeting=meeting.pk), answers).status_code == 403


def test_a_text_is_attached_differences_are_decided_and_a_second_one_over_decisions_is_refused(clerk, meeting):
    posted = clerk.post(at("attach-original", meeting=meeting.pk), {"version": version(meeting), "text": TEXT})
    assert posted["Location"] == at("meeting-differences", meeting=meeting.pk)
    shown = page(clerk, "meeting-differences", meeting=meeting.pk)
    assert "2026-02-26" in shown
    assert "2026-02-27" in shown
    assert "原文与会议记录有不一致" in page(clerk, "meeting", meeting=meeting.pk)
    clerk.post(at("meeting-differences", meeting=meeting.pk), {"version": version(meeting), "held_on": "text"})
    held = Meeting.objects.get(pk=meeting.pk)
    assert (held.held_on, held.chair, held.differences) == (date(2026, 2, 27), "李明远", {})
    ticked = {"version": held.version, "proposal": [held.proposals.first().pk]}
    assert clerk.post(at("proposals", meeting=meeting.pk), ticked).status_code == 302
    other = TEXT.replace("8月底", "9月底")
    again = clerk.post(at("attach-original", meeting=meeting.pk), {"version": version(meeting), "text": other})
    assert again.status_code == 400
    assert "已有 1 项事项立为决定" in again.content.decode()
    assert "要加快城东片区学校建设" in document(clerk, meeting, "tasks")


@pytest.mark.parametrize(("chosen", "read"), [("", "bulletin"), ("minutes", "minutes")])
def test_a_text_is_attached_as_the_kind_that_was_chosen(clerk, meeting, chosen, read):
    assert 'name="kind"' in page(clerk, "attach-original", meeting=meeting.pk)
    posted = {"version": version(meeting), "text": TEXT, "kind": chosen}
    assert clerk.post(at("attach-original", meeting=meeting.pk), posted).status_code == 302
    assert Meeting.objects.get(pk=meeting.pk).source == read


def test_a_number_is_taken_once_and_stands_on_the_document(clerk, meeting):
    assert "代拟稿" in document(clerk, meeting, "minutes")
    taken = {"version": version(meeting), "sequence": 5}
    clerk.post(at("number-document", meeting=meeting.pk, document="minutes"), taken)
    year = Meeting.objects.get(pk=meeting.pk).changed_at.year
    number = f"云教组纪要〔{year}〕5号"
    assert number in page(clerk, "meeting", meeting=meeting.pk)
    minutes = document(clerk, meeting, "minutes")
    assert number in minutes
    assert "代拟稿" not in minutes
    clerk.post(at("plan-meeting"), {"title": "另一次会议"})
    other = Meeting.objects.exclude(pk=meeting.pk).get(county=HOME)
    answer = clerk.post(
        at("number-document", meeting=other.pk, document="minutes"), {"version": 1, "sequence": 5}, follow=True
    )
    assert f"{number} 已由" in answer.content.decode()


def test_a_meeting_is_noted_as_sent_held_and_called_off(clerk, meeting):
    for step in ("notice-sent", "held"):
        clerk.post(at("meeting-step", meeting=meeting.pk, step=step), {"version": version(meeting)})
    assert "已召开" in page(clerk, "meeting", meeting=meeting.pk)
    refused = clerk.post(at("cancel-meeting", meeting=meeting.pk), {"version": version(meeting), "reason": "改期"})
    assert refused.status_code == 400
    assert "不能取消" in refused.content.decode()
    assert clerk.post(at("meeting-step", meeting=meeting.pk, step="dance"), {"version": 1}).status_code == 404


def test_a_paper_goes_through_its_versions_review_and_readers(clerk, meeting):
    given = {"title": "经费方案", "file": SimpleUploadedFile("方案.pdf", PDF), "submit": "on"}
    assert clerk.post(at("meeting-papers", meeting=meeting.pk), given).status_code == 302
    paper = Paper.objects.get(county=HOME)
    assert "经费方案" in page(clerk, "agenda")
    wrong = clerk.post(
        at("meeting-papers", meeting=meeting.pk), {"title": "坏", "file": SimpleUploadedFile("坏.pdf", b"MZ nothing")}
    )
    assert wrong.status_code == 400
    newer = {"version": 1, "file": SimpleUploadedFile("方案2.pdf", PDF + b"2"), "words": "改第三条"}
    assert clerk.post(reverse("paper-step", args=(paper.pk, "version")), newer).status_code == 302
    review = {"version": 2, "meeting": meeting.pk, "outcome": "to_revise"}
    refused = clerk.post(reverse("paper-step", args=(paper.pk, "review")), review)
    assert refused.status_code == 400
    assert "没有写明修改意见" in refused.content.decode()
    assert clerk.post(reverse("paper-step", args=(paper.pk, "review")), review | {"words": "细化"}).status_code == 302
    shown = clerk.get(reverse("paper", args=(paper.pk,))).content.decode()
    for each in ("方案.pdf", "方案2.pdf", "改第三条", "修改后再审", "细化"):
        assert each in shown
    assert clerk.get(reverse("paper-file", args=(paper.pk, 1))).content == PDF


def test_a_restricted_paper_does_not_exist_for_others_and_its_reads_are_recorded(clerk, client, meeting):
    named = person("named", "unit_officer", organisation("member_unit", HOME, "CZ", "县财政局"))
    given = {
        "title": "干部考察哨兵", "file": SimpleUploadedFile("密.pdf", PDF), "restricted": "on", "readers": [named.pk],
    }  # fmt: skip
    assert clerk.post(at("meeting-papers", meeting=meeting.pk), given).status_code == 302
    paper = Paper.objects.get(county=HOME)
    assert "干部考察哨兵" not in document(clerk, meeting, "agenda")
    client.force_login(person("second-clerk", "office"))
    for name, parts in (("meeting-papers", {"meeting": meeting.pk}), ("county-papers", {}), ("agenda", {}), ("meeting-agenda", {"meeting": meeting.pk})):  # fmt: skip
        assert "干部考察哨兵" not in page(client, name, **parts), name
    for url in (reverse("paper", args=(paper.pk,)), reverse("paper-file", args=(paper.pk, 1))):
        assert client.get(url).status_code == 404
    assert not Event.objects.filter(action="ledger.read", subject_kind="paper").exists()
    client.force_login(named)
    assert "干部考察哨兵" in client.get(reverse("my-papers")).content.decode()
    assert client.get(reverse("paper-file", args=(paper.pk, 1))).content == PDF
    read = Event.objects.get(action="ledger.read", subject_kind="paper")
    assert (read.actor, read.subject_id) == (f"account:{named.pk}", str(paper.pk))
    # A step that is refused shows the paper again: that is a look at it, too.
    client.force_login(paper.entered_by)
    refused = client.post(reverse("paper-step", args=(paper.pk, "version")), {"version": paper.version})
    assert (refused.status_code, "干部考察哨兵" in refused.content.decode()) == (400, True)
    assert Event.objects.filter(action="ledger.read", subject_kind="paper").count() == 2


def test_people_of_a_unit_submit_their_papers_and_nobody_elses(client):
    unit = organisation("member_unit", HOME, "CZ", "县财政局")
    client.force_login(person("officer", "unit_officer", unit))
    given = {"title": "经费方案", "file": SimpleUploadedFile("方案.pdf", PDF)}
    assert client.post(reverse("unit-papers", args=(unit.pk,)), given).status_code == 302
    assert Paper.objects.get().state == "submitted"
    assert "经费方案" in client.get(reverse("unit-papers", args=(unit.pk,))).content.decode()
    other = organisation("member_unit", HOME, "RS", "县人社局")
    assert client.get(reverse("unit-papers", args=(other.pk,))).status_code == 404
    assert client.post(reverse("unit-papers", args=(other.pk,)), given).status_code == 404


def test_what_was_collected_is_taken_in_or_left_out(clerk, meeting):
    for title in ("甲方案", "乙方案"):
        unit = organisation("section", HOME, "91", "基建科")
        Paper.objects.create(
            county_id=HOME, title=title, unit=unit, state="submitted", submitted_at=meeting.entered_at,
            entered_by=meeting.entered_by, entered_at=meeting.entered_at, changed_by=meeting.entered_by,
            changed_at=meeting.entered_at,
        )  # fmt: skip
    first, second = Paper.objects.order_by("pk")
    shown = page(clerk, "collect-agenda", meeting=meeting.pk)
    assert "甲方案" in shown
    chosen = {"version": version(meeting), f"paper:{first.pk}": "take", f"paper:{second.pk}": "leave"}
    assert clerk.post(at("collect-agenda", meeting=meeting.pk), chosen).status_code == 302
    assert [(item.title, item.is_left_out) for item in meeting.agenda.all()] == [("甲方案", False), ("乙方案", True)]
    assert "乙方案" not in page(clerk, "collect-agenda", meeting=meeting.pk)
