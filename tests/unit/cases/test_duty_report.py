"""The composition of a duty report: values in, counts with what they count and leave out; the document of it."""

import io
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from docx import Document

from xuezheng.cases.duty_papers import MOST_ROWS, lay_out, write_duty_report
from xuezheng.cases.engine.duty_report import CaseFact, EvidenceFact, compose, has_moved

ZONE = ZoneInfo("Asia/Shanghai")
SINCE, UNTIL = datetime(2026, 1, 1, tzinfo=ZONE), datetime(2026, 7, 1, tzinfo=ZONE)
AT, DAY = datetime(2026, 6, 1, 9, tzinfo=ZONE), timedelta(days=1)
DUE = datetime(2026, 4, 1, tzinfo=ZONE)


def case(number, **more):
    usual = {"title": f"事项{number}", "kind": "decision", "state": "in_hand", "phase": "working",
             "handed_out_at": SINCE + DAY, "due_at": DUE, "first_due_at": DUE}  # fmt: skip
    return CaseFact(**{"number": number, **usual, **more})


def done(number, reported_at, **more):
    closed = {"state": "closed", "phase": "done", "verified_at": reported_at + DAY, "closed_at": reported_at + 2 * DAY}
    return case(number, reported_at=reported_at, **{**closed, **more})


def reading(evaluation, value, verdict="not_met"):
    return {"school_year": 2024, "evaluation": evaluation, "value": value, "requirement": 7.5, "verdict": verdict}


def composed(*cases, **more):
    return compose(cases, since=SINCE, until=UNTIL, at=AT, **more)


def test_every_number_says_of_how_many_and_what_it_leaves_out():
    report = composed(
        done("一", DUE - DAY),
        done("二", DUE + 3 * DAY, extensions=1, first_due_at=DUE - 5 * DAY, reasons=("等图纸",)),
        case("三"),
        done("四", DUE - DAY, is_forced=True, state="force_closed"),
        case("五", due_at=AT + 30 * DAY, first_due_at=AT + 30 * DAY),
        case("六", phase="void", state="voided", closed_at=DUE),
        case("七", kind="hazard", due_at=None, first_due_at=None),
    )
    assert (report.on_time.numerator, report.on_time.denominator) == (1, 3)
    assert report.on_time.excluded == {"voided": 1, "forced": 1, "not_due": 2}
    assert (report.verified.numerator, report.verified.denominator) == (2, 2)
    assert report.verified.excluded == {"voided": 1, "forced": 1, "not_reported": 3}
    assert (report.decisions.numerator, report.decisions.denominator) == (5, 6)
    assert [(late.case.number, late.days) for late in report.late] == [("二", 3), ("三", 61)]
    assert [held.number for held in report.open] == ["三", "五", "七"]


def test_what_ended_before_or_began_after_the_period_is_no_part_of_it():
    before = done("一", SINCE - 5 * DAY)
    after = case("二", handed_out_at=AT + DAY)
    never = case("三", handed_out_at=None)
    assert composed(before, after, never).owned == ()


def test_a_report_about_a_period_passes_over_what_was_done_after_it():
    later = done("一", datetime(2026, 8, 1, tzinfo=ZONE))
    report = compose([later], since=SINCE, until=UNTIL, at=datetime(2026, 12, 1, tzinfo=ZONE))
    assert (report.on_time.numerator, report.on_time.denominator) == (0, 1)
    assert report.verified.denominator == 0
    assert report.open == (later,)


def test_an_indicator_has_moved_only_by_a_newer_evaluation():
    link = {"standard": "cn-compulsory-2017", "indicator": "R1", "level": "county", "subject": ""}
    moved = case("一", indicator=link, before=reading(1, 6.0), now=reading(2, 7.6, "met"))
    still = case("二", indicator=link, before=reading(1, 6.0), now=reading(2, 6.0))
    same = case("三", indicator=link, before=reading(1, 6.0), now=reading(1, 6.0))
    unread = case("四", indicator=link)
    report = composed(moved, still, same, unread, case("五"))
    assert (report.moved.numerator, report.moved.denominator) == (1, 2)
    assert report.moved.excluded == {"not_reevaluated": 2, "no_indicator": 1}
    assert [has_moved(held) for held in report.indicators] == [True, False, False, False]


def test_the_document_holds_all_sections_and_marks_what_people_write():
    kept = EvidenceFact(case_number="一", file_name="验收单.pdf", words="", sha256="ab" * 32, given_at=DUE)
    report = composed(done("一", DUE - DAY, evidence=(kept,)), case("二"))
    for language, words in (
        ("zh", ("代拟稿", "下一步打算", "请单位写明超期原因")),
        ("en", ("draft", "What comes next", "states why")),
    ):
        out = io.BytesIO()
        write_duty_report(lay_out(report, "县财政局", language), out, language=language)
        document = Document(io.BytesIO(out.getvalue()))
        cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        text = "\n".join([paragraph.text for paragraph in document.paragraphs] + cells)
        assert all(held in text for held in (*words, "验收单.pdf", "ab" * 32, "2026-03-31"))
        assert "F6E3B4" in document.element.xml


def test_a_very_long_table_is_cut_and_says_so():
    report = composed(*(case(str(number)) for number in range(MOST_ROWS + 7)))
    owned = lay_out(report, "县财政局", "zh").sections[1]
    assert len(owned.rows) == MOST_ROWS
    assert owned.notes == ("另有 7 项未列出，见督办台账。",)


def test_only_what_was_reported_before_its_limit_stands_as_done_in_time():
    held = (
        done("一", DUE - DAY),
        done("二", DUE + DAY),
        done("三", DUE + DAY, is_forced=True, state="force_closed"),
        done("四", UNTIL + 9 * DAY, due_at=UNTIL + DAY),
    )
    report = compose(held, since=SINCE, until=UNTIL, at=UNTIL + 30 * DAY)
    in_time = lay_out(report, "县财政局", "zh").sections[2]
    assert [row[0] for row in in_time.rows] == ["一"]


def test_nothing_counted_is_no_full_mark():
    overview = lay_out(composed(), "县财政局", "zh").sections[0]
    assert {row[2] for row in overview.rows} == {"—"}
