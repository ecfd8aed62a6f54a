"""A meeting planned: ordinal, agenda, the invited, the attached text, numbers; two clerks at once."""

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from world import AT, HOME, organisation, person
from xuezheng.cases.models import Case
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.models import Event
from xuezheng.meetings.actions.agenda import ItemGiven, add_item, change_item, move_item, remove_item, take_collected
from xuezheng.meetings.actions.attaching import attach_original, decide_differences
from xuezheng.meetings.actions.attendance import Attendance, Invited, invite, invite_from_record, record_attendance
from xuezheng.meetings.actions.changing import MeetingChanged
from xuezheng.meetings.actions.confirming import confirm_proposals
from xuezheng.meetings.actions.numbering import number_document
from xuezheng.meetings.actions.records import (
    cancel_meeting,
    change_record,
    confirm_held,
    plan_meeting,
    record_of,
    restore_meeting,
    send_notice,
)
from xuezheng.meetings.drafts import Record
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.originals import pasted, read_original
from xuezheng.meetings.plans import Plan, begins_on, stages_of
from xuezheng.meetings.queries.collecting import find_collected
from xuezheng.meetings.queries.planning import (
    find_in_calendar,
    find_without_day,
    last_organiser,
    next_ordinal,
    next_sequence,
)
from xuezheng.people.access import NotAllowed, reach_of
from xuezheng.register.models import County
from xuezheng.standards.evidence_store import path_of

pytestmark = pytest.mark.django_db

GROUP = "县委教育工作领导小组"
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


def planned(county, clerk, **other):
    record = Record(
        title=f"{GROUP}会议", organiser=GROUP, ordinal_year=2026, held_on=date(2026, 3, 20), place="一会议室"
    )
    return plan_meeting(
        county=county, record=replace(record, **other), by=clerk, at=AT, plan=Plan(begins_at=time(9, 30))
    )


def refused(code, act):
    with pytest.raises(InvalidRequest) as told:
        act()
    assert told.value.code == code


def test_the_next_ordinal_of_the_organisers_year_is_proposed_and_none_is_given_twice(county, clerk):
    assert (last_organiser(HOME), next_ordinal(HOME, GROUP, 2026)) == ("", 1)
    first = planned(county, clerk, ordinal=1)
    assert (last_organiser(HOME), next_ordinal(HOME, GROUP, 2026), next_ordinal(HOME, "别的机构", 2026)) == (
        GROUP,
        2,
        1,
    )
    refused("meeting_ordinal_taken", lambda: planned(county, clerk, ordinal=1))
    second = planned(county, clerk, ordinal=2)
    record = replace(record_of(second), ordinal=1)
    refused("meeting_ordinal_taken", lambda: change_record(meeting=second, record=record, version=1, by=clerk, at=AT))
    cancel_meeting(meeting=first, reason="改期", version=1, by=clerk, at=AT)
    change_record(meeting=second, record=record, version=1, by=clerk, at=AT)
    assert Meeting.objects.get(pk=second.pk).begins_at == time(9, 30)


def test_a_meeting_goes_from_planned_to_notice_to_held_and_says_so(county, clerk):
    meeting = planned(county, clerk)
    assert begins_on(meeting).isoformat() == "2026-03-20T09:30:00+08:00"
    assert stages_of(meeting, AT, has_minutes=False) == ["planned"]
    refused("meeting_not_yet", lambda: confirm_held(meeting=meeting, version=1, by=clerk, at=AT))
    send_notice(meeting=meeting, version=1, by=clerk, at=AT)
    after = AT + timedelta(days=30)
    assert stages_of(meeting, AT, has_minutes=False)[-1] == "notice_sent"
    assert stages_of(meeting, after, has_minutes=False)[-1] == "to_confirm"
    confirm_held(meeting=meeting, version=2, by=clerk, at=after)
    assert stages_of(meeting, after, has_minutes=True) == ["planned", "notice_sent", "held", "minutes"]
    refused("meeting_was_held", lambda: cancel_meeting(meeting=meeting, reason="x", version=3, by=clerk, at=after))


def test_one_called_off_keeps_its_reason_and_can_come_back(county, clerk):
    meeting = planned(county, clerk)
    refused(
        "meeting_cancel_needs_reason", lambda: cancel_meeting(meeting=meeting, reason=" ", version=1, by=clerk, at=AT)
    )
    cancel_meeting(meeting=meeting, reason="与上级会议冲突", version=1, by=clerk, at=AT)
    assert stages_of(meeting, AT, has_minutes=False) == ["cancelled"]
    refused("meeting_cancelled", lambda: send_notice(meeting=meeting, version=2, by=clerk, at=AT))
    restore_meeting(meeting=meeting, version=2, by=clerk, at=AT)
    assert Meeting.objects.get(pk=meeting.pk).cancel_reason == ""


def test_one_called_off_does_not_come_back_over_the_ordinal_that_another_was_given(county, clerk):
    first = planned(county, clerk, ordinal=1)
    cancel_meeting(meeting=first, reason="防汛", version=1, by=clerk, at=AT)
    planned(county, clerk, ordinal=1)
    refused("meeting_ordinal_taken", lambda: restore_meeting(meeting=first, version=2, by=clerk, at=AT))
    first.refresh_from_db()
    assert first.cancelled_at is not None


def test_one_whose_minutes_have_a_number_was_held_and_is_not_called_off(county, clerk):
    meeting = planned(county, clerk)
    number_document(meeting=meeting, document="minutes", sequence=1, version=1, by=clerk, at=AT)
    refused("meeting_was_held", lambda: cancel_meeting(meeting=meeting, reason="防汛", version=2, by=clerk, at=AT))


def test_a_text_gives_a_meeting_no_ordinal_that_another_has(county, clerk):
    planned(county, clerk, ordinal=1)
    meeting, text = planned(county, clerk), pasted(TEXT)
    attach_original(meeting=meeting, reading=read_original(text), original=text, version=1, by=clerk, at=AT)
    meeting.refresh_from_db()
    assert (meeting.ordinal, meeting.differences["ordinal"], meeting.chair) == (None, 1, "李明远")
    refused(
        "meeting_ordinal_taken",
        lambda: decide_differences(meeting=meeting, taken={"ordinal"}, version=2, by=clerk, at=AT),
    )
    decide_differences(meeting=meeting, taken={"held_on"}, version=2, by=clerk, at=AT)
    meeting.refresh_from_db()
    assert (meeting.ordinal, meeting.held_on, meeting.differences) == (None, date(2026, 2, 27), {})


def test_the_calendar_holds_the_days_asked_for_and_names_what_has_no_day(county, clerk):
    march, open_day = planned(county, clerk), planned(county, clerk, held_on=None)
    early = plan_meeting(county=county, record=replace(record_of(march), title="早会"), by=clerk, at=AT)
    found = find_in_calendar(HOME, date(2026, 3, 1), date(2026, 3, 31))
    assert [held.pk for held in found] == [march.pk, early.pk]
    assert [held.has_minutes for held in found] == [False, False]
    assert list(find_in_calendar(HOME, date(2026, 4, 1), date(2026, 4, 30))) == []
    assert list(find_without_day(HOME)) == [open_day]


def test_an_agenda_is_written_moved_and_changed_in_order(county, clerk):
    meeting = planned(county, clerk)
    unit = organisation("section", HOME, "91", "基建科")
    given = [ItemGiven(kind="study", title="学习文件", minutes=10), ItemGiven(kind="hear", title="听取进展", unit=unit)]
    first, second = [add_item(meeting=meeting, item=item, version=meeting.version, by=clerk, at=AT) for item in given]
    move_item(meeting=meeting, held=second, direction="up", version=3, by=clerk, at=AT)
    assert [item.pk for item in meeting.agenda.all()] == [second.pk, first.pk]
    move_item(meeting=meeting, held=second, direction="up", version=4, by=clerk, at=AT)
    assert [item.pk for item in meeting.agenda.all()] == [second.pk, first.pk]
    change_item(
        meeting=meeting, held=first, item=ItemGiven(kind="discuss", title="研究方案", minutes=20), version=5, by=clerk,
        at=AT,
    )  # fmt: skip
    remove_item(meeting=meeting, held=second, version=6, by=clerk, at=AT)
    assert [(item.kind, item.title, item.minutes) for item in meeting.agenda.all()] == [("discuss", "研究方案", 20)]
    refused(
        "agenda_item_needs_title",
        lambda: add_item(meeting=meeting, item=ItemGiven(kind="hear", title=" "), version=7, by=clerk, at=AT),
    )


def test_what_is_collected_is_taken_in_or_left_out_and_not_proposed_again(county, clerk):
    unit = organisation("section", HOME, "91", "基建科")
    text = pasted(TEXT)
    held = planned(county, clerk, held_on=date(2026, 2, 27))
    attach_original(meeting=held, reading=read_original(text), original=text, version=1, by=clerk, at=AT)
    first, second, _ = held.proposals.all()
    for proposal in (first, second):
        proposal.lead_unit = unit
        proposal.save()
    confirm_proposals(meeting=held, proposals=[first.pk, second.pk], hand_out=True, version=2, by=clerk, at=AT)
    late = AT + timedelta(days=400)
    meeting = planned(county, clerk)
    found = [each for each in find_collected(clerk, meeting, late.date(), late, "zh") if each.group == "late"]
    assert [(each.kind, each.unit, each.origin_kind) for each in found] == [("hear", unit.pk, "case")] * 2
    assert all(Case.objects.get(pk=each.origin_id).number in each.title for each in found)
    take_collected(meeting=meeting, taken=found[:1], left_out=found[1:], version=1, by=clerk, at=late)
    again = find_collected(clerk, meeting, late.date(), late, "en")
    assert [each for each in again if each.origin_kind == "case"] == []
    assert [(item.title, item.is_left_out) for item in meeting.agenda.all()] == [
        (found[0].title, False),
        (found[1].title, True),
    ]
    refused(
        "agenda_none_chosen",
        lambda: take_collected(meeting=meeting, taken=[], left_out=[], version=2, by=clerk, at=late),
    )


def test_the_invited_answer_stand_in_and_come(county, clerk):
    meeting = planned(county, clerk)
    unit = organisation("member_unit", HOME, "CZ", "县财政局")
    wanted = [
        Invited(name="王明", post="副县长"),
        Invited(unit=unit, role="sits_in"),
        Invited(name="王明", post="副县长"),
    ]
    made = invite(meeting=meeting, invited=wanted, version=1, by=clerk, at=AT)
    assert [(each.name, each.unit, each.role) for each in made] == [("王明", None, "attends"), ("", unit, "sits_in")]
    refused("nobody_to_invite", lambda: invite(meeting=meeting, invited=wanted, version=2, by=clerk, at=AT))
    away = Attendance(role="attends", answer="leave")
    for code, given in (("leave_needs_reason", away), ("stand_in_needs_name", replace(away, answer="stand_in"))):
        refused(
            code,
            lambda given=given: record_attendance(
                meeting=meeting, attendance={made[0].pk: given}, version=2, by=clerk, at=AT
            ),
        )
    changed = record_attendance(
        meeting=meeting, version=2, by=clerk, at=AT,
        attendance={
            made[0].pk: replace(away, reason="出差"),
            made[1].pk: Attendance(role="sits_in", answer="stand_in", stand_in_name="赵四", stand_in_post="科长", is_present=True),
        },
    )  # fmt: skip
    assert len(changed) == 2
    held = meeting.invitees.get(unit=unit)
    assert (held.stand_in_name, held.is_present) == ("赵四", True)


def test_whom_the_attached_text_names_is_marked_present(county, clerk):
    meeting = planned(county, clerk, attendees=(("王明", "副县长"), ("孙言", "局长")))
    (invited,) = invite(meeting=meeting, invited=[Invited(name="王明")], version=1, by=clerk, at=AT)
    made = invite_from_record(meeting=meeting, version=2, by=clerk, at=AT)
    assert [each.name for each in made] == ["孙言"]
    assert [(each.name, each.is_present) for each in meeting.invitees.all()] == [("王明", True), ("孙言", True)]
    assert meeting.invitees.first().pk == invited.pk


def test_an_attached_text_fills_what_is_missing_and_differences_wait_for_a_clerk(county, clerk):
    meeting = planned(county, clerk, ordinal=2, chair="赵清")
    text = pasted(TEXT)
    attach_original(meeting=meeting, reading=read_original(text), original=text, version=1, by=clerk, at=AT)
    held = Meeting.objects.get(pk=meeting.pk)
    assert (held.chair, held.held_on, held.ordinal) == ("赵清", date(2026, 3, 20), 2)
    assert held.reviewed == ["《2026年工作要点》"]
    assert {"chair", "held_on", "ordinal"} <= set(held.differences)
    assert held.differences["held_on"] == "2026-02-27"
    assert held.proposals.count() == 3
    assert path_of(held.sha256).read_bytes() == TEXT.encode()
    decide_differences(meeting=held, taken={"held_on", "chair"}, version=2, by=clerk, at=AT)
    held.refresh_from_db()
    assert (held.held_on, held.chair, held.ordinal, held.differences) == (date(2026, 2, 27), "李明远", 2, {})
    refused("no_differences", lambda: decide_differences(meeting=held, taken=(), version=3, by=clerk, at=AT))
    event = Event.objects.get(action="meetings.decide_differences")
    assert event.payload.body["before"] == {"held_on": "2026-03-20", "chair": "赵清"}


def test_a_second_text_replaces_open_proposals_but_never_confirmed_ones(county, clerk):
    meeting = planned(county, clerk)
    first, second = pasted(TEXT), pasted(TEXT.replace("8月底", "9月底"))
    attach_original(meeting=meeting, reading=read_original(first), original=first, version=1, by=clerk, at=AT)
    refused(
        "bulletin_entered_before",
        lambda: attach_original(
            meeting=meeting, reading=read_original(first), original=first, version=2, by=clerk, at=AT
        ),
    )
    attach_original(meeting=meeting, reading=read_original(second), original=second, version=2, by=clerk, at=AT)
    assert meeting.proposals.count() == 3
    confirm_proposals(
        meeting=meeting, proposals=[meeting.proposals.first().pk], hand_out=False, version=3, by=clerk, at=AT
    )
    third = pasted(TEXT.replace("8月底", "7月底"))
    refused(
        "original_over_decisions",
        lambda: attach_original(
            meeting=meeting, reading=read_original(third), original=third, version=4, by=clerk, at=AT
        ),
    )
    assert meeting.proposals.count() == 3


def test_numbers_are_taken_once_and_told_when_taken(county, clerk):
    first, second = planned(county, clerk), planned(county, clerk)
    assert next_sequence(HOME, "minutes", 2026) == 1
    made = number_document(meeting=first, document="minutes", sequence=3, version=1, by=clerk, at=AT)
    assert made.number == "云教组纪要〔2026〕3号"
    assert (next_sequence(HOME, "minutes", 2026), next_sequence(HOME, "notice", 2026)) == (4, 1)
    refused(
        "document_number_taken",
        lambda: number_document(meeting=second, document="minutes", sequence=3, version=1, by=clerk, at=AT),
    )
    refused(
        "document_has_number",
        lambda: number_document(meeting=first, document="minutes", sequence=4, version=2, by=clerk, at=AT),
    )
    refused(
        "document_number_not_positive",
        lambda: number_document(meeting=second, document="notice", sequence=0, version=1, by=clerk, at=AT),
    )


def test_who_writes_on_an_older_meeting_is_told_and_readers_write_nothing(county, clerk):
    meeting = planned(county, clerk)
    other = reach_of(person("other-clerk", "office", name="王同事"), AT.date())
    reader = reach_of(person("leader", "leader"), AT.date())
    item = ItemGiven(kind="hear", title="听取汇报")
    add_item(meeting=Meeting.objects.get(pk=meeting.pk), item=item, version=1, by=other, at=AT)
    for act in (
        lambda by: add_item(meeting=meeting, item=item, version=1, by=by, at=AT),
        lambda by: invite(meeting=meeting, invited=[Invited(name="甲")], version=1, by=by, at=AT),
        lambda by: number_document(meeting=meeting, document="notice", sequence=1, version=1, by=by, at=AT),
        lambda by: send_notice(meeting=meeting, version=1, by=by, at=AT),
    ):
        with pytest.raises(MeetingChanged):
            act(clerk)
        with pytest.raises(NotAllowed):
            act(reader)
    assert meeting.agenda.count() == 1
    assert meeting.invitees.count() == 0
    assert meeting.numbers.count() == 0
