"""What people judge turns the county's answer, keeps what it supersedes, and stops at a locked year."""

from datetime import date

import pytest

from world import AT, HOME, person
from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.ledger.actions import Actor
from xuezheng.ledger.models import Event
from xuezheng.standards.actions import judge_item, sign_assessment
from xuezheng.standards.evidence_store import keep_file
from xuezheng.standards.models import Evaluation, JudgedItem
from xuezheng.standards.queries import get_evaluation

pytestmark = pytest.mark.django_db

STANDARD = "cn-compulsory-2017"
ITEM = "G1"


def actor(account):
    return Actor(f"account:{account.pk}", account.name)


def judged(by, answer, **more):
    given = {"note": "县政府文件", "judged_on": date(2026, 3, 1), "by": actor(by), "at": AT} | more
    year = get_evaluation(HOME, STANDARD).school_year
    return judge_item(county=HOME, standard=STANDARD, school_year=year, indicator=ITEM, answer=answer, **given)


def finding(evaluation):
    return evaluation.findings.get(indicator=ITEM, measure="judged")


def test_a_judgement_becomes_the_finding_of_a_new_current_evaluation():
    before = get_evaluation(HOME, STANDARD)
    judged(person("s", "statistician"), answer=False)
    after = get_evaluation(HOME, STANDARD)
    assert after.pk != before.pk
    assert after.snapshot_id == before.snapshot_id
    assert finding(after).verdict == "not_met"
    assert finding(after).inputs["judged"] == "no"
    assert Evaluation.objects.get(pk=before.pk).is_current is False


def test_a_newer_judgement_supersedes_and_keeps_the_older_one():
    by = person("s", "statistician")
    first = judged(by, answer=False)
    second = judged(by, answer=True)
    first.refresh_from_db()
    assert first.superseded_by == second
    assert first.answer is False
    assert finding(get_evaluation(HOME, STANDARD)).verdict == "met"


def test_an_answer_taken_back_is_unknown_again():
    by = person("s", "statistician")
    judged(by, answer=False)
    judged(by, answer=None, note="")
    assert finding(get_evaluation(HOME, STANDARD)).verdict == "unknown"


def test_a_judgement_is_one_event_with_before_and_after_and_the_evaluation_follows():
    by = person("s", "statistician")
    first = judged(by, answer=False)
    judged(by, answer=True, note="复核后改判")
    events = list(Event.objects.order_by("-number").select_related("payload")[:2])
    assert [event.action for event in events] == ["standards.evaluate", "standards.judge_item"]
    body = events[1].payload.body
    assert body["before"] == {"judged_item": first.pk, "answer": False}
    assert body["after"]["answer"] is True
    assert body["reason"] == "复核后改判"


def test_evidence_is_carried_to_the_next_judgement_only_where_asked():
    by = person("s", "statistician")
    file = keep_file("a.pdf", [b"%PDF-1.7 text"])
    first = judged(by, answer=True, evidence=[file])
    kept = first.evidence.get()
    second = judged(by, answer=True, carried=[kept.pk])
    third = judged(by, answer=True)
    assert [row.sha256 for row in second.evidence.all()] == [file.sha256]
    assert third.evidence.count() == 0
    assert first.evidence.get() == kept


def test_evidence_of_another_item_cannot_be_carried():
    by = person("s", "statistician")
    other = judge_item(
        county=HOME, standard=STANDARD, school_year=get_evaluation(HOME, STANDARD).school_year, indicator="G2",
        answer=True, note="", judged_on=date(2026, 3, 1), by=actor(by), at=AT,
        evidence=[keep_file("a.pdf", [b"%PDF-1.7 other"])],
    )  # fmt: skip
    item = judged(by, answer=True, carried=[other.evidence.get().pk])
    assert item.evidence.count() == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [({"judged_on": date(2026, 3, 3)}, "judged_in_future"), ({"note": "  "}, "judgement_without_basis")],
)
def test_what_cannot_be_a_judgement_is_refused(more, code):
    with pytest.raises(InvalidRequest) as refused:
        judged(person("s", "statistician"), answer=True, **more)
    assert refused.value.code == code
    assert not JudgedItem.objects.exists()


def test_an_item_that_figures_decide_is_not_for_people():
    year = get_evaluation(HOME, STANDARD).school_year
    with pytest.raises(NotFound):
        judge_item(
            county=HOME, standard=STANDARD, school_year=year, indicator="R1", answer=True, note="x",
            judged_on=date(2026, 3, 1), by=actor(person("s", "statistician")), at=AT,
        )  # fmt: skip


def test_a_year_without_evaluation_is_not_judged():
    with pytest.raises(NotFound):
        judge_item(
            county=HOME, standard=STANDARD, school_year=1999, indicator=ITEM, answer=True, note="x",
            judged_on=date(2026, 3, 1), by=actor(person("s", "statistician")), at=AT,
        )  # fmt: skip


def test_a_locked_year_takes_no_judgement():
    first, second = person("s", "statistician"), person("o", "office")
    evaluation = get_evaluation(HOME, STANDARD)
    for account in (first, second):
        sign_assessment(
            county=HOME, standard=STANDARD, school_year=evaluation.school_year, evaluation_id=evaluation.pk,
            by=actor(account), at=AT,
        )  # fmt: skip
    with pytest.raises(InvalidRequest) as refused:
        judged(first, answer=True)
    assert refused.value.code == "assessment_locked"
    assert not JudgedItem.objects.exists()
