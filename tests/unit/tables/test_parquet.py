"""Parquet in and out."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from xuezheng.kernel.refusal import TooLarge, UnusableFile
from xuezheng.tables.limits import Limits
from xuezheng.tables.parquet import read_parquet, write_parquet
from xuezheng.tables.sheets import read_sheets


def test_names_are_row_one_and_types_are_the_natural_ones(tmp_path):
    table = pa.table(
        {
            "学校": pa.array(["一小", None]).dictionary_encode(),
            "n": pa.array([1, 2], pa.int16()),
            "f": pa.array([0.5, None], pa.float32()),
            "d": pa.array([dt.date(2023, 9, 1)] * 2),
            "m": pa.array([Decimal("1.50"), Decimal("2.00")]),
        }
    )
    write_parquet(table, tmp_path / "a.parquet")
    (sheet,) = read_sheets(tmp_path / "a.parquet", "a.parquet")
    assert (sheet.rows, sheet.columns) == (3, 5)
    assert sheet.head[:2] == (("学校", "n", "f", "d", "m"), ("一小", "1", "0.5", "2023-09-01", "1.50"))
    body = sheet.body(2)
    assert [str(kind) for kind in body.schema.types] == ["string", "int64", "double", "date32[day]", "string"]
    assert body.column("c4").to_pylist() == ["1.50", "2.00"]
    assert sheet.body(3).num_rows == 1


def test_the_same_table_gives_the_same_bytes(tmp_path):
    table = pa.table({"a": [3, 1, 2], "b": ["x", "y", None]})
    write_parquet(table, tmp_path / "a.parquet")
    write_parquet(pa.table({"a": [3, 1, 2], "b": ["x", "y", None]}), tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    assert read_parquet(tmp_path / "a.parquet") == table


def test_what_unpacks_beyond_the_limit_is_refused_by_its_metadata(tmp_path):
    write_parquet(pa.table({"a": list(range(1000))}), tmp_path / "a.parquet")
    with pytest.raises(TooLarge):
        read_parquet(tmp_path / "a.parquet", limits=Limits(parquet_bytes=100))


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "a.parquet").write_bytes(b"PAR1" + b"x" * 100 + b"PAR1")
    with pytest.raises(UnusableFile):
        read_sheets(tmp_path / "a.parquet", "a.parquet")


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_a_long_text_that_is_stored_once_and_repeated_is_counted_as_often_as_it_stands(tmp_path, kind):
    table = pa.table({"a": pa.array(["x" * 10_000] * 1_000).cast(kind), "b": ["y"] * 1_000})
    write_parquet(table, tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 10_000
    with pytest.raises(TooLarge) as refused:
        read_parquet(tmp_path / "a.parquet", limits=Limits(parquet_bytes=1 << 20))
    assert refused.value.params["found_mib"] == 9
    held = read_parquet(tmp_path / "a.parquet", limits=Limits(parquet_bytes=16 << 20))
    assert held.column("a").to_pylist() == table.column("a").to_pylist()


def test_repeated_texts_within_the_limit_come_back_as_texts(tmp_path):
    table = pa.table({"a": ["x" * 100, "y", None] * 100})
    write_parquet(table, tmp_path / "a.parquet")
    assert read_parquet(tmp_path / "a.parquet", limits=Limits(parquet_bytes=20_000)) == table


def test_rows_that_cost_nothing_to_store_are_counted(tmp_path):
    write_parquet(pa.table({"a": [1] * 5_000}), tmp_path / "a.parquet")
    with pytest.raises(TooLarge) as refused:
        read_parquet(tmp_path / "a.parquet", limits=Limits(parquet_cells=4_999))
    assert refused.value.params["rows"] == 5_000


def test_long_texts_within_lists_are_not_spelled_out(tmp_path):
    write_parquet(pa.table({"a": [["x" * 10_000]] * 1_000}), tmp_path / "a.parquet")
    with pytest.raises(TooLarge):
        read_parquet(tmp_path / "a.parquet", limits=Limits(parquet_bytes=1 << 20))
