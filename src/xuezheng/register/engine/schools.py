"""Checks against the table of schools: orphans, stages that a kind cannot have, closed schools, missing returns."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.engine.faults import Fault, warning
from xuezheng.register.engine.telling import Kind, found_at, has, joined_key, told, where
from xuezheng.register.engine.telling import place_of as placed
from xuezheng.register.engine.telling import text_at as text
from xuezheng.register.holdings import Holdings


def schools_checked(holdings: Holdings) -> Iterator[Fault]:
    """Return what does not fit the table of schools; where there is none, one warning that says so."""
    schools = holdings.tables.get("school")
    if schools is None or not schools.num_rows:
        if any(has(table, "school_code") for table in holdings.tables.values()):
            yield warning("school_table_missing")
        return
    yield from _orphans(holdings, schools)
    yield from _counties(holdings, schools)
    returns = holdings.tables.get("stage_year")
    if returns is None or not has(returns, "school_code", "school_year", "stage"):
        return
    at = found_at(returns.column("school_code"), schools.column("school_code"))
    yield from _stages_of_kinds(holdings, schools, returns, at)
    yield from _closed_or_not_yet_open(holdings, schools, returns, at)
    yield from _missing_returns(holdings, schools, returns)
    yield from _without_kind(holdings, schools, returns)


def _orphans(holdings: Holdings, schools: pa.Table) -> Iterator[Fault]:
    known = schools.column("school_code").combine_chunks()
    changes = holdings.tables.get("school_change")
    if changes is not None:
        known = pa.concat_arrays([known, changes.column("code_from").combine_chunks()])
    for name, table in holdings.tables.items():
        for column, definition in load_register_schema().tables[name].columns.items():
            if definition.refers_to != "school" or not has(table, column):
                continue
            values = table.column(column)
            rows = where(pc.and_(values.is_valid(), pc.invert(pc.is_in(values, value_set=known))))

            def params(row: int, table: pa.Table = table, column: str = column) -> dict[str, object]:
                return {"value": text(table, column, row)}

            yield from told(holdings, Kind("school_not_registered", name, column), rows, params)


def _counties(holdings: Holdings, schools: pa.Table) -> Iterator[Fault]:
    if "county_code" not in schools.column_names:
        return
    counties = schools.column("county_code")
    missing = where(counties.is_null())
    yield from told(
        holdings,
        Kind("county_code_missing", "school", "county_code", ""),
        missing,
        lambda row: {"value": text(schools, "school_code", row)},
    )
    if "township_code" in schools.column_names:
        townships = schools.column("township_code")
        stray = where(pc.not_equal(pc.utf8_slice_codeunits(townships, 0, 6), counties))
        yield from told(
            holdings,
            Kind("township_of_other_county", "school", "township_code", ""),
            stray,
            lambda row: {"value": text(schools, "township_code", row), "county": text(schools, "county_code", row)},
        )
    known = pc.unique(counties).drop_null()
    for name in ("county_year", "funds_year"):
        table = holdings.tables.get(name)
        if table is None or not has(table, "county_code") or not len(known):
            continue
        values = table.column("county_code")
        rows = where(pc.and_(values.is_valid(), pc.invert(pc.is_in(values, value_set=known))))

        def params(row: int, table: pa.Table = table) -> dict[str, object]:
            return {"value": text(table, "county_code", row)}

        yield from told(holdings, Kind("county_not_registered", name, "county_code"), rows, params)


def _stages_of_kinds(holdings: Holdings, schools: pa.Table, returns: pa.Table, at: np.ndarray) -> Iterator[Fault]:
    if "kind" not in schools.column_names:
        return
    allowed = [
        f"{kind}|{stage}" for kind, stages in load_register_schema().stages_of_kind.items() for stage in stages.allowed
    ]
    kinds = schools.column("kind").take(pa.array(at, mask=at < 0))
    pairs = joined_key(kinds, returns.column("stage"))
    rows = where(pc.and_(pairs.is_valid(), pc.invert(pc.is_in(pairs, value_set=pa.array(allowed)))))

    def params(row: int) -> dict[str, object]:
        school = int(at[row])
        return {
            "value": text(returns, "stage", row),
            "of_stage": text(returns, "stage", row),
            "of_kind": text(schools, "kind", school),
            "school": school_words(schools, school),
            "other": str(placed(holdings, "school", school, "kind") or ""),
        }

    yield from told(holdings, Kind("stage_not_of_kind", "stage_year", "stage"), rows, params)


def school_words(schools: pa.Table, row: int) -> str:
    """Return a school's name and code as it is spoken of."""
    return f"{text(schools, 'name', row)} {text(schools, 'school_code', row)}".strip()


def _closed_or_not_yet_open(
    holdings: Holdings, schools: pa.Table, returns: pa.Table, at: np.ndarray
) -> Iterator[Fault]:
    if "pupils" not in returns.column_names:
        return
    with_pupils = pc.fill_null(pc.greater(returns.column("pupils"), 0), False).to_numpy()
    years = returns.column("school_year").to_numpy()
    for code, column, day in (
        ("closed_with_pupils", "closed", first_of_september(years)),
        ("opened_later", "opened", first_of_september(years + 1)),
    ):
        if column not in schools.column_names:
            continue
        days = schools.column(column).take(pa.array(at, mask=at < 0)).to_numpy().astype("datetime64[D]")
        beyond = days <= day if column == "closed" else days >= day
        rows = np.flatnonzero(with_pupils & beyond & ~np.isnat(days))

        def params(row: int, column: str = column) -> dict[str, object]:
            return {
                "value": text(returns, "pupils", row),
                "school": school_words(schools, int(at[row])),
                "year": text(returns, "school_year", row),
                column: text(schools, column, int(at[row])),
                "other": str(placed(holdings, "school", int(at[row]), column) or ""),
            }

        yield from told(holdings, Kind(code, "stage_year", "pupils", ""), rows, params)


def first_of_september(years: np.ndarray) -> np.ndarray:
    """Return the day as of which each school year is counted."""
    months = (years.astype(np.int64) - 1970) * 12 + 8
    return months.astype("datetime64[M]").astype("datetime64[D]")


def _missing_returns(holdings: Holdings, schools: pa.Table, returns: pa.Table) -> Iterator[Fault]:
    if "kind" not in schools.column_names:
        return
    held = joined_key(*(returns.column(column) for column in ("school_code", "school_year", "stage")))
    for year in sorted(pc.unique(returns.column("school_year")).to_pylist()):
        open_then = _open_in(schools, year)
        for stage in load_register_schema().codes["stage"]:
            kinds = [k for k, stages in load_register_schema().stages_of_kind.items() if stage in stages.expected]
            owing = (
                open_then & pc.fill_null(pc.is_in(schools.column("kind"), value_set=pa.array(kinds)), False).to_numpy()
            )
            rows = np.flatnonzero(owing)
            if not len(rows):
                continue
            codes = schools.column("school_code").take(pa.array(rows))
            wanted = pc.binary_join_element_wise(codes, f"{year}", stage, "|")
            absent = rows[where(pc.invert(pc.is_in(wanted, value_set=held)))]
            if len(absent) == len(rows) > 1:
                about = {"year": year, "of_stage": stage, "number": len(rows), "value": stage}
                yield warning("no_returns_of_stage", None, table="stage_year", column="stage", **about)
                continue

            def params(row: int, year: int = year, stage: str = stage) -> dict[str, object]:
                words = school_words(schools, row)
                kind = text(schools, "kind", row)
                return {"value": "", "school": words, "of_kind": kind, "of_stage": stage, "year": str(year)}

            yield from told(holdings, Kind("no_return", "school", "school_code", ""), absent, params)


def _without_kind(holdings: Holdings, schools: pa.Table, returns: pa.Table) -> Iterator[Fault]:
    """Return open schools of which neither a kind nor a return says what they owe: no assessment would see them."""
    known = np.zeros(schools.num_rows, dtype=bool)
    if "kind" in schools.column_names:
        known = np.asarray(schools.column("kind").is_valid())
    years: dict[int, list[str]] = {}
    for year in sorted(pc.unique(returns.column("school_year")).to_pylist()):
        reporting = returns.column("school_code").filter(pc.equal(returns.column("school_year"), year))
        seen = pc.is_in(schools.column("school_code"), value_set=reporting.combine_chunks()).to_numpy()
        for row in np.flatnonzero(_open_in(schools, year) & ~known & ~seen).tolist():
            years.setdefault(row, []).append(str(year))

    def params(row: int) -> dict[str, object]:
        return {"value": "", "school": school_words(schools, row), "years": years[row]}

    rows = np.array(sorted(years), dtype=np.int64)
    yield from told(holdings, Kind("school_without_kind", "school", "kind", ""), rows, params)


def _open_in(schools: pa.Table, year: int) -> np.ndarray:
    day = first_of_september(np.array([year]))[0]
    is_open = np.ones(schools.num_rows, dtype=bool)
    if "opened" in schools.column_names:
        opened = schools.column("opened").to_numpy().astype("datetime64[D]")
        is_open &= np.isnat(opened) | (opened <= day)
    if "closed" in schools.column_names:
        closed = schools.column("closed").to_numpy().astype("datetime64[D]")
        is_open &= np.isnat(closed) | (closed > day)
    return is_open
