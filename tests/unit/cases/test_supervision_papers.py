"""Drafts of supervision papers: from which state, by how late, which numbers, for whom; never issued here."""

import io
from datetime import date, timedelta

import pytest
from docx import Document

from world import AT, HOME
from xuezheng.cases.actions.opening import Opening, open_case
from xuezheng.cases.actions.stepping import Given, take_step
from xuezheng.cases.actions.supervision_papers import draft_paper, prepare_draft, record_issue
from xuezheng.cases.engine.supervision_draft import PaperCase, figures_of, find_unfit, grade_of
from xuezheng.cases.models import Case, Step
from xuezheng.cases.queries.supervision_papers import find_companions, find_papers, get_paper, paper_facts
from xuezheng.cases.supervision_drafts import Drafted, lay_out_paper
from xuezheng.catalogue.supervision_papers import load_supervision_papers
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.models import Event
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.standards.evidence_store import path_of

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PAPERS = load_supervision_papers()


def fact(number="一号", **more):
    return PaperCase(
        **{"number": number, "title": f"事{number}", "kind": "decision", "state": "in_hand", "phase": "working", **more}
    )


def late(working_days, number="一号"):
    return fact(number, due_at=AT, late_days=working_days, working_days_late=working_days)


def handed(office, title="拨付经费", **more):
    opening = Opening(**{"kind": "decision", "level": "urgent", "title": title, **more})
    case = open_case(county=office.county, opening=opening, by=office.office, at=AT)
    return take_step(
        case=case, step="hand_out", version=1, by=office.office, at=AT, given=Given(unit=office.finance_unit)
    )


def drafted(office, *cases, kind="order", issuer="party_supervision", at=AT + DAY, by=None, **written):
    return draft_paper(kind=kind, issuer=issuer, cases=list(cases), written=written, by=by or office.office, at=at)


def words_of(sha256):
    document = Document(io.BytesIO(path_of(sha256).read_bytes()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    headers = [paragraph.text for section in document.sections for paragraph in section.header.paragraphs]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells, *headers])


@pytest.mark.parametrize(
    ("cases", "grade"),
    [
        ([fact()], "blue"),
        ([late(0)], "yellow"),
        ([late(9)], "yellow"),
        ([late(10)], "red"),
        ([fact("一"), late(3, "二"), late(12, "三")], "red"),
    ],
)
def test_the_colour_follows_the_case_that_is_latest(cases, grade):
    assert grade_of(PAPERS.grades, cases) == grade


def test_every_figure_names_the_cases_that_it_counts():
    cases = [late(4, "一"), fact("二", extensions=1, urged=2), fact("三", sent_back=1)]
    assert figures_of(cases) == {
        "all": ["一", "二", "三"], "late": ["一"], "extended": ["二"], "sent_back": ["三"], "urged": ["二"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "case", "fits"),
    [
        ("order", fact(), True),
        ("order", fact(phase="waiting"), False),
        ("order", fact(phase="done"), False),
        ("urging", fact(phase="checking"), False),
        ("circular", fact(), False),
        ("circular", fact(phase="done", sent_back=1), True),
        ("interview", fact(escalated=1), True),
        ("interview", fact(phase="done", escalated=1), False),
        ("opinion", fact(phase="done"), True),
    ],
)
def test_a_paper_is_drafted_from_the_states_that_the_catalogue_names(kind, case, fits):
    assert (find_unfit(PAPERS.kinds[kind].when, [case]) == []) is fits


@pytest.mark.parametrize("kind", sorted(PAPERS.kinds))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_is_laid_out_with_gaps_for_what_the_authority_fills_in(kind, language):
    held = PAPERS.kinds[kind]
    case = late(12)
    issuer = held.issuers[0]
    laid_out = lay_out_paper(
        Drafted(kind=kind, issuer=issuer, unit="县财政局", cases=(case,), written={}, at=AT), language
    )
    assert "{" not in "".join([laid_out.title, laid_out.notice, laid_out.opening, laid_out.seal, *laid_out.figures])
    assert PAPERS.issuers[issuer].in_language(language) in laid_out.notice
    assert len(laid_out.sections) == len(held.fields)
    assert all(section.prompt for section in laid_out.sections)
    assert all("记忆" in rule or "memory" in rule for rule in laid_out.basis)
    assert laid_out.rows[0][0] == "一号"


def test_a_draft_is_kept_under_its_digest_marked_on_every_page_and_noted_on_each_case(office):
    first, second = handed(office), handed(office, "报送材料")
    take_step(case=first, step="urge", version=2, by=office.office, at=AT + DAY)
    paper = drafted(office, first, second, at=AT + 21 * DAY, demands="三日内报送\n书面说明")
    text = words_of(paper.sha256)
    for words in ("代拟稿 · 未签发", "系统不发文", "（发文字号由发文机关编定）", "× 红色督办", "三日内报送", "县委督查室", "签发人、印章、日期",
                  first.number, second.number, f"其中催办过 1 件：{first.number}。", "凭记忆"):  # fmt: skip
        assert words in text
    assert paper.grade == "red"
    assert paper.figures["urged"] == [first.number]
    events = Event.objects.filter(action="cases.draft_paper")
    assert {event.subject_id for event in events} == {str(first.pk), str(second.pk)}
    assert {event.payload.body["after"]["sha256"] for event in events} == {paper.sha256}
    assert Case.objects.get(pk=first.pk).version == 3
    assert Step.objects.filter(case=first).count() == 3


def test_what_the_case_gives_no_ground_for_is_refused_by_number(office):
    case = handed(office)
    with pytest.raises(InvalidRequest, match="paper_not_from_this_state") as told:
        drafted(office, case, kind="circular")
    assert told.value.params["numbers"] == [case.number]
    assert "已超期" in told.value.params["any_of_zh"]
    drafted(office, case, kind="circular", at=AT + 20 * DAY)


@pytest.mark.parametrize(("kind", "issuer"), [("nothing", "party_supervision"), ("opinion", "party_supervision")])
def test_only_an_authority_that_may_issue_a_paper_has_it_drafted(office, kind, issuer):
    with pytest.raises(InvalidRequest, match="paper_kind_unknown"):
        drafted(office, handed(office), kind=kind, issuer=issuer)


def test_one_paper_is_about_one_unit(office):
    case, other = handed(office), handed(office, "校门道路")
    Case.objects.filter(pk=other.pk).update(lead_unit=office.housing_unit)
    with pytest.raises(InvalidRequest, match="paper_needs_one_unit"):
        drafted(office, case, Case.objects.get(pk=other.pk))
    unowned = open_case(
        county=office.county, opening=Opening(kind="decision", title="未交办", level="urgent"), by=office.office, at=AT
    )
    with pytest.raises(InvalidRequest, match="paper_needs_one_unit"):
        drafted(office, unowned)


def test_only_supervisors_draft(office):
    case = handed(office)
    for who in (office.finance, office.leader, office.statistician):
        with pytest.raises(NotAllowed):
            drafted(office, case, by=who)


def test_a_paper_about_a_restricted_case_stands_alone_and_is_for_those_named_on_it(office):
    secret = handed(office, "某个孩子的事", kind="concern", level="protection")
    case = handed(office)
    assert find_companions(office.office, secret, AT.date()) == []
    assert [held.pk for held in find_companions(office.office, case, AT.date())] == []
    with pytest.raises(InvalidRequest, match="paper_restricted_alone"):
        drafted(office, case, secret)
    paper, open_one = drafted(office, secret), drafted(office, case)
    assert paper.is_restricted
    assert get_paper(office.office, HOME, paper.pk, AT.date()) == paper
    assert [held.pk for held in find_papers(office.office_two, HOME, AT.date())] == [open_one.pk]
    with pytest.raises(OutsideArea):
        get_paper(office.office_two, HOME, paper.pk, AT.date())
    assert Event.objects.get(action="cases.draft_paper", subject_id=str(secret.pk)).restricted


def test_the_number_is_noted_once_the_authority_issued_it_and_corrected_with_a_reason(office):
    paper = drafted(office, handed(office))
    for number, on, code in (
        (" ", AT.date() + DAY, "paper_needs_number"),
        ("云督〔2026〕3号", AT.date(), "paper_issued_on_impossible"),
        ("云督〔2026〕3号", AT.date() + 9 * DAY, "paper_issued_on_impossible"),
    ):
        with pytest.raises(InvalidRequest, match=code):
            record_issue(paper=paper, number=number, issued_on=on, by=office.office, at=AT + 3 * DAY)
    held = record_issue(
        paper=paper, number="云督〔2026〕3号", issued_on=date(2026, 3, 4), by=office.office, at=AT + 3 * DAY
    )
    assert (held.issued_number, held.issued_on) == ("云督〔2026〕3号", date(2026, 3, 4))
    again = {
        "paper": paper,
        "number": "云督〔2026〕4号",
        "issued_on": date(2026, 3, 4),
        "by": office.office,
        "at": AT + 4 * DAY,
    }
    with pytest.raises(InvalidRequest, match="paper_correction_needs_reason"):
        record_issue(**again)
    record_issue(**again, reason="录错一位")
    event = Event.objects.filter(action="cases.record_issued_paper").order_by("-number").first()
    assert event.payload.body["before"]["number"] == "云督〔2026〕3号"
    with pytest.raises(NotAllowed):
        record_issue(**again | {"by": office.leader}, reason="改")


def test_what_was_reported_late_stays_late_and_what_is_paused_is_not(office):
    case = handed(office)
    due = case.due_at
    Case.objects.filter(pk=case.pk).update(reported_at=due + 2 * DAY, state="reported", phase="checking")
    assert paper_facts([Case.objects.get(pk=case.pk)], AT + 60 * DAY)[0].late_days == 2
    Case.objects.filter(pk=case.pk).update(reported_at=None, is_paused=True, state="in_hand", phase="working")
    assert paper_facts([Case.objects.get(pk=case.pk)], AT + 60 * DAY)[0].late_days is None


def test_a_preview_writes_nothing(office):
    case = handed(office)
    before = Event.objects.count()
    prepare_draft(kind="order", issuer="party_supervision", cases=[case], written={}, at=AT)
    assert Event.objects.count() == before
