"""Units' duty reports side by side for the leading group: counts and words, as a page, a document and a workbook.

Units stand in protocol order. Nothing is added up over units, nothing is sorted by a figure, and nobody is praised.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from xuezheng.cases.duty_models import DutyReport, DutyRound
from xuezheng.catalogue.duty_report import load_duty_report_words
from xuezheng.documents.office import OfficialDocument
from xuezheng.kernel.work_calendar import local_day
from xuezheng.tables.workbook import HEADER, Look, Value, WorkbookWriter

SHOWN_COUNTS = ("on_time", "on_time_at_first", "verified", "moved", "late", "open")
_COUNTS_MM = (32.0, 17.0, 13.0, 13.0, 13.0, 14.0, 14.0, 13.0, 13.0, 14.0)
_LEFT_OUT_MM = (66.0, 30.0, 30.0, 30.0)
# Not how many are restricted: beside a unit that is a small number about somebody.
_LEFT_OUT = ("forced", "voided")
_WRAPPED = Look(wrap=True)
_NOTHING = "—"


@dataclass(frozen=True, slots=True)
class BesideRow:
    """One unit's row: how its report stands, of which day it is, and its counts as pairs by name (none: not composed)."""

    report: DutyReport
    state: str
    as_of: str
    owned: int | None
    decisions: int | None
    pairs: tuple[tuple[int, int] | None, ...]
    left_out: tuple[int | None, ...]

    def shown(self) -> list[str]:
        """Return the counts as people read them, in the order of the heads."""
        pairs = [f"{pair[0]} / {pair[1]}" if pair else _NOTHING for pair in self.pairs]
        return [*(_NOTHING if count is None else str(count) for count in (self.owned, self.decisions)), *pairs]

    def shown_left_out(self) -> list[str]:
        """Return what no count holds, in the order of its heads."""
        return [_NOTHING if count is None else str(count) for count in self.left_out]


def beside(reports: Iterable[DutyReport], language: str) -> list[BesideRow]:
    """Return the rows of reports, in the order in which they are given."""
    states = load_duty_report_words().states
    return [_row(report, states[report.state].in_language(language)) for report in reports]


def count_heads(language: str) -> list[str]:
    """Return the heads over `BesideRow.shown`."""
    return [_say(f"n_{name}", language) for name in ("owned", "decisions", *SHOWN_COUNTS)]


def left_out_heads(language: str) -> list[str]:
    """Return the heads over `BesideRow.shown_left_out`."""
    return [load_duty_report_words().excluded[name].in_language(language) for name in _LEFT_OUT]


def write_beside(
    duty_round: DutyRound, reports: Sequence[DutyReport], sections: Sequence[str], out: BinaryIO, *, language: str
) -> None:
    """Write the round as an office document: the counts of all units, and of the sections asked for every unit's words."""
    words = load_duty_report_words()
    title = _say("beside_title", language, county=duty_round.county.name, title=duty_round.title)
    document = OfficialDocument(title, language=language)
    document.text(_note(duty_round, language))
    rows = beside(reports, language)
    document.heading(_say("counts", language))
    document.table(
        [_say("unit", language), _say("state", language), *count_heads(language)],
        [[row.report.unit.name, row.state, *row.shown()] for row in rows],
        _COUNTS_MM,
    )
    document.text(_say("beside_left_out", language))
    document.table(
        [_say("unit", language), _say("as_of", language), *left_out_heads(language)],
        [[row.report.unit.name, row.as_of, *row.shown_left_out()] for row in rows],
        _LEFT_OUT_MM,
    )
    for left in words.left_open:
        if left.id in sections:
            _section(document, left.id, left.title.in_language(language), reports, language)
    document.save(out)


def write_beside_workbook(reports: Sequence[DutyReport], path: Path, *, language: str) -> None:
    """Write the round as a workbook: a sheet of counts, numerator and denominator in cells of their own, and one of words."""
    words = load_duty_report_words()
    with WorkbookWriter(path) as book:
        sheet = book.sheet(_say("counts", language))
        pairs = [
            _say(half, language, name=_say(f"n_{name}", language)) for name in SHOWN_COUNTS for half in ("of", "out_of")
        ]
        heads = [_say(name, language) for name in ("unit", "state", "as_of", "n_owned", "n_decisions")]
        sheet.row(1, [*heads, *pairs, *left_out_heads(language)], HEADER)
        for number, row in enumerate(beside(reports, language), start=2):
            values: list[Value] = [row.report.unit.name, row.state, row.as_of, row.owned, row.decisions]
            for pair in row.pairs:
                values.extend(pair or (None, None))
            sheet.row(number, [*values, *row.left_out])
        sheet.widths([24, 14, 12, *([11] * (2 + len(pairs) + len(_LEFT_OUT)))])
        sheet.freeze(row=2, column=1)
        said = book.sheet(_say("left_open", language))
        said.row(1, [_say("unit", language), *(left.title.in_language(language) for left in words.left_open)], HEADER)
        for number, report in enumerate(reports, start=2):
            is_signed = report.state == DutyReport.State.SIGNED
            none = _say("not_signed", language)
            written = [report.written.get(left.id, "") if is_signed else none for left in words.left_open]
            said.row(number, [report.unit.name, *written], _WRAPPED)
        said.widths([24, *([48] * len(words.left_open))])
        said.freeze(row=2, column=1)


def _section(
    document: OfficialDocument, section: str, title: str, reports: Sequence[DutyReport], language: str
) -> None:
    document.heading(title)
    document.text(_say("beside_words_note", language))
    for report in reports:
        document.heading(report.unit.name, 2)
        if report.state != DutyReport.State.SIGNED:
            document.text(_say("not_signed", language))
            continue
        for line in report.written.get(section, "").splitlines():
            if line.strip():
                document.text(line.strip())


def _row(report: DutyReport, state: str) -> BesideRow:
    counts = report.counts
    pairs = tuple((counts[name][0], counts[name][1]) if counts else None for name in SHOWN_COUNTS)
    left_out = counts.get("left_out", {})
    return BesideRow(
        report, state, local_day(report.composed_at).isoformat() if report.composed_at else _NOTHING,
        counts.get("owned"), counts["decisions"][0] if counts else None, pairs,
        tuple(left_out.get(name, 0) if counts else None for name in _LEFT_OUT),
    )  # fmt: skip


def _note(duty_round: DutyRound, language: str) -> str:
    return _say("beside_note", language, first=duty_round.since, last=duty_round.until, due=duty_round.due_on)


def _say(wording: str, language: str, **filled: object) -> str:
    return load_duty_report_words().say(wording, language, **filled)
