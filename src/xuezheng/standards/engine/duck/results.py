"""SQL of values and verdicts of units and schools: `v:` value, `a:` applicability, `d:` rank of the verdict, `g:` gap."""

from collections.abc import Iterator, Mapping, Sequence

from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.duck.sources import NUMBERS, Sources
from xuezheng.standards.engine.duck.units import unit_rows_sql
from xuezheng.standards.engine.rules import LINE, OWN_VALUE, SCHOOL, SCHOOL_COLUMNS, UNIT, IndicatorRule, ValueRule
from xuezheng.standards.engine.sql import (
    StageSql,
    by_stage_sql,
    condition_sql,
    expression_sql,
    line_sql,
    number_sql,
)
from xuezheng.tables.duck import quoted

MET, NEAR, UNKNOWN, NOT_MET = (v.rank for v in (Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET))
NOT_APPLICABLE = Verdict.NOT_APPLICABLE.rank


def unit_stage(sources: Sources) -> StageSql:
    """Return how a unit's row tells its stage."""
    numbers = {stage: sources.stage_numbers[stage] for stage in sources.rules.unit_stages}
    return StageSql("r.stage_no", numbers)


def unit_result_sql(sources: Sources) -> str:
    """Return the query of `unit_result`."""
    rules = sources.rules.at_level(UNIT)
    who = ["county_no", "group_no", "stage_no", "school_code"]
    inner = _results(
        sources, rules, unit_stage(sources), f"({unit_rows_sql(sources)}) r", [*who, *sorted(_kept(sources))]
    )
    tally, verdict = _unit_verdict(sources, rules)
    return f"SELECT t.* EXCLUDE (tally), {verdict} AS verdict FROM (SELECT d.*, {tally} AS tally FROM ({inner}) d) t"


def _kept(sources: Sources) -> set[str]:
    """Return the figures of units that are read after their results: by sums, roll-ups, and whole schools."""
    derived = {name for name, (level, _) in sources.rules.derived.items() if level == SCHOOL}
    facts = set(sources.fact_columns(sources.school_names))
    schools = {f"{name}_school" if name in facts else name for name in sources.school_names - derived}
    return schools | sources.summed_names


def school_result_sql(sources: Sources, stages: tuple[str, ...]) -> str:
    """Return the query of the results of whole schools over some stages: counts summed, resources whole."""
    rules = [rule for rule in sources.rules.at_level(SCHOOL) if rule.stages == stages]
    names = sorted({name for rule in rules for name in sources.school_names})
    stage_columns = sources.schema.tables["stage_year"].columns
    facts = sources.fact_columns(sources.school_names)
    columns = []
    for name in names:
        shown = f"u.{quoted(name)}"
        if name in SCHOOL_COLUMNS:
            columns.append(f"any_value({shown}) AS {quoted(name)}")
        elif name in stage_columns and stage_columns[name].type in NUMBERS:
            columns.append(f"CASE WHEN count(*) = count({shown}) THEN sum({shown}) END AS {quoted(name)}")
        elif name in facts:
            columns.append(f"any_value(u.{quoted(f'{name}_school')}) AS {quoted(name)}")
    joins, derived = sources.derived(SCHOOL, "g.school_code", "")
    wanted = ", ".join(str(sources.stage_numbers[stage]) for stage in stages)
    grouped = f"""(
        SELECT g.*{"".join(f", {column}" for column in derived)} FROM (
            SELECT u.county_no, u.school_code{"".join(f", {column}" for column in columns)}
            FROM unit_result u WHERE u.stage_no IN ({wanted}) GROUP BY u.county_no, u.school_code
        ) g {joins}
    ) r"""
    kept = [name for rule in rules for rollup in rule.rollups if rollup.where for name in names]
    return _results(sources, rules, None, grouped, ["county_no", "school_code", *dict.fromkeys(kept)])


def _results(
    sources: Sources, rules: Sequence[IndicatorRule], stage: StageSql | None, rows: str, kept: Sequence[str]
) -> str:
    """Return a query that adds values and verdicts of some indicators to rows; in detail all that they rest on."""
    every = sources.unit_names if stage else sources.school_names
    names = {name: f"r.{quoted(name)}" for name in every}
    if stage:
        names["stage"] = sources.stage_text("r.stage_no")
    shown = "r.*" if sources.detail else ", ".join(f"r.{quoted(name)}" for name in kept)
    if not rules:
        return f"SELECT {shown} FROM {rows}"
    applies = _Applicability(rules)
    first = [f"{_condition(tree_rule, names)} AS {quoted(name)}" for name, tree_rule in applies.columns.items()]
    raw = [column for rule in rules for column in _raw_values(rule, names, applies)]
    second = [column for rule in rules for column in _values(rule, stage)]
    for rule in rules:
        for number, condition in enumerate(rule.conditions):
            second.append(f"{condition_sql(condition, names)} AS {quoted(f'q{number}:{rule.id}')}")
    third = [f"{_answer(sources, rule, stage, applies)} AS {quoted('d:' + rule.id)}" for rule in rules]
    base = f"SELECT r.*{''.join(f', {column}' for column in first)} FROM {rows}"
    masks = "".join(f", CASE WHEN r.{name} THEN 0e0 END AS {name}_mask" for name in applies.columns)
    base = f"SELECT r.*{masks} FROM ({base}) r" if masks else base
    base = f"SELECT r.*, {', '.join(raw)} FROM ({base}) r"
    applied = "".join(f", r.{quoted(name)}" for name in applies.columns) if not sources.detail else ""
    valued = f"SELECT {shown}{applied}, {', '.join(second)} FROM ({base}) r"
    answered = f"SELECT r.*, {', '.join(third)} FROM ({valued}) r"
    if not sources.detail:
        return answered
    last = [f"{_gap(rule, names, stage)} AS {quoted('g:' + rule.id)}" for rule in rules]
    last += [f"{applies.of(rule)} AS {quoted('a:' + rule.id)}" for rule in rules]
    return f"SELECT r.*, {', '.join(last)} FROM ({answered}) r"


class _Applicability:
    """The distinct conditions under which indicators apply: many share one, and it is computed once."""

    def __init__(self, rules: Sequence[IndicatorRule]) -> None:
        self.columns: dict[str, IndicatorRule] = {}
        self._names: dict[object, str] = {}
        for rule in rules:
            if rule.applies is not None and rule.applies not in self._names:
                self._names[rule.applies] = f"applies_{len(self._names)}"
                self.columns[self._names[rule.applies]] = rule

    def mask(self, rule: IndicatorRule) -> str:
        """Return nothing, or the number that makes a value unknown where the indicator does not apply, else leaves it.

        One addition costs far less than a condition around every formula.
        """
        return f"r.{self._names[rule.applies]}_mask" if rule.applies is not None else ""

    def of(self, rule: IndicatorRule) -> str:
        return f"r.{self._names[rule.applies]}" if rule.applies is not None else "TRUE"


def applicability(sources: Sources) -> dict[str, str]:
    """Return for every unit indicator the column of `unit_result` that says whether it applies ("TRUE" for always)."""
    rules = sources.rules.at_level(UNIT)
    applies = _Applicability(rules)
    return {rule.id: applies.of(rule) for rule in rules}


def _condition(rule: IndicatorRule, names: Mapping[str, str]) -> str:
    if rule.applies is None:
        raise AssertionError(rule.id)
    return expression_sql(rule.applies, names)


def _raw_values(rule: IndicatorRule, names: Mapping[str, str], applies: _Applicability) -> Iterator[str]:
    """Yield an indicator's formulas as columns, not yet asked whether they are finite."""
    if rule.value is None:
        raise AssertionError(rule.id)
    mask = applies.mask(rule)
    for prefix, held in (("x:", rule.value), ("y:", rule.otherwise)):
        if held is not None:
            shown = expression_sql(held.formula, names)
            yield f"{f'{shown} + {mask}' if mask else f'{shown}::DOUBLE'} AS {quoted(prefix + rule.id)}"
    if rule.at_least is not None:
        yield f"{expression_sql(rule.at_least, names)}{f' + {mask}' if mask else ''} AS {quoted('z:' + rule.id)}"


def _values(rule: IndicatorRule, stage: StageSql | None) -> Iterator[str]:
    """Yield an indicator's value, and whether the second way gave it."""
    first, second = (f"r.{quoted(prefix + rule.id)}" for prefix in ("x:", "y:"))
    value = f"CASE WHEN isfinite({first}) THEN {first} END"
    if rule.at_least is not None and rule.value is not None and rule.value.line is not None:
        least = f"r.{quoted('z:' + rule.id)}"
        proven = f"isfinite({least}) AND {line_sql(least, rule.value.line, stage, None)} = {NOT_MET}"
        value = f"coalesce({value}, CASE WHEN {proven} THEN {least} END)"
    if rule.otherwise is not None:
        other = f"CASE WHEN isfinite({second}) THEN {second} END"
        yield f"coalesce({value}, {other}) AS {quoted('v:' + rule.id)}"
        yield f"({value}) IS NULL AND ({other}) IS NOT NULL AS {quoted('o:' + rule.id)}"
    else:
        yield f"{value} AS {quoted('v:' + rule.id)}"


def _answer(sources: Sources, rule: IndicatorRule, stage: StageSql | None, applies: _Applicability) -> str:
    value = f"r.{quoted('v:' + rule.id)}"
    answers = [_line_answer(rule, rule.value, value, stage)]
    if rule.otherwise is not None:
        second = _line_answer(rule, rule.otherwise, value, stage)
        answers = [f"CASE WHEN r.{quoted('o:' + rule.id)} THEN {second} ELSE {answers[0]} END"]
    answers += [f"r.{quoted(f'q{number}:{rule.id}')}" for number in range(len(rule.conditions))]
    answer = answers[0] if len(answers) == 1 else f"greatest({', '.join(answers)})"
    if rule.applies is not None and rule.conditions:
        held = applies.of(rule)
        answer = f"CASE WHEN {held} THEN {answer} WHEN NOT {held} THEN {NOT_APPLICABLE} ELSE {UNKNOWN} END"
    elif rule.applies is not None:
        # A value is only there where the indicator applies, so that whether it does is asked of the few without.
        answer = f"CASE WHEN {value} IS NULL AND NOT {applies.of(rule)} THEN {NOT_APPLICABLE} ELSE {answer} END"
    if stage and set(rule.stages) != set(sources.rules.unit_stages):
        numbers = ", ".join(str(stage.numbers[name]) for name in rule.stages if name in stage.numbers)
        answer = f"CASE WHEN {stage.sql} IN ({numbers}) THEN {answer} END"
    return f"({answer})::UTINYINT"


def _line_answer(rule: IndicatorRule, held: ValueRule | None, value: str, stage: StageSql | None) -> str:
    if held is None or held.line is None:
        return f"CASE WHEN {value} IS NULL THEN {UNKNOWN} ELSE {NOT_APPLICABLE} END"
    return line_sql(value, held.line, stage, rule.near_ratio)


def _gap(rule: IndicatorRule, names: Mapping[str, str], stage: StageSql | None) -> str:
    value, verdict = f"r.{quoted('v:' + rule.id)}", f"r.{quoted('d:' + rule.id)}"
    names = {**names, OWN_VALUE: value}
    amount = _gap_of(rule.value, names, stage)
    requirement = _requirement(rule.value, stage)
    if rule.otherwise is not None:
        second = f"r.{quoted('o:' + rule.id)}"
        amount = f"CASE WHEN {second} THEN {_gap_of(rule.otherwise, names, stage)} ELSE {amount} END"
        requirement = f"CASE WHEN {second} THEN {_requirement(rule.otherwise, stage)} ELSE {requirement} END"
    return (
        f"CASE WHEN {value} IS NULL OR ({requirement}) IS NULL THEN NULL WHEN {verdict} = {MET} THEN 0e0 "
        f"WHEN {verdict} IN ({NEAR}, {NOT_MET}) THEN nullif({amount}, 0e0) END"
    )


def _requirement(held: ValueRule | None, stage: StageSql | None) -> str:
    return by_stage_sql(held.line.by_stage, stage) if held and held.line else "NULL::DOUBLE"


def _gap_of(held: ValueRule | None, names: Mapping[str, str], stage: StageSql | None) -> str:
    if held is None or held.line is None or held.gap is None:
        return "NULL::DOUBLE"
    return number_sql(held.gap, {**names, LINE: f"({by_stage_sql(held.line.by_stage, stage)})"})


def _unit_verdict(sources: Sources, rules: Sequence[IndicatorRule]) -> tuple[str, str]:
    """Return the tally of a unit's answers over the `d:` columns, and the rank of its own verdict over `t.tally`."""
    rule = sources.rules.unit_rule
    answers = [f"d.{quoted('d:' + name)}" for name in (rule.of if rule else [r.id for r in rules])]
    if not answers:
        return "0::BIGINT", "NULL::UTINYINT"
    # Every answer is counted in eight bits of one number: adding up is far quicker than comparing one by one.
    tally = " + ".join(f"coalesce(1::BIGINT << (8 * {answer}::INT), 0)" for answer in answers)
    none, met, near, unknown, failed = (f"((t.tally >> {8 * rank}) & 255)" for rank in range(5))
    hopeless = f"{failed} > 0" if rule is None else f"({failed} > 0 OR {met} + {unknown} < {rule.met_at_least})"
    applicable = f"{met} + {near} + {unknown} + {failed}"
    verdict = (
        f"CASE WHEN {applicable} = 0 THEN CASE WHEN {none} > 0 THEN {NOT_APPLICABLE} END WHEN {hopeless} THEN {NOT_MET} "
        f"WHEN {unknown} > 0 THEN {UNKNOWN} WHEN {near} > 0 THEN {NEAR} ELSE {MET} END"
    )
    return tally, f"({verdict})::UTINYINT"
