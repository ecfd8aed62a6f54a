"""The DuckDB engine: many counties at once. Wide columns first, long findings last.

The meaning is that of `county` and `assess`; property tests hold the two together. Relations, each computed once and held
as an Arrow table that later queries read (which is faster than a temporary table, and is what is handed out anyway):

* `county`: the counties' codes, numbered;
* `returned`: schools with their returns of the year, a school without any with a missing stage;
* `several`: what those of them returned that have several stages;
* `unit_result`: a row per unit (a school's stage) with value `v:`, applicability `a:` and rank of the verdict `d:`;
* `school_result_N`: the same for whole schools, for each set of stages that indicators look at;
* `balance`: per county and stage the mean, deviation and coefficient of every balanced indicator;
* `county_result`: per county every input `i:`, value `v:`, known `k:`, total `t:` and rank `d:`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from xuezheng.standards.engine.duck.balance import balance_statements
from xuezheng.standards.engine.duck.counties import county_sql
from xuezheng.standards.engine.duck.results import school_result_sql, unit_result_sql
from xuezheng.standards.engine.duck.sources import Sources
from xuezheng.standards.engine.duck.units import county_numbers_sql, returned_sql, several_sql
from xuezheng.standards.engine.rules import SCHOOL, Rules
from xuezheng.tables.duck import Database

__all__ = ["DuckEvaluation", "WideResult"]


@dataclass(frozen=True, slots=True)
class WideResult:
    """What the engine found, as Arrow tables with a row per unit, per school, per county and stage, and per county.

    Columns: `v:ID` value, `d:ID` rank of the verdict (`Verdict.rank`; null where the indicator is not about the row's
    stage), `m:`/`s:`/`c:`/`u:ID` mean, deviation, coefficient and unweighted coefficient, `k:`/`t:ID` known and total;
    `verdict` is the rank of the whole. In detail also `a:ID` applicability, `g:ID` gap and the rows' own figures.
    """

    units: pa.Table
    schools: Mapping[tuple[str, ...], pa.Table]
    balance: pa.Table | None
    counties: pa.Table


class DuckEvaluation:
    """One evaluation of the tables that a database sees, under one standard's rules."""

    def __init__(self, database: Database, rules: Rules, *, detail: bool = False) -> None:
        self.database = database
        self.sources = Sources(database, rules, detail=detail)

    def run(self) -> WideResult:
        """Return the wide result; with `detail` also gaps, inputs and the unweighted form."""
        sources, rules = self.sources, self.sources.rules
        numbers = self._compute("county", county_numbers_sql(sources))
        self._compute("returned", returned_sql(sources))
        self._keep("several", several_sql(sources))
        units = self._compute("unit_result", unit_result_sql(sources))
        self.database.release("returned")
        schools = {}
        for number, stages in enumerate(dict.fromkeys(rule.stages for rule in rules.at_level(SCHOOL))):
            schools[stages] = self._compute(f"school_result_{number}", school_result_sql(sources, stages))
        balance = None
        for name, sql in balance_statements(sources):
            if name == "balance":
                balance = self._compute(name, sql)
            else:
                self._keep(name, sql)
        counties = self._compute("county_result", county_sql(sources, tuple(schools)))
        return WideResult(
            units=sources.handed_out(units, numbers),
            schools={stages: sources.handed_out(table, numbers) for stages, table in schools.items()},
            balance=balance,
            counties=counties,
        )

    def _keep(self, name: str, sql: str) -> None:
        """Keep a small table that only later queries read."""
        self.database.keep(name, sql)

    def _compute(self, name: str, sql: str) -> pa.Table:
        table = self.database.query(sql)
        self.database.hold(name, table)
        return table
