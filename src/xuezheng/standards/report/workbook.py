"""The workbook for checking by hand: verdict, county, schools, balance, gaps and sources, with live formulas."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.findings import Assessment, Finding
from xuezheng.standards.engine.plain import number as computed
from xuezheng.standards.report.county_findings import by_county
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.evidence import Places, evidence_of
from xuezheng.standards.report.excel_formula import address, live_formula
from xuezheng.standards.report.workbook_balance import BOLD, write_balance
from xuezheng.standards.report.workbook_schools import INPUT, LOOKS, RESULT, VALUE, SchoolSheet, input_title, same
from xuezheng.tables.workbook import HEADER, Formula, Look, SheetWriter, WorkbookWriter

TITLE = Look(bold=True, size=15)
WARNING = Look(bold=True, size=13, colour="#FFFFFF", fill="#b5341f")
WRAPPED = Look(border=True, wrap=True)
_INPUTS_FROM = 12


def write_workbook(
    assessment: Assessment, standard: Standard, holdings: Holdings, out: BinaryIO, language: str
) -> None:
    """Write the workbook; every formula stands with its value, and no text from outside can become a formula."""
    digests = [Digest(part, standard, holdings, language) for part in by_county(assessment).values()]
    digests = digests or [Digest(assessment, standard, holdings, language)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.xlsx"
        with WorkbookWriter(path) as book:
            _Book(book, digests).write()
        out.write(path.read_bytes())


class _Book:
    def __init__(self, book: WorkbookWriter, digests: Sequence[Digest]) -> None:
        self.book, self.digests, self.words = book, digests, digests[0].words
        self.watermark = self.words("what_if_both") if digests[0].assessment.changes else ""

    def write(self) -> None:
        self.book.properties(title=self.digests[0].title, comments=self.watermark)
        self._verdict(self._sheet("sheet_verdict"))
        self._county(self._sheet("sheet_county"))
        self._schools()
        self._gaps(self._sheet("sheet_gaps"))
        self._sources(self._sheet("sheet_sources"))

    def _sheet(self, name: str, suffix: str = "") -> SheetWriter:
        sheet = self.book.sheet(self.words(name) + suffix)
        sheet.page_header(self.watermark or self.digests[0].title)
        return sheet

    def _top(self, sheet: SheetWriter, title: str) -> int:
        """Write a sheet's first rows; return the next free one."""
        row = 1
        if self.watermark:
            sheet.cell(row, 0, self.watermark, WARNING)
            row += 1
        sheet.cell(row, 0, title, TITLE)
        return row + 2

    def _verdict(self, sheet: SheetWriter) -> None:
        words = self.words
        row = self._top(sheet, self.digests[0].title)
        if self.watermark:
            changes = words.joined(list(self.digests[0].assessment.changes))
            sheet.cell(row - 1, 0, words("assumptions", changes=changes))
        for digest in self.digests:
            held = digest.county_verdict
            verdict = held.verdict if held else Verdict.UNKNOWN
            sheet.cell(row, 0, words.verdict(verdict), LOOKS[verdict])
            sheet.cell(row, 1, digest.sentence(), BOLD)
            sheet.cell(row + 1, 1, digest.units_sentence())
            row += 3
            sheet.cell(row, 1, words("decided_by"), HEADER)
            for text, failing in digest.deciding_gaps():
                row += 1
                sheet.cell(row, 0, words.verdict(failing), LOOKS[failing])
                sheet.cell(row, 1, text, WRAPPED)
            for finding in digest.unknown_county_items():
                row += 1
                sheet.cell(row, 0, words.verdict(finding.verdict), LOOKS[finding.verdict])
                sheet.cell(row, 1, f"{finding.indicator} {digest.finding_title(finding)}", WRAPPED)
            row += 2
        first = self.digests[0].assessment
        snapshot = first.snapshot or words("no_snapshot")
        sheet.cell(row, 1, words("year") + words("colon") + words.year(first.school_year))
        sheet.cell(row + 1, 1, words("snapshot", snapshot=snapshot, rules=first.rules_version))
        sheet.cell(row + 2, 1, words("note_unknown"))
        sheet.widths([12, 110])
        sheet.landscape()

    def _county(self, sheet: SheetWriter) -> None:
        words = self.words
        row = self._top(sheet, words("caption_county"))
        heads = (
            "code", "indicator", "value", "unit", "requirement", "verdict", "lacks", "advice", "known", "total",
            "evidence", "clause", "inputs",
        )  # fmt: skip
        sheet.row(row, [words(name) for name in heads], HEADER)
        for digest in self.digests:
            for indicator in digest.standard.indicators:
                for finding in digest.county_findings(indicator):
                    row += 1
                    self._county_row(sheet, row, digest, finding)
                    sheet.cell(row, 10, evidence_of(digest, indicator), WRAPPED)
        sheet.widths([9, 52, 12, 12, 10, 10, 26, 34, 7, 7, 26, 22, 20, 12, 20, 12, 20, 12])
        sheet.freeze(row=5 if self.watermark else 4, column=2)
        sheet.landscape()

    def _county_row(self, sheet: SheetWriter, row: int, digest: Digest, finding: Finding) -> None:
        words = self.words
        cells: dict[str, str] = {}
        for number, (name, value) in enumerate(finding.inputs.items()):
            column = _INPUTS_FROM + 2 * number
            sheet.cell(row, column, input_title(digest, name), RESULT)
            sheet.cell(row, column + 1, value, INPUT)
            cells[name] = address(row, column + 1)
        sheet.cell(row, 0, finding.indicator, RESULT)
        sheet.cell(row, 1, digest.finding_title(finding), WRAPPED)
        sheet.cell(row, 2, self._county_value(digest, finding, cells), VALUE)
        unit = digest.unit(finding) if finding.measure == "value" else ""
        sheet.cell(row, 3, words.unit(unit), RESULT)
        sheet.cell(row, 4, finding.requirement, RESULT)
        sheet.cell(row, 5, words.verdict(finding.verdict), LOOKS[finding.verdict])
        sheet.cell(row, 6, digest.lack(finding), WRAPPED)
        sheet.cell(row, 7, digest.act(finding), WRAPPED)
        sheet.row(row, [finding.known, finding.total], RESULT, 8)
        sheet.cell(row, 11, finding.clause, WRAPPED)

    def _county_value(self, digest: Digest, finding: Finding, cells: dict[str, str]) -> float | str | Formula | None:
        if finding.measure == "judged":
            return digest.value(finding)
        indicator = digest.indicators.get(finding.indicator)
        if indicator is None or indicator.level != "county" or finding.value is None:
            return finding.value
        value = digest.rules.indicator(indicator.id).value
        if value is None or not same(computed(value.formula, finding.inputs), finding.value):
            return finding.value
        text = live_formula(value.formula, cells)
        return Formula(text, finding.value) if text else finding.value

    def _schools(self) -> None:
        """Write units and whole schools, each county's in sheets of their own, and the balance after them."""
        several = len(self.digests) > 1
        laid: list[tuple[Digest, SchoolSheet]] = []
        for digest in self.digests:
            suffix = digest.county if several else ""
            for level in ("unit", "school"):
                own = [i for i in digest.standard.indicators if i.level == level and digest.school_findings(i.id)]
                if not own:
                    continue
                sheet = self._sheet("sheet_schools" if level == "unit" else "sheet_whole_schools", suffix)
                name = self.words("sheet_schools" if level == "unit" else "sheet_whole_schools") + suffix
                layout = SchoolSheet(digest, name, own)
                layout.write(sheet)
                if level == "unit":
                    laid.append((digest, layout))
        self._balance(laid)

    def _balance(self, laid: Sequence[tuple[Digest, SchoolSheet]]) -> None:
        if not any(digest.balance_stages for digest, _ in laid):
            return
        sheet = self._sheet("sheet_balance")
        row = self._top(sheet, self.words("section_balance"))
        for digest, schools in laid:
            row = write_balance(sheet, row, digest, schools)
        sheet.widths([13, 26, *([12] * 20)])
        sheet.landscape()

    def _gaps(self, sheet: SheetWriter) -> None:
        words = self.words
        row = self._top(sheet, words("caption_schools"))
        heads = (
            "school_code", "school", "stage", "code", "indicator", "value", "requirement", "verdict", "gap", "gap_unit",
            "lacks", "advice", "clause",
        )  # fmt: skip
        sheet.row(row, [words(name) for name in heads], HEADER)
        sheet.freeze(row + 1, 2)
        for digest in self.digests:
            for code, findings in digest.wanting.items():
                for finding in findings:
                    row += 1
                    where = words.stage(finding.stage) or words("all_stages")
                    sheet.row(row, [code, digest.school(code).name, where, finding.indicator], RESULT)
                    sheet.cell(row, 4, digest.indicator_title(finding.indicator), RESULT)
                    sheet.cell(row, 5, finding.value, VALUE)
                    sheet.cell(row, 6, finding.requirement, RESULT)
                    sheet.cell(row, 7, words.verdict(finding.verdict), LOOKS[finding.verdict])
                    unit = words.unit(finding.gap_unit) if finding.gap else ""
                    gap = finding.gap or None
                    sheet.row(row, [gap, unit, digest.lack(finding), digest.act(finding), finding.clause], RESULT, 8)
        sheet.widths([13, 26, 8, 8, 40, 11, 9, 10, 10, 8, 30, 40, 20])
        sheet.landscape()

    def _sources(self, sheet: SheetWriter) -> None:
        words = self.words
        row = self._top(sheet, words("section_sources"))
        standard = self.digests[0].standard
        sheet.row(row, [words(name) for name in ("code", "title", "clause", "source", "certainty")], HEADER)
        for indicator in standard.indicators:
            row += 1
            mark = words.mark((indicator.line or indicator).mark)
            cells = [indicator.id, words.of(indicator.title), indicator.clause, indicator.source, mark]
            sheet.row(row, cells, RESULT)
        for name, parameter in standard.parameters.items():
            row += 1
            cells = [name, words.of(parameter.title), parameter.clause, parameter.source, words.mark(parameter.mark)]
            sheet.row(row, cells, RESULT)
        sheet.cell(row + 1, 0, words("how_sure"))
        row += 3
        heads = ("school_code", "school", "stage", "code", "column", "value", "file", "sheet", "cell", "register_table")
        sheet.row(row, [words(name) for name in heads], HEADER)
        tables = load_register_schema().tables
        for digest in self.digests:
            places = Places(digest.holdings, digest.year)
            for indicator in standard.indicators:
                for finding in digest.school_findings(indicator.id):
                    for table, column, place in places.of(finding):
                        row += 1
                        own = [finding.subject, digest.school(finding.subject).name, words.stage(finding.stage)]
                        figure = [finding.indicator, words.of(tables[table].columns[column]), finding.inputs[column]]
                        where = [place.file, place.sheet, place.cell, words.of(tables[table])]
                        sheet.row(row, [*own, *figure, *where], RESULT)
        sheet.widths([14, 44, 26, 26, 24, 12, 30, 14, 9, 12])
