"""What needs two people: who may ask, who may decide, and that a grant is used once and in time."""

from datetime import timedelta

import pytest

from world import AT, HOME, OTHER, organisation, person
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import SYSTEM, Actor
from xuezheng.ledger.models import Event
from xuezheng.people.access import NotAllowed
from xuezheng.people.actions import (
    decide_approval,
    expire_approvals,
    request_approval,
    use_approval,
    withdraw_approval,
)
from xuezheng.people.models import Approval
from xuezheng.people.queries import find_granted, find_open

pytestmark = pytest.mark.django_db

YEAR = {"kind": "unlock_year", "subject_kind": "self_assessment", "subject_id": "cn-compulsory-2017/2025"}


def actor(account):
    return Actor(f"account:{account.pk}")


@pytest.fixture
def statistician():
    return person("statistician", "statistician")


@pytest.fixture
def office():
    return person("office", "office")


def asked(account, at=AT):
    return request_approval(**YEAR, county=HOME, reason="数据有误", by=actor(account), at=at)


def test_a_grant_is_asked_for_given_by_another_and_used_once(statistician, office):
    request = asked(statistician)
    decide_approval(approval_id=request.pk, grant=True, note="", by=actor(office), at=AT)
    held = find_granted(**YEAR, county=HOME, requested_by=statistician, at=AT)
    assert held.pk == request.pk
    use_approval(approval_id=request.pk, **YEAR, by=actor(statistician), at=AT)
    assert find_granted(**YEAR, county=HOME, requested_by=statistician, at=AT) is None
    with pytest.raises(InvalidRequest, match="approval_not_granted"):
        use_approval(approval_id=request.pk, **YEAR, by=actor(statistician), at=AT)
    assert list(Event.objects.filter(subject_kind="approval").order_by("number").values_list("action", flat=True)) == [
        "people.request_approval", "people.decide_approval", "people.use_approval",
    ]  # fmt: skip


def test_nobody_decides_what_they_asked_for(office):
    request = asked(office)
    with pytest.raises(InvalidRequest, match="approval_own"):
        decide_approval(approval_id=request.pk, grant=True, note="", by=actor(office), at=AT)


def test_who_lacks_the_right_neither_asks_nor_decides(statistician):
    planner = person("planner", "planner")
    with pytest.raises(NotAllowed):
        asked(planner)
    request = asked(statistician)
    stranger_here = person("neighbour", "office", organisation("county", OTHER, OTHER, "临河县"))
    for account in (planner, stranger_here):
        with pytest.raises(NotAllowed):
            decide_approval(approval_id=request.pk, grant=True, note="", by=actor(account), at=AT)


def test_the_same_wish_twice_is_one_request(statistician):
    assert asked(statistician).pk == asked(statistician).pk
    assert find_open(**YEAR, county=HOME, at=AT).requested_by == statistician


def test_a_grant_is_for_one_subject_and_one_person(statistician, office):
    request = asked(statistician)
    decide_approval(approval_id=request.pk, grant=True, note="", by=actor(office), at=AT)
    with pytest.raises(NotAllowed):
        use_approval(approval_id=request.pk, **YEAR, by=actor(office), at=AT)
    with pytest.raises(InvalidRequest, match="approval_for_something_else"):
        use_approval(approval_id=request.pk, **{**YEAR, "subject_id": "other"}, by=actor(statistician), at=AT)


def test_a_refusal_says_why_and_closes_the_request(statistician, office):
    request = asked(statistician)
    with pytest.raises(InvalidRequest, match="refusal_reason_missing"):
        decide_approval(approval_id=request.pk, grant=False, note=" ", by=actor(office), at=AT)
    decide_approval(approval_id=request.pk, grant=False, note="材料不全", by=actor(office), at=AT)
    with pytest.raises(InvalidRequest, match="approval_not_open"):
        decide_approval(approval_id=request.pk, grant=True, note="", by=actor(office), at=AT)


def test_requests_and_grants_lapse(statistician, office):
    late = AT + timedelta(days=15)
    request = asked(statistician)
    with pytest.raises(InvalidRequest, match="approval_lapsed"):
        decide_approval(approval_id=request.pk, grant=True, note="", by=actor(office), at=late)
    assert expire_approvals(at=late) == 1
    assert Approval.objects.get(pk=request.pk).outcome == "expired"
    second = asked(statistician, late)
    decide_approval(approval_id=second.pk, grant=True, note="", by=actor(office), at=late)
    with pytest.raises(InvalidRequest, match="approval_not_granted"):
        use_approval(approval_id=second.pk, **YEAR, by=actor(statistician), at=late + timedelta(days=8))


def test_only_the_one_who_asked_takes_it_back(statistician, office):
    request = asked(statistician)
    with pytest.raises(NotAllowed):
        withdraw_approval(approval_id=request.pk, by=actor(office), at=AT)
    withdraw_approval(approval_id=request.pk, by=actor(statistician), at=AT)
    assert Approval.objects.get(pk=request.pk).outcome == "withdrawn"


def test_the_system_asks_for_nothing():
    with pytest.raises(InvalidRequest, match="person_needed"):
        request_approval(**YEAR, county=HOME, reason="x", by=SYSTEM, at=AT)


def test_who_has_lost_the_right_since_asking_does_not_use_the_grant(statistician, office):
    request = asked(statistician)
    decide_approval(approval_id=request.pk, grant=True, note="", by=actor(office), at=AT)
    statistician.appointments.update(ends_on=AT.date() - timedelta(days=1))
    with pytest.raises(NotAllowed):
        use_approval(approval_id=request.pk, **YEAR, by=actor(statistician), at=AT)
    request.refresh_from_db()
    assert request.outcome == "granted"
