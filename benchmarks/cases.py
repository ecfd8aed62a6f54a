"""Cases in three sizes: my work, ledgers and search must stay flat, and the night must end within seconds.

Each size is a database of its own (SQLite, or PostgreSQL by `--database postgres://…/` with a server's address), filled
with cases of all kinds and states, spread over 300 units and two years.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import uuid

from benchmarks import clock

SIZES = (1_000, 10_000, 100_000)
RUNS = 15


def run(database: str = "") -> None:
    """Print what the lists take for each size."""
    found = {size: _measure(size, database) for size in SIZES}
    names = list(next(iter(found.values())))
    rows = [[name, *(found[size][name] for size in SIZES)] for name in names]
    clock.show(
        "Cases: milliseconds of one list, median (range); seconds of one night",
        ["what", *(f"{size:,} cases" for size in SIZES)], rows,
        "One process, warm. The first night after a pause takes one step for every case that is due or late.",
    )  # fmt: skip


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
        "--database", default="", help="the address of a PostgreSQL server; SQLite where it is not given"
    )
    run(parser.parse_args().database)
