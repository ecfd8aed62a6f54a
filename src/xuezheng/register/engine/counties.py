"""Which counties tables are about, and the part of tables that is about some of them."""

from collections.abc import Collection, Mapping

import pyarrow as pa
import pyarrow.compute as pc

_REGION_DIGITS = 6


def counties_in(tables: Mapping[str, pa.Table]) -> set[str]:
    """Return the codes of the counties that rows are about by their own county code; schools without one count not."""
    found: set[str] = set()
    for table in tables.values():
        if "county_code" in table.column_names:
            found.update(code for code in pc.unique(table.column("county_code")).to_pylist() if code)
    return found


def of_counties(tables: Mapping[str, pa.Table], counties: Collection[str]) -> dict[str, pa.Table]:
    """Return the rows of some counties: by county, by region, or by school; tables that say none of these stay whole."""
    codes = pa.array(sorted(counties), pa.string())
    schools = tables.get("school")
    ours = pa.array([], pa.string())
    if schools is not None and "county_code" in schools.column_names:
        ours = schools.filter(_is_in(schools, "county_code", codes)).column("school_code").combine_chunks()
    return {name: _part(table, codes, ours) for name, table in tables.items()}


def _part(table: pa.Table, codes: pa.Array, schools: pa.Array) -> pa.Table:
    keep = None
    if "county_code" in table.column_names:
        keep = _is_in(table, "county_code", codes)
    if "school_code" in table.column_names and "name" not in table.column_names:
        of_school = _is_in(table, "school_code", schools)
        keep = of_school if keep is None else pc.or_(keep, of_school)
    elif keep is None and "region_code" in table.column_names:
        keep = pc.is_in(pc.utf8_slice_codeunits(table.column("region_code"), 0, _REGION_DIGITS), value_set=codes)
    return table if keep is None else table.filter(pc.fill_null(keep, False))


def _is_in(table: pa.Table, column: str, codes: pa.Array) -> pa.ChunkedArray:
    return pc.is_in(table.column(column), value_set=codes)
