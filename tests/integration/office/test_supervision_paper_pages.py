"""Supervision papers through the pages: chosen, previewed with the cases behind each number, drafted, noted once issued."""

import io

import pytest
from docx import Document

from world import AT, HOME, organisation, person
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import Given, take_step
from xuezheng.cases.models import Case
from xuezheng.cases.paper_models import DraftedPaper
from xuezheng.ledger.models import Event
from xuezheng.people.access import reach_of
from xuezheng.register.models import County

pytestmark = pytest.mark.django_db
PAPERS = f"/counties/{HOME}/supervision-papers/"


@pytest.fixture
def office(client):
    """Finance leads two late cases and one restricted one that the first supervisor opened."""
    finance = organisation("member_unit", HOME, "CZ", "县财政局")
    accounts = {
        "office": person("office", "office", name="办公室甲"), "second": person("second", "office", name="办公室乙"),
        "leader": person("leader", "leader", name="领导"), "finance": person("finance", "unit_officer", finance, name="财政丙"),
    }  # fmt: skip
    reach = reach_of(accounts["office"], AT.date())
    for more in (
        {"title": "拨付经费"},
        {"title": "报送材料"},
        {"title": "某个孩子的事", "kind": "concern", "level": "protection"},
    ):
        opening = Opening(**{"kind": "decision", "level": "urgent", **more})
        case = open_case(county=County.objects.get(code=HOME), opening=opening, by=reach, at=AT)
        take_step(case=case, step="hand_out", version=1, by=reach, at=AT, given=Given(unit=finance))

    def signed_in(name):
        client.force_login(accounts[name])
        return client

    return signed_in


def case_named(title):
    return Case.objects.get(title=title)


def drafting(title, query=""):
    return f"/counties/{HOME}/cases/{case_named(title).pk}/papers/new/{query}"


def text(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def given(do, **more):
    return {"kind": "order", "issuer": "party_supervision", "f-demands": "三日内报送说明", "do": do} | more


def test_the_kinds_say_who_may_issue_them_on_what_basis_and_whether_the_case_gives_ground(office):
    page = text(office("office").get(drafting("拨付经费")))
    for words in (
        "县委督查室",
        "县政府督查室",
        "教育督导委员会办公室",
        "《政府督查工作条例》",
        "凭记忆，发文前须核对原文",
        "?kind=order",
    ):
        assert words in page
    fresh = case_named("报送材料")
    Case.objects.filter(pk=fresh.pk).update(due_at=None)
    page = text(office("office").get(drafting("报送材料")))
    assert "须在办理中，且有其一：已超期" in page
    assert "?kind=circular" not in page


def test_a_preview_links_each_number_to_its_case_and_writes_nothing(office):
    other = case_named("报送材料")
    before = Event.objects.count()
    page = text(office("office").post(drafting("拨付经费"), given("preview", others=[other.pk])))
    for words in (
        "三日内报送说明",
        "待发文机关填写",
        "事项 2 件",
        other.number,
        f"/cases/{other.pk}/",
        "红色督办",
        "生成代拟稿",
    ):
        assert words in page
    assert not DraftedPaper.objects.exists()
    assert Event.objects.count() == before


def test_a_draft_is_on_the_history_of_the_case_and_its_number_is_noted_once_issued(office):
    answer = office("office").post(drafting("拨付经费"), given("draft"))
    paper = DraftedPaper.objects.get()
    assert answer["Location"] == f"{PAPERS}{paper.pk}/"
    page = text(office("second").get(answer["Location"]))
    assert "代拟稿 · 未签发" in page
    assert case_named("拨付经费").number in page
    document = Document(io.BytesIO(office("office").get(f"{PAPERS}{paper.pk}/document/").content))
    assert "三日内报送说明" in "\n".join(each.text for each in document.paragraphs)
    case = text(office("office").get(f"/counties/{HOME}/cases/{case_named('拨付经费').pk}/"))
    assert paper.sha256 in case
    assert paper.sha256 not in text(office("finance").get(f"/counties/{HOME}/cases/{case_named('拨付经费').pk}/"))
    bad = {"number": "云督〔2026〕3号", "issued_on": "2020-01-01"}
    assert "早于代拟日期" in text(office("office").post(f"{PAPERS}{paper.pk}/", bad), 400)


def test_what_is_noted_as_issued_stands_in_the_list(office):
    office("office").post(drafting("拨付经费"), given("draft"))
    paper = DraftedPaper.objects.get()
    on = paper.drafted_at.astimezone(AT.tzinfo).date().isoformat()
    assert (
        office("office").post(f"{PAPERS}{paper.pk}/", {"number": "云督〔2026〕3号", "issued_on": on}).status_code == 302
    )
    page = text(office("second").get(PAPERS))
    assert "云督〔2026〕3号" in page
    again = office("office").post(f"{PAPERS}{paper.pk}/", {"number": "云督〔2026〕4号", "issued_on": on})
    assert "更正没有写理由" in text(again, 400)


def test_a_paper_about_a_restricted_case_is_for_those_named_on_it(office):
    office("office").post(drafting("某个孩子的事"), given("draft"))
    paper = DraftedPaper.objects.get()
    assert "某个孩子的事" not in text(office("second").get(drafting("拨付经费", "?kind=order")))
    assert office("second").get(drafting("某个孩子的事")).status_code == 404
    assert office("second").get(f"{PAPERS}{paper.pk}/").status_code == 404
    assert office("second").get(f"{PAPERS}{paper.pk}/document/").status_code == 404
    assert paper.title not in text(office("second").get(PAPERS))
    assert office("office").get(f"{PAPERS}{paper.pk}/").status_code == 200
    assert Event.objects.filter(action="ledger.read", subject_kind="supervision_paper").exists()


def test_who_does_not_supervise_drafts_nothing(office):
    assert office("leader").get(drafting("拨付经费")).status_code == 403
    assert office("leader").post(drafting("拨付经费"), given("draft")).status_code == 403
    assert office("leader").get(PAPERS).status_code == 403
    assert office("finance").get(PAPERS).status_code in (403, 404)
    assert "papers/new/" not in text(office("finance").get(f"/counties/{HOME}/cases/{case_named('拨付经费').pk}/"))


def test_the_pages_are_there_in_english(office):
    client = office("office")
    client.cookies["django_language"] = "en"
    assert "Supervision office of the county committee" in text(client.get(drafting("拨付经费")))
    assert "For the issuing authority" in text(client.post(drafting("拨付经费"), given("preview")))
    assert "No supervision paper has been drafted yet" in text(client.get(PAPERS))
