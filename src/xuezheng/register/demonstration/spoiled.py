"""The spoiled deliveries on disk, and `expected.csv`: what must be told of each."""

import csv
from io import StringIO
from pathlib import Path

from xuezheng.register.demonstration.broken_files import broken_files
from xuezheng.register.demonstration.spoiled_workbooks import Spoiled, spoiled_workbooks

EXPECTED = "expected.csv"
EXPECTED_COLUMNS = ("file", "class", "exit_status", "sheet", "cell", "found")


def spoiled_deliveries(seed: int = 1) -> list[Spoiled]:
    """Return every spoiled delivery in the order of its name."""
    return sorted([*spoiled_workbooks(seed), *broken_files(seed)], key=lambda spoiled: spoiled.name)


def write_spoiled(folder: Path, seed: int = 1) -> list[Path]:
    """Write every spoiled delivery and `expected.csv` into `folder`; return the paths.

    `expected.csv` has a row each: file (or folder), class of the refusal, exit status of `xuezheng import`
    (16 where only warnings wait), sheet, cell and the value found, empty where the whole file is meant.
    """
    folder.mkdir(parents=True, exist_ok=True)
    paths, deliveries = [], spoiled_deliveries(seed)
    for spoiled in deliveries:
        for name, content in spoiled.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            paths.append(path)
    listing = folder / EXPECTED
    listing.write_text(_listing(deliveries), encoding="utf-8")
    return [*paths, listing]


def _listing(deliveries: list[Spoiled]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(EXPECTED_COLUMNS)
    for spoiled in deliveries:
        told = spoiled.expected
        row = (told.refusal.__name__, told.refusal.exit_status, told.sheet, told.cell, told.found)
        writer.writerow((spoiled.name, *row))
    return text.getvalue()
