"""Reading a delivered workbook: bare fastexcel, ours, ours with the register's validation, openpyxl; three sizes.

Run alone: `python -m benchmarks.reading`. Times are medians of five in a warm process (openpyxl: once), interleaved
so that a busy machine slows all alike; peaks are resident memory of a fresh process with its children.
"""

import gc
import logging
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import fastexcel
import openpyxl
import xlsxwriter

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.delivery import read_delivery
from xuezheng.tables.sheets import read_sheets

SIZES = (10_000, 30_000, 100_000)
REPEATS = 5
SEED = 20260901
BARE, OURS, VALIDATED, OPENPYXL = (
    "fastexcel to Arrow",
    "xuezheng read",
    "xuezheng read and validate",
    "openpyxl read-only",
)
_PEAK = (
    "import resource, sys, pathlib, gc; from benchmarks import reading\n"
    "reading.READERS[sys.argv[1]](pathlib.Path(sys.argv[2])); gc.collect()\n"
    "print(sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))\n"
)


def write_workbook(path: Path, rows: int) -> Path:
    """Write 30 columns of the register: codes as text, words, whole numbers, a sparse remark that is no column of it.

    The figures are sound, so that validation goes all the way: parts within wholes, classes of a fitting size.
    """
    chance = random.Random(SEED)  # noqa: S311 - invented figures
    columns = list(load_register_schema().tables["stage_year"].columns.items())[:29]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet = book.add_worksheet("stage_year")
    sheet.write_row(0, 0, [*(column.zh for _, column in columns), "备注"])
    for row in range(1, rows + 1):
        classes = chance.randrange(6, 40)
        whole = {"pupils": classes * chance.randrange(20, 50), "classes": classes, "staff": 400, "teachers": 300}
        whole |= {"cohort_entered": 200, "teachers_rotated": 60, "heads": 90}
        for number, (name, column) in enumerate(columns):
            if name == "school_code":
                sheet.write_string(row, number, str(2150000000 + row))
            elif name == "school_year":
                sheet.write_number(row, number, 2023)
            elif column.codes:
                sheet.write_string(row, number, chance.choice(("小学", "初中")))
            else:
                sheet.write_number(row, number, whole.get(name, chance.randrange(6)))
        if chance.random() < 0.05:
            sheet.write_string(row, 29, "备注")
    book.close()
    return path


def read_bare(path: Path) -> int:
    """Read by fastexcel alone, to Arrow."""
    logging.getLogger("fastexcel").setLevel(logging.CRITICAL)
    return int(fastexcel.read_excel(path).load_sheet(0).to_arrow().num_rows)


def read_ours(path: Path) -> int:
    """Read by the tables room: scan, checks, head, typed body."""
    (sheet,) = read_sheets(path, path.name)
    return int(sheet.body(2).num_rows)


def read_validated(path: Path) -> int:
    """Read and validate by the register room: every cell, within rows, across rows, accounts and digest."""
    delivery = read_delivery([path])
    if delivery.errors:
        raise AssertionError(delivery.errors[0])
    return sum(account.imported for account in delivery.accounts)


def read_openpyxl(path: Path) -> int:
    """Read every value by openpyxl's read-only mode."""
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    rows = sum(1 for _ in book.worksheets[0].iter_rows(values_only=True))
    book.close()
    return rows


READERS: dict[str, Callable[[Path], int]] = {
    BARE: read_bare,
    OURS: read_ours,
    VALIDATED: read_validated,
    OPENPYXL: read_openpyxl,
}


def table(sizes: Sequence[int] = SIZES) -> list[dict[str, str | int | float]]:
    """Return one row a size and reader: seconds, ratio to bare fastexcel, rows a second, peak memory in MiB."""
    lines: list[dict[str, str | int | float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            path = write_workbook(Path(folder) / f"{size}.xlsx", size)
            seconds = _seconds(path)
            for name, taken in seconds.items():
                lines.append(
                    {
                        "reading": name,
                        "rows": size,
                        "seconds": round(taken, 3),
                        "ratio": round(taken / seconds[BARE], 2),
                        "rows/s": round(size / taken),
                        "peak MiB": _peak(name, path),
                    }
                )
    return lines


def _seconds(path: Path) -> dict[str, float]:
    taken: dict[str, list[float]] = {name: [] for name in READERS}
    for turn in range(REPEATS + 1):
        for name, read in READERS.items():
            if name == OPENPYXL and turn:
                continue
            gc.collect()
            start = time.perf_counter()
            read(path)
            # The first turn warms up.
            if turn or name == OPENPYXL:
                taken[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in taken.items()}


def _peak(name: str, path: Path) -> int:
    # Through a shell: a process started straight from this one would begin with this one's peak.
    command = ["/bin/sh", "-c", '"$0" "$@"; exit $?', sys.executable, "-c", _PEAK, name, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(done.stdout) >> 10


def main() -> None:
    lines = table()
    print(" | ".join(lines[0]))
    for line in lines:
        print(" | ".join(str(value) for value in line.values()))


if __name__ == "__main__":
    main()
