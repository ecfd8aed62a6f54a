"""Recording: events come with the transaction or not at all, stay as they are, and can be proven against exported heads."""

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from unguarded import as_if_no_guard
from world import AT, HOME
from xuezheng.kernel.refusal import UnusableFile
from xuezheng.ledger.actions import (
    SYSTEM,
    Actor,
    erase_payloads,
    erase_payloads_before,
    export_head,
    record_read,
    recording,
    verify_ledger,
)
from xuezheng.ledger.models import AppendOnly, Event, Head, Payload
from xuezheng.ledger.queries import Wanted, find_breaks, find_events, get_head, get_last_verification, read_anchors

pytestmark = pytest.mark.django_db
SOMEBODY = Actor("account:7", "王老师")


def note(action="register.import", subject=1, at=AT, **details):
    with recording(SOMEBODY, at) as recorder:
        recorder.event(action, "school", subject, county=HOME, **details)
    return Event.objects.get(number=get_head()[0])


def test_an_event_holds_before_after_and_reason_and_no_name():
    event = note(before={"name": "甲"}, after={"name": "乙"}, reason="更名")
    assert event.payload.body == {"before": {"name": "甲"}, "after": {"name": "乙"}, "reason": "更名"}
    assert event.actor == "account:7"
    assert "王老师" not in json.dumps(event.payload.body, ensure_ascii=False)


def test_what_fails_leaves_neither_rows_nor_events():
    before = get_head()

    def fail_half_way():
        with recording(SOMEBODY, AT) as recorder:
            recorder.event("register.import", "school", 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert get_head() == before


def test_actions_inside_actions_share_one_transaction():
    before = get_head()[0]
    with recording(SOMEBODY, AT) as outer:
        outer.event("register.import", "school", 1)
        with recording(SYSTEM, AT) as inner:
            inner.event("register.index", "school", 1)
    written = Event.objects.filter(number__gt=before).order_by("number")
    assert [(event.action, event.actor) for event in written] == [
        ("register.import", "account:7"), ("register.index", "account:7"),
    ]  # fmt: skip
    assert find_breaks() == []


def test_an_inner_action_that_fails_takes_its_own_events_back_and_the_outer_one_goes_on():
    before = get_head()[0]

    def fail_inside():
        with recording(SYSTEM, AT) as inner:
            inner.event("register.index", "school", 1)
            raise ZeroDivisionError

    with recording(SOMEBODY, AT) as outer:
        outer.event("register.import", "school", 1)
        with pytest.raises(ZeroDivisionError):
            fail_inside()
        outer.event("register.import", "school", 2)
    written = Event.objects.filter(number__gt=before).order_by("number")
    assert [(event.action, event.subject_id) for event in written] == [
        ("register.import", "1"),
        ("register.import", "2"),
    ]


def test_code_can_neither_change_nor_delete_events():
    event = note()
    with pytest.raises(AppendOnly):
        event.save()
    with pytest.raises(AppendOnly):
        event.delete()
    with pytest.raises(AppendOnly):
        Event.objects.filter(number=event.number).update(actor="account:8")
    with pytest.raises(AppendOnly):
        Event.objects.filter(number=event.number).delete()


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE ledger_event SET actor = 'account:8'",
        "DELETE FROM ledger_event",
        "UPDATE ledger_payload SET salt = ''",
    ],
)
def test_the_database_refuses_to_change_or_delete_events(sql):
    note()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_whoever_changes_the_database_itself_is_found_out():
    event = note()
    note()
    as_if_no_guard("UPDATE ledger_event SET actor = 'account:8' WHERE number = %s", event.number)
    assert [(broken.number, broken.what) for broken in find_breaks()] == [(event.number, "digest")]


def test_an_end_that_was_cut_off_is_found_by_the_head_and_by_an_exported_one(tmp_path):
    event = note()
    export_head(folder=tmp_path, by=SYSTEM, at=AT)
    anchors = read_anchors(tmp_path)
    assert find_breaks(anchors) == []
    as_if_no_guard("DELETE FROM ledger_payload WHERE event_id >= %s", event.number)
    as_if_no_guard("DELETE FROM ledger_event WHERE number >= %s", event.number)
    assert "head" in {broken.what for broken in find_breaks()}
    last = Event.objects.order_by("-number").first()
    Head.objects.update(number=last.number, digest=last.digest)
    assert find_breaks() == []
    assert [(broken.number, broken.what) for broken in find_breaks(anchors)] == [(event.number, "anchor")]


def test_heads_of_one_day_stand_beside_each_other(tmp_path):
    first = export_head(folder=tmp_path, by=SYSTEM, at=AT)
    second = export_head(folder=tmp_path, by=SYSTEM, at=AT)
    assert [first.name, second.name] == ["2026-03-02.json", "2026-03-02-1.json"]
    assert len(read_anchors(tmp_path)) == 2
    (tmp_path / "2026-03-03.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UnusableFile):
        read_anchors(tmp_path)


def test_an_erased_payload_leaves_the_chain_whole_and_says_why():
    first, second = note(), note()
    assert erase_payloads(numbers=[first.number, second.number], by=SOMEBODY, at=AT, reason="离任", county=HOME) == 2
    assert not Payload.objects.filter(event__in=[first.number, second.number]).exists()
    tombstone = Event.objects.get(number=get_head()[0])
    assert tombstone.subject_id == f"{first.number}-{second.number}"
    assert find_breaks() == []
    Payload.objects.filter(event_id=tombstone.number).delete()
    assert [(broken.number, broken.what) for broken in find_breaks()] == [(tombstone.number, "erased")]


def test_retention_erases_payloads_by_age_and_keeps_what_proves_it():
    old = note(at=AT - timedelta(days=4000))
    erase_payloads_before(moment=AT - timedelta(days=3650), by=SYSTEM, at=AT, reason="期满")
    erase_payloads_before(moment=AT + timedelta(days=1), by=SYSTEM, at=AT, reason="期满")
    assert not Payload.objects.filter(event_id=old.number).exists()
    assert set(Payload.objects.values_list("event__action", flat=True)) == {"ledger.erase_payload"}
    assert find_breaks() == []


def test_a_verification_is_an_event_and_says_what_it_found():
    event = note()
    assert verify_ledger(by=SOMEBODY, at=AT) == []
    assert get_last_verification().payload.body["after"]["breaks"] == []
    as_if_no_guard("UPDATE ledger_event SET county = '' WHERE number = %s", event.number)
    verify_ledger(by=SOMEBODY, at=AT)
    assert get_last_verification().payload.body["after"]["breaks"] == [[event.number, "digest"]]


def test_what_others_write_while_the_chain_is_verified_is_no_break():
    note()
    written = []

    def write_between(execute, sql, params, many, context):
        if "ledger_head" in sql and not written:  # all events are read, and the head is looked at next
            written.append("begun")
            note(subject=2)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(write_between):
        assert find_breaks() == []
    assert written


def test_looking_at_a_restricted_record_is_recorded():
    record_read(by=SOMEBODY, at=AT, subject_kind="evidence", subject_id=5, county=HOME)
    event = Event.objects.get(number=get_head()[0])
    assert (event.action, event.restricted, event.subject_id) == ("ledger.read", True, "5")


def test_events_are_found_by_who_what_when_and_subject():
    from django.db.models import Q

    note(subject="S1", at=AT + timedelta(days=1))
    note("people.appoint", subject="S2", at=AT + timedelta(days=2))
    here = Q(county=HOME)

    def numbers(**wanted):
        return {
            (event.action, event.subject_id) for event in find_events(here, Wanted(actors=("account:7",), **wanted))
        }

    assert numbers() == {("register.import", "S1"), ("people.appoint", "S2")}
    assert numbers(action="people.") == {("people.appoint", "S2")}
    assert numbers(subject_id="S1") == {("register.import", "S1")}
    assert numbers(until=(AT + timedelta(days=1)).date()) == {("register.import", "S1")}
    assert numbers(since=(AT + timedelta(days=2)).date()) == {("people.appoint", "S2")}
    assert numbers(county="509902") == set()
