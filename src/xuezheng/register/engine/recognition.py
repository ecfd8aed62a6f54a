"""Which of the register's tables a delivered sheet is: by its name in either language, else by its headers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.place import Place
from xuezheng.register.engine.faults import Fault, error, note, warning
from xuezheng.register.engine.headers import (
    SheetReading,
    Taught,
    is_generic,
    is_passed_over,
    read_headings,
    table_hinted,
    table_named,
)
from xuezheng.register.engine.wording import folded, plain_name, year_in
from xuezheng.register.engine.words import code_words
from xuezheng.tables.sheets import SheetView

_SURE_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Recognition:
    """How a sheet is to be read, or why it is not. `constants` are key columns that its name or titles state.

    `repeated` says that rows which say the same again are passed over. `nearest` is the reading that came nearest where none was good enough.
    """

    reading: SheetReading | None
    constants: Mapping[str, str | int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    nearest: SheetReading | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    reading: SheetReading
    missing: tuple[str, ...]
    constants: Mapping[str, str | int]

    @property
    def facts(self) -> int:
        """How many of the recognised columns say something beyond the key."""
        key = load_register_schema().tables[self.reading.table].key
        return sum(1 for heading in self.reading.headings if heading.column not in key)


def recognised(view: SheetView, stem: str, alone: bool, taught: Taught | None = None) -> Recognition:
    """Return how to read a sheet. `stem` is its file's name without suffix, `alone` whether it is the only sheet.

    A sheet that is no register table is passed over with a note; one that is meant as one but cannot be read, or
    could be two, is an error.
    """
    place = Place(view.file, view.name)
    if not view.rows or not any(any(row) for row in view.head):
        return Recognition(None, faults=(note("sheet_empty", place),))
    named = (taught.table if taught else "") or table_named(view.name)
    if not named and is_passed_over(view.name):
        return Recognition(None, faults=(note("sheet_passed_over", place),))
    if not named and (alone or is_generic(view.name)):
        named = table_named(stem)
    candidates = _candidates(view, stem, taught, named)
    chosen = next((candidate for candidate in candidates if candidate.reading.table == named), None)
    if taught and taught.table:
        return _settled(chosen, named, place, taught) if chosen else _unreadable(named, place)
    if chosen and not chosen.missing and chosen.facts:
        return _settled(chosen, named, place, taught)
    return _by_headers(candidates, chosen, named, view, place)


def _candidates(view: SheetView, stem: str, taught: Taught | None, named: str) -> list[_Candidate]:
    candidates: list[_Candidate] = []
    tables = load_register_schema().tables
    for table in sorted(tables, key=lambda table: table != named):
        definition = tables[table]
        if candidates and candidates[0].reading.table == named and _is_sure(candidates[0]):
            break
        if taught and taught.table and table != taught.table:
            continue
        reading = read_headings(view.head, view.merges, table, taught if table == named else None)
        if reading is None:
            continue
        absent = [column for column in definition.required_key if reading.heading(column) is None]
        constants = _stated(absent, view, stem, reading) | dict(taught.constants if taught else {})
        candidates.append(_Candidate(reading, tuple(c for c in absent if c not in constants), constants))
    return candidates


def _is_sure(candidate: _Candidate) -> bool:
    return not candidate.missing and candidate.facts > 0


def _stated(absent: list[str], view: SheetView, stem: str, reading: SheetReading) -> dict[str, str | int]:
    """Return the key columns that the sheet's name, its titles or its file's name state for all its rows."""
    constants: dict[str, str | int] = {}
    for column in absent:
        if column in ("school_year", "fiscal_year", "year"):
            titles = [text for row in view.head[: reading.first_row - 1] for text in row if text]
            years = (year_in(text) for text in (view.name, *titles, stem))
            found = next((year for year in years if year), None)
            if found:
                constants[column] = found
        elif column == "stage" and plain_name(view.name) in code_words("stage"):
            constants[column] = code_words("stage")[plain_name(view.name)]
    return constants


def _by_headers(
    candidates: list[_Candidate], chosen: _Candidate | None, named: str, view: SheetView, place: Place
) -> Recognition:
    complete = [candidate for candidate in candidates if not candidate.missing and candidate.facts]
    if complete:
        hinted = named or table_hinted(view.name)
        ranked = sorted(complete, key=lambda c: (len(c.reading.headings), c.reading.table == hinted), reverse=True)
        first, *others = ranked
        tied = [c for c in others if len(c.reading.headings) == len(first.reading.headings)]
        if tied and first.reading.table != hinted:
            names = [first.reading.table, *(candidate.reading.table for candidate in tied)]
            return Recognition(None, faults=(error("table", "table_ambiguous", place, candidate_tables=names),))
        return _settled(first, named, place, None)
    if named:
        if chosen is None:
            return _unreadable(named, place)
        if not chosen.missing:
            return _settled(chosen, named, place, None)
        return _key_missing(chosen, place)
    nearest = max(candidates, key=lambda c: (len(c.reading.headings), -len(c.missing)), default=None)
    if nearest and len(nearest.reading.headings) >= _SURE_COLUMNS and nearest.facts:
        return _key_missing(nearest, place)
    return Recognition(None, faults=(note("sheet_not_understood", place),))


def _unreadable(table: str, place: Place) -> Recognition:
    return Recognition(None, faults=(error("table", "headers_not_understood", place, table=table),))


def _key_missing(candidate: _Candidate, place: Place) -> Recognition:
    reading = candidate.reading
    faults = [
        error(
            "table",
            "key_column_missing",
            Place(place.file, place.sheet, reading.last_row),
            table=reading.table,
            column=column,
            value=" | ".join(text for _, text in reading.unknown[:8]),
        )
        for column in candidate.missing
    ]
    return Recognition(None, faults=tuple(faults), nearest=reading)


def _settled(candidate: _Candidate | None, named: str, place: Place, taught: Taught | None) -> Recognition:
    if candidate is None:
        return _unreadable(named, place)
    if candidate.missing:
        return _key_missing(candidate, place)
    faults = [
        warning("key_taken_from_title", place, table=candidate.reading.table, column=column, value=str(value))
        for column, value in candidate.constants.items()
        if not taught or column not in taught.constants
    ]
    repeated = taught.repeated if taught else False
    return Recognition(candidate.reading, candidate.constants, tuple(faults), repeated=repeated)


def taught_headers(columns: Mapping[str, str]) -> dict[str, str]:
    """Return taught headers folded as the headers of sheets are compared."""
    return {folded(header): column for header, column in columns.items()}
