"""Cases in three sizes: my work, ledgers and search must stay flat, and the night must end within seconds.

Each size is a database of its own (SQLite, and with `--database postgres` a PostgreSQL server that the run starts and
ends itself, or one by its address), filled with cases of all kinds and states, spread over 300 units and two years.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import uuid
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import clock

SIZES = (1_000, 10_000, 100_000)
RUNS = 15


def run_all() -> None:
    """Print the table of SQLite, and that of PostgreSQL where it is installed."""
    run()
    if _server_of_the_tests().programs() is not None:
        run("postgres")


def run(database: str = "") -> None:
    """Print what the lists take for each size, on SQLite or on the PostgreSQL server of an address."""
    if database == "postgres":
        database = _server_of_the_tests().address()
    found = {size: _measure(size, database) for size in SIZES}
    names = list(next(iter(found.values())))
    rows = [[name, *(found[size][name] for size in SIZES)] for name in names]
    clock.show(
        f"Cases on {'PostgreSQL' if database else 'SQLite'}: milliseconds of one list, median (range); seconds of one night",
        ["what", *(f"{size:,} cases" for size in SIZES)], rows,
        "One process, warm. The first night after a pause takes one step for every case that is due or late.",
    )  # fmt: skip


def _server_of_the_tests() -> Any:
    """Return the module that starts a server for the tests: it listens on a socket of its own and ends with this run."""
    tests = str(Path(__file__).resolve().parents[1] / "tests")
    if tests not in sys.path:
        sys.path.append(tests)
    return import_module("postgres")


def _measure(size: int, database: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"XUEZHENG_DATA": folder, "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings"}
        if database:
            settings["DATABASE_URL"] = _new_database(database)
        ended = subprocess.run(
            [sys.executable, "-m", "benchmarks.cases_data", str(size), str(RUNS)],
            env=os.environ | settings, check=True, capture_output=True, text=True,
        )  # fmt: skip
    told: dict[str, str] = json.loads(ended.stdout.splitlines()[-1])
    return told


def _new_database(server: str) -> str:
    import psycopg

    name = f"cases_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{server.rstrip('/')}/postgres", autocommit=True) as connection:
        connection.execute(f"create database {name}")
    return f"{server.rstrip('/')}/{name}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--database", default="", help="`postgres`, or the address of a PostgreSQL server; SQLite where it is not given"
    )
    run(parser.parse_args().database)
