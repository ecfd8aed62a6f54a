"""Who is told of what: the people whom a step concerns, by their appointments, once, and without a title."""

import contextlib
import json
from datetime import date, timedelta

import pytest

from world import AT, HOME
from xuezheng.cases.actions.nightly import escalate_cases
from xuezheng.cases.actions.opening import Opening, open_case, open_many
from xuezheng.cases.actions.stepping import EvidenceGiven, Given, take_step
from xuezheng.cases.engine.refusing import StepRefused
from xuezheng.catalogue.notices import load_notices
from xuezheng.notices.actions.reading import mark_read, prune_notices, set_wishes
from xuezheng.notices.actions.telling import telling
from xuezheng.notices.models import Notice, Outgoing, Wish
from xuezheng.notices.queries import count_unread, find_notices, get_notice, get_wishes
from xuezheng.people.access import OutsideArea
from xuezheng.people.actions import decide_approval, request_approval, use_approval, withdraw_approval
from xuezheng.standards.evidence_store import keep_file

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def opened(office, **more):
    opening = Opening(**{"kind": "decision", "title": "整治王小明家门前的水沟", **more})
    return open_case(county=office.county, opening=opening, by=office.office, at=AT)


def step(case, name, by, at=AT + HOUR, **given):
    return take_step(case=case, step=name, version=case.version, by=by, at=at, given=Given(**given))


def told():
    return {(notice.reader.login, notice.kind) for notice in Notice.objects.select_related("reader")}


def fresh():
    found = told()
    Notice.objects.all().delete()
    return found


def test_a_unit_s_people_and_their_deputies_are_told_and_nobody_whose_appointment_has_ended(office):
    step(opened(office), "hand_out", office.office, unit=office.finance_unit)
    assert told() == {("finance", "handed_out"), ("deputy", "handed_out")}


def test_each_turn_of_a_case_is_told_to_those_who_must_act_next_and_never_to_who_took_it(office):
    case = step(opened(office), "hand_out", office.office, unit=office.finance_unit, assisting=(office.school_unit,))
    assert fresh() == {("finance", "handed_out"), ("deputy", "handed_out"), ("school", "assisting")}
    case = step(case, "receive", office.finance)
    assert fresh() == set()
    case = step(case, "urge", office.office)
    assert fresh() == {("finance", "urged"), ("deputy", "urged")}
    case = step(case, "ask_extension", office.finance, reason="招标", until=date(2026, 4, 20))
    assert fresh() == {("office", "extension_asked"), ("head", "extension_asked")}
    case = step(case, "grant_extension", office.office)
    assert fresh() == {("finance", "extension_granted"), ("deputy", "extension_granted")}
    evidence = EvidenceGiven(kind="document", file=keep_file("单.pdf", [b"%PDF-1.7 a"]))
    case = step(case, "add_evidence", office.finance, evidence=evidence)
    case = step(case, "report_done", office.finance, reason="已办")
    assert fresh() == {("office", "to_check"), ("head", "to_check")}
    case = step(case, "verify", office.head, reason="属实")
    assert fresh() == {("finance", "verified"), ("deputy", "verified"), ("office", "to_close")}
    step(case, "close", office.office)
    assert fresh() == {("finance", "closed"), ("deputy", "closed")}


def test_a_unit_without_people_is_told_through_the_nearest_unit_above(office):
    step(opened(office), "hand_out", office.office, unit=office.budget_unit)
    assert told() == {("finance", "handed_out"), ("deputy", "handed_out")}


def test_a_school_s_own_duty_inspector_checks_before_the_county_does(office):
    case = step(opened(office), "hand_out", office.office, unit=office.school_unit)
    case = step(case, "receive", office.school)
    evidence = EvidenceGiven(kind="document", file=keep_file("单.pdf", [b"%PDF-1.7 b"]))
    case = step(case, "add_evidence", office.school, evidence=evidence)
    Notice.objects.all().delete()
    step(case, "report_done", office.school, reason="已办")
    assert told() == {("inspector", "to_check")}


def test_notices_hold_numbers_and_no_titles(office):
    step(opened(office), "hand_out", office.office, unit=office.finance_unit)
    held = list(Notice.objects.values_list("params", flat=True))
    assert {params["number"] for params in held} == {"〔2026〕云督 1 号"}
    assert "王小明" not in json.dumps(held, ensure_ascii=False)


def test_of_a_restricted_case_only_its_units_and_those_named_are_told_and_not_even_its_number(office):
    case = opened(office, kind="concern", level="protection", readers=(office.accounts["leader"],))
    case = step(case, "hand_out", office.office, unit=office.finance_unit)
    case = step(case, "receive", office.finance)
    evidence = EvidenceGiven(kind="document", file=keep_file("单.pdf", [b"%PDF-1.7 c"]))
    case = step(case, "add_evidence", office.finance, evidence=evidence)
    step(case, "report_done", office.finance, reason="已办")
    expected = {("finance", "handed_out"), ("deputy", "handed_out"), ("office", "to_check"), ("leader", "to_check")}
    assert told() == expected
    assert case.number not in json.dumps(list(Notice.objects.values_list("params", flat=True)), ensure_ascii=False)


def test_of_a_restricted_case_that_is_late_no_supervisor_is_told_but_those_named(office):
    case = opened(office, kind="concern", level="protection")
    case = step(case, "hand_out", office.office, unit=office.finance_unit)
    case = step(case, "receive", office.finance)
    Notice.objects.all().delete()
    escalate_cases(at=case.due_at)
    # The office opened it, so it is named; the head of supervision is told of others that are late, not of this one.
    assert {login for login, _ in told()} == {"finance", "deputy", "office"}


def test_a_step_that_is_refused_tells_nobody(office):
    case = step(opened(office), "hand_out", office.office, unit=office.finance_unit)
    Notice.objects.all().delete()
    with pytest.raises(StepRefused):
        step(case, "urge", office.finance)
    assert told() == set()


def test_what_fails_inside_a_greater_whole_takes_its_notices_back(office):
    reader = office.accounts["office"].pk
    with telling(AT) as outer:
        outer.tell("urged", {reader}, county=HOME, subject=("case", 1), params={"number": "一"})
        with contextlib.suppress(ZeroDivisionError), telling(AT) as inner:
            inner.tell("urged", {reader}, county=HOME, subject=("case", 2), params={"number": "二"})
            raise ZeroDivisionError
    assert [notice.subject_id for notice in Notice.objects.all()] == ["1"]


@pytest.mark.parametrize(("count", "rows"), [(3, 3), (4, 1), (30, 1)])
def test_many_of_a_kind_at_once_become_one_notice_that_says_how_many(office, count, rows):
    openings = [Opening(kind="decision", title=f"第{n}件", unit=office.finance_unit) for n in range(count)]
    open_many(county=office.county, title="年度要点", openings=openings, by=office.office, at=AT)
    held = Notice.objects.filter(reader=office.accounts["finance"])
    assert held.count() == rows
    assert sum(notice.count for notice in held) == count


def test_the_night_tells_each_person_once_how_many_and_a_second_run_counts_on(office):
    for _ in range(3):
        case = step(opened(office), "hand_out", office.office, unit=office.finance_unit)
        step(case, "receive", office.finance)
    Notice.objects.all().delete()
    escalate_cases(at=case.due_at + HOUR)
    held = {notice.reader.login: notice.params for notice in Notice.objects.select_related("reader")}
    assert held == {name: {"late": 3} for name in ("finance", "deputy", "office", "head")}
    escalate_cases(at=case.due_at + 15 * DAY)
    later = {notice.reader.login: notice.params for notice in Notice.objects.order_by("pk").select_related("reader")}
    assert later == {name: {"escalated": 3} for name in ("finance", "office", "head", "leader")} | {
        "deputy": later["deputy"]
    }
    assert not escalate_cases(at=case.due_at + 15 * DAY)


def test_a_night_s_second_run_adds_to_the_unread_notice_of_the_day(office):
    case = step(opened(office), "hand_out", office.office, unit=office.finance_unit)
    night = case.due_at
    escalate_cases(at=night)
    case_two = step(opened(office), "hand_out", office.office, unit=office.finance_unit)
    assert case_two.due_at == night
    Notice.objects.exclude(kind="night").delete()
    escalate_cases(at=night + HOUR)
    finance = Notice.objects.filter(reader=office.accounts["finance"])
    assert [(notice.params, notice.count) for notice in finance] == [({"late": 2}, 2)]


def test_who_may_decide_is_told_of_a_request_and_who_asked_is_not(office):
    request_approval(
        kind="export_people",
        subject_kind="county",
        subject_id=HOME,
        county=HOME,
        reason="交接",
        by=office.office.actor,
        at=AT,
    )
    assert told() == {("administrator", "approval_asked")}


@pytest.mark.parametrize("grant", [True, False])
def test_who_asked_is_told_of_the_decision_and_not_of_what_becomes_of_the_grant_later(office, grant):
    asked = {"kind": "export_people", "subject_kind": "county", "subject_id": HOME, "by": office.office.actor}
    request = request_approval(**asked, county=HOME, reason="交接", at=AT)
    Notice.objects.all().delete()
    decide_approval(approval_id=request.pk, grant=grant, note="见面谈", by=office.administrator.actor, at=AT + HOUR)
    assert told() == {("office", "approval_decided")}
    assert "见面谈" not in json.dumps(list(Notice.objects.values_list("params", flat=True)), ensure_ascii=False)
    if grant:
        use_approval(**asked, approval_id=request.pk, at=AT + 2 * HOUR)
    assert Notice.objects.count() == 1


def test_who_asked_and_took_it_back_is_told_nothing(office):
    by = office.office.actor
    request = request_approval(
        kind="export_people", subject_kind="county", subject_id=HOME, county=HOME, reason="交接", by=by, at=AT
    )
    Notice.objects.all().delete()
    withdraw_approval(approval_id=request.pk, by=by, at=AT + HOUR)
    assert told() == set()


def test_reading_is_for_one_s_own_notices_alone(office):
    step(opened(office), "hand_out", office.office, unit=office.finance_unit)
    finance, deputy = office.accounts["finance"], office.accounts["deputy"]
    own = find_notices(finance).get()
    with pytest.raises(OutsideArea):
        get_notice(deputy, own.pk)
    assert mark_read(reader=deputy, notice=own.pk, at=AT) == 0
    assert (count_unread(finance), count_unread(deputy)) == (1, 1)
    assert mark_read(reader=finance, at=AT) == 1
    assert (count_unread(finance), count_unread(deputy)) == (0, 1)


def test_a_wish_holds_from_the_next_notice_on_and_the_usual_way_leaves_no_row(office, settings):
    settings.MAIL_HOST = "mail.example.org"
    finance = office.accounts["finance"]
    finance.email = "finance@example.org"
    finance.save()
    usual = get_wishes(finance)
    set_wishes(account=finance, wishes=usual | {"handed_out": ("now", False)}, by=office.finance.actor, at=AT)
    assert [(wish.kind, wish.mail, wish.robot) for wish in Wish.objects.all()] == [("handed_out", "now", False)]
    step(opened(office), "hand_out", office.office, unit=office.finance_unit)
    ways = {notice.reader.login: (notice.mail, notice.robot) for notice in Notice.objects.select_related("reader")}
    assert ways == {"finance": ("now", False), "deputy": ("", True)}
    set_wishes(account=finance, wishes=usual, by=office.finance.actor, at=AT)
    assert not Wish.objects.exists()


def test_notices_and_messages_go_when_they_are_over_their_time(office):
    old, new = AT - 200 * DAY, AT - DAY
    for at in (old, new):
        Notice.objects.create(reader=office.accounts["finance"], kind="urged", at=at)
        Outgoing.objects.create(
            key=str(at), purpose="daily", account=office.accounts["finance"], created_at=at, run_after=at
        )
    gone = prune_notices(notices_before=AT - 180 * DAY, messages_before=AT - 90 * DAY)
    assert gone == {"notices": 1, "messages": 1}


def test_every_step_that_the_catalogue_tells_of_is_a_step():
    from xuezheng.catalogue.case_kinds import load_vocabulary

    assert set(load_notices().steps) <= set(load_vocabulary().steps)
