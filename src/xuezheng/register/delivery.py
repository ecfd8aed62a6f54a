"""From delivered files to holdings: every table recognised, every row accounted for, every fault named at once."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import ForbiddenContent, Refusal, TooLarge, UnusableFile
from xuezheng.register.engine.checks import cross_checked
from xuezheng.register.engine.content import content_digest, of_school_year, school_years
from xuezheng.register.engine.faults import TOLD_ALTOGETHER, Fault, error, exit_status, in_order, note, refused
from xuezheng.register.engine.forbidden import forbidden_in, forbidden_name, marks_in_body
from xuezheng.register.engine.joining import joined
from xuezheng.register.engine.parts import Part, read_part
from xuezheng.register.engine.places import polygons
from xuezheng.register.engine.recognition import Recognition, recognised
from xuezheng.register.holdings import ROW, SOURCE, Holdings
from xuezheng.register.mapping import Applied, Teaching, applied, read_mappings
from xuezheng.register.sources import SourceFile, Sources, gathered
from xuezheng.tables.sheets import SheetView, read_sheets

_EARLY_ROWS = 10
_OUTLINE_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Account:
    """Where every row of a sheet went: `rows_read` = `imported` + `refused` + the sum of `skipped` by reason.

    `sums_read` are the sums of the numeric columns over the rows read as data and not refused, `sums_imported` the
    same over the rows that stand in the holdings; they are equal.
    """

    file: str
    sheet: str
    table: str
    rows_read: int
    imported: int
    refused: int
    skipped: Mapping[str, int]
    sums_read: Mapping[str, float] = field(default_factory=dict)
    sums_imported: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What delivered files amount to. Where there are errors, the holdings are for looking at only.

    `unknown_headers` are the headers of recognised sheets that no column answers to, for a mapping to be taught.
    `agreeing` counts the figures that two sources gave alike.
    """

    holdings: Holdings
    faults: tuple[Fault, ...]
    accounts: tuple[Account, ...]
    originals: tuple[Path, ...]
    names: tuple[str, ...] = ()
    unknown_headers: tuple[tuple[str, str, str, str], ...] = ()
    agreeing: int = 0

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults for which nothing is imported."""
        return tuple(fault for fault in self.faults if fault.grade == "error")

    @property
    def error_count(self) -> int:
        """The number of errors, those that are only counted included."""
        return sum(fault.number for fault in self.errors)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The faults that a person must accept."""
        return tuple(fault for fault in self.faults if fault.grade == "warning")

    @property
    def notes(self) -> tuple[Fault, ...]:
        """What is only said."""
        return tuple(fault for fault in self.faults if fault.grade == "note")

    @property
    def school_years(self) -> tuple[int, ...]:
        """The school years of which anything was delivered, in order."""
        return school_years(self.holdings.tables)


class RefusedDelivery(Refusal):
    """A delivery with errors: nothing of it is used. `faults` are all of them; the gravest gives the exit status."""

    def __init__(self, delivery: Delivery) -> None:
        super().__init__("delivery_refused", number=delivery.error_count)
        self.faults = delivery.errors
        self.delivery = delivery

    @property
    def status(self) -> int:
        """The exit status of the gravest error's class."""
        return exit_status(self.faults)


@dataclass
class _Reading:
    """What has been read so far."""

    teaching: Teaching
    faults: list[Fault] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    unknown: list[tuple[str, str, str, str]] = field(default_factory=list)


def read_delivery(
    sources: Sequence[Path], *, mappings: Path | None = None, previous: Holdings | None = None
) -> Delivery:
    """Return what the sources hold, with every fault of every file.

    Files that cannot be read are errors among the others. `mappings` is a folder of mapping files besides those in
    the sources; `previous` are holdings against whose last year jumps are looked for. Raises `Refusal` for a
    mapping file that is wrong, never for a fault of the delivered files.
    """
    found = gathered(sources)
    taught = sorted(mappings.glob("*.yaml")) if mappings and mappings.is_dir() else [mappings] if mappings else []
    reading = _Reading(read_mappings([*found.mappings, *taught]), list(found.faults))
    for file in found.tables:
        _read_file(file, reading)
    outlines = _outlines(found, reading.faults)
    return _delivery(reading, found, outlines, previous)


def _read_file(file: SourceFile, reading: _Reading) -> None:
    try:
        views = read_sheets(file.path, file.name)
    except Refusal as refusal:
        reading.faults.append(refused(_placed(refusal, file.name)))
        return
    stem = Path(file.name).stem
    understood, parts, faults = 0, len(reading.parts), len(reading.faults)
    for view in views:
        shown = [other for other in views if not other.hidden]
        alone = len(shown) == 1 and not view.hidden
        try:
            for mapping in reading.teaching.of(view.name, stem) or (None,):
                understood += _read_sheet(view, stem, alone, applied(mapping), reading)
        except Refusal as refusal:
            reading.faults.append(refused(_placed(refusal, file.name)))
            understood += 1
    if not any(fault.exit_status == ForbiddenContent.exit_status for fault in reading.faults[faults:]):
        reading.faults += forbidden_name(file.name, stem, is_understood=len(reading.parts) > parts)
    if len(reading.faults) > TOLD_ALTOGETHER:
        reading.faults[:] = in_order(reading.faults)
    if not understood:
        kind = note("file_not_understood", Place(file.name)) if file.path.suffix.lower() == ".txt" else None
        reading.faults.append(kind or error("table", "nothing_understood", Place(file.name)))


def _placed(refusal: Refusal, name: str) -> Refusal:
    if refusal.place is None:
        refusal.place = Place(name)
    return refusal


def _read_sheet(view: SheetView, stem: str, alone: bool, mapping: Applied, reading: _Reading) -> int:
    """Read one sheet; return 1 where it was understood, be it as faulty."""
    recognition = recognised(view, stem, alone, mapping.taught)
    forbidden = list(forbidden_in(view, recognition.reading))
    reading.faults += forbidden
    reading.faults += recognition.faults
    if recognition.reading is None:
        reading.unknown += _to_be_taught(view, stem, recognition)
        return 1 if forbidden or any(fault.grade == "error" for fault in recognition.faults) else 0
    found = recognition.reading
    first_row = found.last_row + 1
    body = view.body(first_row)
    reading.faults += marks_in_body(view, body, first_row)
    part = read_part(view, body, recognition, mapping.codes)
    reading.faults += part.faults
    reading.parts.append(part)
    reading.unknown += [(view.file, view.name or stem, found.table, text) for _, text in found.unknown]
    return 1


def _to_be_taught(view: SheetView, stem: str, recognition: Recognition) -> list[tuple[str, str, str, str]]:
    """Return the headers of a sheet that was not understood: of the nearest table, else of its fullest early row."""
    nearest = recognition.nearest
    if nearest is not None:
        headers = [text for _, text in nearest.unknown]
    elif any(fault.code in ("headers_not_understood", "sheet_not_understood") for fault in recognition.faults):
        early = view.head[:_EARLY_ROWS]
        row = max(early if any(map(any, early)) else view.head, key=lambda texts: sum(1 for text in texts if text))
        headers = [" ".join(text.split()) for text in row if text and text.strip()]
    else:
        return []
    table = nearest.table if nearest else next((f.table for f in recognition.faults if f.table), "")
    return [(view.file, view.name or stem, table, header) for header in headers]


def _outlines(found: Sources, faults: list[Fault]) -> Mapping[str, object] | None:
    outlines: dict[str, object] = {}
    for file in found.outlines:
        try:
            content = _outline(file)
        except (TooLarge, UnusableFile) as refusal:
            faults.append(refused(refusal))
            continue
        if isinstance(content, dict) and content.get("type") == "FeatureCollection":
            outlines[Path(file.name).stem] = content
        else:
            faults.append(note("file_of_other_kind", Place(file.name)))
    return outlines or None


def _outline(file: SourceFile) -> object:
    place = Place(file.name)
    if file.path.stat().st_size > _OUTLINE_BYTES:
        raise TooLarge("outline_too_large", place=place, limit_mib=_OUTLINE_BYTES >> 20)
    try:
        content: object = json.loads(file.path.read_text(encoding="utf-8-sig"))
        list(polygons({file.name: content}))
    except (ValueError, TypeError, IndexError, AttributeError, OSError, RecursionError) as error_of_form:
        raise UnusableFile("outline_unreadable", place=place) from error_of_form
    return content


def _delivery(
    reading: _Reading, found: Sources, outlines: Mapping[str, object] | None, previous: Holdings | None
) -> Delivery:
    parts = sorted(reading.parts, key=lambda part: part.source.table)
    sources = [part.source for part in parts]
    numbers = {number: [number] for number in range(len(parts))}
    tables: dict[str, pa.Table] = {}
    agreeing = 0
    for name in dict.fromkeys(part.source.table for part in parts):
        mine = [part for part in parts if part.source.table == name]
        result = joined(name, mine, parts.index(mine[0]), sources)
        tables[name] = result.table
        for number, narrowed in result.narrowed:
            numbers[number].append(len(sources))
            sources.append(narrowed)
        agreeing += result.agreeing
        reading.faults += result.faults
    holdings = Holdings(tables, tuple(sources), "", outlines)
    faults = in_order([*reading.faults, *cross_checked(holdings, previous)])
    years = school_years(tables)
    if not any(fault.grade == "error" for fault in faults):
        sliced = of_school_year(tables, years[-1]) if years else tables
        holdings = replace(holdings, snapshot=content_digest(sliced, outlines))
    accounts = tuple(_account(part, numbers[number], tables[part.source.table]) for number, part in enumerate(parts))
    if holdings.snapshot:
        _balance(accounts)
    originals = (*found.tables, *found.outlines, *(SourceFile(path, path.name) for path in found.mappings))
    return Delivery(
        holdings,
        faults,
        accounts,
        tuple(file.path for file in originals),
        tuple(file.name for file in originals),
        tuple(reading.unknown),
        agreeing,
    )


def _balance(accounts: Sequence[Account]) -> None:
    """Make sure that nothing was lost between the sheets and the holdings: a difference here is a bug of ours."""
    for account in accounts:
        if account.rows_read != account.imported + account.refused + sum(account.skipped.values()):
            raise AssertionError(f"rows unaccounted for: {account}")
        for column, read in account.sums_read.items():
            if not math.isclose(read, account.sums_imported[column], rel_tol=1e-9, abs_tol=1e-9):
                raise AssertionError(f"sums of {column} differ: {account}")


def _account(part: Part, numbers: Sequence[int], table: pa.Table) -> Account:
    refused_rows = int(part.refused.sum())
    read: dict[str, float] = {}
    imported: dict[str, float] = {}
    lines = _lines_in_table(part, numbers, table)
    for column in part.source.columns:
        if column in part.data.column_names and _is_numeric(part.data.column(column).type):
            given = part.data.column(column)
            held = pc.if_else(given.is_valid(), table.column(column).take(lines), None)
            read[column], imported[column] = (float(pc.sum(values).as_py() or 0) for values in (given, held))
    return Account(
        part.source.file,
        part.source.sheet,
        part.source.table,
        part.rows_read,
        part.data.num_rows - refused_rows,
        part.keyless + refused_rows,
        part.skipped,
        read,
        imported,
    )


def _lines_in_table(part: Part, numbers: Sequence[int], table: pa.Table) -> pa.Array:
    """Return for each row of a part the row of the joined table in which it stands, by its lineage."""
    lines = np.full(part.data.num_rows, -1)
    sheet_rows = part.data.column(ROW).to_numpy()
    mine = pa.array(numbers, pa.int32())
    for name in table.column_names:
        if not name.startswith(SOURCE):
            continue
        held = np.flatnonzero(pc.fill_null(pc.is_in(table.column(name), value_set=mine), False).to_numpy())
        rows = table.column(ROW + name[len(SOURCE) :]).take(pa.array(held)).to_numpy()
        lines[np.searchsorted(sheet_rows, rows)] = held
    return pa.array(lines, mask=lines < 0)


def _is_numeric(kind: pa.DataType) -> bool:
    return bool(pa.types.is_int64(kind) or pa.types.is_float64(kind))
