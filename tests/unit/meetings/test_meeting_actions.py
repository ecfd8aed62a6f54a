"""From a bulletin to decisions: entering, wording, merging, splitting, settling, confirming; two clerks at once."""

from dataclasses import replace
from datetime import date

import pytest

from world import AT, HOME, OTHER, organisation, person
from xuezheng.cases.models import Case
from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.ledger.models import Event
from xuezheng.ledger.queries import find_breaks
from xuezheng.meetings.access import get_meeting, get_proposal
from xuezheng.meetings.actions.changing import MeetingChanged
from xuezheng.meetings.actions.confirming import confirm_proposals
from xuezheng.meetings.actions.entering import enter_meeting
from xuezheng.meetings.actions.records import change_record, plan_meeting, record_of
from xuezheng.meetings.actions.settling import (
    Wording,
    merge_proposals,
    settle_proposal,
    split_proposal,
    word_proposal,
)
from xuezheng.meetings.drafts import Record, places_to_split, reading_of_tasks
from xuezheng.meetings.engine.task_table import Task
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.originals import Original, pasted, read_original, uploaded
from xuezheng.people.access import NotAllowed, OutsideArea, reach_of
from xuezheng.register.models import County
from xuezheng.standards.evidence_store import path_of

pytestmark = pytest.mark.django_db

TEXT = """县委教育工作领导小组2026年第一次会议召开
2月27日，县委教育工作领导小组2026年第一次会议召开。县委书记、组长李明远主持会议并讲话。
会议听取了2025年教育工作情况汇报，审议了《2026年工作要点》。
会议强调，要加快城东片区学校建设，8月底前建成投用。要由县教育局牵头，开展校车安全排查。要深入学习上级会议精神。
"""


@pytest.fixture
def county():
    return County.objects.get(code=HOME)


@pytest.fixture
def clerk():
    return reach_of(person("clerk", "office"), AT.date())


@pytest.fixture
def meeting(county, clerk):
    organisation("commission", HOME, "90", "云溪县教育局")
    original = pasted(TEXT)
    return enter_meeting(county=county, reading=read_original(original), original=original, by=clerk, at=AT)


def proposals(meeting):
    return list(meeting.proposals.all())


def test_a_bulletin_becomes_a_record_and_open_proposals_and_its_original_is_kept(meeting):
    assert (meeting.ordinal_year, meeting.ordinal, meeting.held_on) == (2026, 1, date(2026, 2, 27))
    assert meeting.chair == "李明远"
    assert meeting.reviewed == ["《2026年工作要点》"]
    found = proposals(meeting)
    assert len(found) == 3
    assert {held.state for held in found} == {"open"}
    for held in found:
        ((start, end),) = held.spans
        assert meeting.text[start:end] == held.text
    assert found[1].lead_unit.name == "云溪县教育局"
    assert path_of(meeting.sha256).read_bytes() == TEXT.encode()
    assert Case.objects.filter(county=HOME).count() == 0
    assert Event.objects.filter(action="meetings.enter", subject_id=str(meeting.pk)).count() == 1


def test_the_same_original_is_entered_once(meeting, county, clerk):
    original = pasted(TEXT)
    with pytest.raises(InvalidRequest) as refused:
        enter_meeting(county=county, reading=read_original(original), original=original, by=clerk, at=AT)
    assert refused.value.code == "bulletin_entered_before"
    assert refused.value.params["meeting"] == meeting.pk


def test_a_text_without_a_meeting_says_so():
    with pytest.raises(NotFound) as refused:
        read_original(pasted("今天天气很好。"))
    assert refused.value.code == "meeting_not_found"


def test_a_task_table_is_read_with_its_units_and_days(county, clerk):
    organisation("section", HOME, "91", "安全科")
    tasks = (
        Task("1", "排查校车", "逐车建档", "安全科", ("县教育局",), "2026年6月30日前", 2),
        Task("2", "修缮食堂", "", "某局", (), "年底前", 3),
    )
    original = Original("任务分解表.xlsx", "application/octet-stream", b"PK table")
    made = enter_meeting(
        county=county, reading=reading_of_tasks(tasks, "任务分解表"), original=original, by=clerk, at=AT
    )
    first, second = proposals(made)
    assert made.is_task_table
    assert (first.text, first.details, first.due_on) == ("排查校车", "逐车建档", date(2026, 6, 30))
    assert first.lead_unit.name == "安全科"
    assert (second.due_on, second.limit_words, second.lead_unit) == (None, "年底前", None)
    assert made.text[slice(*second.spans[0])] == "修缮食堂"


def test_confirmed_ones_become_cases_in_one_go_with_their_origin(meeting, clerk):
    first, second, third = proposals(meeting)
    unit = organisation("commission", HOME, "90")
    wording = Wording(
        text="城东片区学校建成投用", lead_unit=unit, due_on=date(2026, 8, 31), areas=("places-and-buildings",)
    )
    word_proposal(meeting=meeting, proposal=first, wording=wording, version=1, by=clerk, at=AT)
    settle_proposal(meeting=meeting, proposal=third, state="record", version=2, by=clerk, at=AT)
    cases = confirm_proposals(
        meeting=meeting, proposals={first.pk, second.pk}, hand_out=True, version=3, by=clerk, at=AT
    )
    assert [case.kind for case in cases] == ["decision", "decision"]
    assert [(case.origin_kind, case.origin_id) for case in cases] == [
        ("meeting-proposal", str(first.pk)),
        ("meeting-proposal", str(second.pk)),
    ]
    assert (cases[0].title, cases[0].level, cases[0].lead_unit) == ("城东片区学校建成投用", "dated", unit)
    assert [held.state for held in proposals(meeting)] == ["confirmed", "confirmed", "record"]
    assert find_breaks({}) == []


def test_one_that_cannot_be_opened_stops_all_of_them(meeting, clerk):
    first, second, _ = proposals(meeting)
    word_proposal(
        meeting=meeting, proposal=second, version=1, by=clerk, at=AT,
        wording=Wording(text="过期的事项", due_on=date(2026, 1, 1)),
    )  # fmt: skip
    with pytest.raises(InvalidRequest) as refused:
        confirm_proposals(meeting=meeting, proposals=[first.pk, second.pk], hand_out=False, version=2, by=clerk, at=AT)
    assert refused.value.code == "until_in_the_past"
    assert Case.objects.filter(county=HOME).count() == 0
    assert {held.state for held in proposals(meeting)} == {"open"}


def test_what_is_confirmed_is_not_touched_again(meeting, clerk):
    first = proposals(meeting)[0]
    confirm_proposals(meeting=meeting, proposals=[first.pk], hand_out=False, version=1, by=clerk, at=AT)
    first.refresh_from_db()
    for act in (
        lambda: settle_proposal(meeting=meeting, proposal=first, state="dropped", version=2, by=clerk, at=AT),
        lambda: word_proposal(
            meeting=meeting, proposal=first, wording=Wording(text="别的"), version=2, by=clerk, at=AT
        ),
        lambda: confirm_proposals(meeting=meeting, proposals=[first.pk], hand_out=False, version=2, by=clerk, at=AT),
    ):
        with pytest.raises(InvalidRequest):
            act()
    assert Case.objects.filter(county=HOME).count() == 1


def test_merging_and_splitting_keep_the_spans_of_the_text(meeting, clerk):
    first, second, third = proposals(meeting)
    place = places_to_split(first.text)[0]
    head, tail = split_proposal(meeting=meeting, proposal=first, place=place, version=1, by=clerk, at=AT)
    for half in (head, tail):
        ((start, end),) = half.spans
        assert meeting.text[start:end] == half.text
    assert [held.pk for held in proposals(meeting)] == [head.pk, tail.pk, second.pk, third.pk]
    joined = merge_proposals(meeting=meeting, proposal=head, version=2, by=clerk, at=AT)
    assert joined.text == meeting.text[first.spans[0][0] : tail.spans[0][1]]
    assert len(joined.spans) == 1
    assert [held.pk for held in proposals(meeting)] == [head.pk, second.pk, third.pk]


def test_the_last_one_has_nothing_to_merge_with_and_nothing_is_split_at_its_ends(meeting, clerk):
    last = proposals(meeting)[-1]
    with pytest.raises(InvalidRequest) as refused:
        merge_proposals(meeting=meeting, proposal=last, version=1, by=clerk, at=AT)
    assert refused.value.code == "proposal_without_next"
    for place in (0, len(last.text), -1):
        with pytest.raises(InvalidRequest):
            split_proposal(meeting=meeting, proposal=last, place=place, version=1, by=clerk, at=AT)


def test_of_two_clerks_the_second_is_told_who_was_quicker(meeting, clerk):
    other = reach_of(person("other-clerk", "office", name="王同事"), AT.date())
    first, second, _ = proposals(meeting)
    settle_proposal(meeting=meeting, proposal=first, state="dropped", version=1, by=other, at=AT)
    with pytest.raises(MeetingChanged) as told:
        confirm_proposals(meeting=meeting, proposals=[first.pk, second.pk], hand_out=False, version=1, by=clerk, at=AT)
    assert told.value.params == {"name": "王同事", "at": "2026-03-02 09:00"}
    assert Case.objects.filter(county=HOME).count() == 0


def test_the_record_is_changed_with_what_was_before(meeting, clerk):
    record = replace(record_of(meeting), chair="赵清", attendees=(("孙言", "副县长"),))
    change_record(meeting=meeting, record=record, version=1, by=clerk, at=AT)
    held = Meeting.objects.get(pk=meeting.pk)
    assert (held.chair, held.attendees, held.version) == ("赵清", [{"name": "孙言", "post": "副县长"}], 2)
    event = Event.objects.get(action="meetings.change_record")
    assert event.payload.body["before"]["chair"] == "李明远"
    with pytest.raises(MeetingChanged):
        change_record(meeting=meeting, record=record, version=1, by=clerk, at=AT)


def test_only_clerks_write_and_only_the_county_reads(meeting, county):
    reader = reach_of(person("leader", "leader"), AT.date())
    stranger = reach_of(person("abroad", "office", organisation("county", OTHER, OTHER)), AT.date())
    first = proposals(meeting)[0]
    for reach in (reader, stranger):
        with pytest.raises(NotAllowed):
            plan_meeting(county=county, record=Record(title="会议"), by=reach, at=AT)
        with pytest.raises(NotAllowed):
            settle_proposal(meeting=meeting, proposal=first, state="dropped", version=1, by=reach, at=AT)
    assert get_meeting(reader, HOME, meeting.pk) == meeting
    for county_code in (HOME, OTHER):
        with pytest.raises(OutsideArea):
            get_meeting(stranger, county_code, meeting.pk)


def test_a_proposal_is_reached_through_its_own_meeting_only(meeting, county, clerk):
    other = plan_meeting(county=county, record=Record(title="下一次会议"), by=clerk, at=AT)
    with pytest.raises(OutsideArea):
        get_proposal(other, proposals(meeting)[0].pk)


def test_files_are_read_as_they_come():
    original = uploaded("通稿.txt", [TEXT.encode("gb18030")])
    assert read_original(original).record.chair == "李明远"
