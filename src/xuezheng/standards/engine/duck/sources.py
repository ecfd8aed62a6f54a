"""What the engine's SQL stands on: the register's tables as delivered, and the columns that the rules read."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import RegisterSchema, load_register_schema
from xuezheng.kernel.years import reference_day
from xuezheng.standards.engine.expression import names_in
from xuezheng.standards.engine.rules import (
    LINE,
    OWN_VALUE,
    SCHOOL,
    SCHOOL_COLUMNS,
    UNIT,
    YEAR_COLUMNS,
    AggregateRule,
    Rules,
    names_read,
)
from xuezheng.standards.engine.sql import expression_sql, literal, number_sql
from xuezheng.tables.duck import Database, quoted

NUMBERS = ("integer", "number", "year")
STAGE_SLOTS = 16


class Sources:
    """The tables that a database sees, under some rules; `detail` says whether findings will be made of the result."""

    def __init__(self, database: Database, rules: Rules, *, detail: bool) -> None:
        self.database = database
        self.rules = rules
        self.detail = detail
        self.schema: RegisterSchema = load_register_schema()

    def holds(self, table: str, column: str = "") -> bool:
        """Return whether a table (or a column of it) was delivered."""
        held = self.database.columns.get(table, frozenset())
        return column in held if column else bool(held)

    def column(self, table: str, name: str, alias: str) -> str:
        """Return a register column as SQL: numbers as DOUBLE, a column that nobody delivered as missing."""
        kind = self.schema.tables[table].columns[name].type
        sql_type = {"yes_no": "BOOLEAN", "date": "DATE"}.get(kind, "DOUBLE" if kind in NUMBERS else "VARCHAR")
        if not self.holds(table, name):
            return f"NULL::{sql_type}"
        shown = f"{alias}.{quoted(name)}"
        return f"{shown}::DOUBLE" if sql_type == "DOUBLE" else shown

    def table(self, name: str) -> str:
        """Return a table as SQL with all its columns: those that nobody delivered are missing in every row."""
        columns = self.schema.tables[name].columns
        missing = [f"{self.column(name, c, '')} AS {quoted(c)}" for c in columns if not self.holds(name, c)]
        if not self.holds(name):
            return f"(SELECT {', '.join(missing)} WHERE FALSE)"
        relation = self.database.relations[name]
        return f"(SELECT *, {', '.join(missing)} FROM {relation})" if missing else relation

    def in_year(self, table: str, alias: str) -> str:
        """Return the condition that a row is about the year in question."""
        column = YEAR_COLUMNS[table]
        year = self.rules.fiscal_year if column == "fiscal_year" else self.rules.school_year
        # Compared as delivered, so that a Parquet file's own statistics can skip what is of other years.
        return f"{alias}.{quoted(column)} = {year}" if self.holds(table, column) else "FALSE"

    def rows(self, table: str, alias: str, school: str) -> str:
        """Return a register table's rows of the year in question, with their schools where they have any."""
        rows = f"(SELECT y.* FROM {self.table(table)} y WHERE {self.in_year(table, 'y')}) {alias}"
        if "school_code" not in self.schema.tables[table].columns:
            return rows
        return f"{rows} LEFT JOIN {self.table('school')} {school} ON {school}.school_code = {alias}.school_code"

    def row_names(self, table: str, alias: str, school: str) -> dict[str, str]:
        """Return the SQL of the names that an aggregate over a register table may use."""
        columns = self.schema.tables[table].columns
        own = {name: self.column(table, name, alias) for name, c in columns.items() if c.type != "date"}
        if "school_code" not in own:
            return own
        return {**{name: self.column("school", name, school) for name in SCHOOL_COLUMNS}, **own}

    # -- stages --------------------------------------------------------------------------------------------------

    @cached_property
    def stage_numbers(self) -> dict[str, int]:
        """Every stage's number, in the schema's order."""
        return {stage: number for number, stage in enumerate(self.schema.codes["stage"])}

    def mask(self, stages: Iterable[str]) -> int:
        """Return stages as bits."""
        return sum(1 << self.stage_numbers[stage] for stage in stages)

    @cached_property
    def read_stages(self) -> tuple[str, ...]:
        """The stages whose returns are read: those that indicators look at, and those that share resources."""
        return tuple(dict.fromkeys((*self.rules.unit_stages, *self.rules.split_weights)))

    def stage_case(self, stage: str, values: dict[str, str], otherwise: str = "NULL") -> str:
        """Return the value that belongs to a stage."""
        whens = " ".join(f"WHEN {literal(name)} THEN {value}" for name, value in values.items())
        return f"(CASE {stage} {whens} ELSE {otherwise} END)"

    def expected(self) -> str:
        """Return the stages that a school's kind must report, of those that are read, as bits."""
        read = set(self.read_stages)
        kinds = " ".join(
            f"WHEN {literal(kind)} THEN {self.mask(read & set(stages.expected))}"
            for kind, stages in self.schema.stages_of_kind.items()
        )
        return f"(CASE {self.column('school', 'kind', 's')} {kinds} ELSE 0 END)"

    def is_open(self) -> str:
        """Return whether a school is open on the reference day, as far as its dates say."""
        day = f"DATE '{reference_day(self.rules.school_year).isoformat()}'"
        opened, closed = self.column("school", "opened", "s"), self.column("school", "closed", "s")
        return f"(coalesce({opened} <= {day}, TRUE) AND coalesce({closed} > {day}, TRUE))"

    # -- the columns that the rules read -------------------------------------------------------------------------

    @cached_property
    def unit_names(self) -> frozenset[str]:
        """The names of unit rows that some formula, line, sum or weight reads."""
        used: set[str] = set()
        for rule in self.rules.at_level(UNIT):
            used |= names_read(rule)
        for rule in self.rules.indicators:
            for aggregate in rule.inputs.values():
                if aggregate.source == UNIT:
                    used |= names_of_aggregate(aggregate)
        if self.rules.balance and self.rules.balance.weights:
            used.add(self.rules.balance.weights)
        return frozenset(used - {"stage", LINE, OWN_VALUE})

    @cached_property
    def school_names(self) -> frozenset[str]:
        """The names of school rows that some formula or line reads."""
        used = {name for rule in self.rules.at_level(SCHOOL) for name in names_read(rule)}
        return frozenset(used - {LINE, OWN_VALUE})

    @cached_property
    def stage_columns(self) -> tuple[str, ...]:
        """The figures of `stage_year` that are read; pupils always, since shares rest on them."""
        wanted = {"pupils", *self.unit_names, *self.school_names}
        columns = self.schema.tables["stage_year"].columns
        return tuple(n for n, c in columns.items() if n in wanted and c.type in NUMBERS and n != "school_year")

    @cached_property
    def own_columns(self) -> tuple[str, ...]:
        """The columns of `school` that are read."""
        wanted = self.unit_names | self.school_names
        return tuple(name for name in SCHOOL_COLUMNS if name in wanted)

    def fact_columns(self, names: frozenset[str]) -> tuple[str, ...]:
        """Return the columns of `school_year_facts` among some names."""
        columns = self.schema.tables["school_year_facts"].columns
        return tuple(name for name in columns if name in names and name not in ("school_code", "school_year"))

    @cached_property
    def summed_names(self) -> frozenset[str]:
        """The names of unit rows that are read again after the units' results: by sums, roll-ups and weights."""
        used: set[str] = set()
        for rule in self.rules.indicators:
            for aggregate in rule.inputs.values():
                if aggregate.source == UNIT:
                    used |= names_of_aggregate(aggregate)
            if rule.level == UNIT:
                used |= {name for rollup in rule.rollups if rollup.where for name in names_in(rollup.where)}
        if self.rules.balance and self.rules.balance.weights:
            used.add(self.rules.balance.weights)
        return frozenset(used - {"stage"})

    def handed_out(self, table: pa.Table, counties: pa.Table) -> pa.Table:
        """Return a result with its counties' codes and stages' names for their numbers.

        Without detail, the columns that only later queries read are left out.
        """
        codes = counties.column("county_code").combine_chunks()
        shown = {"county_code": pc.take(codes, table.column("county_no"))}
        if "stage_no" in table.column_names:
            names = pa.array(list(self.stage_numbers), pa.string())
            shown["stage"] = pc.take(names, table.column("stage_no"))
        for name in table.column_names:
            if self.detail or name in ("school_code", "verdict") or name[:2] in ("v:", "d:"):
                shown[name] = table.column(name)
        return pa.table(shown)

    def stage_text(self, number: str) -> str:
        """Return a stage's name for the SQL of its number."""
        whens = " ".join(f"WHEN {n} THEN {literal(stage)}" for stage, n in self.stage_numbers.items())
        return f"(CASE {number} {whens} END)"

    # -- derived columns -----------------------------------------------------------------------------------------

    def derived(self, level: str, code: str, stage: str) -> tuple[str, list[str]]:
        """Return the joins and the columns of a level's derived columns: one join for each table they come from."""
        wanted = self.unit_names if level == UNIT else self.school_names
        by_source: dict[str, dict[str, AggregateRule]] = {}
        for name, (rule_level, rule) in self.rules.derived.items():
            if rule_level == level and name in wanted:
                by_source.setdefault(rule.source, {})[name] = rule
        joins, columns = [], []
        for source, rules in by_source.items():
            if not self.holds(source):
                columns += [f"NULL::DOUBLE AS {quoted(name)}" for name in rules]
                continue
            alias = quoted(f"derived_{source}")
            keys = ["school_code", *(["stage"] if level == UNIT else [])]
            on = f"{alias}.school_code = {code}" + (f" AND {alias}.stage = {stage}" if level == UNIT else "")
            joins.append(f"LEFT JOIN ({self._derived_query(source, rules, keys)}) {alias} ON {on}")
            columns += [f"{alias}.{quoted(name)}" for name in rules]
        return " ".join(joins), columns

    def _derived_query(self, source: str, rules: Mapping[str, AggregateRule], keys: Sequence[str]) -> str:
        names = self.row_names(source, "t", "s")
        group = ", ".join(f"t.{key}" for key in keys)
        figures = ", ".join(f"{_derived_figure(rule, names)} AS {quoted(name)}" for name, rule in rules.items())
        rows = self.rows(source, "t", "s")
        return f"SELECT {group}, {figures} FROM {rows} WHERE t.school_code IS NOT NULL GROUP BY {group}"


def _derived_figure(rule: AggregateRule, names: Mapping[str, str]) -> str:
    """Return a derived column as SQL: unknown where a row that counts, or its figure, is unknown."""
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
    return f"CASE WHEN {known} THEN {taken} END"


ALWAYS_READ = {"county_code", "kind", "opened", "closed", "pupils", "key", "value"}


def columns_read(rules: Rules) -> dict[str, list[str]]:
    """Return, for every table of the register, the columns that an evaluation of these rules reads."""
    aggregates = [a for rule in rules.indicators for a in rule.inputs.values()]
    aggregates += [rule for _, rule in rules.derived.values()]
    used = ALWAYS_READ | set(names_in(rules.schools) if rules.schools else ())
    used |= {name for rule in rules.indicators for name in names_read(rule)}
    used |= {name for aggregate in aggregates for name in names_of_aggregate(aggregate)}
    if rules.balance and rules.balance.weights:
        used.add(rules.balance.weights)
    tables = load_register_schema().tables
    return {
        name: [column for column, definition in table.columns.items() if definition.key or column in used]
        for name, table in tables.items()
    }


def names_of_aggregate(aggregate: AggregateRule) -> set[str]:
    """Return the names that an aggregate reads."""
    return {name for tree in (aggregate.of, aggregate.where) if tree is not None for name in names_in(tree)}
