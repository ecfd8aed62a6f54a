"""One county's rows as a standard sees them: schools in scope, their units, shared resources split.

A unit is a stage of a school. Every open school has the stages that its kind must report: a stage without a return
is a unit about which nothing is known, never one that is left out.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.years import reference_day
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.plain import Row, Value, number, truth
from xuezheng.standards.engine.rules import (
    SCHOOL,
    SCHOOL_COLUMNS,
    SHARE,
    UNIT,
    YEAR_COLUMNS,
    AggregateRule,
    Rules,
    names_read,
)

if TYPE_CHECKING:
    from datetime import date

AT = "_at"
TableRow = dict[str, Any]
DerivedColumn = dict[tuple[str, str | None], Value]
# The tables whose rows carry their school's own columns.
SCHOOL_ROWS = ("class_year", "teacher_year", "funds_year")


@dataclass(slots=True)
class UnitRow:
    """One unit (stage) or, with stage None, one school: `row` holds the names that formulas may use.

    `at` says in which zero-based row of which register table the figures stand.
    """

    school: str
    stage: str | None
    row: dict[str, Value]
    at: Mapping[str, int]


class DerivedColumns:
    """Derived columns by school (and stage), each computed once for the rows that it is taken over.

    What-ifs of one county share them: a table that an assumption does not touch is the same list of rows.
    """

    def __init__(self) -> None:
        self._held: dict[tuple[str, bool], tuple[list[TableRow], AggregateRule, DerivedColumn]] = {}

    def of(self, name: str, rule: AggregateRule, rows: list[TableRow], *, with_stage: bool) -> "DerivedColumn":
        """Return a derived column; a row that it is unknown for is not in it."""
        held = self._held.get((name, with_stage))
        if held is None or held[0] is not rows or held[1] is not rule:
            held = (rows, rule, _by_unit(rule, rows, with_stage=with_stage))
            self._held[(name, with_stage)] = held
        return held[2]


@dataclass
class CountyRows:
    """The register's rows of one county in one school year, as plain rows with their place (`_at`)."""

    county: str
    school_year: int
    tables: Mapping[str, list[TableRow]]
    derived: DerivedColumns = field(default_factory=DerivedColumns)

    @cached_property
    def schools(self) -> dict[str, TableRow]:
        """The county's schools by code, in the order of their codes."""
        return {row["school_code"]: row for row in sorted(self.tables["school"], key=lambda r: str(r["school_code"]))}


def years_of(holdings: Holdings) -> list[int]:
    """Return the school years for which some stage was returned, in order."""
    column = holdings.complete("stage_year").column("school_year")
    return sorted(year for year in pc.unique(column).to_pylist() if year is not None)


def counties_of(holdings: Holdings) -> list[str]:
    """Return the codes of the counties that have schools, in order."""
    column = holdings.complete("school").column("county_code")
    return sorted(code for code in pc.unique(column).to_pylist() if code is not None)


def read_county(holdings: Holdings, county: str, rules: Rules) -> CountyRows:
    """Return one county's rows of every table that a standard may read, for the standard's year."""
    school = _with_places(holdings.complete("school"))
    schools = school.filter(pc.equal(school.column("county_code"), county))
    codes = schools.column("school_code")
    tables: dict[str, list[TableRow]] = {"school": schools.to_pylist()}
    own_columns = {row["school_code"]: {c: row.get(c) for c in SCHOOL_COLUMNS} for row in tables["school"]}
    for name, year_column in YEAR_COLUMNS.items():
        table = _with_places(holdings.complete(name))
        year = rules.fiscal_year if year_column == "fiscal_year" else rules.school_year
        kept = table.filter(pc.equal(table.column(year_column), year))
        kept = kept.filter(_in_county(kept, county, codes))
        rows = kept.to_pylist()
        if name in SCHOOL_ROWS:
            rows = [{**own_columns.get(row["school_code"], {}), **row} for row in rows]
        tables[name] = rows
    return CountyRows(county, rules.school_year, tables)


def _with_places(table: pa.Table) -> pa.Table:
    return table.append_column(AT, pa.array(range(table.num_rows), pa.int32()))


def _in_county(table: pa.Table, county: str, codes: pa.ChunkedArray) -> pa.ChunkedArray:
    parts = []
    if "school_code" in table.column_names:
        parts.append(
            pc.fill_null(
                pc.is_in(table.column("school_code"), value_set=pa.array(codes.to_pylist(), pa.string())), False
            )
        )
    if "county_code" in table.column_names:
        parts.append(pc.fill_null(pc.equal(table.column("county_code"), county), False))
    if "region_code" in table.column_names:
        parts.append(pc.fill_null(pc.starts_with(table.column("region_code"), county), False))
    mask = parts[0]
    for part in parts[1:]:
        mask = pc.or_(mask, part)
    return mask


def is_open(school: Mapping[str, Any], school_year: int) -> bool:
    """Return whether a school is open on the school year's reference day, as far as its dates say."""
    day = reference_day(school_year)
    opened: date | None = school.get("opened")
    closed: date | None = school.get("closed")
    return (opened is None or opened <= day) and (closed is None or closed > day)


def units_of(rows: CountyRows, rules: Rules) -> list[UnitRow]:
    """Return the units of a county that a standard looks at, ordered by school code and stage."""
    returns: dict[str, dict[str, TableRow]] = defaultdict(dict)
    for row in rows.tables["stage_year"]:
        returns[row["school_code"]][row["stage"]] = row
    facts = {row["school_code"]: row for row in rows.tables["school_year_facts"]}
    derived = {
        name: rows.derived.of(name, rule, rows.tables[rule.source], with_stage=True)
        for name, (level, rule) in rules.derived.items()
        if level == UNIT
    }
    units = []
    for code, school in rows.schools.items():
        if rules.schools is not None and truth(rules.schools, school) is False:
            continue
        held = returns.get(code, {})
        opened = is_open(school, rows.school_year)
        expected = expected_stages(school.get("kind")) if opened else ()
        for stage in rules.unit_stages:
            returned = held.get(stage)
            if returned is None and stage not in expected:
                continue
            if returned is not None and not opened and not returned.get("pupils"):
                continue
            unit = _unit(rules, school, stage, held, facts.get(code))
            for name, values in derived.items():
                unit.row[name] = values.get((code, stage))
            units.append(unit)
    return units


def expected_stages(kind: str | None) -> tuple[str, ...]:
    """Return the stages that a kind of school must report each year."""
    stages = load_register_schema().stages_of_kind.get(kind or "")
    return stages.expected if stages else ()


def _unit(rules: Rules, school: TableRow, stage: str, held: Mapping[str, TableRow], facts: TableRow | None) -> UnitRow:
    row: dict[str, Value] = {name: school.get(name) for name in SCHOOL_COLUMNS}
    at = {"school": school[AT]}
    if facts is not None:
        at["school_year_facts"] = facts[AT]
        row.update((name, value) for name, value in facts.items() if name not in (AT, "school_code"))
    share = share_of(rules, school, stage, held)
    row[SHARE] = share
    if share != 1.0:
        for name in rules.split_columns:
            whole = row.get(name)
            row[f"{name}_school"] = whole
            row[name] = None if whole is None or share is None else float(whole) * share
    returned = held.get(stage)
    if returned is not None:
        at["stage_year"] = returned[AT]
        row.update((name, value) for name, value in returned.items() if name not in (AT, "school_code"))
    row["stage"] = stage
    return UnitRow(school["school_code"], stage, row, at)


def share_of(rules: Rules, school: TableRow, stage: str, held: Mapping[str, TableRow]) -> float | None:
    """Return a stage's share of what its school's stages have in common: weight times pupils over their sum.

    1 where nothing is shared; None where some stage's pupils are not known.
    """
    weights = rules.split_weights
    if stage not in weights:
        return 1.0
    expected = set(expected_stages(school.get("kind")))
    stages = [s for s in weights if s in expected or s in held]
    if stages == [stage]:
        return 1.0
    pupils = {s: held[s].get("pupils") if s in held else None for s in stages}
    if any(value is None for value in pupils.values()):
        return None
    whole = sum(weights[s] * float(pupils[s] or 0) for s in stages)
    return weights[stage] * float(pupils[stage] or 0) / whole if whole else None


def schools_of(rows: CountyRows, rules: Rules, units: Sequence[UnitRow], stages: Sequence[str]) -> list[UnitRow]:
    """Return the schools that have units in `stages`: counts summed over those stages, resources whole."""
    derived = {
        name: rows.derived.of(name, rule, rows.tables[rule.source], with_stage=False)
        for name, (level, rule) in rules.derived.items()
        if level == SCHOOL
    }
    facts = {row["school_code"]: row for row in rows.tables["school_year_facts"]}
    names = _summed_names(rules)
    grouped: dict[str, list[UnitRow]] = defaultdict(list)
    for unit in units:
        if unit.stage in stages:
            grouped[unit.school].append(unit)
    result = []
    for code, members in grouped.items():
        school, own = rows.schools[code], facts.get(code)
        row: dict[str, Value] = {name: school.get(name) for name in SCHOOL_COLUMNS}
        row.update({name: value for name, value in (own or {}).items() if name not in (AT, "school_code")})
        row.update(_sums(members, names))
        row.update({name: values.get((code, None)) for name, values in derived.items()})
        result.append(
            UnitRow(code, None, row, {"school": school[AT], **({"school_year_facts": own[AT]} if own else {})})
        )
    return result


def _summed_names(rules: Rules) -> list[str]:
    """Return the figures of stages that some indicator of whole schools reads."""
    columns = load_register_schema().tables["stage_year"].columns
    read = {name for rule in rules.at_level(SCHOOL) for name in names_read(rule)}
    return [name for name, column in columns.items() if name in read and column.type in ("integer", "number")]


def _sums(members: Sequence[UnitRow], names: Sequence[str]) -> dict[str, Value]:
    sums: dict[str, Value] = {}
    for name in names:
        values = [member.row.get(name) for member in members]
        known = [float(value) for value in values if value is not None]
        sums[name] = sum(known) if len(known) == len(values) else None
    return sums


def _by_unit(rule: AggregateRule, rows: list[TableRow], *, with_stage: bool) -> "DerivedColumn":
    """Return a derived column by school (and stage): unknown where no row, or a row whose figure is unknown, stands."""
    grouped: dict[tuple[str, str | None], list[float | None]] = defaultdict(list)
    for row in rows:
        code = row.get("school_code")
        if code is None:
            continue
        key = (code, row.get("stage") if with_stage else None)
        applies = truth(rule.where, row)
        if applies is False:
            if rule.take == "count":
                grouped[key].append(0.0)
            continue
        grouped[key].append(None if applies is None else _figure(rule, row))
    return {key: _taken(rule.take, values) for key, values in grouped.items()}


def _figure(rule: AggregateRule, row: Row) -> float | None:
    if rule.take == "count":
        return 1.0
    return number(rule.of, row) if rule.of is not None else None


def _taken(take: str, values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not known:
        return None
    if take in ("sum", "count"):
        return sum(known)
    if take == "only":
        return known[0] if len(known) == 1 else None
    return max(known) if take == "max" else min(known)
