"""Evaluate Parquet files in the register's own tables without opening them as a delivery: a nation's worth at once."""

from collections.abc import Mapping
from pathlib import Path

from xuezheng.standards.engine.duck import DuckEvaluation, WideResult
from xuezheng.standards.engine.duck.sources import columns_read
from xuezheng.standards.engine.rules import Rules
from xuezheng.tables.duck import connect_parquet


def evaluate_parquet(files: Mapping[str, Path], rules: Rules, *, threads: int | None = None) -> WideResult:
    """Return the wide result for files by table name (`school`, `stage_year`, `school_year_facts`, …).

    The files are taken as they are: checking them is the register's part (`xuezheng check`).
    """
    with connect_parquet(files, columns_read(rules), threads=threads) as database:
        return DuckEvaluation(database, rules).run()
