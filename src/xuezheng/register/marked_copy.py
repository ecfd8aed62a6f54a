"""All faults of a delivery as a table, and each file again with its faulty cells marked."""

import warnings
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from xuezheng.catalogue.messages import sentence
from xuezheng.kernel.refusal import ForbiddenContent, Refusal
from xuezheng.register.delivery import Delivery
from xuezheng.register.engine.faults import Fault
from xuezheng.register.sentences import column_word, fault_words, grade_word, table_word
from xuezheng.tables.delimited import write_delimited
from xuezheng.tables.marked import Mark, can_be_copied, write_marked
from xuezheng.tables.sheets import SheetView, read_sheets

FAULT_TABLE = "xuezheng.faults.csv"
_COLUMNS = ("grade", "file", "sheet", "cell", "table", "column", "value", "what", "next")


def write_fault_table(faults: Sequence[Fault], folder: Path, language: str) -> Path:
    """Write every fault as a row of a CSV in `folder` and return its path."""
    path = folder / FAULT_TABLE
    header = [sentence(f"fault_table_{column}", language, {})[0] for column in _COLUMNS]
    write_delimited(path, header, (_row(fault, language) for fault in faults))
    return path


def _row(fault: Fault, language: str) -> list[str]:
    place = fault.place
    where = [place.file, place.sheet, place.cell] if place else ["", "", ""]
    about = [table_word(fault.table, language), column_word(fault.table, fault.column, language), fault.value]
    return [grade_word(fault.grade, language), *where, *about, *fault_words(fault, language)]


def write_marked_copies(delivery: Delivery, folder: Path, language: str) -> list[Path]:
    """Write for each file with errors or warnings a copy with its faulty cells marked, and return the paths.

    `<name>.marked.xlsx` is the workbook itself; of large files and other formats `<name>.faults.xlsx` holds the
    faulty rows. Nothing is written of a delivery that must not be held: a copy would spread it.
    """
    if any(fault.exit_status == ForbiddenContent.exit_status for fault in delivery.errors):
        return []
    by_file: dict[str, list[Fault]] = defaultdict(list)
    for fault in (*delivery.errors, *delivery.warnings):
        if fault.place and fault.place.row:
            by_file[fault.place.file].append(fault)
    written: list[Path] = []
    for path, name in zip(delivery.originals, delivery.names, strict=True):
        if name in by_file:
            copy = _write_copy(path, name, by_file[name], folder, language, written)
            written += [copy] if copy else []
    return written


def _write_copy(
    path: Path, name: str, faults: Sequence[Fault], folder: Path, language: str, written: Sequence[Path]
) -> Path | None:
    try:
        views: tuple[SheetView, ...] = read_sheets(path, name)
        suffix = "marked" if can_be_copied(path, views) else "faults"
    except Refusal:
        return None  # a file that cannot be read has no cells to mark
    out = folder / f"{path.stem}.{suffix}.xlsx"
    number = 2
    while out in written or (out.exists() and out.resolve() == path.resolve()):
        out = folder / f"{path.stem}.{suffix}{number}.xlsx"
        number += 1
    marks = [_mark(fault, language) for fault in faults]
    titles = {key: sentence(f"marked_{key}", language, {})[0] for key in ("sheet", "row", "cells", "reasons")}
    with warnings.catch_warnings():
        # What openpyxl misses in a delivered workbook (a default style, an extension) is nothing to tell people.
        warnings.simplefilter("ignore", UserWarning)
        write_marked(path, views, marks, out, titles)
    return out


def _mark(fault: Fault, language: str) -> Mark:
    place = fault.place
    if place is None:
        raise AssertionError("only faults with a place are marked")
    words = " ".join(part for part in fault_words(fault, language) if part)
    return Mark(place.sheet, place.row, place.column, f"{grade_word(fault.grade, language)}: {words}")
