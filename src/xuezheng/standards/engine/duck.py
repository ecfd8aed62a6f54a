"""The DuckDB engine: many counties at once. Wide columns first, long findings last.

Relations, each built once as a temporary table:

* `unit`: a row per unit (a school's stage) with the columns that some formula reads, shared resources split;
* `unit_result`: for every unit indicator value `v:`, applicability `a:` and rank of the verdict `d:`;
* `school_result_N`: the same for the indicators of whole schools, for each set of stages they look at;
* `balance`: per county and stage the mean, deviation and coefficient of every balanced indicator;
* `county_result`: per county every input `i:`, value `v:`, known `k:`, total `t:` and rank `d:`.

The meaning is that of `county` and `assess`; property tests hold the two together.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.verdict import Verdict
from xuezheng.kernel.years import reference_day
from xuezheng.standards.engine.expression import Tree, names_in
from xuezheng.standards.engine.facts import NO, NUMBER_PATTERN, YES
from xuezheng.standards.engine.rules import (
    LINE,
    SCHOOL,
    SCHOOL_COLUMNS,
    SHARE,
    UNIT,
    YEAR_COLUMNS,
    AggregateRule,
    IndicatorRule,
    RollupRule,
    Rules,
    ValueRule,
)
from xuezheng.standards.engine.sql import (
    by_stage_sql,
    condition_sql,
    expression_sql,
    line_sql,
    literal,
    number_sql,
)
from xuezheng.tables.duck import Connection, columns_of, quoted

PERCENT_TOLERANCE = 1e-9
_MET, _NEAR, _UNKNOWN, _NOT_MET = (v.rank for v in (Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET))
_NOT_APPLICABLE = Verdict.NOT_APPLICABLE.rank
_TRUTHS = {"boarding"}


@dataclass(frozen=True, slots=True)
class WideResult:
    """What the engine found, as Arrow tables with a row per unit, per school, per county and stage, and per county.

    Columns: `v:ID` value, `d:ID` rank of the verdict (see `Verdict.rank`; null where the indicator is not about the
    row's stage), `a:ID` whether it applies, `m:`/`s:`/`c:`/`u:ID` mean, deviation, coefficient and unweighted
    coefficient, `k:`/`t:ID` known and total, `i:ID:name` an input, `g:ID` the gap; `verdict` the rank of the whole.
    """

    units: pa.Table
    schools: Mapping[tuple[str, ...], pa.Table]
    balance: pa.Table | None
    counties: pa.Table


class DuckEvaluation:
    """One evaluation of the tables that a connection sees, under one standard's rules."""

    def __init__(self, connection: Connection, rules: Rules, *, detail: bool = False) -> None:
        self.connection = connection
        self.rules = rules
        self.detail = detail
        self.schema = load_register_schema()

    def run(self) -> WideResult:
        """Return the wide result; with `detail` also gaps and inputs."""
        self._create("unit", self._unit_sql())
        self._create("unit_result", self._unit_result_sql())
        school_sets = tuple(dict.fromkeys(rule.stages for rule in self.rules.at_level(SCHOOL)))
        for number, stages in enumerate(school_sets):
            self._create(f"school_result_{number}", self._school_result_sql(stages))
        self.school_sets = school_sets
        balance = self._balance_sql()
        if balance:
            self._create("balance", balance)
        self._create("county_result", self._county_result_sql(has_balance=bool(balance)))
        return WideResult(
            units=self._table("unit_result"),
            schools={stages: self._table(f"school_result_{n}") for n, stages in enumerate(school_sets)},
            balance=self._table("balance") if balance else None,
            counties=self._table("county_result"),
        )

    def _create(self, name: str, sql: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}")

    def _table(self, name: str) -> pa.Table:
        return self.connection.sql(f"FROM {name}").to_arrow_table()

    # -- units ---------------------------------------------------------------------------------------------------

    @cached_property
    def unit_columns(self) -> tuple[str, ...]:
        """The names that unit rows must hold: those that some formula, line or sum reads."""
        used: set[str] = set()
        for rule in self.rules.at_level(UNIT):
            used.update(_names_of(rule))
        for rule in self.rules.indicators:
            for aggregate in rule.inputs.values():
                if aggregate.source == UNIT:
                    used.update(_names_of_aggregate(aggregate))
        if self.rules.balance and self.rules.balance.weights:
            used.add(self.rules.balance.weights)
        return tuple(sorted(used - {"stage", LINE}))

    @cached_property
    def school_columns(self) -> tuple[str, ...]:
        """The names that school rows must hold."""
        used: set[str] = set()
        for rule in self.rules.at_level(SCHOOL):
            used.update(_names_of(rule))
        return tuple(sorted(used - {LINE}))

    def _columns(self, table: str) -> set[str]:
        return columns_of(self.connection, table)

    def _column(self, table: str, name: str, alias: str) -> str:
        """Return a register column as SQL: numbers as DOUBLE, a column that nobody delivered as missing."""
        kind = self.schema.tables[table].columns[name].type
        held = name in self._held[table]
        sql_type = {"yes_no": "BOOLEAN", "date": "DATE"}.get(kind, "DOUBLE" if kind in _NUMBERS else "VARCHAR")
        if not held:
            return f"NULL::{sql_type}"
        shown = f"{alias}.{quoted(name)}"
        return f"{shown}::DOUBLE" if sql_type == "DOUBLE" else shown

    @cached_property
    def _held(self) -> dict[str, set[str]]:
        return {table: self._columns(table) for table in self.schema.tables}

    def _source(self, table: str) -> str:
        """Return a table as SQL; one that nobody delivered as an empty one."""
        if self._held[table]:
            return quoted(table)
        columns = ", ".join(
            f"{self._column(table, name, 't')} AS {quoted(name)}" for name in self.schema.tables[table].columns
        )
        return f"(SELECT {columns} WHERE FALSE)"

    def _is_open(self) -> str:
        day = f"DATE '{reference_day(self.rules.school_year).isoformat()}'"
        opened, closed = self._column("school", "opened", "s"), self._column("school", "closed", "s")
        return f"(coalesce({opened} <= {day}, TRUE) AND coalesce({closed} > {day}, TRUE))"

    def _mask(self, stages: Iterable[str]) -> int:
        return sum(1 << self._stage_numbers[stage] for stage in stages)

    @cached_property
    def _stage_numbers(self) -> dict[str, int]:
        return {stage: number for number, stage in enumerate(self.schema.codes["stage"])}

    def _expected_mask(self) -> str:
        """Return the stages that a school's kind must report, as bits."""
        kinds = " ".join(
            f"WHEN {literal(kind)} THEN {self._mask(stages.expected)}"
            for kind, stages in self.schema.stages_of_kind.items()
        )
        return f"(CASE {self._column('school', 'kind', 's')} {kinds} ELSE 0 END)"

    def _unit_sql(self) -> str:
        rules = self.rules
        stage_bits = " ".join(f"WHEN {literal(s)} THEN {1 << n}" for s, n in self._stage_numbers.items())
        weights = " ".join(f"WHEN {literal(s)} THEN {literal(w)}" for s, w in rules.split_weights.items())
        weighted = f"sum(CASE r.stage {weights} END * r.pupils)" if weights else "NULL"
        split_stages = ", ".join(literal(s) for s in rules.split_weights) or "NULL"
        read_stages = ", ".join(literal(s) for s in dict.fromkeys((*rules.unit_stages, *rules.split_weights)))
        unit_stages = ", ".join(literal(s) for s in rules.unit_stages)
        in_scope = "TRUE"
        if rules.schools is not None:
            names = {name: self._column("school", name, "s") for name in SCHOOL_COLUMNS}
            in_scope = f"({expression_sql(rules.schools, names)}) IS NOT FALSE"
        own = [name for name in self._stage_year_columns if name != "pupils"]
        returned = ", ".join(f"{self._column('stage_year', n, 't')} AS {quoted(n)}" for n in ("pupils", *own))
        derived_joins, derived_columns = self._derived_sql(UNIT, "u.school_code", "u.stage")
        facts_join, facts_columns = self._facts_sql()
        return f"""
            WITH returned AS (
                SELECT t.school_code, t.stage, {returned}
                FROM {self._source("stage_year")} t
                WHERE {self._column("stage_year", "school_year", "t")} = {rules.school_year} AND t.stage IN ({read_stages})
            ), shared AS (
                SELECT r.school_code, bit_or(CASE r.stage {stage_bits} END) AS reported,
                    bool_and(r.pupils IS NOT NULL) FILTER (r.stage IN ({split_stages})) AS whole,
                    {weighted} AS weighted
                FROM returned r GROUP BY r.school_code
            ), listed AS (
                SELECT s.county_code, s.school_code, {self._school_columns_sql()},
                    {self._is_open()} AS open, {self._expected_mask()} AS expected, h.reported, h.whole, h.weighted
                FROM {self._source("school")} s LEFT JOIN shared h ON h.school_code = s.school_code
                WHERE s.county_code IS NOT NULL AND {in_scope}
            ), u AS (
                SELECT l.*, r.* EXCLUDE (school_code)
                FROM returned r JOIN listed l ON l.school_code = r.school_code
                WHERE r.stage IN ({unit_stages}) AND (l.open OR coalesce(r.pupils, 0) <> 0)
                UNION ALL BY NAME
                SELECT l.*, missing.stage
                FROM listed l, (VALUES {", ".join(f"({literal(s)}, {1 << self._stage_numbers[s]})" for s in rules.unit_stages)}) missing(stage, bit)
                WHERE l.open AND l.expected & {self._mask(rules.unit_stages)} & ~coalesce(l.reported, 0) <> 0
                    AND l.expected & missing.bit <> 0 AND coalesce(l.reported, 0) & missing.bit = 0
            )
            SELECT u.county_code, u.school_code, u.stage, {self._kept_columns("u")}{facts_columns}{derived_columns}
            FROM (SELECT *, {self._share_sql()} AS {SHARE} FROM u) u {facts_join} {derived_joins}
        """

    @property
    def _stage_year_columns(self) -> list[str]:
        columns = self.schema.tables["stage_year"].columns
        wanted = {*self.unit_columns, *self.school_columns}
        return [n for n, c in columns.items() if n in wanted and c.type in _NUMBERS and n != "school_year"]

    def _school_columns_sql(self) -> str:
        return ", ".join(f"{self._column('school', name, 's')} AS {quoted(name)}" for name in SCHOOL_COLUMNS)

    def _kept_columns(self, alias: str) -> str:
        names = dict.fromkeys((*SCHOOL_COLUMNS, "pupils", *self._stage_year_columns))
        return ", ".join([*(f"{alias}.{quoted(name)}" for name in names), f"{alias}.{SHARE}"])

    def _share_sql(self) -> str:
        weights = self.rules.split_weights
        if not weights:
            return "1e0"
        split = self._mask(weights)
        own = " ".join(f"WHEN {literal(s)} THEN {literal(w)}" for s, w in weights.items())
        bits = " ".join(f"WHEN {literal(s)} THEN {1 << self._stage_numbers[s]}" for s in weights)
        stages = f"((expected | coalesce(reported, 0)) & {split})"
        return (
            f"CASE WHEN (CASE stage {bits} END) IS NULL OR {stages} = (CASE stage {bits} END) THEN 1e0 "
            f"WHEN whole AND {stages} = (reported & {split}) "
            f"THEN (CASE stage {own} END) * pupils / nullif(weighted, 0e0) END"
        )

    def _facts_sql(self) -> tuple[str, str]:
        """Return the join and the columns of the facts that unit and school rows read, shared ones split."""
        columns = self.schema.tables["school_year_facts"].columns
        unit_names = [n for n in columns if n in self.unit_columns and n not in ("school_year", "school_code")]
        school_names = [n for n in columns if n in self.school_columns and n not in ("school_year", "school_code")]
        selected = []
        for name in unit_names:
            shown = self._column("school_year_facts", name, "f")
            if name in self.rules.split_columns:
                # A share of exactly one leaves the figure as it is, to the last bit.
                selected.append(f"{shown} * u.{SHARE} AS {quoted(name)}")
            else:
                selected.append(f"{shown} AS {quoted(name)}")
        whole = dict.fromkeys(
            (*school_names, *(n for n in unit_names if self.detail and n in self.rules.split_columns))
        )
        selected += [f"{self._column('school_year_facts', n, 'f')} AS {quoted(n + '_school')}" for n in whole]
        if not selected:
            return "", ""
        year = self._column("school_year_facts", "school_year", "g")
        join = (
            f"LEFT JOIN (SELECT g.* FROM {self._source('school_year_facts')} g WHERE {year} = {self.rules.school_year}) f "
            "ON f.school_code = u.school_code"
        )
        return join, ", " + ", ".join(selected)

    def _derived_sql(self, level: str, code: str, stage: str) -> tuple[str, str]:
        """Return the joins and columns of the derived columns of a level."""
        joins, columns = [], []
        for name, (rule_level, rule) in self.rules.derived.items():
            if rule_level != level:
                continue
            alias = quoted(f"derived_{name}")
            keys = ["school_code", *(["stage"] if level == UNIT else [])]
            on = f"{alias}.school_code = {code}" + (f" AND {alias}.stage = {stage}" if level == UNIT else "")
            joins.append(f"LEFT JOIN ({self._derived_query(rule, keys)}) {alias} ON {on}")
            columns.append(f", {alias}.figure AS {quoted(name)}")
        return " ".join(joins), "".join(columns)

    def _derived_query(self, rule: AggregateRule, keys: Sequence[str]) -> str:
        names = self._row_names(rule.source, "t", "s")
        where = expression_sql(rule.where, names) if rule.where else "TRUE"
        of = "1e0" if rule.take == "count" else number_sql(rule.of, names) if rule.of else "NULL"
        figure = f"CASE WHEN {where} THEN {of} END"
        known = f"bool_and(({where}) IS NOT NULL AND ((NOT ({where})) OR ({of}) IS NOT NULL))"
        taken = {
            "sum": f"sum({figure})",
            "max": f"max({figure})",
            "min": f"min({figure})",
            "count": f"coalesce(sum({figure}), 0e0)",
            "only": f"CASE WHEN count({figure}) = 1 THEN max({figure}) END",
        }[rule.take]
        group = ", ".join(f"t.{key}" for key in keys)
        return f"""
            SELECT {group}, CASE WHEN {known} THEN {taken} END AS figure
            FROM {self._rows_sql(rule.source, "t", "s")} WHERE t.school_code IS NOT NULL GROUP BY {group}
        """

    def _row_names(self, table: str, alias: str, school: str) -> dict[str, str]:
        """Return the SQL of the names that an aggregate over a register table may use."""
        own = {
            n: self._column(table, n, alias) for n, c in self.schema.tables[table].columns.items() if c.type != "date"
        }
        if "school_code" not in own:
            return own
        return {**{n: self._column("school", n, school) for n in SCHOOL_COLUMNS}, **own}

    def _rows_sql(self, table: str, alias: str, school: str) -> str:
        """Return a register table's rows of the year in question, with their schools where they have any."""
        year_column = YEAR_COLUMNS[table]
        year = self.rules.fiscal_year if year_column == "fiscal_year" else self.rules.school_year
        in_year = f"{self._column(table, year_column, 'y')} = {year}"
        # Queries join and group by keys: one that no row gives (funds of the county only) is there as missing.
        held, keys = self._held[table], self.schema.tables[table].key
        absent = "".join(f", {self._column(table, key, 'y')} AS {key}" for key in keys if held and key not in held)
        rows = f"(SELECT y.*{absent} FROM {self._source(table)} y WHERE {in_year}) {alias}"
        if "school_code" not in self.schema.tables[table].columns:
            return rows
        return f"{rows} LEFT JOIN {self._source('school')} {school} ON {school}.school_code = {alias}.school_code"

    # -- values and verdicts of units and schools ----------------------------------------------------------------

    def _unit_result_sql(self) -> str:
        rules = self.rules.at_level(UNIT)
        names = {name: f"r.{quoted(name)}" for name in (*self.unit_columns, "stage")}
        inner = self._results_sql(rules, names, "r.stage", "unit r")
        return f"SELECT *, {self._unit_verdict_sql(rules)} AS verdict FROM ({inner}) d"

    def _results_sql(self, rules: Sequence[IndicatorRule], names: Mapping[str, str], stage: str, source: str) -> str:
        """Return a query that adds `v:`, `a:` and `d:` (and in detail `g:`, `r:`, `o:`) of some indicators to rows."""
        values = []
        for rule in rules:
            values.append(f"{self._value_sql(rule, names)} AS {quoted('v:' + rule.id)}")
            applies = expression_sql(rule.applies, names) if rule.applies else "TRUE"
            values.append(f"{applies} AS {quoted('a:' + rule.id)}")
        answered = [f"{self._answer_sql(rule, names, stage)} AS {quoted('d:' + rule.id)}" for rule in rules]
        kept = "r.*" if self.detail else self._kept_in_result(stage)
        first = f"SELECT {kept}, {', '.join([*values, *self._carried(rules, names)])} FROM {source}"
        renamed = {name: f"r.{quoted(name)}" for name in names}
        if not rules:
            return f"SELECT {kept} FROM {source}"
        second = f"SELECT r.*, {', '.join(answered)} FROM ({first}) r"
        if not self.detail:
            return second
        gaps = [f"{self._gap_sql(rule, renamed, stage)} AS {quoted('g:' + rule.id)}" for rule in rules]
        return f"SELECT r.*, {', '.join(gaps)} FROM ({second}) r"

    def _kept_in_result(self, stage: str) -> str:
        """Return the columns that a plain result keeps: who it is about, and what roll-ups and sums still read."""
        kept = ["county_code", "school_code", *(["stage"] if stage else [])]
        wanted: set[str] = set()
        rules = self.rules.at_level(UNIT if stage else SCHOOL)
        for rule in rules:
            for rollup in rule.rollups:
                wanted.update(names_in(rollup.where) if rollup.where else ())
        if stage and self.rules.balance and self.rules.balance.weights:
            wanted.add(self.rules.balance.weights)
        return ", ".join(f"r.{quoted(name)}" for name in [*kept, *sorted(wanted - set(kept))])

    def _carried(self, rules: Sequence[IndicatorRule], names: Mapping[str, str]) -> list[str]:
        """Return what the second way and the conditions of indicators need beside the value."""
        carried = []
        for rule in rules:
            if rule.otherwise is not None and rule.value is not None:
                first = number_sql(rule.value.formula, names)
                second = number_sql(rule.otherwise.formula, names)
                carried.append(f"({first}) IS NULL AND ({second}) IS NOT NULL AS {quoted('o:' + rule.id)}")
            carried += [
                f"{condition_sql(condition, names)} AS {quoted(f'q{number}:{rule.id}')}"
                for number, condition in enumerate(rule.conditions)
            ]
        return carried

    def _value_sql(self, rule: IndicatorRule, names: Mapping[str, str]) -> str:
        if rule.value is None:
            raise AssertionError(rule.id)
        first = number_sql(rule.value.formula, names)
        if rule.otherwise is None:
            return first
        return f"coalesce({first}, {number_sql(rule.otherwise.formula, names)})"

    def _answer_sql(self, rule: IndicatorRule, names: Mapping[str, str], stage: str) -> str:
        value, applies = f"r.{quoted('v:' + rule.id)}", f"r.{quoted('a:' + rule.id)}"
        answers = [self._line_answer(rule, rule.value, value, stage)]
        if rule.otherwise is not None:
            second = self._line_answer(rule, rule.otherwise, value, stage)
            answers = [f"CASE WHEN r.{quoted('o:' + rule.id)} THEN {second} ELSE {answers[0]} END"]
        answers += [f"r.{quoted(f'q{number}:{rule.id}')}" for number in range(len(rule.conditions))]
        answer = answers[0] if len(answers) == 1 else f"greatest({', '.join(answers)})"
        if rule.applies is not None:
            answer = f"CASE WHEN {applies} THEN {answer} WHEN NOT {applies} THEN {_NOT_APPLICABLE} ELSE {_UNKNOWN} END"
        if stage and set(rule.stages) != set(self.rules.unit_stages):
            stages = ", ".join(literal(s) for s in rule.stages)
            answer = f"CASE WHEN {stage} IN ({stages}) THEN {answer} END"
        return f"({answer})::UTINYINT"

    def _line_answer(self, rule: IndicatorRule, held: ValueRule | None, value: str, stage: str) -> str:
        if held is None or held.line is None:
            return f"CASE WHEN {value} IS NULL THEN {_UNKNOWN} ELSE {_NOT_APPLICABLE} END"
        return line_sql(value, held.line, stage, rule.near_ratio)

    def _gap_sql(self, rule: IndicatorRule, names: Mapping[str, str], stage: str) -> str:
        value, verdict = f"r.{quoted('v:' + rule.id)}", f"r.{quoted('d:' + rule.id)}"
        first = self._gap_of(rule.value, names, stage)
        if rule.otherwise is not None:
            first = f"CASE WHEN r.{quoted('o:' + rule.id)} THEN {self._gap_of(rule.otherwise, names, stage)} ELSE {first} END"
        return (
            f"CASE WHEN {value} IS NULL THEN NULL WHEN {verdict} = {_MET} THEN "
            f"CASE WHEN ({first}) IS NOT NULL THEN 0e0 END "
            f"WHEN {verdict} IN ({_NEAR}, {_NOT_MET}) THEN {first} END"
        )

    def _gap_of(self, held: ValueRule | None, names: Mapping[str, str], stage: str) -> str:
        if held is None or held.line is None or held.gap is None:
            return "NULL::DOUBLE"
        return number_sql(held.gap, {**names, LINE: f"({by_stage_sql(held.line.by_stage, stage)})"})

    def _unit_verdict_sql(self, rules: Sequence[IndicatorRule]) -> str:
        """Return the rank of a unit's own verdict over the `d:` columns."""
        rule = self.rules.unit_rule
        answers = [f"d.{quoted('d:' + name)}" for name in (rule.of if rule else [r.id for r in rules])]
        if not answers:
            return "NULL::UTINYINT"
        decided = f"greatest({', '.join(answers)})" if len(answers) > 1 else answers[0]
        if rule is None:
            return f"({decided})::UTINYINT"
        hopeful = " + ".join(f"({answer} IN ({_MET}, {_UNKNOWN}))::INT" for answer in answers)
        return (
            f"(CASE WHEN {decided} IS NULL OR {decided} IN ({_NOT_APPLICABLE}, {_NOT_MET}) THEN {decided} "
            f"WHEN {hopeful} < {rule.met_at_least} THEN {_NOT_MET} ELSE {decided} END)::UTINYINT"
        )

    def _school_result_sql(self, stages: tuple[str, ...]) -> str:
        rules = [rule for rule in self.rules.at_level(SCHOOL) if rule.stages == stages]
        names = {name: f"r.{quoted(name)}" for name in self.school_columns}
        stage_columns = self.schema.tables["stage_year"].columns
        facts = self.schema.tables["school_year_facts"].columns
        derived = {name for name, (level, _) in self.rules.derived.items() if level == SCHOOL}
        columns = []
        for name in self.school_columns:
            if name in SCHOOL_COLUMNS:
                columns.append(f"any_value(u.{quoted(name)}) AS {quoted(name)}")
            elif name in derived:
                continue
            elif name in stage_columns and stage_columns[name].type in _NUMBERS and name != "school_year":
                shown = f"u.{quoted(name)}"
                columns.append(f"CASE WHEN count(*) = count({shown}) THEN sum({shown}) END AS {quoted(name)}")
            elif name in facts:
                columns.append(f"any_value(u.{quoted(name + '_school')}) AS {quoted(name)}")
        wanted = ", ".join(literal(stage) for stage in stages)
        selected = "".join(f", {column}" for column in columns)
        joins, derived_columns = self._derived_sql(SCHOOL, "g.school_code", "")
        grouped = f"""(
            SELECT g.*{derived_columns} FROM (
                SELECT u.county_code, u.school_code{selected}
                FROM unit u WHERE u.stage IN ({wanted}) GROUP BY u.county_code, u.school_code
            ) g {joins}
        ) r"""
        return self._results_sql(rules, names, "", grouped)

    # -- counties ------------------------------------------------------------------------------------------------

    def _balance_sql(self) -> str:
        balance = self.rules.balance
        if balance is None:
            return ""
        known, first, second = [], [], []
        for name in balance.of:
            q = _columns_for(name)
            weight = f"r.{quoted(balance.weights)}" if balance.weights else "1e0"
            known += [
                f"CASE WHEN r.{q.applies} AND {weight} IS NOT NULL THEN r.{q.value} END AS {q.x}",
                f"r.{q.applies} IS NOT FALSE AS {q.counts}",
            ]
            first += [
                f"sum(w * {q.x}) / CASE WHEN sum(w) FILTER ({q.x} IS NOT NULL) > 0 "
                f"THEN sum(w) FILTER ({q.x} IS NOT NULL) END AS {q.mean}",
                f"count({q.x})::INT AS {q.known}",
                f"count_if({q.counts})::INT AS {q.total}",
                f"stddev_pop({q.x}) / nullif(avg({q.x}), 0e0) AS {q.unweighted}",
            ]
            second += [
                f"any_value(m.{q.mean}) AS {q.mean}",
                f"sqrt(sum(k.w * (k.{q.x} - m.{q.mean}) * (k.{q.x} - m.{q.mean})) / CASE WHEN sum(k.w) FILTER (k.{q.x} IS NOT NULL) > 0 "
                f"THEN sum(k.w) FILTER (k.{q.x} IS NOT NULL) END) AS {q.deviation}",
                *(f"any_value(m.{column}) AS {column}" for column in (q.known, q.total, q.unweighted)),
            ]
        last = []
        for name in balance.of:
            q = _columns_for(name)
            last.append(f"{q.deviation} / nullif({q.mean}, 0e0) AS {q.coefficient}")
        stages = ", ".join(literal(stage) for stage in self.rules.stages)
        weight = f"r.{quoted(balance.weights)}" if balance.weights else "1e0"
        answered = [
            f"({self._coefficient_answer(_columns_for(name))})::UTINYINT AS {_columns_for(name).answer}"
            for name in balance.of
        ]
        query = f"""
            WITH k AS (
                SELECT r.county_code, r.stage, {weight} AS w, {", ".join(known)} FROM unit_result r WHERE r.stage IN ({stages})
            ), m AS (SELECT k.county_code, k.stage, {", ".join(first)} FROM k GROUP BY k.county_code, k.stage)
            SELECT b.*, {", ".join(answered)} FROM (
                SELECT *, {", ".join(last)} FROM (
                    SELECT k.county_code, k.stage, {", ".join(second)}
                    FROM k JOIN m ON m.county_code = k.county_code AND m.stage = k.stage
                    GROUP BY k.county_code, k.stage
                )
            ) b
        """
        composite = self.rules.composite
        if composite is None:
            return query
        parts = [_columns_for(name) for name in composite.of]
        value = " + ".join(f"b.{part.coefficient}" for part in parts)
        complete = " + ".join(f"(b.{p.known} = b.{p.total} AND b.{p.coefficient} IS NOT NULL)::INT" for p in parts)
        q = _columns_for(composite.id)
        return f"""
            SELECT c.*, (CASE WHEN {q.known} < {q.total} THEN {_UNKNOWN}
                ELSE {line_sql(f"c.{q.coefficient}", composite.limit, "c.stage", None)} END)::UTINYINT AS {q.answer}
            FROM (
                SELECT b.*, ({value}) / {len(parts)} AS {q.coefficient}, {complete} AS {q.known}, {len(parts)} AS {q.total}
                FROM ({query}) b
            ) c
        """

    def _coefficient_answer(self, q: "_Columns") -> str:
        limit = self.rules.balance.limit if self.rules.balance else None
        partly = f"b.{q.total} > 0 AND (b.{q.known} < b.{q.total} OR b.{q.coefficient} IS NULL)"
        without = f"b.{q.total} = 0"
        known = line_sql(f"b.{q.coefficient}", limit, "b.stage", None) if limit else str(_NOT_APPLICABLE)
        return f"CASE WHEN {without} THEN NULL WHEN {partly} THEN {_UNKNOWN} ELSE {known} END"

    def _county_result_sql(self, *, has_balance: bool) -> str:
        parts = [f"SELECT DISTINCT s.county_code FROM {self._source('school')} s WHERE s.county_code IS NOT NULL"]
        for number, query in enumerate([*self._rollup_queries(), *self._input_queries(), *self._judged_query()]):
            columns = ", ".join([f"b.{'*'}", f"j{number}.* EXCLUDE (county_code)"])
            parts = [
                f"SELECT {columns} FROM ({parts[0]}) b LEFT JOIN ({query}) j{number} ON j{number}.county_code = b.county_code"
            ]
        base = parts[0]
        county_rules = self.rules.at_level("county")
        values, answers, answered = [], [], []
        for rule in county_rules:
            values += self._county_value(rule)
        for rule in county_rules:
            answers += self._county_answer(rule)
            answered.append(quoted("d:" + rule.id))
        for rule in self.rules.indicators:
            for rollup in rule.rollups:
                answers.append(f"({_rollup_answer(rollup)})::UTINYINT AS {quoted('d:' + rollup.id)}")
                answered.append(quoted("d:" + rollup.id))
        query = base
        if values:
            query = f"SELECT b.*, {', '.join(values)} FROM ({query}) b"
        if answers:
            query = f"SELECT b.*, {', '.join(answers)} FROM ({query}) b"
        worst_parts = list(answered)
        extra = ""
        if has_balance:
            names = [
                *(self.rules.balance.of if self.rules.balance else ()),
                *([self.rules.composite.id] if self.rules.composite else []),
            ]
            worst_stage = ", ".join(_columns_for(name).answer for name in names)
            worst_stage = f"greatest({worst_stage})" if len(names) > 1 else worst_stage
            extra += f" LEFT JOIN (SELECT county_code, max({worst_stage}) AS balance_ FROM balance GROUP BY county_code) e ON e.county_code = b.county_code"
            worst_parts.append("e.balance_")
        if self.rules.unit_rule is not None:
            extra += " LEFT JOIN (SELECT county_code, max(verdict) AS units_ FROM unit_result GROUP BY county_code) f ON f.county_code = b.county_code"
            worst_parts.append("f.units_")
        shown = [part if "." in part and not part.startswith('"') else f"b.{part}" for part in worst_parts]
        verdict = (
            f"coalesce(greatest({', '.join(shown)}), {_NOT_APPLICABLE})"
            if len(shown) > 1
            else f"coalesce({shown[0]}, 0)"
            if shown
            else "0"
        )
        return f"SELECT b.*, ({verdict})::UTINYINT AS verdict FROM ({query}) b{extra}"

    def _rollup_queries(self) -> Iterator[str]:
        """Yield queries that count per county how many units or schools met, are unknown, and are in the group."""
        by_table: dict[str, list[tuple[IndicatorRule, RollupRule]]] = {}
        for rule in self.rules.indicators:
            table = (
                "unit_result"
                if rule.level == UNIT
                else f"school_result_{self._school_number(rule)}"
                if rule.level == SCHOOL
                else ""
            )
            for rollup in rule.rollups:
                by_table.setdefault(table, []).append((rule, rollup))
        for table, rollups in by_table.items():
            columns = []
            for rule, rollup in rollups:
                answer = f"r.{quoted('d:' + rule.id)}"
                names = {name: f"r.{quoted(name)}" for name in names_in(rollup.where)} if rollup.where else {}
                member = f"({expression_sql(rollup.where, names)})" if rollup.where else "TRUE"
                counts = f"({member}) IS NOT FALSE AND {answer} > {_NOT_APPLICABLE}"
                met = f"({member}) AND {answer} IN ({_MET}, {_NEAR})"
                unknown = f"{counts} AND (({member}) IS NULL OR {answer} = {_UNKNOWN})"
                columns += [
                    f"count_if({met})::INT AS {quoted('met:' + rollup.id)}",
                    f"count_if({unknown})::INT AS {quoted('unknown:' + rollup.id)}",
                    f"count_if({counts})::INT AS {quoted('t:' + rollup.id)}",
                ]
            yield f"SELECT r.county_code, {', '.join(columns)} FROM {table} r GROUP BY r.county_code"

    def _school_number(self, rule: IndicatorRule) -> int:
        return self.school_sets.index(rule.stages)

    def _input_queries(self) -> Iterator[str]:
        """Yield queries that give per county the inputs of county indicators, with known and total rows."""
        keyed = {a.key for r in self.rules.at_level("county") for a in r.inputs.values() if a.key}
        if keyed:
            yield self._keyed_query(sorted(keyed))
        by_source: dict[str, list[tuple[IndicatorRule, dict[str, AggregateRule]]]] = {}
        for rule in self.rules.at_level("county"):
            held: dict[str, dict[str, AggregateRule]] = {}
            for name, aggregate in rule.inputs.items():
                if not aggregate.key:
                    held.setdefault(aggregate.source, {})[name] = aggregate
            for source, aggregates in held.items():
                by_source.setdefault(source, []).append((rule, aggregates))
        for source, members in by_source.items():
            yield self._source_query(source, members)

    def _source_query(self, source: str, members: Sequence[tuple[IndicatorRule, Mapping[str, AggregateRule]]]) -> str:
        if source == UNIT:
            names = {name: f"t.{quoted(name)}" for name in (*self.unit_columns, "stage")}
            rows, county = "unit t", "t.county_code"
        else:
            names = self._row_names(source, "t", "s")
            rows, county = self._rows_sql(source, "t", "s"), self._county_of(source)
        inner, outer = [], []
        for rule, aggregates in members:
            in_stage = "TRUE"
            if source == UNIT and set(rule.stages) != set(self.rules.unit_stages):
                in_stage = f"t.stage IN ({', '.join(literal(s) for s in rule.stages)})"
            relevant, known = [], []
            for name, aggregate in aggregates.items():
                where = f"({expression_sql(aggregate.where, names)})" if aggregate.where else "TRUE"
                of = (
                    "1e0"
                    if aggregate.take == "count"
                    else number_sql(aggregate.of, names)
                    if aggregate.of
                    else "NULL::DOUBLE"
                )
                relevant.append(f"({where}) IS NOT FALSE")
                known.append(f"(({where}) IS FALSE OR (({where}) IS TRUE AND ({of}) IS NOT NULL))")
                inner.append(f"CASE WHEN {where} THEN {of} END AS {quoted(f'x:{rule.id}:{name}')}")
            row_relevant = f"{in_stage} AND ({' OR '.join(relevant)})"
            inner.append(f"({row_relevant}) AS {quoted(f'relevant:{rule.id}')}")
            inner.append(f"({row_relevant} AND {' AND '.join(known)}) AS {quoted(f'known:{rule.id}')}")
            counted = quoted(f"known:{rule.id}")
            for name, aggregate in aggregates.items():
                x = f"CASE WHEN p.{counted} THEN p.{quoted(f'x:{rule.id}:{name}')} END"
                taken = {
                    "sum": f"CASE WHEN count_if(p.{counted}) > 0 THEN coalesce(sum({x}), 0e0) END",
                    "count": f"CASE WHEN count_if(p.{counted}) > 0 THEN coalesce(sum({x}), 0e0) END",
                    "max": f"max({x})",
                    "min": f"min({x})",
                    "only": f"CASE WHEN count({x}) = 1 THEN max({x}) END",
                }[aggregate.take]
                outer.append(f"{taken} AS {quoted(f'i:{rule.id}:{name}')}")
            outer.append(f"count_if(p.{counted})::INT AS {quoted(f'k:{rule.id}:{source}')}")
            outer.append(f"count_if(p.{quoted(f'relevant:{rule.id}')})::INT AS {quoted(f't:{rule.id}:{source}')}")
        return (
            f"SELECT p.county_code, {', '.join(outer)} FROM (SELECT {county} AS county_code, {', '.join(inner)} FROM {rows}) p "
            "GROUP BY p.county_code"
        )

    def _county_of(self, table: str) -> str:
        columns = self.schema.tables[table].columns
        ways = []
        if "school_code" in columns:
            ways.append("s.county_code")
        if "county_code" in columns:
            ways.append(self._column(table, "county_code", "t"))
        if "region_code" in columns:
            ways.append(f"left({self._column(table, 'region_code', 't')}, 6)")
        return f"coalesce({', '.join(ways)})" if len(ways) > 1 else ways[0]

    def _keyed_query(self, keys: Sequence[str]) -> str:
        value = f"try_cast(regexp_extract(t.value, {literal(NUMBER_PATTERN)}, 1) AS DOUBLE)"
        columns = ", ".join(
            f"CASE WHEN count_if(t.key = {literal(key)}) = 1 THEN max({value}) FILTER (t.key = {literal(key)}) END AS {quoted('key:' + key)}"
            for key in keys
        )
        return f"SELECT t.county_code, {columns} FROM {self._rows_sql('county_year', 't', 's')} GROUP BY t.county_code"

    def _judged_query(self) -> Iterator[str]:
        columns = []
        for rule in self.rules.at_level("county"):
            ways = []
            for key in rule.judged_keys:
                yes = ", ".join(literal(word) for word in YES)
                no = ", ".join(literal(word) for word in NO)
                said = "lower(trim(t.value))"
                ways.append(
                    f"max(CASE WHEN {said} IN ({yes}) THEN 1 WHEN {said} IN ({no}) THEN 0 END) FILTER (t.key = {literal(key)})"
                )
            if ways:
                columns.append(f"coalesce({', '.join(ways)}) = 1 AS {quoted('judged:' + rule.id)}")
        if columns:
            yield f"SELECT t.county_code, {', '.join(columns)} FROM {self._rows_sql('county_year', 't', 's')} GROUP BY t.county_code"

    def _county_value(self, rule: IndicatorRule) -> list[str]:
        if rule.value is None:
            return []
        names = {
            name: f"b.{quoted('key:' + a.key)}" if a.key else f"b.{quoted(f'i:{rule.id}:{name}')}"
            for name, a in rule.inputs.items()
        }
        sources = dict.fromkeys(a.source for a in rule.inputs.values() if not a.key)
        keys = dict.fromkeys(a.key for a in rule.inputs.values() if a.key)
        known = [f"coalesce(b.{quoted(f'k:{rule.id}:{source}')}, 0)" for source in sources]
        known += [f"(b.{quoted('key:' + key)} IS NOT NULL)::INT" for key in keys]
        total = [f"coalesce(b.{quoted(f't:{rule.id}:{source}')}, 0)" for source in sources]
        total += [str(len(keys))] if keys else []
        return [
            f"{number_sql(rule.value.formula, names)} AS {quoted('v:' + rule.id)}",
            f"({' + '.join(known) or '0'})::INT AS {quoted('k:' + rule.id)}",
            f"({' + '.join(total) or '0'})::INT AS {quoted('t:' + rule.id)}",
        ]

    def _county_answer(self, rule: IndicatorRule) -> list[str]:
        answers = []
        if rule.judged_keys:
            judged = f"b.{quoted('judged:' + rule.id)}"
            passes, fails = (_MET, _NOT_MET) if rule.judged_passes else (_NOT_MET, _MET)
            answers.append(f"CASE WHEN {judged} THEN {passes} WHEN NOT {judged} THEN {fails} ELSE {_UNKNOWN} END")
        extra = []
        if rule.value is not None:
            value, known, total = (f"b.{quoted(prefix + rule.id)}" for prefix in ("v:", "k:", "t:"))
            held = line_sql(value, rule.value.line, "", None) if rule.value.line else str(_NOT_APPLICABLE)
            empty = "" if rule.empty_applies else f"WHEN {total} = 0 THEN {_NOT_APPLICABLE} "
            line = f"CASE {empty}WHEN {value} IS NULL OR {known} < {total} THEN {_UNKNOWN} ELSE {held} END"
            answers.append(line)
            if self.detail:
                extra.append(f"({line})::UTINYINT AS {quoted('l:' + rule.id)}")
        answer = f"greatest({', '.join(answers)})" if len(answers) > 1 else answers[0]
        return [f"({answer})::UTINYINT AS {quoted('d:' + rule.id)}", *extra]


_NUMBERS = ("integer", "number", "year")


@dataclass(frozen=True, slots=True)
class _Columns:
    """The quoted names of one balanced indicator's columns."""

    value: str
    applies: str
    x: str
    counts: str
    mean: str
    deviation: str
    coefficient: str
    unweighted: str
    known: str
    total: str
    answer: str


def _columns_for(name: str) -> _Columns:
    return _Columns(
        *(quoted(prefix + name) for prefix in ("v:", "a:", "x:", "n:", "m:", "s:", "c:", "u:", "k:", "t:", "d:"))
    )


def _rollup_answer(rollup: RollupRule) -> str:
    met, unknown, total = (f"b.{quoted(prefix + rollup.id)}" for prefix in ("met:", "unknown:", "t:"))
    share, slack = literal(rollup.share), literal(PERCENT_TOLERANCE)
    return (
        f"CASE WHEN coalesce({total}, 0) = 0 THEN {_NOT_APPLICABLE} "
        f"WHEN 100 * ({met} + {unknown}) + {slack} < {share} * {total} THEN {_NOT_MET} "
        f"WHEN {unknown} > 0 THEN {_UNKNOWN} WHEN 100 * {met} + {slack} < {share} * {total} THEN {_NOT_MET} ELSE {_MET} END"
    )


def _names_of(rule: IndicatorRule) -> set[str]:
    trees: list[Tree] = [tree for tree in (rule.applies, *rule.conditions) if tree is not None]
    for held in (rule.value, rule.otherwise):
        if held is not None:
            trees += [tree for tree in (held.formula, held.gap) if tree is not None]
    trees += [rollup.where for rollup in rule.rollups if rollup.where is not None]
    return {name for tree in trees for name in names_in(tree)}


def _names_of_aggregate(aggregate: AggregateRule) -> set[str]:
    return {name for tree in (aggregate.of, aggregate.where) if tree is not None for name in names_in(tree)}
