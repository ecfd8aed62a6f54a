"""Two people sign the same evaluation; then it stays until two people unlock it."""

from datetime import date, timedelta

import pytest

from world import AT, HOME, OTHER, organisation, person
from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.ledger.actions import SYSTEM, Actor
from xuezheng.ledger.queries import find_breaks
from xuezheng.people.access import NotAllowed
from xuezheng.people.actions import decide_approval
from xuezheng.standards.actions import (
    evaluate_snapshot,
    judge_item,
    prune_evaluations,
    request_unlock,
    sign_assessment,
    unlock_assessment,
    withdraw_signature,
)
from xuezheng.standards.models import Evaluation, SelfAssessment
from xuezheng.standards.queries import get_evaluation

pytestmark = pytest.mark.django_db

STANDARD = "cn-compulsory-2017"


def actor(account):
    return Actor(f"account:{account.pk}", account.name)


def signed(by, evaluation):
    return sign_assessment(
        county=HOME, standard=STANDARD, school_year=evaluation.school_year, evaluation_id=evaluation.pk,
        by=actor(by), at=AT,
    )  # fmt: skip


def locked():
    evaluation = get_evaluation(HOME, STANDARD)
    signed(person("first", "statistician"), evaluation)
    signed(person("second", "section_officer"), evaluation)
    return evaluation


def year():
    return {"county": HOME, "standard": STANDARD, "school_year": get_evaluation(HOME, STANDARD).school_year}


def test_the_second_signature_is_another_persons_and_locks():
    evaluation = get_evaluation(HOME, STANDARD)
    first = person("first", "statistician")
    held = signed(first, evaluation)
    assert held.second_signed_at is None
    with pytest.raises(InvalidRequest) as refused:
        signed(first, evaluation)
    assert refused.value.code == "second_signature_same_person"
    assert signed(person("second", "section_officer"), evaluation).second_signed_at == AT
    with pytest.raises(InvalidRequest) as refused:
        signed(person("third", "office"), evaluation)
    assert refused.value.code == "assessment_signed_already"


def test_a_new_snapshots_evaluation_waits_while_the_year_is_locked():
    evaluation = locked()
    returned = evaluate_snapshot(snapshot=evaluation.snapshot, by=SYSTEM, at=AT, standards=[STANDARD])
    assert returned == [evaluation]
    assert get_evaluation(HOME, STANDARD) == evaluation
    assert Evaluation.objects.filter(county=HOME, standard=STANDARD, school_year=evaluation.school_year).count() == 1


def test_other_years_standards_and_counties_stay_open():
    evaluation = locked()
    old = get_evaluation(HOME, STANDARD, evaluation.school_year - 1)
    neighbour = get_evaluation(OTHER, STANDARD)
    for held in (old, neighbour):
        assert evaluate_snapshot(snapshot=held.snapshot, by=SYSTEM, at=AT, standards=[STANDARD]) != [held]
    preschool = get_evaluation(HOME, "cn-preschool-2020")
    assert evaluate_snapshot(snapshot=preschool.snapshot, by=SYSTEM, at=AT, standards=["cn-preschool-2020"]) != [
        preschool
    ]


def test_an_evaluation_that_changed_after_the_first_signature_is_not_signed_second():
    evaluation = get_evaluation(HOME, STANDARD)
    first = person("first", "statistician")
    signed(first, evaluation)
    judge_item(**year(), indicator="G1", answer=True, note="x", judged_on=date(2026, 3, 1), by=actor(first), at=AT)
    with pytest.raises(InvalidRequest) as refused:
        signed(person("second", "section_officer"), get_evaluation(HOME, STANDARD))
    assert refused.value.code == "evaluation_changed"
    withdraw_signature(**year(), by=actor(first), at=AT)
    assert signed(first, get_evaluation(HOME, STANDARD)).evaluation != evaluation


def test_only_the_signer_withdraws_and_never_a_locked_one():
    evaluation = get_evaluation(HOME, STANDARD)
    first, second = person("first", "statistician"), person("second", "section_officer")
    with pytest.raises(NotFound):
        withdraw_signature(**year(), by=actor(first), at=AT)
    signed(first, evaluation)
    with pytest.raises(NotAllowed):
        withdraw_signature(**year(), by=actor(second), at=AT)
    signed(second, evaluation)
    with pytest.raises(InvalidRequest):
        withdraw_signature(**year(), by=actor(first), at=AT)


def test_two_people_unlock_and_the_newest_snapshot_is_evaluated_again():
    evaluation = locked()
    asker, decider = person("asker", "statistician"), person("decider", "office")
    with pytest.raises(NotAllowed):
        request_unlock(**year(), reason="更正数据", by=actor(person("planner", "planner")), at=AT)
    approval = request_unlock(**year(), reason="更正数据", by=actor(asker), at=AT)
    with pytest.raises(InvalidRequest):
        unlock_assessment(**year(), approval_id=approval.pk, by=actor(asker), at=AT)
    decide_approval(approval_id=approval.pk, grant=True, note="", by=actor(decider), at=AT)
    with pytest.raises(NotAllowed):
        unlock_assessment(**year(), approval_id=approval.pk, by=actor(decider), at=AT)
    renewed = unlock_assessment(**year(), approval_id=approval.pk, by=actor(asker), at=AT)
    assert renewed != evaluation
    assert get_evaluation(HOME, STANDARD) == renewed
    assert SelfAssessment.objects.get().unlocked_at == AT
    assert not find_breaks()


def test_a_grant_for_another_year_unlocks_nothing():
    evaluation = locked()
    old = get_evaluation(HOME, STANDARD, evaluation.school_year - 1)
    asker, decider = person("asker", "statistician"), person("decider", "office")
    for account in (asker, decider):
        sign_assessment(
            county=HOME, standard=STANDARD, school_year=old.school_year, evaluation_id=old.pk, by=actor(account), at=AT
        )
    approval = request_unlock(**year() | {"school_year": old.school_year}, reason="更正", by=actor(asker), at=AT)
    decide_approval(approval_id=approval.pk, grant=True, note="", by=actor(decider), at=AT)
    with pytest.raises(InvalidRequest):
        unlock_assessment(**year(), approval_id=approval.pk, by=actor(asker), at=AT)
    assert get_evaluation(HOME, STANDARD) == evaluation


def test_what_is_superseded_and_was_never_signed_can_be_pruned():
    first = get_evaluation(HOME, STANDARD)
    signed(person("first", "statistician"), first)
    later = AT + timedelta(days=1)
    [second] = evaluate_snapshot(snapshot=first.snapshot, by=SYSTEM, at=later, standards=[STANDARD])
    [third] = evaluate_snapshot(snapshot=first.snapshot, by=SYSTEM, at=later, standards=[STANDARD])
    assert prune_evaluations(before=later, by=SYSTEM, at=later) == 0
    assert prune_evaluations(before=later + timedelta(days=1), by=SYSTEM, at=later) == 1
    assert not Evaluation.objects.filter(pk=second.pk).exists()
    assert Evaluation.objects.filter(pk__in=[first.pk, third.pk]).count() == 2


def test_people_of_another_county_cannot_ask_to_unlock():
    locked()
    stranger = person("stranger", "statistician", organisation("county", OTHER, OTHER, "临河县"))
    with pytest.raises(NotAllowed):
        request_unlock(**year(), reason="x", by=actor(stranger), at=AT)
