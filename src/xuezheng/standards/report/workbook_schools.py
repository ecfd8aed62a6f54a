"""The workbook's sheet of schools: one row a unit, a group of columns an indicator, values as live formulas.

Figures from the register stand on grey; the value, the verdict and the gap are formulas over them with the system's own
result beside them as their cached value. Where the system's result did not come from the formula alone (a second way, a
further condition), the result stands there as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Indicator
from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.assess import gap_amount, line_verdict
from xuezheng.standards.engine.expression import Tree, names_in
from xuezheng.standards.engine.findings import Finding
from xuezheng.standards.engine.plain import number as computed
from xuezheng.standards.engine.rules import LINE, OWN_VALUE, SHARE, LineRule, ValueRule
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.excel_formula import address, held_against, live_formula
from xuezheng.tables.workbook import HEADER, Formula, Look, SheetWriter, Value

SCHOOL_SUFFIX = "_school"
INPUT = Look(fill="#EFEDE7", border=True)
RESULT = Look(border=True)
VALUE = Look(border=True, number_format="0.00##")
HEAD_ROWS = 3
LOOKS = {
    Verdict.MET: Look(border=True, colour="#2a6b50"),
    Verdict.NEAR: Look(border=True, colour="#855600"),
    Verdict.UNKNOWN: Look(border=True, colour="#5f646c", italic=True),
    Verdict.NOT_MET: Look(border=True, colour="#b5341f", bold=True),
    Verdict.NOT_APPLICABLE: Look(border=True, colour="#5f646c"),
}
Unit = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Group:
    """The columns of one indicator: its inputs by name, then value, requirement, verdict and gap."""

    indicator: Indicator
    inputs: Mapping[str, int]
    value: int
    findings: Mapping[Unit, Finding]

    @property
    def requirement(self) -> int:
        """The column of the requirement."""
        return self.value + 1

    @property
    def verdict(self) -> int:
        """The column of the verdict."""
        return self.value + 2

    @property
    def gap(self) -> int:
        """The column of the gap."""
        return self.value + 3


@dataclass
class SchoolSheet:
    """One sheet of schools under one digest: where each unit's row and each indicator's group stand."""

    digest: Digest
    name: str
    indicators: Sequence[Indicator]
    first_row: int = HEAD_ROWS + 1
    rows: dict[Unit, int] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Lay the sheet out before anything is written: other sheets point into it."""
        units: dict[Unit, None] = {}
        column = 4
        for indicator in self.indicators:
            findings = {(f.subject, f.stage): f for f in self.digest.school_findings(indicator.id)}
            units |= dict.fromkeys(findings)
            names = input_names(list(findings.values()))
            inputs = {name: column + offset for offset, name in enumerate(names)}
            self.groups[indicator.id] = Group(indicator, inputs, column + len(names), findings)
            column += len(names) + 4
        stages = ["", *load_register_schema().codes["stage"]]
        ordered = sorted(units, key=lambda unit: (unit[0], stages.index(unit[1] or "")))
        self.rows = {unit: self.first_row + offset for offset, unit in enumerate(ordered)}

    def write(self, sheet: SheetWriter) -> None:
        """Write heads and rows."""
        words = self.digest.words
        sheet.cell(1, 0, words("workbook_note"))
        heads = [words(name) for name in ("county_code", "school_code", "school", "stage")]
        sheet.row(HEAD_ROWS, heads, HEADER)
        for group in self.groups.values():
            self._heads(sheet, group)
        for (subject, stage), row in self.rows.items():
            where = words.stage(stage) or words("all_stages")
            sheet.row(row, [self.digest.county, subject, self.digest.school(subject).name, where], RESULT)
            for group in self.groups.values():
                finding = group.findings.get((subject, stage))
                if finding is not None:
                    self._cells(sheet, row, group, finding)
        sheet.widths([9, 13, 24, 8, *([11] * sum(len(group.inputs) + 4 for group in self.groups.values()))])
        sheet.height(HEAD_ROWS, 48)
        sheet.freeze(HEAD_ROWS + 1, 4)
        sheet.landscape(repeat_rows=HEAD_ROWS)

    def _heads(self, sheet: SheetWriter, group: Group) -> None:
        words = self.digest.words
        first = next(iter(group.inputs.values()), group.value)
        title = f"{group.indicator.id} {words.of(group.indicator.title)}"
        sheet.merge((HEAD_ROWS - 1, first, HEAD_ROWS - 1, group.gap), title, HEADER)
        for name, column in group.inputs.items():
            sheet.cell(HEAD_ROWS, column, input_title(self.digest, name), HEADER)
        unit = words.unit(group.indicator.unit)
        results = [
            f"{words('value')}{words('open')}{unit}{words('close')}",
            words("requirement"),
            words("verdict"),
            words("gap"),
        ]
        sheet.row(HEAD_ROWS, results, HEADER, group.value)

    def _cells(self, sheet: SheetWriter, row: int, group: Group, finding: Finding) -> None:
        cells = {name: address(row, column) for name, column in group.inputs.items()}
        for name, column in group.inputs.items():
            sheet.cell(row, column, *self._input(name, finding, cells))
        held = self._rule(finding)
        sheet.cell(row, group.value, self._value(held, finding, cells), VALUE)
        sheet.cell(row, group.requirement, finding.requirement, RESULT)
        sheet.cell(row, group.verdict, self._verdict(held, row, group, finding), LOOKS[finding.verdict])
        sheet.cell(row, group.gap, self._gap(held, row, group, finding, cells), Look(border=True, number_format="0.##"))

    def _input(self, name: str, finding: Finding, cells: Mapping[str, str]) -> tuple[Value, Look]:
        """Return an input's cell: a split figure as the school's whole times the share, any other as delivered."""
        value, whole = finding.inputs.get(name), finding.inputs.get(f"{name}{SCHOOL_SUFFIX}")
        share = finding.inputs.get(SHARE)
        if isinstance(whole, int | float) and isinstance(share, int | float) and same(_figure(value), whole * share):
            return Formula(f'=IFERROR({cells[f"{name}{SCHOOL_SUFFIX}"]}*{cells[SHARE]},"")', _figure(value)), VALUE
        return value, INPUT

    def _rule(self, finding: Finding) -> ValueRule | None:
        """Return the rule whose formula gives the finding's value, if one does."""
        rule = self.digest.rules.indicator(finding.indicator)
        for held in (rule.value, rule.otherwise):
            known = held is not None and set(names_in(held.formula)) <= set(finding.inputs)
            if held is not None and known and same(computed(held.formula, finding.inputs), finding.value):
                return held
        return None

    def _value(self, held: ValueRule | None, finding: Finding, cells: Mapping[str, str]) -> float | Formula | None:
        # A unit to which the rule does not apply keeps its cell empty, or it would enter the balance.
        if held is None or (finding.verdict is Verdict.NOT_APPLICABLE and finding.value is None):
            return finding.value
        text = live_formula(held.formula, cells)
        return finding.value if text is None else Formula(text, finding.value)

    def _verdict(self, held: ValueRule | None, row: int, group: Group, finding: Finding) -> str | Formula:
        words = self.digest.words
        word = words.verdict(finding.verdict)
        line = held.line if held else None
        if line is None or finding.requirement is None:
            return word
        near = self.digest.rules.indicator(finding.indicator).near_ratio
        says = Verdict.UNKNOWN
        if finding.value is not None:
            says = line_verdict(finding.value, finding.requirement, line, near)
        if says is not finding.verdict:
            return word
        steps = [(condition(line, "{line}"), words.verdict(Verdict.MET))]
        if near is not None:
            steps.append((condition(line, f"{near:.15g}*{{line}}"), words.verdict(Verdict.NEAR)))
        value, required = address(row, group.value), address(row, group.requirement)
        failing = words.verdict(Verdict.NOT_MET)
        return Formula(held_against(value, required, steps, words.verdict(Verdict.UNKNOWN), failing), word)

    def _gap(
        self, held: ValueRule | None, row: int, group: Group, finding: Finding, cells: Mapping[str, str]
    ) -> float | Formula | None:
        gap: Tree | None = held.gap if held else None
        if gap is None or finding.requirement is None or finding.gap is None or finding.value is None:
            return finding.gap
        met = self.digest.words.verdict(Verdict.MET)
        expected = gap_amount(gap, finding.value, finding.requirement, dict(finding.inputs))
        expected = 0.0 if finding.verdict is Verdict.MET else expected
        known = {LINE: address(row, group.requirement), OWN_VALUE: address(row, group.value)}
        text = live_formula(gap, {**cells, **known})
        if text is None or not same(expected, finding.gap):
            return finding.gap
        return Formula(f'=IF({address(row, group.verdict)}="{met}",0,{text[1:]})', finding.gap)


def _figure(value: Value) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def input_names(findings: Sequence[Finding]) -> list[str]:
    """Return the names of inputs over findings: for a split figure the school's whole and the share come first."""
    names = dict.fromkeys(name for finding in findings for name in finding.inputs)
    wholes = [name for name in names if name.endswith(SCHOOL_SUFFIX)]
    share = [SHARE] if SHARE in names else []
    return [*wholes, *share, *(name for name in names if name not in wholes and name != SHARE)]


def input_title(digest: Digest, name: str) -> str:
    """Return an input as a person calls it: the register's header, the school's whole figure, a share."""
    words = digest.words
    if name == SHARE:
        return words("share")
    base = name.removesuffix(SCHOOL_SUFFIX)
    for table in load_register_schema().tables.values():
        if base in table.columns:
            title = words.of(table.columns[base])
            return title if base == name else f"{title}{words('open')}{words('all_stages')}{words('close')}"
    return name


def same(one: float | None, other: float | None) -> bool:
    """Whether two figures are the same to twelve digits, or both unknown."""
    if one is None or other is None:
        return one is other
    return abs(one - other) <= 1e-12 * max(1.0, abs(one), abs(other))


def condition(line: LineRule, required: str) -> str:
    """Return a comparison as a formula over `{value}` and `{line}`, with the line's slack for the rounding of floats."""
    slack = f"{line.tolerance:.15g}*MAX(1,ABS({{line}}))"
    return {
        ">=": f"{{value}}+{slack}>={required}",
        "<=": f"{{value}}-{slack}<={required}",
        ">": f"{{value}}-{slack}>{required}",
        "<": f"{{value}}+{slack}<{required}",
        "=": f"ABS({{value}}-{required})<={slack}",
    }[line.op]
