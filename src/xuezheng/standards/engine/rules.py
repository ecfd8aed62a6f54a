"""The rules of a standard in force in one school year, as the engines read them; `compiling` makes them."""

from collections.abc import Mapping
from dataclasses import dataclass

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import (
    ALL,
    Schedule,
)
from xuezheng.kernel.years import reference_day
from xuezheng.standards.engine.expression import (
    Tree,
    names_in,
)

LINE = "line"
OWN_VALUE = "value_"
SHARE = "share"
SCHOOL_COLUMNS = ("kind", "ownership", "location", "boarding", "township_code")
# The column that says which year a row is about, and how far it stands from the school year.
YEAR_COLUMNS = {
    "stage_year": "school_year",
    "school_year_facts": "school_year",
    "class_year": "school_year",
    "teacher_year": "school_year",
    "county_year": "school_year",
    "funds_year": "fiscal_year",
    "population_year": "year",
    "births_year": "year",
}
UNIT, SCHOOL = "unit", "school"


@dataclass(frozen=True, slots=True)
class LineRule:
    """A line in force: `by_stage` holds the requirement of each stage, or of "all"."""

    op: str
    tolerance: float
    by_stage: Mapping[str, float]

    def at(self, stage: str | None) -> float | None:
        """Return the requirement for a stage, or None where the line says nothing about it."""
        return self.by_stage.get(stage or ALL, self.by_stage.get(ALL))

    def slack(self, requirement: float) -> float:
        """Return how far a value may miss the requirement through the rounding of floats."""
        return self.tolerance * max(1.0, abs(requirement))


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A formula held against a line. `gap` gives what is missing, over the formula's names, `line` and `value_`.

    `shortfall` is the same before it is rounded up to whole things.
    """

    formula: Tree
    unit: str
    line: LineRule | None
    gap: Tree | None
    gap_unit: str
    shortfall: Tree | None = None


@dataclass(frozen=True, slots=True)
class AggregateRule:
    """One figure over many rows of `source` (a register table, `unit` or `school`)."""

    source: str
    take: str
    of: Tree | None
    where: Tree | None
    key: str


@dataclass(frozen=True, slots=True)
class RollupRule:
    """The share (%) of the schools in a group that must meet."""

    id: str
    where: Tree | None
    share: float


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """One indicator ready to evaluate; `names` are the inputs that a finding shows."""

    id: str
    level: str
    stages: tuple[str, ...]
    clause: str
    applies: Tree | None
    value: ValueRule | None
    otherwise: ValueRule | None
    at_least: Tree | None
    conditions: tuple[Tree, ...]
    near_ratio: float | None
    inputs: Mapping[str, AggregateRule]
    rollups: tuple[RollupRule, ...]
    judged_keys: tuple[str, ...]
    judged_passes: bool
    empty_applies: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BalanceRule:
    """The coefficients of variation: of which indicators, weighed by what, against which limit."""

    of: tuple[str, ...]
    weights: str
    limit: LineRule | None
    clause: str


@dataclass(frozen=True, slots=True)
class CompositeRule:
    """The mean of several coefficients against its limit."""

    id: str
    of: tuple[str, ...]
    limit: LineRule
    clause: str


@dataclass(frozen=True, slots=True)
class UnitRuleInForce:
    """At least so many of these met, the rest not below the ratio."""

    of: tuple[str, ...]
    met_at_least: int
    near_ratio: float


@dataclass(frozen=True, slots=True)
class Rules:
    """A standard in force in one school year, compiled."""

    id: str
    version: str
    school_year: int
    fiscal_year: int
    stages: tuple[str, ...]
    schools: Tree | None
    split_weights: Mapping[str, float]
    split_columns: frozenset[str]
    derived: Mapping[str, tuple[str, AggregateRule]]
    indicators: tuple[IndicatorRule, ...]
    unit_rule: UnitRuleInForce | None
    balance: BalanceRule | None
    composite: CompositeRule | None

    def at_level(self, level: str) -> tuple[IndicatorRule, ...]:
        """Return the indicators of one level, in the standard's order."""
        return tuple(rule for rule in self.indicators if rule.level == level)

    def indicator(self, name: str) -> IndicatorRule:
        """Return one indicator by id; raises KeyError."""
        return next(rule for rule in self.indicators if rule.id == name)

    @property
    def unit_stages(self) -> tuple[str, ...]:
        """All stages that some indicator looks at, in the schema's order."""
        wanted = {*self.stages, *(stage for rule in self.indicators for stage in rule.stages)}
        return tuple(stage for stage in load_register_schema().codes["stage"] if stage in wanted)


def names_read(rule: IndicatorRule) -> set[str]:
    """Return the names that an indicator's formulas, lines, conditions and roll-ups read."""
    trees: list[Tree] = [tree for tree in (rule.applies, rule.at_least, *rule.conditions) if tree is not None]
    for held in (rule.value, rule.otherwise):
        if held is not None:
            trees += [tree for tree in (held.formula, held.gap) if tree is not None]
    trees += [rollup.where for rollup in rule.rollups if rollup.where is not None]
    return {name for tree in trees for name in names_in(tree)}


def in_force(schedule: Schedule, school_year: int) -> float:
    """Return the value in force on the school year's reference day, or the first one before it came into force."""
    day = reference_day(school_year)
    held = sorted(schedule, key=lambda dated: dated.start)
    return next((dated.value for dated in reversed(held) if dated.start <= day), held[0].value)
