"""One county: a what-if, an explanation and a whole assessment, on the demonstration county held in memory."""

import sys
import tempfile
from pathlib import Path

from benchmarks import clock
from xuezheng.catalogue.standard import load_standard
from xuezheng.register.demonstration.workbooks import write_county
from xuezheng.register.opening import read_sources
from xuezheng.standards.engine.evaluate import assess_plainly, assess_with_duckdb
from xuezheng.standards.engine.explain import explain
from xuezheng.standards.engine.what_if import Scenario, parse_assumption

RUNS = 15
SCHOOL = "2150000001"


def run() -> None:
    """Print what the plain engine and DuckDB take for one county."""
    with tempfile.TemporaryDirectory() as folder:
        write_county(Path(folder), 1)
        tasks = {"read and check the county's workbooks": lambda: read_sources([Path(folder)])}
        seconds = clock.interleaved(tasks, 3)
        holdings = read_sources([Path(folder)]).holdings
    standard = load_standard("cn-compulsory-2017")
    year = max(y for y in holdings.table("stage_year").column("school_year").to_pylist() if y is not None)
    scenario = Scenario(holdings, standard, year, "509901")
    assumptions = [parse_assumption(f"teachers_backbone[{SCHOOL},primary]=12")]
    seconds |= clock.interleaved(
        {
            "what-if (plain engine, county held ready)": lambda: scenario.what_if(assumptions),
            "assessment by the plain engine": lambda: assess_plainly(holdings, standard, year),
            "assessment by DuckDB, findings with inputs and gaps": lambda: assess_with_duckdb(holdings, standard, year),
            "explanation of one indicator of one school": lambda: explain(holdings, standard, year, "R5", SCHOOL),
        },
        RUNS,
    )
    rows = [[name, clock.spread(held)] for name, held in seconds.items()]
    clock.show("One county under the 2017 standard: milliseconds, median (range) of warm runs", ["task", "ms"], rows)


if __name__ == "__main__":
    sys.exit(run())
