"""Which figures of a school, or of the county, an indicator's answer rests on and a what-if may set."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.catalogue.standard import Indicator, Standard
from xuezheng.standards.engine.county import CountyRows
from xuezheng.standards.engine.expression import names_in
from xuezheng.standards.engine.facts import stated_answer, stated_number
from xuezheng.standards.engine.rules import UNIT, IndicatorRule
from xuezheng.standards.engine.what_if import Assumption, Scenario

_NUMBERS = ("integer", "number")
_FACTS, _STAGES, _COUNTY = "school_year_facts", "stage_year", "county_year"
STEPS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Settable:
    """One figure that a what-if may set: `column` of `subject` (and `stage`), its value now, and a range to move it in.

    `name` is what formulas call it. `is_answer` is for yes and no; `is_whole` for what comes in ones.
    """

    column: str
    subject: str
    stage: str | None
    name: str
    now: float | str | None
    top: float
    step: float
    is_whole: bool
    is_answer: bool = False

    @property
    def key(self) -> str:
        """The figure as an assumption names it: `teachers_backbone[2150000001,primary]`."""
        return str(Assumption(self.column, self.subject, self.stage, None)).partition("=")[0]


def settable_of_school(scenario: Scenario, indicator: Indicator, school: str) -> list[Settable]:
    """Return a school's figures behind an indicator, stage by stage; nothing for a school that is not in the county."""
    rule = scenario.rules.indicator(indicator.id)
    stages = [unit.stage for unit in scenario.before.units if unit.school == school and unit.stage in rule.stages]
    columns = _columns_read(rule)
    found: dict[str, Settable] = {}
    for figure in (
        *_of_stages(scenario.rows, columns, school, [stage for stage in stages if stage]),
        *_of_facts(scenario.rows, columns, school, known=bool(stages)),
    ):
        found.setdefault(figure.key, figure)
    order = {name: place for place, name in enumerate(columns)}
    lever = indicator.lever.name if indicator.lever else ""
    return sorted(found.values(), key=lambda figure: (figure.column != lever, order[figure.column]))


def settable_of_county(scenario: Scenario, standard: Standard, indicator: Indicator) -> list[Settable]:
    """Return the county's stated figures behind an indicator, and its judged answer."""
    stated = {row["key"]: row.get("value") for row in scenario.rows.tables[_COUNTY]}
    county = scenario.rows.county
    found = []
    for name, aggregate in indicator.inputs.items():
        if aggregate.key:
            now = stated_number(stated.get(aggregate.key))
            top, step = _range(now, is_whole=False)
            found.append(Settable(aggregate.key, county, None, name, now, top, step, is_whole=False))
    if indicator.judged is not None:
        key = f"{standard.root or standard.id}.{indicator.id}"
        answer = stated_answer(stated.get(key, stated.get(indicator.id)))
        now_said = None if answer is None else "yes" if answer else "no"
        found.append(Settable(key, county, None, "judged", now_said, 1, 1, is_whole=True, is_answer=True))
    return found


def _columns_read(rule: IndicatorRule) -> list[str]:
    """Return the names that an indicator's value reads, in the order in which its finding shows them."""
    names = list(rule.names)
    for aggregate in rule.inputs.values():
        if aggregate.source == UNIT:
            names += [name for tree in (aggregate.of, aggregate.where) if tree is not None for name in names_in(tree)]
    return list(dict.fromkeys(names))


def _of_stages(rows: CountyRows, columns: Sequence[str], school: str, stages: Sequence[str]) -> Iterator[Settable]:
    schema = load_register_schema().tables[_STAGES].columns
    held = {row["stage"]: row for row in rows.tables[_STAGES] if row["school_code"] == school}
    for stage in stages:
        for column in columns:
            if column in schema and schema[column].type in _NUMBERS:
                yield _settable(column, schema[column], school, stage, held.get(stage, {}).get(column))


def _of_facts(rows: CountyRows, columns: Sequence[str], school: str, *, known: bool) -> Iterator[Settable]:
    schema = load_register_schema().tables[_FACTS].columns
    held = next((row for row in rows.tables[_FACTS] if row["school_code"] == school), {})
    for column in columns:
        if known and column in schema and schema[column].type in _NUMBERS:
            yield _settable(column, schema[column], school, None, held.get(column))


def _settable(column: str, schema: Column, school: str, stage: str | None, now: object) -> Settable:
    value = float(now) if isinstance(now, int | float) else None
    top, step = _range(value, is_whole=schema.type == "integer")
    if schema.max is not None:
        top = min(top, schema.max)
    return Settable(column, school, stage, column, value, top, step, is_whole=schema.type == "integer")


def _range(now: float | None, *, is_whole: bool) -> tuple[float, float]:
    """Return how far a slider goes and in which steps: to twice the value and some more, in about 200 steps."""
    top = max(2 * (now or 0), (now or 0) + 20)
    size = 10 ** math.floor(math.log10(top / STEPS_SHOWN)) if top > STEPS_SHOWN else 1.0
    step = max(1.0, size) if is_whole or top > STEPS_SHOWN else 0.1
    return math.ceil(top / step) * step, step
