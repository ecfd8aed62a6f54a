"""The national register: our engine beside hand-written DuckDB, Polars and pandas, on the same Parquet files."""

import sys
import tempfile
import time
import warnings
from pathlib import Path

from benchmarks import clock, national, peers, rules
from xuezheng.standards.engine.rules import Rules
from xuezheng.standards.files import evaluate_parquet

SIZES = ((20_000, 280), (60_000, 840), (200_000, 2_800))
RUNS = 9
OURS, WHOLE, HAND, POLARS = "ours, seven indicators", "ours, whole standard", "DuckDB by hand", "Polars by hand"


def run() -> None:
    """Print times, ratios, agreement and peaks over three sizes."""
    whole, seven = rules.whole(), rules.seven()
    with tempfile.TemporaryDirectory() as folder:
        for schools, counties in SIZES:
            paths = national.write_register(Path(folder) / str(schools), schools, counties)
            tasks = {
                OURS: lambda paths=paths: evaluate_parquet(paths, seven),
                HAND: lambda paths=paths: peers.by_duckdb(paths),
                POLARS: lambda paths=paths: peers.by_polars(paths),
                WHOLE: lambda paths=paths: evaluate_parquet(paths, whole),
            }
            seconds = clock.interleaved(tasks, RUNS)
            rows = _rows(seconds)
            began = time.perf_counter()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # groups without pupils divide by zero
                peers.by_pandas(paths)
            apart = time.perf_counter() - began
            rows.append(
                [
                    "pandas apply and groupby-apply (one run)",
                    f"{1000 * apart:.0f}",
                    f"{apart / clock.median(seconds[OURS]):.0f}",
                    "",
                    "",
                ]
            )
            title = f"{schools:,} schools in {counties:,} counties: milliseconds, median (range) of {RUNS} interleaved warm runs"
            note = f"greatest relative difference of means and coefficients from the hand-written query: {_difference(paths, seven):.1e}"
            clock.show(
                title,
                ["engine", "ms", "ours is so many times faster", "of DuckDB by hand", "of Polars by hand"],
                rows,
                note,
            )
        clock.show(
            "Peak memory and cold start (process of its own, from start to end)",
            ["engine", "MB", "seconds"],
            _peaks(paths),
        )


def _rows(seconds: dict[str, list[float]]) -> list[list[object]]:
    ours, hand, polars = (clock.median(seconds[name]) for name in (OURS, HAND, POLARS))
    return [
        [
            name,
            clock.spread(held),
            f"{clock.median(held) / ours:.2f}",
            f"{clock.median(held) / hand:.2f}",
            f"{clock.median(held) / polars:.2f}",
        ]
        for name, held in seconds.items()
    ]


def _difference(paths: peers.Paths, seven: Rules) -> float:
    """Return the greatest relative difference between our means and coefficients and the hand-written query's."""
    balance = evaluate_parquet(paths, seven).balance
    if balance is None:
        raise AssertionError
    ours = {(row["county_code"], row["stage"]): row for row in balance.to_pylist()}
    worst = 0.0
    for row in peers.by_duckdb(paths)[1].to_pylist():
        own = ours[row["county_code"], row["stage"]]
        for name in peers.INDICATORS:
            for theirs, mine in ((row[f"m{name}"], own[f"m:{name}"]), (row[f"c{name}"], own[f"c:{name}"])):
                if theirs is not None and mine is not None and theirs == theirs and theirs:  # noqa: PLR0124 - NaN
                    worst = max(worst, abs(mine / theirs - 1))
    return worst


def _peaks(paths: peers.Paths) -> list[list[object]]:
    held = repr({name: str(path) for name, path in paths.items()})
    start = f"from pathlib import Path; paths = {{n: Path(p) for n, p in {held}.items()}}; "
    ours = "from benchmarks import rules; from xuezheng.standards.files import evaluate_parquet; evaluate_parquet"
    codes = {
        OURS: f"{ours}(paths, rules.seven())",
        WHOLE: f"{ours}(paths, rules.whole())",
        HAND: "from benchmarks import peers; peers.by_duckdb(paths)",
        POLARS: "from benchmarks import peers; peers.by_polars(paths)",
    }
    rows: list[list[object]] = []
    for name, code in codes.items():
        seconds, peak = clock.process(start + code)
        rows.append([name, f"{peak:.0f}", f"{seconds:.2f}"])
    return rows


if __name__ == "__main__":
    sys.exit(run())
