"""The next agenda and the documents of meetings: what stands in them, and what is left open for people."""

import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from docx import Document

from world import AT, HOME, organisation, person
from xuezheng.cases.models import Case
from xuezheng.meetings.actions.confirming import confirm_proposals
from xuezheng.meetings.actions.entering import enter_meeting
from xuezheng.meetings.actions.records import plan_meeting
from xuezheng.meetings.actions.settling import Wording, settle_proposal, word_proposal
from xuezheng.meetings.documents import DOCUMENTS, write_agenda
from xuezheng.meetings.drafts import Draft, Reading, Record
from xuezheng.meetings.models import Paper
from xuezheng.meetings.originals import pasted
from xuezheng.meetings.queries.agenda import Agenda, Listed, collect_agenda, find_turned
from xuezheng.meetings.queries.meetings import content_of
from xuezheng.people.access import reach_of
from xuezheng.register.models import County
from xuezheng.standards.models import Evaluation, SelfAssessment

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return reach_of(person("clerk", "office"), AT.date())


@pytest.fixture
def meeting(clerk):
    text = "要建好学校，要学习精神。"
    record = Record(
        title="领导小组第一次会议召开", held_on=date(2026, 2, 27), chair="李明远", chair_post="组长",
        attendees=(("孙言", "副县长"),), heard=("工作情况汇报",), reviewed=("工作要点",),
    )  # fmt: skip
    drafts = (Draft(text="要建好学校", span=(0, 5)), Draft(text="要学习精神", span=(6, 11)))
    county = County.objects.get(code=HOME)
    held = enter_meeting(county=county, reading=Reading(record, text, drafts), original=pasted(text), by=clerk, at=AT)
    first, second = held.proposals.all()
    unit = organisation("section", HOME, "91", "基建科")
    wording = Wording(text="建好学校", lead_unit=unit, due_on=date(2026, 8, 31))
    word_proposal(meeting=held, proposal=first, wording=wording, version=1, by=clerk, at=AT)
    settle_proposal(meeting=held, proposal=second, state="record", version=2, by=clerk, at=AT)
    confirm_proposals(meeting=held, proposals=[first.pk], hand_out=True, version=3, by=clerk, at=AT)
    return held


def words_of(content):
    document = Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)


def written(kind, meeting, language="zh"):
    out = io.BytesIO()
    DOCUMENTS[kind](content_of(meeting), out, language=language, at=AT)
    return words_of(out.getvalue())


def test_the_list_of_decisions_has_numbers_units_limits_and_progress(meeting):
    case = Case.objects.get(title="建好学校")
    words = written("decisions", meeting)
    for each in ("领导小组第一次会议\n决定事项清单", case.number, "建好学校", "基建科", "2026-08-31", "待签收"):
        assert each in words, words
    assert "要学习精神" not in words


def test_the_minutes_say_what_was_decided_and_who_was_there(meeting):
    words = written("minutes", meeting)
    for each in (
        "2026年2月27日，组长李明远主持召开领导小组第一次会议。",
        "工作情况汇报",
        "建好学校",
        "要学习精神",
        "孙言（副县长）",
    ):
        assert each in words, words


def test_a_notice_marks_what_is_not_known_yet(clerk):
    county = County.objects.get(code=HOME)
    held = plan_meeting(county=county, record=Record(title="第二次会议"), by=clerk, at=AT)
    words = written("notice", held)
    for each in ("关于召开第二次会议的通知", "（日期、时间）", "（地点）", "（议程待定）", "（参会人员待定）"):
        assert each in words, words
    assert "Notice of the meeting" in written("notice", held, "en")


def test_the_agenda_collects_what_is_late_what_turned_and_what_awaits_a_signature(meeting, clerk):
    evaluation = Evaluation.objects.get(county=HOME, standard="cn-compulsory-2017", is_current=True, school_year=2025)
    SelfAssessment.objects.create(
        county_id=HOME, standard=evaluation.standard, school_year=2025, evaluation=evaluation,
        first_signed_by=clerk.account, first_signed_at=AT,
    )  # fmt: skip
    before = collect_agenda(clerk, HOME, AT.date(), AT)
    assert before.late.cases == []
    assert meeting.held_on == date(2026, 2, 27)
    at = AT + timedelta(days=300)
    found = collect_agenda(clerk, HOME, at.date(), at)
    assert [case.title for case in found.late.cases] == ["建好学校"]
    assert len(found.reviews) == 1
    for turned in found.turned:
        assert turned.before != turned.after
        assert turned.years[0] < turned.years[1] == 2025
    out = io.BytesIO()
    write_agenda("云溪县", found, out, language="zh", at=at, on=at.date())
    words = words_of(out.getvalue())
    for each in ("下次会议议题建议", "建好学校", "基建科", "2025 学年自评"):
        assert each in words, words


def test_what_turned_is_found_between_the_newest_two_years_only(clerk):
    del clerk
    found = find_turned(HOME)
    assert len({(turned.standard, turned.indicator) for turned in found}) == len(found)
    evaluation = Evaluation.objects.get(county=HOME, standard="cn-compulsory-2017", is_current=True, school_year=2025)
    evaluation.tallies = {name: {"met": 1} for name in evaluation.tallies}
    evaluation.save()
    earlier = Evaluation.objects.get(county=HOME, standard="cn-compulsory-2017", is_current=True, school_year=2024)
    earlier.tallies = {name: {"not_met": 1} for name in evaluation.tallies}
    earlier.save()
    turned = [held for held in find_turned(HOME) if held.standard == "cn-compulsory-2017"]
    assert turned
    assert {held.years for held in turned} == {(2024, 2025)}


def test_an_escalated_case_is_on_the_agenda_once(meeting, clerk):
    Case.objects.filter(title="建好学校").update(escalated=1)
    found = collect_agenda(clerk, HOME, AT.date(), AT)
    assert [case.title for case in found.escalated.cases] == ["建好学校"]
    at = AT + timedelta(days=300)
    found = collect_agenda(clerk, HOME, at.date(), at)
    assert (len(found.late.cases), found.escalated.cases) == (1, [])
    assert meeting.version == 4


def test_the_agenda_as_a_document_does_not_name_a_restricted_paper_to_whoever_it_is_handed(clerk):
    given = {"county": County.objects.get(code=HOME), "state": "submitted", "submitted_at": AT}
    by = {"entered_by": clerk.account, "entered_at": AT, "changed_by": clerk.account, "changed_at": AT}
    for title, is_restricted in (("工作方案", False), ("干部考察哨兵", True)):
        Paper.objects.create(title=title, is_restricted=is_restricted, **given, **by)
    found, out = collect_agenda(clerk, HOME, AT.date(), AT), io.BytesIO()
    assert len(found.papers) == 2
    write_agenda("云溪县", found, out, language="zh", at=AT, on=AT.date())
    words = words_of(out.getvalue())
    assert "工作方案" in words
    assert "哨兵" not in words


def test_an_empty_agenda_says_so(clerk):
    out = io.BytesIO()
    nothing = Agenda(Listed([], is_more=False), Listed([], is_more=False), [], [])
    assert nothing.is_empty
    write_agenda("云溪县", nothing, out, language="en", at=AT, on=AT.date())
    assert "None." in words_of(out.getvalue())
    assert clerk.account is not None


def test_pages_and_downloads_are_there_for_who_reads_cases(client, meeting):
    client.force_login(person("leader", "leader"))
    assert client.get(reverse("agenda", kwargs={"county": HOME})).status_code == 200
    for kind in DOCUMENTS:
        answer = client.get(reverse("meeting-document", kwargs={"county": HOME, "meeting": meeting.pk, "kind": kind}))
        assert answer.status_code == 200
        assert ("xlsx" if kind == "tasks-workbook" else "docx") in answer["Content-Disposition"]
        assert kind == "tasks-workbook" or words_of(answer.content)
    answer = client.get(reverse("agenda-document", kwargs={"county": HOME}))
    assert "下次会议议题建议" in words_of(answer.content)
    unknown = {"county": HOME, "meeting": meeting.pk, "kind": "novel"}
    assert client.get(reverse("meeting-document", kwargs=unknown)).status_code == 404
