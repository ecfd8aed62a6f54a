"""What if a figure were another: the same county, some figures set, evaluated again. Never a change of the register."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.catalogue.standard import Standard
from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.assess import CountyAssessment, assess_county
from xuezheng.standards.engine.compiling import compiled
from xuezheng.standards.engine.county import AT, SCHOOL_ROWS, CountyRows, counties_of, read_county
from xuezheng.standards.engine.facts import stated_answer, stated_number
from xuezheng.standards.engine.findings import Assessment, Finding, SubjectVerdict
from xuezheng.standards.engine.rules import SCHOOL_COLUMNS, Rules

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,12})?([eE][+]?[0-9]{1,2})?")
_FORM = re.compile(r"^\s*([A-Za-z][A-Za-z0-9_.-]*)\s*\[\s*([0-9]{6,12})\s*(?:,\s*([a-z]+)\s*)?\]\s*=\s*(.*?)\s*$")
_UNKNOWN = ("", "unknown", "null", "none", "未知", "?")


@dataclass(frozen=True, slots=True)
class Assumption:
    """One figure set: a column of a school's stage, of a school, or a stated figure of the county. None is unknown."""

    column: str
    subject: str
    stage: str | None
    value: str | None

    def __str__(self) -> str:
        where = self.subject if self.stage is None else f"{self.subject},{self.stage}"
        return f"{self.column}[{where}]={'unknown' if self.value is None else self.value}"


@dataclass(frozen=True, slots=True)
class Turn:
    """A finding or verdict that is another under the assumptions."""

    before: Finding | SubjectVerdict | None
    after: Finding | SubjectVerdict | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The county as it would be, marked as a what-if, and what turns."""

    assessment: Assessment
    findings: tuple[Turn, ...]
    verdicts: tuple[Turn, ...]


def parse_assumption(text: str) -> Assumption:
    """Return what `column[school,stage]=value` says; raises `InvalidRequest` where it is not of that form."""
    found = _FORM.match(text)
    if found is None:
        raise InvalidRequest("what_if_form", found=text[:120])
    column, subject, stage, value = found.groups()
    return Assumption(column, subject, stage, None if value.lower() in _UNKNOWN else value)


class Scenario:
    """One county held ready for many what-ifs: read once, evaluated again for each set of assumptions."""

    def __init__(self, holdings: Holdings, standard: Standard, school_year: int, county: str) -> None:
        self.rules: Rules = compiled(standard, school_year)
        self.snapshot = holdings.snapshot
        self.rows = read_county(holdings, county, self.rules)
        self.before: CountyAssessment = assess_county(self.rules, self.rows)

    def what_if(self, assumptions: Sequence[Assumption]) -> WhatIf:
        """Return the county under the assumptions; raises `NotFound` or `InvalidRequest` for one that does not fit."""
        after = assess_county(self.rules, assumed(self.rows, assumptions)) if assumptions else self.before
        return WhatIf(
            assessment=Assessment(
                standard=self.rules.id,
                school_year=self.rules.school_year,
                snapshot=self.snapshot,
                rules_version=self.rules.version,
                findings=tuple(after.findings),
                verdicts=tuple(after.verdicts),
                changes=tuple(str(assumption) for assumption in assumptions),
            ),
            findings=_turns(
                {(f.level, f.subject, f.stage, f.indicator, f.measure): f for f in self.before.findings},
                {(f.level, f.subject, f.stage, f.indicator, f.measure): f for f in after.findings},
            ),
            verdicts=_turns(
                {(v.level, v.subject, v.stage): v for v in self.before.verdicts},
                {(v.level, v.subject, v.stage): v for v in after.verdicts},
            ),
        )


def county_of(holdings: Holdings, assumptions: Sequence[Assumption]) -> str:
    """Return the one county that the assumptions are about.

    Raises `NotFound` for a school that is not there and `InvalidRequest` where they are about several counties.
    """
    schools = holdings.complete("school")
    codes = dict(zip(schools.column("school_code").to_pylist(), schools.column("county_code").to_pylist(), strict=True))
    counties = set()
    for assumption in assumptions:
        county = assumption.subject if len(assumption.subject) == 6 else codes.get(assumption.subject)
        if county is None or county not in counties_of(holdings):
            raise NotFound("school_not_found", school=assumption.subject)
        counties.add(county)
    if len(counties) != 1:
        raise InvalidRequest("what_if_counties", found=", ".join(sorted(counties)))
    return counties.pop()


def assumed(rows: CountyRows, assumptions: Sequence[Assumption]) -> CountyRows:
    """Return a county's rows with some figures set; the rows given stay as they are."""
    tables = dict(rows.tables)
    for assumption in assumptions:
        name, key = _target(assumption)
        _check_stage(assumption, rows)
        value = _value(assumption, name)
        held = list(tables[name])
        wanted = {"county_code": assumption.subject, "key": assumption.column} if name == "county_year" else key
        column = "value" if name == "county_year" else assumption.column
        position = next((i for i, row in enumerate(held) if all(row.get(k) == v for k, v in wanted.items())), None)
        if position is not None:
            held[position] = {**held[position], column: value}
        elif name != "school" and assumption.subject in {*rows.schools, rows.county}:
            held.append({**wanted, "school_year": rows.school_year, column: value, AT: -1})
        else:
            raise NotFound("school_not_found", school=assumption.subject)
        if name in ("stage_year", "school_year_facts"):
            _check_parts(assumption, name, held[position if position is not None else -1])
        tables[name] = held
        if name == "school" and column in SCHOOL_COLUMNS:
            for other, kept in tables.items():
                tables[other] = _with_school(kept, assumption.subject, column, value) if other in SCHOOL_ROWS else kept
    return CountyRows(rows.county, rows.school_year, tables, rows.derived)


def _check_parts(assumption: Assumption, table: str, row: dict[str, Any]) -> None:
    """Refuse a part greater than its whole: what the register would refuse, a what-if cannot assume."""
    for name, column in load_register_schema().tables[table].columns.items():
        part, whole = row.get(name), row.get(column.part_of) if column.part_of else None
        if assumption.column in (name, column.part_of) and part is not None and whole is not None and part > whole:
            raise InvalidRequest("what_if_part", assumption=str(assumption), part=name, whole=column.part_of)


def _check_stage(assumption: Assumption, rows: CountyRows) -> None:
    kind = rows.schools.get(assumption.subject, {}).get("kind")
    stages = load_register_schema().stages_of_kind.get(kind or "")
    if assumption.stage is not None and stages is not None and assumption.stage not in stages.allowed:
        raise InvalidRequest("what_if_stage", found=assumption.stage, known=list(stages.allowed))


def _with_school(rows: list[dict[str, Any]], school: str, column: str, value: object) -> list[dict[str, Any]]:
    """Return rows in which a school's own column, carried by each of its rows, is another."""
    return [{**row, column: value} if row.get("school_code") == school else row for row in rows]


def _target(assumption: Assumption) -> tuple[str, dict[str, str]]:
    """Return the table that an assumption is about, and the key of its row there."""
    schema = load_register_schema()
    if len(assumption.subject) == 6:
        return "county_year", {}
    key = {"school_code": assumption.subject}
    if assumption.stage is not None:
        if assumption.stage not in schema.codes["stage"]:
            raise InvalidRequest("what_if_stage", found=assumption.stage, known=list(schema.codes["stage"]))
        if assumption.column in schema.tables["stage_year"].columns:
            return "stage_year", {**key, "stage": assumption.stage}
    else:
        for name in ("school_year_facts", "school"):
            column = schema.tables[name].columns.get(assumption.column)
            if column is not None and not column.key:
                return name, key
    raise InvalidRequest("what_if_column", found=assumption.column, assumption=str(assumption))


def _value(assumption: Assumption, table: str) -> Any:
    if assumption.value is None:
        return None
    if table == "county_year":
        if stated_number(assumption.value) is None and stated_answer(assumption.value) is None:
            raise InvalidRequest("what_if_value", found=assumption.value, assumption=str(assumption))
        return assumption.value
    column = load_register_schema().tables[table].columns[assumption.column]
    value = _typed(assumption, column)
    if isinstance(value, float):
        low, high = column.min, column.max
        if (low is not None and value < low) or (high is not None and value > high):
            raise InvalidRequest("what_if_value", found=assumption.value, assumption=str(assumption))
        return int(value) if column.type == "integer" else value
    return value


def _typed(assumption: Assumption, column: Column) -> object:
    refusal = InvalidRequest("what_if_value", found=assumption.value, assumption=str(assumption))
    text = assumption.value or ""
    match column.type:
        case "integer" | "number" | "year":
            if not _NUMBER.fullmatch(text):
                raise refusal
            value = float(text)
            if column.type != "number" and not value.is_integer():
                raise refusal
            return value
        case "yes_no":
            if text.lower() not in ("yes", "no", "是", "否", "true", "false"):
                raise refusal
            return text.lower() in ("yes", "是", "true")
        case "choice":
            if text not in load_register_schema().codes[column.codes]:
                raise refusal
            return text
        case "date":
            try:
                return date.fromisoformat(text)
            except ValueError:
                raise refusal from None
        case _:
            return text


def _turns(before: dict[Any, Any], after: dict[Any, Any]) -> tuple[Turn, ...]:
    keys = dict.fromkeys([*before, *after])
    return tuple(
        Turn(before.get(key), after.get(key)) for key in keys if _said(before.get(key)) != _said(after.get(key))
    )


def _said(item: Finding | SubjectVerdict | None) -> object:
    if isinstance(item, Finding):
        return (item.value, item.known, item.total, item.requirement, item.verdict, item.gap)
    return item
