"""Clocks and tables of the benchmarks: medians of interleaved runs, peaks of processes of their own."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from rich.console import Console
from rich.table import Table


def interleaved(tasks: Mapping[str, Callable[[], object]], runs: int) -> dict[str, list[float]]:
    """Run tasks in turn, A B C A B C …, after one uncounted turn, and return the seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(runs + 1):
        for name, task in tasks.items():
            began = time.perf_counter()
            task()
            if turn:
                seconds[name].append(time.perf_counter() - began)
    return seconds


def median(values: Sequence[float]) -> float:
    """Return the median."""
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """Return median and range in milliseconds: `35 (31..60)`."""
    return f"{1000 * median(values):.0f} ({1000 * min(values):.0f}..{1000 * max(values):.0f})"


def process(code: str) -> tuple[float, float]:
    """Run Python code in a process of its own; return its seconds from start to end and its peak memory in MB.

    The peak is the process's own high-water mark: `ru_maxrss` would start from that of the parent.
    """
    began = time.perf_counter()
    wrapped = f"{code}\nprint(next(l for l in open('/proc/self/status') if l.startswith('VmHWM')).split()[1])"
    ended = subprocess.run([sys.executable, "-c", wrapped], check=True, capture_output=True, text=True)
    return time.perf_counter() - began, int(ended.stdout.split()[-1]) / 1024


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], note: str = "") -> None:
    """Print one table of results."""
    table = Table(title=title, title_justify="left", caption=note or None, caption_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right")
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    Console(width=140).print(table)
