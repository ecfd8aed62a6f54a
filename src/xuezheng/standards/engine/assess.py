"""The plain engine: one county against one standard, row by row. What-if and explanation run on it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xuezheng.kernel.verdict import Verdict, worst
from xuezheng.standards.engine.county import CountyRows, UnitRow, schools_of, units_of
from xuezheng.standards.engine.expression import Tree
from xuezheng.standards.engine.facts import stated_answer, stated_number
from xuezheng.standards.engine.findings import Finding, Input, SubjectVerdict
from xuezheng.standards.engine.plain import Row, number, truth
from xuezheng.standards.engine.rules import (
    LINE,
    OWN_VALUE,
    SCHOOL,
    SHARE,
    UNIT,
    AggregateRule,
    IndicatorRule,
    LineRule,
    RollupRule,
    Rules,
    UnitRuleInForce,
    ValueRule,
)
from xuezheng.stats.variation import variation

COEFFICIENT = "coefficient"
PERCENT_TOLERANCE = 1e-9


def line_verdict(value: float, requirement: float, line: LineRule, near_ratio: float | None) -> Verdict:
    """Return how a value stands to a line; `near` where it is below but not below `near_ratio` of it."""
    slack = line.slack(requirement)
    holds = {
        ">=": value + slack >= requirement,
        "<=": value - slack <= requirement,
        ">": value - slack > requirement,
        "<": value + slack < requirement,
        "=": abs(value - requirement) <= slack,
    }[line.op]
    if holds:
        return Verdict.MET
    if near_ratio is not None and value + slack >= near_ratio * requirement:
        return Verdict.NEAR
    return Verdict.NOT_MET


def condition_verdict(truth_value: bool | None) -> Verdict:
    """Return a condition's answer: unknown stays unknown."""
    if truth_value is None:
        return Verdict.UNKNOWN
    return Verdict.MET if truth_value else Verdict.NOT_MET


@dataclass
class CountyAssessment:
    """A county's findings and verdicts under one standard, with the rows that they rest on."""

    rules: Rules
    rows: CountyRows
    units: list[UnitRow]
    findings: list[Finding] = field(default_factory=list)
    verdicts: list[SubjectVerdict] = field(default_factory=list)
    _schools: dict[tuple[str, ...], list[UnitRow]] = field(default_factory=dict)

    def schools(self, stages: tuple[str, ...]) -> list[UnitRow]:
        """Return the schools that have units in these stages."""
        if stages not in self._schools:
            self._schools[stages] = schools_of(self.rows, self.rules, self.units, stages)
        return self._schools[stages]

    def subjects(self, rule: IndicatorRule) -> list[UnitRow]:
        """Return the units or schools that an indicator is about."""
        if rule.level == UNIT:
            return [unit for unit in self.units if unit.stage in rule.stages]
        return self.schools(rule.stages) if rule.level == SCHOOL else []


def assess_county(rules: Rules, rows: CountyRows) -> CountyAssessment:
    """Return the findings and verdicts of one county: schools by code first, then the county, in the rules' order."""
    result = CountyAssessment(rules, rows, units_of(rows, rules))
    own: dict[str, list[Finding]] = {}
    for rule in rules.indicators:
        if rule.level == "county":
            result.findings.append(_county_finding(result, rule))
            continue
        subjects = result.subjects(rule)
        own[rule.id] = [_subject_finding(rows.county, rule, subject) for subject in subjects]
        result.findings.extend(own[rule.id])
        result.findings.extend(_balance(result, rule, subjects, own[rule.id]))
        result.findings.extend(_rollups(rows.county, rule, subjects, own[rule.id]))
    result.findings.extend(_composites(result))
    unit_verdicts = list(_unit_verdicts(result, own))
    result.verdicts = [*unit_verdicts, _county_verdict(result, unit_verdicts)]
    return result


def _subject_finding(county: str, rule: IndicatorRule, subject: UnitRow) -> Finding:
    row = subject.row
    applies = truth(rule.applies, row)
    held, value = _value_of(rule, row, subject.stage)
    requirement = held.line.at(subject.stage) if held.line else None
    gap: float | None = None
    if applies is False:
        verdict, value, requirement = Verdict.NOT_APPLICABLE, None, None
    elif applies is None:
        verdict, value = Verdict.UNKNOWN, None
    else:
        verdict = _judge(rule, held, value, requirement, row)
        gap = _gap(held, verdict, value, requirement, row)
    known = int(value is not None)
    return Finding(
        "school", county, subject.school, subject.stage, rule.id, "value", value, known, int(applies is not False),
        requirement, verdict, gap, held.gap_unit or held.unit, rule.clause, _inputs(rule, row),
    )  # fmt: skip


def _value_of(rule: IndicatorRule, row: Row, stage: str | None) -> tuple[ValueRule, float | None]:
    """Return the value and the rule that gave it.

    Where the formula is unknown: a figure that the value cannot be below, if that alone proves the failure; else the
    second way.
    """
    if rule.value is None:
        raise AssertionError(rule.id)  # the catalogue refuses a school indicator without a formula
    value = number(rule.value.formula, row)
    if value is None and rule.at_least is not None and rule.value.line is not None:
        least, requirement = number(rule.at_least, row), rule.value.line.at(stage)
        if least is not None and requirement is not None:
            proven = line_verdict(least, requirement, rule.value.line, None) is Verdict.NOT_MET
            value = least if proven else None
    if value is None and rule.otherwise is not None:
        second = number(rule.otherwise.formula, row)
        if second is not None:
            return rule.otherwise, second
    return rule.value, value


def _judge(rule: IndicatorRule, held: ValueRule, value: float | None, requirement: float | None, row: Row) -> Verdict:
    answers = [condition_verdict(truth(condition, row)) for condition in rule.conditions]
    if value is None:
        answers.append(Verdict.UNKNOWN)
    elif held.line is not None and requirement is not None:
        answers.append(line_verdict(value, requirement, held.line, rule.near_ratio))
    return worst(answers)


def _gap(held: ValueRule, verdict: Verdict, value: float | None, requirement: float | None, row: Row) -> float | None:
    if value is None or requirement is None or held.gap is None or not (verdict.passes or verdict is Verdict.NOT_MET):
        return None
    if verdict is Verdict.MET:
        return 0.0
    # Nothing missing to the line and yet not met: a condition fails, and no amount of the unit says what is missing.
    return gap_amount(held.gap, value, requirement, row) or None


def gap_amount(gap: Tree, value: float, requirement: float, row: Row) -> float | None:
    """Return what is missing to the requirement, in the gap's natural unit."""
    return number(gap, {**row, LINE: requirement, OWN_VALUE: value})


def _inputs(rule: IndicatorRule, row: Row) -> dict[str, Input]:
    inputs: dict[str, Input] = {name: row.get(name) for name in rule.names}
    split = [name for name in rule.names if f"{name}_school" in row]
    if split:
        inputs[SHARE] = row[SHARE]
        inputs.update({f"{name}_school": row[f"{name}_school"] for name in split})
    return inputs


def _balance(
    result: CountyAssessment, rule: IndicatorRule, subjects: Sequence[UnitRow], findings: Sequence[Finding]
) -> Iterator[Finding]:
    balance = result.rules.balance
    if balance is None or rule.id not in balance.of:
        return
    for stage in rule.stages:
        pairs = [(s, f) for s, f in zip(subjects, findings, strict=True) if s.stage == stage and f.total]
        if not pairs:
            continue
        known = [(f.value, _weight(s, balance.weights)) for s, f in pairs if f.known]
        used = [(value, weight) for value, weight in known if value is not None and weight is not None]
        weighted = variation([v for v, _ in used], [w for _, w in used])
        unweighted = variation([v for v, _ in used])
        limit = balance.limit.at(stage) if balance.limit else None
        inputs: dict[str, Input] = {
            "mean": weighted.mean if weighted else None,
            "sd": weighted.deviation if weighted else None,
            "unweighted": unweighted.coefficient if unweighted else None,
            "units": len(pairs),
        }
        value = weighted.coefficient if weighted else None
        if limit is not None and balance.limit is not None:
            plain = inputs["unweighted"]
            complete = len(used) == len(pairs) and isinstance(plain, float)
            inputs["unweighted_verdict"] = str(
                line_verdict(float(plain), limit, balance.limit, None)
                if complete and plain is not None
                else Verdict.UNKNOWN
            )
        figure = _Figure(rule.id, stage, value, len(used), len(pairs), inputs)
        yield _coefficient(result.rows.county, figure, balance.limit, balance.clause)


def _weight(subject: UnitRow, name: str) -> float | None:
    if not name:
        return 1.0
    value = subject.row.get(name)
    return None if value is None else float(value)


@dataclass(frozen=True, slots=True)
class _Figure:
    """A county's coefficient of one stage, over so many known of all units."""

    indicator: str
    stage: str
    value: float | None
    known: int
    total: int
    inputs: Mapping[str, Input]


def _coefficient(county: str, figure: _Figure, limit: LineRule | None, clause: str) -> Finding:
    stage, value, known, total = figure.stage, figure.value, figure.known, figure.total
    requirement = limit.at(stage) if limit else None
    gap: float | None = None
    if value is None or known < total:
        verdict = Verdict.UNKNOWN
    elif limit is None or requirement is None:
        verdict = Verdict.NOT_APPLICABLE
    else:
        verdict = line_verdict(value, requirement, limit, None)
        gap = 0.0 if verdict is Verdict.MET else max(0.0, value - requirement)
    return Finding(
        "county", county, county, stage, figure.indicator, "cv", value, known, total, requirement, verdict, gap,
        COEFFICIENT, clause, figure.inputs,
    )  # fmt: skip


def _composites(result: CountyAssessment) -> Iterator[Finding]:
    composite = result.rules.composite
    if composite is None:
        return
    for stage in result.rules.stages:
        parts = {f.indicator: f for f in result.findings if f.measure == "cv" and f.stage == stage}
        if not parts:
            continue
        held = [parts[name] for name in composite.of if name in parts]
        values = [part.value for part in held if part.value is not None]
        complete = sum(part.known == part.total and part.value is not None for part in held)
        value = sum(values) / len(values) if len(values) == len(composite.of) else None
        inputs: dict[str, Input] = {part.indicator: part.value for part in held}
        figure = _Figure(composite.id, stage, value, complete, len(composite.of), inputs)
        yield _coefficient(result.rows.county, figure, composite.limit, composite.clause)


def _rollups(
    county: str, rule: IndicatorRule, subjects: Sequence[UnitRow], findings: Sequence[Finding]
) -> Iterator[Finding]:
    for rollup in rule.rollups:
        yield _rollup(county, rule, rollup, subjects, findings)


def _rollup(
    county: str, rule: IndicatorRule, rollup: RollupRule, subjects: Sequence[UnitRow], findings: Sequence[Finding]
) -> Finding:
    met = unknown = total = 0
    for subject, finding in zip(subjects, findings, strict=True):
        member = truth(rollup.where, subject.row)
        if member is False or finding.verdict is Verdict.NOT_APPLICABLE:
            continue
        total += 1
        if member is None or finding.verdict is Verdict.UNKNOWN:
            unknown += 1
        elif finding.verdict.passes:
            met += 1
    known = total - unknown
    share, verdict = rollup.share, Verdict.MET
    if not total:
        verdict = Verdict.NOT_APPLICABLE
    elif 100 * (met + unknown) + PERCENT_TOLERANCE < share * total:
        verdict = Verdict.NOT_MET
    elif unknown:
        verdict = Verdict.UNKNOWN
    elif 100 * met + PERCENT_TOLERANCE < share * total:
        verdict = Verdict.NOT_MET
    return Finding(
        "county", county, county, None, rollup.id, "value", 100 * met / known if known else None, known, total,
        share if total else None, verdict, rollup_gap(share, met, total, verdict), "school", rule.clause, {"met": met, "units": total},
    )  # fmt: skip


def rollup_gap(share: float, met: int, total: int, verdict: Verdict) -> float | None:
    """Return how many schools are missing to the share that must meet."""
    if verdict is Verdict.NOT_MET:
        return float(_ceil(share * total / 100) - met)
    return 0.0 if verdict is Verdict.MET else None


def _ceil(value: float) -> int:
    return -int(-(value - PERCENT_TOLERANCE) // 1)


def _county_finding(result: CountyAssessment, rule: IndicatorRule) -> Finding:
    county = result.rows.county
    inputs, known, total = _aggregates(result, rule)
    judged = _judged(result, rule)
    if rule.judged_keys:
        inputs["judged"] = None if judged is None else "yes" if judged else "no"
    answers: list[Verdict] = []
    if rule.judged_keys:
        answers.append(condition_verdict(None if judged is None else judged is rule.judged_passes))
    if rule.value is None:
        return Finding(
            "county", county, county, None, rule.id, "judged", None, int(judged is not None), 1, None, worst(answers),
            None, "", rule.clause, inputs,
        )  # fmt: skip
    value = number(rule.value.formula, inputs) if known else None
    requirement = rule.value.line.at(None) if rule.value.line else None
    if total == 0 and not rule.empty_applies:
        line = Verdict.NOT_APPLICABLE
    elif value is None or known < total:
        line = Verdict.UNKNOWN
    elif rule.value.line is None or requirement is None:
        line = Verdict.NOT_APPLICABLE
    else:
        line = line_verdict(value, requirement, rule.value.line, None)
    gap = _gap(rule.value, line, value, requirement, inputs)
    return Finding(
        "county", county, county, None, rule.id, "value", value, known, total, requirement, worst([*answers, line]), gap,
        rule.value.gap_unit or rule.value.unit, rule.clause, inputs,
    )  # fmt: skip


def _judged(result: CountyAssessment, rule: IndicatorRule) -> bool | None:
    """Return what a judged item was answered; statements that contradict each other are no answer."""
    rows = result.rows.tables["county_year"]
    answers = {stated_answer(row.get("value")) for row in rows if row["key"] in rule.judged_keys} - {None}
    return answers.pop() if len(answers) == 1 else None


def _aggregates(result: CountyAssessment, rule: IndicatorRule) -> tuple[dict[str, Input], int, int]:
    """Return the inputs of a county indicator over the rows on which all of a source's figures are known."""
    by_source: dict[tuple[str, str], dict[str, AggregateRule]] = defaultdict(dict)
    for name, aggregate in rule.inputs.items():
        by_source[(aggregate.source, aggregate.key)][name] = aggregate
    inputs: dict[str, Input] = {}
    known = total = 0
    for (source, key), aggregates in by_source.items():
        if key:
            values = [stated_number(r.get("value")) for r in result.rows.tables["county_year"] if r["key"] == key]
            value = values[0] if len(values) == 1 else None
            inputs.update(dict.fromkeys(aggregates, value))
            known, total = known + (value is not None), total + 1
            continue
        figures, source_known, source_total = _over_rows(aggregates, _source_rows(result, source, rule.stages))
        inputs.update(figures)
        known, total = known + source_known, total + source_total
    return {name: inputs[name] for name in rule.inputs}, known, total


def _source_rows(result: CountyAssessment, source: str, stages: tuple[str, ...]) -> Iterable[Row]:
    if source == UNIT:
        return [unit.row for unit in result.units if unit.stage in stages]
    return result.rows.tables[source]


def _over_rows(aggregates: Mapping[str, AggregateRule], rows: Iterable[Row]) -> tuple[dict[str, Input], int, int]:
    taken: dict[str, list[float]] = {name: [] for name in aggregates}
    known = total = 0
    for row in rows:
        figures: dict[str, float | None] = {}
        for name, aggregate in aggregates.items():
            applies = truth(aggregate.where, row)
            if applies is False:
                continue
            figure = 1.0 if aggregate.take == "count" else number(aggregate.of, row) if aggregate.of else None
            figures[name] = figure if applies else None
        if not figures:
            continue
        total += 1
        if all(figure is not None for figure in figures.values()):
            known += 1
            for name, figure in figures.items():
                taken[name].append(figure or 0.0)
    return {name: _take(aggregates[name].take, taken[name], known) for name in aggregates}, known, total


def _take(take: str, values: Sequence[float], known: int) -> float | None:
    if take in ("sum", "count"):
        return float(sum(values)) if known else None
    if not values:
        return None
    if take == "only":
        return values[0] if len(values) == 1 else None
    return max(values) if take == "max" else min(values)


def _unit_verdicts(result: CountyAssessment, own: Mapping[str, Sequence[Finding]]) -> Iterator[SubjectVerdict]:
    by_unit: dict[tuple[str, str | None], dict[str, Finding]] = defaultdict(dict)
    for findings in own.values():
        for finding in findings:
            by_unit[(finding.subject, finding.stage)][finding.indicator] = finding
    rule = result.rules.unit_rule
    for unit in result.units:
        held = by_unit.get((unit.school, unit.stage), {})
        if rule is not None:
            held = {name: held[name] for name in rule.of if name in held}
        if not held:
            continue
        verdicts = {name: finding.verdict for name, finding in held.items()}
        verdict = unit_verdict(rule, list(verdicts.values())) if rule else worst(verdicts.values())
        yield SubjectVerdict(
            "school", result.rows.county, unit.school, unit.stage, verdict, unit_reasons(verdict, verdicts)
        )


def unit_verdict(rule: UnitRuleInForce, verdicts: Sequence[Verdict]) -> Verdict:
    """Return a unit's answer: at least so many of the indicators met, none of the rest below the ratio."""
    applicable = [verdict for verdict in verdicts if verdict is not Verdict.NOT_APPLICABLE]
    if not applicable:
        return Verdict.NOT_APPLICABLE
    met, unknown = applicable.count(Verdict.MET), applicable.count(Verdict.UNKNOWN)
    if Verdict.NOT_MET in applicable or met + unknown < rule.met_at_least:
        return Verdict.NOT_MET
    return worst(applicable)


def unit_reasons(verdict: Verdict, verdicts: Mapping[str, Verdict]) -> tuple[str, ...]:
    """Return the indicators that decide a unit's verdict."""
    if verdict in (Verdict.MET, Verdict.NOT_APPLICABLE):
        return ()
    shown = {
        Verdict.NEAR: (Verdict.NEAR,),
        Verdict.UNKNOWN: (Verdict.UNKNOWN, Verdict.NEAR),
        Verdict.NOT_MET: (Verdict.NOT_MET, Verdict.NEAR),
    }[verdict]
    return tuple(name for name, answer in verdicts.items() if answer in shown)


def _county_verdict(result: CountyAssessment, unit_verdicts: Sequence[SubjectVerdict]) -> SubjectVerdict:
    answers = {reason_of(f): f.verdict for f in result.findings if f.level == "county"}
    if result.rules.unit_rule is not None:
        answers.update({f"{v.subject}/{v.stage}": v.verdict for v in unit_verdicts})
    verdict = worst(answers.values())
    decides = verdict not in (Verdict.MET, Verdict.NOT_APPLICABLE)
    reasons = tuple(name for name, answer in answers.items() if decides and answer is verdict)
    county = result.rows.county
    return SubjectVerdict("county", county, county, None, verdict, reasons)


def reason_of(finding: Finding) -> str:
    """Return the short code by which a county's verdict names a finding: `G3`, or `R5:cv/primary`."""
    return f"{finding.indicator}:cv/{finding.stage}" if finding.measure == "cv" else finding.indicator
