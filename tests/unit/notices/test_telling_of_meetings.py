"""Meetings: the leaders hear that one is planned; whoever is invited hears that the notice went out."""

from datetime import date, timedelta

import pytest

from world import AT
from xuezheng.meetings.actions.attendance import Invited, invite
from xuezheng.meetings.actions.records import cancel_meeting, plan_meeting, send_notice
from xuezheng.meetings.drafts import Record
from xuezheng.notices.models import Notice

pytestmark = pytest.mark.django_db


def told():
    return {
        (notice.reader.login, notice.kind, notice.params["day"]) for notice in Notice.objects.select_related("reader")
    }


def test_a_meeting_is_told_to_leaders_when_planned_and_to_the_invited_when_its_notice_goes_out(office):
    record = Record(title="领导小组会议", held_on=date(2026, 3, 20))
    meeting = plan_meeting(county=office.county, record=record, by=office.office, at=AT)
    assert told() == {("leader", "meeting_planned", "2026-03-20")}
    Notice.objects.all().delete()
    wanted = [Invited(name="某"), Invited(unit=office.finance_unit)]
    invite(meeting=meeting, invited=wanted, version=1, by=office.office, at=AT)
    meeting.invitees.filter(name="某").update(account=office.accounts["school"])
    send_notice(meeting=meeting, version=2, by=office.office, at=AT)
    assert told() == {(login, "meeting_notice", "2026-03-20") for login in ("leader", "school", "finance", "deputy")}


def test_whoever_heard_of_a_meeting_hears_that_it_is_called_off_and_nobody_else(office):
    record = Record(title="领导小组会议", held_on=date(2026, 3, 20))
    for is_notice_sent, hearing in ((False, {"leader"}), (True, {"leader", "finance", "deputy"})):
        meeting = plan_meeting(county=office.county, record=record, by=office.office, at=AT)
        invite(meeting=meeting, invited=[Invited(unit=office.finance_unit)], version=1, by=office.office, at=AT)
        if is_notice_sent:
            send_notice(meeting=meeting, version=2, by=office.office, at=AT)
        Notice.objects.all().delete()
        cancel_meeting(meeting=meeting, reason="王小明的事", version=meeting.version, by=office.office, at=AT)
        assert told() == {(login, "meeting_cancelled", "2026-03-20") for login in hearing}


def test_nobody_is_told_of_a_meeting_that_is_over(office):
    record = Record(title="领导小组会议", held_on=AT.date() - timedelta(days=3))
    plan_meeting(county=office.county, record=record, by=office.office, at=AT)
    assert told() == set()
