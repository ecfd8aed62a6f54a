"""The week on one page: honest when empty, one page with hundreds of cases, nobody ranked, nothing restricted on it."""

import io
import shutil
import subprocess
from datetime import date, timedelta

import pypdfium2
import pytest
from django.db.models import F
from docx import Document

from world import AT, HOME
from xuezheng.cases.actions.nightly import escalate_cases
from xuezheng.cases.actions.opening import Opening, open_case, open_many
from xuezheng.cases.actions.stepping import EvidenceGiven, Given, take_step
from xuezheng.cases.queries.indicators import IndicatorLink
from xuezheng.catalogue.digest import load_digest_words
from xuezheng.catalogue.standard import load_standard
from xuezheng.meetings.digest_papers import lay_out, write_digest
from xuezheng.meetings.queries.agenda import find_turned
from xuezheng.meetings.queries.digest import Week, compose_digest, read_week, week_of
from xuezheng.notices.actions.telling import tell_of_digest
from xuezheng.notices.models import Notice
from xuezheng.standards.evidence_store import keep_file
from xuezheng.standards.models import Evaluation, StoredFinding
from xuezheng.standards.queries.county import indicator_ids

pytestmark = pytest.mark.django_db
# ruff: noqa: ARG001 - fixtures set the scene
DAY = timedelta(days=1)
WEEK = Week(2026, 10)  # Monday 2 March (AT) to Sunday 8 March


def handed_out(office, title, at=AT, until=None, level="ordinary"):
    opening = Opening(kind="decision", level="dated" if until else level, title=title)
    case = open_case(county=office.county, opening=opening, by=office.office, at=at)
    given = Given(unit=office.finance_unit, until=until)
    case = take_step(case=case, step="hand_out", version=case.version, by=office.office, at=at, given=given)
    return take_step(case=case, step="receive", version=case.version, by=office.finance, at=at)


def step(case, name, by, at, **given):
    return take_step(case=case, step=name, version=case.version, by=by, at=at, given=Given(**given))


def verified(office, case, at):
    evidence = EvidenceGiven(kind="document", file=keep_file("单.pdf", [b"%PDF-1.7 " + str(case.pk).encode()]))
    case = step(case, "add_evidence", office.finance, at, evidence=evidence)
    case = step(case, "report_done", office.finance, at, reason="已办结")
    return step(case, "verify", office.head, at, reason="属实")


def sheet(at, week=WEEK, language="zh"):
    return lay_out(compose_digest(HOME, week, at), "云溪县", language)


def part(laid_out, name):
    return next(part for part in laid_out.parts if part.name == name)


def test_an_empty_week_says_so():
    laid_out = sheet(AT + 21 * DAY, Week(2026, 12))
    assert "本周没有决定、办结、超期和待决定的事项。" in laid_out.remarks
    assert [part.rows for part in laid_out.parts] == [()] * 6
    assert [part(laid_out, name).lead for name in ("proof", "late", "next")] == [
        "本周没有核查通过的事项。", "没有超期的事项。", "下周没有到期的事项。",
    ]  # fmt: skip


def test_a_week_tells_what_is_proven_late_needs_the_leader_and_comes_next(office):
    verified(office, handed_out(office, "添置图书"), AT + DAY)
    late = handed_out(office, "整修操场", at=AT - 60 * DAY, until=date(2026, 2, 10))
    step(late, "report_progress", office.finance, AT - 20 * DAY, reason="设计单位还没有交图")
    escalate_cases(at=AT)
    asking = handed_out(office, "补配教师", until=date(2026, 3, 12))
    step(asking, "ask_extension", office.finance, AT + 2 * DAY, reason="招聘考试改期", until=date(2026, 4, 1))
    step(handed_out(office, "旧事"), "force_close", office.head, AT + 3 * DAY, reason="机构撤并")
    laid_out = sheet(AT + 7 * DAY)
    (proof,) = part(laid_out, "proof").rows
    assert ("添置图书" in proof.what, proof.unit, proof.note) == (True, "县财政局", "证据 1 件，云溪县核查")
    (row,) = part(laid_out, "late").rows
    assert ("整修操场" in row.what, row.note) == (True, "超 26 天：设计单位还没有交图")
    needs = [row.note for row in part(laid_out, "needs").rows]
    assert needs[0].startswith("超期升级：")
    assert needs[1:] == ["申请延到 2026-04-01：招聘考试改期", "强制销号：机构撤并"]
    assert ["补配教师" in row.what for row in part(laid_out, "next").rows] == [True]
    assert part(laid_out, "next").rows[0].note.startswith("2026-03-12 到期")


def test_what_is_verified_at_the_end_of_a_sunday_stands_in_the_next_week_alone(office):
    verified(office, handed_out(office, "添置图书"), WEEK.ends)
    weeks = (WEEK, Week(2026, 11))
    assert [compose_digest(HOME, week, AT + 21 * DAY).proven_count for week in weeks] == [0, 1]


def test_what_is_restricted_is_nowhere_on_it(office):
    opening = Opening(kind="concern", level="protection", title="某生的事")
    case = open_case(county=office.county, opening=opening, by=office.office, at=AT - 30 * DAY)
    step(case, "hand_out", office.office, AT - 30 * DAY, unit=office.finance_unit)
    escalate_cases(at=AT)
    laid_out = sheet(AT + 21 * DAY, Week(2026, 12))
    assert [part.count for part in laid_out.parts] == [0] * 6


def county_findings():
    """The county's findings with a figure, the first of each indicator, by the indicator to which they belong."""
    found = {}
    for evaluation in Evaluation.objects.filter(county=HOME, is_current=True, school_year=2025).order_by("standard"):
        owners = indicator_ids(load_standard(evaluation.standard))
        for finding in evaluation.findings.filter(level="county", subject=HOME, value__isnull=False):
            found.setdefault((evaluation.standard, owners[finding.indicator]), finding)
    return found


def moving(office, finding, title="改善指标", at=AT):
    """A verified case that should move an indicator; the figure changes only later."""
    link = IndicatorLink(finding.evaluation.standard, finding.indicator, stage=finding.stage, measure=finding.measure)
    opening = Opening(kind="decision", level="ordinary", title=title, indicator=link)
    case = open_case(county=office.county, opening=opening, by=office.office, at=at)
    case = step(case, "hand_out", office.office, at, unit=office.finance_unit)
    return verified(office, step(case, "receive", office.finance, at), at + DAY)


def change(*findings):
    StoredFinding.objects.filter(pk__in=[finding.pk for finding in findings]).update(value=F("value") + 7)


def evaluated(at, **only):
    """All evaluations long before the week, and some at a time."""
    Evaluation.objects.filter(county=HOME).update(evaluated_at=AT - 90 * DAY)
    if only:
        assert Evaluation.objects.filter(county=HOME, is_current=True, **only).update(evaluated_at=at)


def test_of_more_indicators_than_fit_the_first_are_shown_and_all_are_counted(office):
    evaluated(AT)
    findings = list(county_findings().values())
    most = load_digest_words().most_rows
    assert len(findings) > most
    cases = [moving(office, finding) for finding in findings]
    change(*findings)
    found = compose_digest(HOME, WEEK, AT + 7 * DAY)
    assert [held.case.pk for held in found.moved] == [case.pk for case in cases[:most]]
    assert found.moved_count == len(findings)
    shown = part(lay_out(found, "云溪县", "zh"), "moved")
    assert f"{len(findings)} 个指标有变化" in shown.lead
    assert str(len(findings) - len(shown.rows)) in shown.more


def test_two_cases_on_one_indicator_are_one_indicator_with_the_first_that_moved_it(office):
    evaluated(AT)
    (finding, other), still = list(county_findings().values())[:2], list(county_findings().values())[2]
    first, _, _, another, _ = [moving(office, each) for each in (finding, finding, finding, other, still)]
    change(finding, other)
    found = compose_digest(HOME, WEEK, AT + 7 * DAY)
    assert [held.case.pk for held in found.moved] == [first.pk, another.pk]
    assert found.moved_count == 2
    assert part(sheet(AT + 7 * DAY), "moved").count == 2


def turn_all(standard):
    """Let every indicator about schools turn between the newest two evaluations of a standard."""
    earlier, newest = (
        Evaluation.objects.get(county=HOME, standard=standard, is_current=True, school_year=year) for year in (2024, 2025)
    )  # fmt: skip
    earlier.tallies = {name: {"not_met": 1} for name in newest.tallies}
    newest.tallies = {name: {"met": 1} for name in newest.tallies}
    earlier.save()
    newest.save()


def test_an_indicator_that_a_case_and_an_evaluation_of_the_week_tell_of_stands_once(office):
    turn_all("cn-compulsory-2017")
    evaluated(AT + DAY, standard="cn-compulsory-2017", school_year=2025)
    turned = [held.indicator for held in find_turned(HOME) if held.standard == "cn-compulsory-2017"]
    owner, finding = next(
        (owner, finding)
        for (standard, owner), finding in county_findings().items()
        if standard == "cn-compulsory-2017" and owner in turned
    )
    alone = compose_digest(HOME, WEEK, AT + 7 * DAY)
    assert (alone.moved_count, owner in {held.turned.indicator for held in alone.moved if held.turned}) == (len(turned), True)  # fmt: skip
    case = moving(office, finding)
    change(finding)
    found = compose_digest(HOME, WEEK, AT + 7 * DAY)
    assert found.moved[0].case.pk == case.pk
    assert owner not in {held.turned.indicator for held in found.moved if held.turned}
    assert found.moved_count == len(turned)


def test_what_turned_by_an_evaluation_of_another_week_or_another_standard_is_not_of_this_week(office):
    turn_all("cn-compulsory-2017")
    evaluated(AT)
    assert compose_digest(HOME, WEEK, AT + 7 * DAY).moved_count == 0
    evaluated(AT + DAY, standard="cn-preschool-2020", school_year=2025)
    found = compose_digest(HOME, WEEK, AT + 7 * DAY)
    assert {held.turned.standard for held in found.moved} <= {"cn-preschool-2020"}
    evaluated(AT + DAY, standard="cn-compulsory-2017", school_year=2024)
    assert compose_digest(HOME, WEEK, AT + 7 * DAY).moved_count == 0


def test_a_running_week_and_one_long_past_say_what_they_are(office):
    handed_out(office, "添置图书", until=date(2026, 3, 3))
    running, past = sheet(AT + 2 * DAY), sheet(AT + 40 * DAY)
    assert "本周还没有过完。" in running.remarks
    assert "截至 2026-03-04 09:00" in running.period
    assert any(remark.startswith("按现有记录补写") for remark in past.remarks)
    assert "截至 2026-03-08 24:00" in past.period
    assert part(past, "late").count == 1


@pytest.fixture
def crowded(office):
    """Hundreds of cases with long titles in every section."""
    long = "关于进一步推进城乡义务教育学校运动场地、实验室、图书馆和信息化设备达标建设并限期完成验收的工作任务第"
    for n, (day, until) in enumerate(((0, date(2026, 3, 4)), (0, date(2026, 3, 12))) * 60):
        case = handed_out(office, f"{long}{n}", at=AT + day * DAY, until=until)
        if n % 4 == 0:
            step(case, "report_progress", office.finance, AT + DAY, reason="设计单位没有按期交图，" * 20)
        if n % 4 == 1:
            step(
                case,
                "ask_extension",
                office.finance,
                AT + DAY,
                reason="招标流标，需要重新招标，" * 10,
                until=date(2026, 4, 1),
            )
        if n % 4 == 3:
            verified(office, case, AT + DAY)
    openings = [
        Opening(kind="decision", level="dated", title=f"{long}再{n}", unit=office.finance_unit, until=date(2026, 3, 3))
        for n in range(150)
    ]
    open_many(county=office.county, title="要点", openings=openings, by=office.office, at=AT)
    escalate_cases(at=AT + 6 * DAY)
    return office


@pytest.mark.parametrize("language", ["zh", "en"])
def test_hundreds_of_cases_are_one_page_and_the_rest_is_counted(crowded, language, tmp_path):
    laid_out = sheet(AT + 7 * DAY, language=language)
    assert laid_out.lines <= load_digest_words().most_lines
    for held in laid_out.parts:
        assert len(held.rows) == min(held.count, len(held.rows))
        assert str(held.count - len(held.rows)) in held.more or held.count == len(held.rows)
    assert part(laid_out, "late").count == 60 + 150
    out = io.BytesIO()
    write_digest(laid_out, out, language=language)
    told = "\n".join(cell.text for row in Document(io.BytesIO(out.getvalue())).tables[0].rows for cell in row.cells)
    assert part(laid_out, "late").more in told
    assert pages_of(out.getvalue(), tmp_path) in (None, 1)


def pages_of(content, folder):
    """How many pages LibreOffice makes of a document; None where it is not installed."""
    if shutil.which("soffice") is None:
        return None
    path = folder / "week.docx"
    path.write_bytes(content)
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/office", "--convert-to", "pdf", "--outdir", str(folder), str(path)]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    return len(pypdfium2.PdfDocument(folder / "week.pdf"))


def test_weeks_are_named_as_iso_names_them_and_nothing_else_is_a_week():
    assert week_of(date(2027, 1, 1)) == Week(2026, 53)
    assert str(read_week("2026-W53")) == "2026-W53"
    for text in ("2025-W53", "2026-W00", "2026-W54", "2026-10", "", "２０２６-W10", "2026-W1", "9999-W01", "2026-Wxx"):
        assert read_week(text) is None, text


def test_leaders_and_the_office_are_told_once_that_the_page_is_ready(office):
    assert tell_of_digest(week="2026-W10", counties=[HOME], at=AT + 7 * DAY) == 2
    assert tell_of_digest(week="2026-W10", counties=[HOME], at=AT + 8 * DAY) == 0
    told = Notice.objects.filter(kind="weekly_digest").select_related("reader")
    assert {notice.reader.login for notice in told} == {"leader", "office"}
