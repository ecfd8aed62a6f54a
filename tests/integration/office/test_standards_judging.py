"""Judging with evidence, signing by two, unlocking by two: through the pages, by role."""

import hashlib
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from world import AT, HOME, OTHER, organisation, person
from xuezheng.ledger.actions import Actor
from xuezheng.ledger.models import Event
from xuezheng.people.actions import decide_approval
from xuezheng.people.models import Approval
from xuezheng.register.models import Snapshot
from xuezheng.standards.evidence_store import path_of
from xuezheng.standards.models import Evidence, JudgedItem, SelfAssessment
from xuezheng.standards.queries import get_evaluation

pytestmark = pytest.mark.django_db

STANDARD = "cn-compulsory-2017"


def at(name, *more, county=HOME):
    return reverse(name, args=[county, STANDARD, *more])


def judged(client, **given):
    return client.post(
        at("judged-item", "G1"), {"answer": "no", "judged_on": "2026-03-01", "note": "现场核查", **given}
    )


def pdf(name="依据.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.7 basis", content_type="text/html")


def test_a_judgement_with_evidence_turns_the_item_and_keeps_the_file(client):
    client.force_login(person("s", "statistician", name="王统计"))
    assert judged(client, evidence=[pdf(), pdf("二.pdf")]).status_code == 302
    page = client.get(at("judged-item", "G1")).content.decode()
    assert "王统计" in page
    assert Evidence.objects.count() == 2
    file = Evidence.objects.first()
    assert file.sha256 in page
    answer = client.get(at("evidence", file.pk))
    assert answer.content == b"%PDF-1.7 basis"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")
    assert get_evaluation(HOME, STANDARD).findings.get(indicator="G1", measure="judged").verdict == "not_met"


def test_an_earlier_judgement_stays_and_is_marked_as_superseded(client):
    client.force_login(person("s", "statistician"))
    judged(client)
    judged(client, answer="yes", note="已整改")
    page = client.get(at("judged-item", "G1")).content.decode()
    assert "现场核查" in page
    assert "已整改" in page
    assert "已被后来的认定取代" in page
    assert JudgedItem.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"evidence": SimpleUploadedFile("a.pdf", b"<script>")}, "不是 PDF"),
        ({"note": ""}, "需要依据"),
        ({"judged_on": "2999-01-01"}, "还没有到"),
        ({"answer": "perhaps"}, "perhaps"),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_nothing_is_kept(client, given, said):
    client.force_login(person("s", "statistician"))
    answer = judged(client, **given)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert 'class="fault"' in page
    assert said in page
    assert not JudgedItem.objects.exists()
    assert not Evidence.objects.exists()


def test_files_of_a_refused_judgement_do_not_stay_in_the_store(client):
    client.force_login(person("s", "statistician"))
    content = b"%PDF-1.7 given with a day to come"
    judged(client, evidence=SimpleUploadedFile("a.pdf", content), judged_on="2999-01-01")
    assert not path_of(hashlib.sha256(content).hexdigest()).exists()
    judged(client, evidence=SimpleUploadedFile("a.pdf", content))
    judged(client, evidence=SimpleUploadedFile("a.pdf", content), judged_on="2999-01-01")
    assert path_of(hashlib.sha256(content).hexdigest()).exists()


def test_a_document_with_macros_is_refused(client):
    client.force_login(person("s", "statistician"))
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        for part in ("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"):
            package.writestr(part, "x")
    answer = judged(client, evidence=SimpleUploadedFile("a.docm", held.getvalue()))
    assert answer.status_code == 400
    assert "宏" in answer.content.decode()


def test_who_may_look_but_not_judge_sees_no_form_and_cannot_post(client):
    client.force_login(person("planner", "planner"))
    assert "保存认定" not in client.get(at("judged-item", "G1")).content.decode()
    assert judged(client).status_code == 403
    assert not JudgedItem.objects.exists()


def test_restricted_evidence_opens_for_who_judges_and_each_opening_is_recorded(client):
    statistician = person("s", "statistician")
    client.force_login(statistician)
    judged(client, evidence=pdf(), restricted="on")
    file = Evidence.objects.get()
    client.get(at("evidence", file.pk))
    event = Event.objects.order_by("-number").first()
    assert (event.action, event.subject_kind, event.subject_id, event.restricted) == (
        "ledger.read", "evidence", str(file.pk), True,
    )  # fmt: skip
    assert event.actor == f"account:{statistician.pk}"
    client.force_login(person("planner", "planner"))
    assert client.get(at("evidence", file.pk)).status_code == 403
    assert at("evidence", file.pk) not in client.get(at("judged-item", "G1")).content.decode()


def test_evidence_is_reached_through_its_own_county_and_standard_only(client):
    client.force_login(person("s", "statistician"))
    judged(client, evidence=pdf())
    number = Evidence.objects.get().pk
    assert client.get(reverse("evidence", args=[HOME, "cn-preschool-2020", number])).status_code == 404
    client.force_login(person("far", "statistician", organisation("county", OTHER, OTHER, "临河县")))
    assert client.get(at("evidence", number, county=OTHER)).status_code == 404
    assert client.get(at("evidence", number)).status_code == 404


def test_two_people_sign_then_the_year_is_locked_until_two_people_unlock_it(client):
    first, second, office = person("s", "statistician"), person("c", "section_officer"), person("o", "office")
    step = {"evaluation": get_evaluation(HOME, STANDARD).pk, "step": "sign"}
    client.force_login(first)
    assert client.post(at("self-assessment"), step).status_code == 302
    assert "撤回我的签名" in client.get(at("self-assessment")).content.decode()
    assert client.post(at("self-assessment"), step).status_code == 400
    client.force_login(second)
    assert client.post(at("self-assessment"), step).status_code == 302
    assert SelfAssessment.objects.get().second_signed_by == second
    assert "已锁定" in client.get(at("standard")).content.decode()
    client.force_login(first)
    assert judged(client).status_code == 400
    assert client.post(at("self-assessment"), {"step": "ask", "reason": "更正一处数据"}).status_code == 302
    approval = Approval.objects.get()
    assert client.post(at("self-assessment"), {"step": "unlock", "approval": approval.pk}).status_code == 400
    decide_approval(
        approval_id=approval.pk, grant=True, note="", by=Actor(f"account:{office.pk}"), at=approval.requested_at
    )
    assert "解锁并重新评估" in client.get(at("self-assessment")).content.decode()
    assert client.post(at("self-assessment"), {"step": "unlock", "approval": approval.pk}).status_code == 302
    assert SelfAssessment.objects.get().unlocked_at is not None
    assert judged(client).status_code == 302


@pytest.mark.parametrize(
    ("role", "step", "status"),
    [
        ("planner", "sign", 403), ("planner", "ask", 403), ("section_officer", "ask", 403), ("office", "sign", 302),
        ("leader", "withdraw", 403), ("auditor", "unlock", 403), ("statistician", "burn", 400),
    ],
)  # fmt: skip
def test_each_step_asks_for_its_right(client, role, step, status):
    client.force_login(person("p", role))
    given = {"step": step, "evaluation": get_evaluation(HOME, STANDARD).pk, "reason": "x"}
    assert client.post(at("self-assessment"), given).status_code == status


def test_newer_data_is_told_while_what_was_signed_stays(client):
    first, second = person("s", "statistician"), person("c", "section_officer")
    evaluation = get_evaluation(HOME, STANDARD)
    for account in (first, second):
        client.force_login(account)
        client.post(at("self-assessment"), {"step": "sign", "evaluation": evaluation.pk})
    Snapshot.objects.filter(pk=evaluation.snapshot_id).update(is_current=False)
    Snapshot.objects.create(
        county_id=HOME,
        school_year=evaluation.school_year,
        digest="f" * 64,
        folder="none",
        stored_at=AT,
        is_current=True,
    )
    page = client.get(at("self-assessment")).content.decode()
    assert "签署之后又有新数据" in page
    assert get_evaluation(HOME, STANDARD) == evaluation


def test_the_signed_report_is_a_word_document_with_both_names(client):
    for number, role in enumerate(("statistician", "section_officer")):
        client.force_login(person(f"p{number}", role, name=("李首签", "赵复签")[number]))
        client.post(at("self-assessment"), {"step": "sign", "evaluation": get_evaluation(HOME, STANDARD).pk})
    answer = client.get(at("self-assessment-document"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as package:
        text = package.read("word/document.xml").decode()
    assert "李首签" in text
    assert "赵复签" in text
    assert answer["Content-Disposition"].startswith("attachment")
