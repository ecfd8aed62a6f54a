"""What holdings say, apart from where it came from: the slice of a school year, and the digest of its content."""

import hashlib
import json
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.engine.joining import in_key_order

DIGEST_LENGTH = 16
# To be raised with every change of what is digested and how: digests of different schemes say nothing of each other.
DIGEST_SCHEME = 1
SCHOOL_YEAR = "school_year"
# Money follows the fiscal year and children the calendar year: a school year keeps its own and the one before.
_CALENDAR_YEARS = ("fiscal_year", "year")


def school_years(tables: Mapping[str, pa.Table]) -> tuple[int, ...]:
    """Return the school years of which the tables say anything, in order."""
    years: set[int] = set()
    for table in tables.values():
        if SCHOOL_YEAR in table.column_names:
            years.update(pc.unique(table.column(SCHOOL_YEAR)).drop_null().to_pylist())
    return tuple(sorted(years))


def of_school_year(tables: Mapping[str, pa.Table], school_year: int) -> dict[str, pa.Table]:
    """Return the tables with the rows of one school year; tables without years are kept whole, empty ones dropped."""
    kept = {name: _of_year(table, school_year) for name, table in tables.items()}
    return {name: table for name, table in kept.items() if table.num_rows}


def _of_year(table: pa.Table, school_year: int) -> pa.Table:
    if SCHOOL_YEAR in table.column_names:
        mask = pc.equal(table.column(SCHOOL_YEAR), school_year)
        return table if pc.all(mask).as_py() else table.filter(mask)
    for column in _CALENDAR_YEARS:
        if column in table.column_names:
            return table.filter(
                pc.is_in(table.column(column), value_set=pa.array([school_year - 1, school_year], pa.int32()))
            )
    return table


def content_digest(tables: Mapping[str, pa.Table], outlines: Mapping[str, object] | None = None) -> str:
    """Return the digest of what the tables say: the first 16 hexadecimal digits of a SHA-256.

    Row order, source files, lineage and columns without any value do not count.
    """
    digest = hashlib.sha256()
    digest.update(f"xuezheng register {load_register_schema().version}\n".encode())
    for name in sorted(tables):
        if not tables[name].num_rows:
            continue
        table = in_key_order(name, tables[name])
        digest.update(f"table {name} {table.num_rows}\n".encode())
        for column in load_register_schema().tables[name].columns:
            if column in table.column_names and table.column(column).null_count < table.num_rows:
                digest.update(f"column {column}\n".encode())
                _update(digest, table.column(column).combine_chunks())
    if outlines:
        digest.update(json.dumps(outlines, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())
    return digest.hexdigest()[:DIGEST_LENGTH]


def _update(digest: "hashlib._Hash", array: pa.Array) -> None:
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], array.type)
    digest.update(np.packbits(np.asarray(array.is_valid())).tobytes())
    if pa.types.is_string(array.type):
        filled = pc.fill_null(array, "")
        offsets = np.frombuffer(filled.buffers()[1], dtype=np.int32)[filled.offset : filled.offset + len(filled) + 1]
        digest.update(np.diff(offsets).astype("<i4").tobytes())
        data = filled.buffers()[2]
        if data is not None:
            digest.update(memoryview(data)[int(offsets[0]) : int(offsets[-1])])
        return
    if pa.types.is_date32(array.type):
        array = array.cast(pa.int32())
    if pa.types.is_boolean(array.type):
        array = array.cast(pa.int8())
    values = pc.fill_null(array, 0).to_numpy(zero_copy_only=False)
    if values.dtype.kind == "f":
        values = values + 0.0  # one zero, not two
    digest.update(np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).tobytes())
