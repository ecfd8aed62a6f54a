"""From a verdict back to its proof: formula, inputs, the cells they stand in, the clause, and what it would take."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Aggregate, Indicator, Lever, Standard
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import NotFound
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.assess import CountyAssessment, assess_county, condition_verdict, gap_amount
from xuezheng.standards.engine.compiling import WHOLE_TOLERANCE, compiled
from xuezheng.standards.engine.county import AT, UnitRow, counties_of, read_county
from xuezheng.standards.engine.expression import names_in
from xuezheng.standards.engine.findings import Finding, Input, SubjectVerdict
from xuezheng.standards.engine.plain import number, truth
from xuezheng.standards.engine.rules import SHARE, UNIT, IndicatorRule, Rules

PLACES_SHOWN = 5
UNMET = (Verdict.NOT_MET, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a formula: its value and the cells it was delivered in (at most `PLACES_SHOWN` of `cells`)."""

    name: str
    value: Input
    places: tuple[Place, ...] = ()
    cells: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One unit of a county's coefficient or roll-up: its figure, its weight, its verdict."""

    school: str
    stage: str | None
    value: float | None
    weight: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Explanation:
    """A finding with its proof.

    `need` is what the world must gain (in `finding.gap_unit`): for a stage whose school shares its resources more
    than the stage's own gap, since the other stages take their part of what is added.
    """

    finding: Finding
    indicator: Indicator | None
    formula: str
    figures: tuple[Figure, ...]
    parts: tuple[Part, ...]
    need: float | None
    conditions: tuple[tuple[str, Verdict], ...] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """The explanations of one indicator, and the verdicts of the subjects they are about."""

    explanations: tuple[Explanation, ...]
    verdicts: tuple[SubjectVerdict, ...]


def explain(
    holdings: Holdings, standard: Standard, school_year: int, indicator: str, school: str | None = None
) -> Proof:
    """Return the proof of an indicator for the county, or for one school.

    Raises `NotFound` for an indicator or a school that is not there.
    """
    rules = compiled(standard, school_year)
    known = [rule.id for rule in rules.indicators]
    extra = [rollup.id for rule in rules.indicators for rollup in rule.rollups if rollup.id not in known]
    composite = [rules.composite.id] if rules.composite else []
    if indicator not in (*known, *extra, *composite):
        raise NotFound(
            "indicator_not_found", indicator=indicator, standard=standard.id, known=[*known, *extra, *composite]
        )
    explanations: list[Explanation] = []
    verdicts: list[SubjectVerdict] = []
    for county in counties_of(holdings):
        rows = read_county(holdings, county, rules)
        if school is not None and school not in rows.schools:
            continue
        explainer = _Explainer(holdings, standard, assess_county(rules, rows))
        explanations += explainer.explanations(indicator, school)
        verdicts += explainer.verdicts(school)
    if school is not None and not verdicts and not explanations:
        raise NotFound("school_not_found", school=school)
    return Proof(tuple(explanations), tuple(verdicts))


def explain_finding(
    holdings: Holdings, standard: Standard, assessed: CountyAssessment, finding: Finding
) -> Explanation:
    """Return the proof of one finding of an assessed county: `finding` is one of `assessed.findings`."""
    return _Explainer(holdings, standard, assessed).of(finding)


class _Explainer:
    """Explains the findings of one assessed county."""

    def __init__(self, holdings: Holdings, standard: Standard, assessed: CountyAssessment) -> None:
        self.holdings = holdings
        self.standard = standard
        self.assessed = assessed
        self.rules: Rules = assessed.rules

    def verdicts(self, school: str | None) -> list[SubjectVerdict]:
        return [v for v in self.assessed.verdicts if (v.subject == school if school else v.level == "county")]

    def explanations(self, indicator: str, school: str | None) -> Iterator[Explanation]:
        for finding in self.assessed.findings:
            if finding.indicator != indicator:
                continue
            if school is not None and finding.subject != school:
                continue
            if (
                school is None
                and finding.level == "school"
                and finding.verdict not in (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.NEAR)
            ):
                continue
            yield self.of(finding)

    def of(self, finding: Finding) -> Explanation:
        indicator = next((i for i in self.standard.indicators if i.id == finding.indicator), None)
        rule = next((r for r in self.rules.indicators if r.id == finding.indicator), None)
        if finding.level == "school" and indicator is not None and rule is not None:
            return self._of_school(finding, indicator, rule)
        if finding.measure == "cv":
            return Explanation(finding, indicator, "", (), tuple(self._coefficient_parts(finding)), None)
        if indicator is not None and rule is not None and rule.level == "county":
            figures = tuple(self._county_figures(finding, indicator, rule))
            return Explanation(finding, indicator, indicator.formula, figures, (), finding.gap)
        owner = next(
            (i for i in self.standard.indicators if any(r.id == finding.indicator for r in i.rollups)), indicator
        )
        return Explanation(finding, owner, "", (), tuple(self._rollup_parts(finding, owner)), finding.gap)

    def _of_school(self, finding: Finding, indicator: Indicator, rule: IndicatorRule) -> Explanation:
        subject = next(
            s for s in self.assessed.subjects(rule) if (s.school, s.stage) == (finding.subject, finding.stage)
        )
        figures = tuple(self._school_figures(finding, rule, subject))
        need = finding.gap
        share = subject.row.get(SHARE)
        lever = indicator.lever
        if need and lever and lever.name in self.rules.split_columns and isinstance(share, float) and 0 < share < 1:
            need = self._whole_need(rule, lever, subject, share)
        conditions = tuple(
            (condition.formula, condition_verdict(truth(tree, subject.row)))
            for condition, tree in zip(indicator.conditions, rule.conditions, strict=True)
        )
        formula = indicator.formula
        if indicator.otherwise is not None and rule.value is not None and finding.gap_unit == indicator.otherwise.unit:
            formula = indicator.otherwise.formula
        return Explanation(finding, indicator, formula, figures, (), need, conditions)

    @staticmethod
    def _whole_need(rule: IndicatorRule, lever: Lever, subject: UnitRow, share: float) -> float | None:
        """Return what the whole school needs so that the stage's share reaches the line, rounded up once."""
        held = rule.value
        requirement = held.line.at(subject.stage) if held and held.line else None
        value = number(held.formula, subject.row) if held else None
        if held is None or held.shortfall is None or requirement is None or value is None:
            return None
        need = (gap_amount(held.shortfall, value, requirement, subject.row) or 0.0) / share
        return float(math.ceil(need - WHOLE_TOLERANCE)) if lever.whole else need

    def _school_figures(self, finding: Finding, rule: IndicatorRule, subject: UnitRow) -> Iterator[Figure]:
        for name, value in finding.inputs.items():
            column = name.removesuffix("_school")
            if name in self.rules.derived:
                yield self._derived_figure(name, value, subject)
                continue
            places = tuple(self._places_of(column, subject, rule))
            yield Figure(name, value, places[:PLACES_SHOWN], len(places))

    def _places_of(self, column: str, subject: UnitRow, rule: IndicatorRule) -> Iterator[Place]:
        schema = load_register_schema().tables
        rows: list[tuple[str, int]] = []
        if column in schema["stage_year"].columns and column not in ("school_code", "school_year"):
            rows = [
                ("stage_year", unit.at["stage_year"])
                for unit in self.assessed.units
                if unit.school == subject.school
                and "stage_year" in unit.at
                and unit.stage in ((subject.stage,) if subject.stage else rule.stages)
            ]
        elif column in schema["school_year_facts"].columns and "school_year_facts" in subject.at:
            rows = [("school_year_facts", subject.at["school_year_facts"])]
        elif column in schema["school"].columns:
            rows = [("school", subject.at["school"])]
        for table, row in rows:
            place = self.holdings.place(table, row, column)
            if place is not None:
                yield place

    def _derived_figure(self, name: str, value: Input, subject: UnitRow) -> Figure:
        definition = self.standard.derived[name]
        column = definition.of or "school_code"
        rows = [
            row
            for row in self.assessed.rows.tables[definition.source]
            if row.get("school_code") == subject.school and (subject.stage is None or row.get("stage") == subject.stage)
        ]
        if definition.take in ("max", "min") and value is not None:
            rows = [row for row in rows if row.get(column) == value] or rows
        places = [p for row in rows if (p := self.holdings.place(definition.source, row[AT], column)) is not None]
        return Figure(name, value, tuple(places[:PLACES_SHOWN]), len(places))

    def _county_figures(self, finding: Finding, indicator: Indicator, rule: IndicatorRule) -> Iterator[Figure]:
        for name, value in finding.inputs.items():
            aggregate = indicator.inputs.get(name)
            places = self._stated_places(rule) if aggregate is None else self._aggregate_places(name, aggregate, rule)
            yield Figure(name, value, tuple(places[:PLACES_SHOWN]), len(places))

    def _stated_places(self, rule: IndicatorRule) -> list[Place]:
        return self._keyed_places(rule.judged_keys)

    def _keyed_places(self, keys: Sequence[str]) -> list[Place]:
        rows = [row for row in self.assessed.rows.tables["county_year"] if row["key"] in keys]
        return [p for row in rows if (p := self.holdings.place("county_year", row[AT], "value")) is not None]

    def _aggregate_places(self, name: str, aggregate: Aggregate, rule: IndicatorRule) -> list[Place]:
        if aggregate.key:
            return self._keyed_places((aggregate.key,))
        tree = rule.inputs[name].of
        columns = names_in(tree) if tree is not None else ("school_code",)
        if aggregate.source == UNIT:
            rows = [
                ("stage_year", u.at["stage_year"])
                for u in self.assessed.units
                if u.stage in rule.stages and "stage_year" in u.at
            ]
        else:
            rows = [(aggregate.source, row[AT]) for row in self.assessed.rows.tables[aggregate.source]]
        found = (self.holdings.place(table, row, column) for table, row in rows for column in columns)
        return [place for place in found if place is not None]

    def _coefficient_parts(self, finding: Finding) -> Iterator[Part]:
        balance = self.rules.balance
        for other in self.assessed.findings:
            about_unit = (
                other.level == "school" and other.indicator == finding.indicator and other.stage == finding.stage
            )
            if not about_unit or not other.total or balance is None:
                continue
            unit = next(u for u in self.assessed.units if (u.school, u.stage) == (other.subject, other.stage))
            weight = unit.row.get(balance.weights) if balance.weights else 1.0
            yield Part(
                other.subject, other.stage, other.value, None if weight is None else float(weight), other.verdict
            )

    def _rollup_parts(self, finding: Finding, owner: Indicator | None) -> Iterator[Part]:
        """Yield the subjects of a roll-up's group that do not meet, or of which nobody knows whether they do."""
        rule = next((r for r in self.rules.indicators if owner is not None and r.id == owner.id), None)
        rollup = next((r for r in rule.rollups if r.id == finding.indicator), None) if rule else None
        if rule is None or rollup is None:
            return
        rows = {(subject.school, subject.stage): subject.row for subject in self.assessed.subjects(rule)}
        for other in self.assessed.findings:
            if other.level != "school" or other.indicator != rule.id or other.verdict not in UNMET:
                continue
            if truth(rollup.where, rows[other.subject, other.stage]) is not False:
                yield Part(other.subject, other.stage, other.value, None, other.verdict)
