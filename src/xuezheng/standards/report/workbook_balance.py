"""The workbook's sheet of balance: the coefficient of variation as live formulas over the sheet of schools."""

from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.findings import Finding
from xuezheng.standards.engine.rules import LineRule
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.excel_formula import (
    address,
    held_against,
    unweighted_variation,
    weighted_variation,
)
from xuezheng.standards.report.workbook_schools import LOOKS, RESULT, VALUE, SchoolSheet, condition
from xuezheng.tables.workbook import HEADER, Formula, Look, SheetWriter

BOLD = Look(bold=True, size=12)
COEFFICIENT = Look(border=True, number_format="0.0000##")
_RESULTS = ("mean", "sd", "coefficient", "limit", "verdict", "unweighted")


def write_balance(sheet: SheetWriter, row: int, digest: Digest, schools: SchoolSheet) -> int:
    """Write a block a stage from the one-based `row` on; return the first row after them."""
    for stage in digest.balance_stages:
        row = _Block(digest, schools, stage, row).write(sheet) + 2
    return row


class _Block:
    def __init__(self, digest: Digest, schools: SchoolSheet, stage: str, row: int) -> None:
        self.digest, self.schools, self.stage, self.top = digest, schools, stage, row
        composite = digest.standard.composite
        self.composite_id = composite.id if composite else ""
        found = digest.coefficients(stage)
        self.findings = [f for f in found if f.indicator in schools.groups]
        self.composite = next((f for f in found if f.indicator == self.composite_id), None)
        self.units = [unit for unit in schools.rows if unit[1] == stage]
        self.first = row + 3 + len(_RESULTS)
        self.last = self.first + max(len(self.units), 1) - 1

    def write(self, sheet: SheetWriter) -> int:
        words = self.digest.words
        sheet.cell(self.top, 0, f"{self.digest.county_name} {words.stage(self.stage)} {words('section_balance')}", BOLD)
        sheet.row(self.top + 1, [words("school_code"), words("school")], HEADER)
        for offset, name in enumerate(_RESULTS):
            sheet.row(self.top + 3 + offset, ["", words(name)], HEADER)
        for offset, (code, _) in enumerate(self.units):
            sheet.row(self.first + offset, [code, self.digest.school(code).name], RESULT)
        for number, finding in enumerate(self.findings):
            self._pair(sheet, 2 + 2 * number, finding)
        if self.composite is not None:
            self._composite(sheet, 2 + 2 * len(self.findings), self.composite)
        return self.last

    def _pair(self, sheet: SheetWriter, column: int, finding: Finding) -> None:
        words = self.digest.words
        title = f"{finding.indicator} {self.digest.indicator_title(finding.indicator)}"
        sheet.merge((self.top + 1, column, self.top + 1, column + 1), title, HEADER)
        sheet.row(self.top + 2, [words("weight"), words("value")], HEADER, column)
        group = self.schools.groups[finding.indicator]
        weights = self.digest.rules.balance.weights if self.digest.rules.balance else ""
        for offset, unit in enumerate(self.units):
            own = group.findings.get(unit)
            at = self.schools.rows[unit]
            value = address(at, group.value, sheet=self.schools.name)
            counted = own is not None and own.value is not None
            weight, known = "1", 1.0
            if weights in group.inputs:
                weight = address(at, group.inputs[weights], sheet=self.schools.name)
                given = own.inputs.get(weights) if own else None
                known = float(given) if isinstance(given, int | float) else 0.0
            row = self.first + offset
            held = float(own.value or 0) if own is not None else 0.0
            sheet.cell(row, column, Formula(f"=IF(ISNUMBER({value}),{weight},0)", known if counted else 0.0), RESULT)
            sheet.cell(row, column + 1, Formula(f"=IF(ISNUMBER({value}),{value},0)", held), VALUE)
        self._results(sheet, column, finding)

    def _results(self, sheet: SheetWriter, column: int, finding: Finding) -> None:
        weights = f"{address(self.first, column)}:{address(self.last, column)}"
        values = f"{address(self.first, column + 1)}:{address(self.last, column + 1)}"
        mean, deviation, coefficient = weighted_variation(weights, values)
        row, right = self.top + 3, column + 1
        for offset, (text, value) in enumerate(
            [(mean, finding.inputs.get("mean")), (deviation, finding.inputs.get("sd")), (coefficient, finding.value)]
        ):
            sheet.cell(row + offset, right, Formula(text, _number(value)), COEFFICIENT)
        sheet.cell(row + 3, right, finding.requirement, RESULT)
        balance = self.digest.rules.balance
        sheet.cell(
            row + 4, right, self._verdict(right, finding, balance.limit if balance else None), LOOKS[finding.verdict]
        )
        other = Formula(unweighted_variation(weights, values), _number(finding.inputs.get("unweighted")))
        sheet.cell(row + 5, right, other, COEFFICIENT)

    def _verdict(self, column: int, finding: Finding, limit: LineRule | None) -> str | Formula:
        words = self.digest.words
        word = words.verdict(finding.verdict)
        judged = finding.verdict in (Verdict.MET, Verdict.NOT_MET)
        if limit is None or finding.requirement is None or not judged:
            return word
        value, required = address(self.top + 5, column), address(self.top + 6, column)
        steps = [(condition(limit, "{line}"), words.verdict(Verdict.MET))]
        unknown, failing = words.verdict(Verdict.UNKNOWN), words.verdict(Verdict.NOT_MET)
        return Formula(held_against(value, required, steps, unknown, failing), word)

    def _composite(self, sheet: SheetWriter, column: int, finding: Finding) -> None:
        words = self.digest.words
        sheet.cell(self.top + 1, column, self.digest.indicator_title(finding.indicator), HEADER)
        sheet.cell(self.top + 2, column, words("value"), HEADER)
        parts = [
            address(self.top + 5, 2 + 2 * number + 1)
            for number, part in enumerate(self.findings)
            if part.indicator in (self.digest.standard.composite.of if self.digest.standard.composite else ())
        ]
        text = f'=IF(COUNT({",".join(parts)})={len(parts)},AVERAGE({",".join(parts)}),"")'
        sheet.cell(self.top + 5, column, Formula(text, finding.value), COEFFICIENT)
        sheet.cell(self.top + 6, column, finding.requirement, RESULT)
        composite = self.digest.rules.composite
        verdict = self._verdict(column, finding, composite.limit if composite else None)
        sheet.cell(self.top + 7, column, verdict, LOOKS[finding.verdict])


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
