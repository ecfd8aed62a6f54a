"""Cells are read each by itself, and rows that are no data change nothing, wherever they stand."""

import tempfile
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.delivery import read_delivery
from xuezheng.register.engine.values import convert

TABLES = load_register_schema().tables
COLUMNS = [
    TABLES["stage_year"].columns["pupils"],
    TABLES["school_year_facts"].columns["sports_area_m2"],
    TABLES["school"].columns["school_code"],
    TABLES["school"].columns["kind"],
    TABLES["school"].columns["boarding"],
    TABLES["school"].columns["opened"],
    TABLES["stage_year"].columns["school_year"],
    TABLES["county_year"].columns["value"],
]
CELLS = st.one_of(
    st.none(),
    st.sampled_from(
        [
            "", "-", "—", "无", "12", "１２", "1,234", "1,23", "4O", "12.5", "1e5", "85%", "#DIV/0!", "inf", "nan", "TRUE",
            "2150000001", "2150000001.0", "2.15E+09", "215", "小学", "primary", "完小", "是", "否", "√", "x", "2023",
            "2023-2024", "2023—2024学年", "2025-09-01", "2025/9/1", "2025年9月1日", "20250901", "2025-02-30", "91.20",
        ]
    ),
    st.text(max_size=6),
)  # fmt: skip


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(COLUMNS), st.lists(CELLS, min_size=1, max_size=12))
def test_a_cell_is_read_alike_alone_and_among_others(column, cells):
    together = convert(column, pa.array(cells, pa.string()))
    failed = {failure.row: failure.code for failure in together.failures}
    for row, cell in enumerate(cells):
        alone = convert(column, pa.array([cell], pa.string()))
        assert alone.values[0].as_py() == together.values[row].as_py()
        assert [failure.code for failure in alone.failures] == ([failed[row]] if row in failed else [])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.sampled_from(COLUMNS), st.lists(CELLS, min_size=1, max_size=12))
def test_a_given_cell_is_a_value_or_missing_or_named_and_never_zero_by_itself(column, cells):
    converted = convert(column, pa.array(cells, pa.string()))
    failed = {failure.row for failure in converted.failures}
    for row, cell in enumerate(cells):
        value = converted.values[row].as_py()
        if row in failed or not (cell or "").strip():
            assert value is None
        if value == 0 and not isinstance(value, bool):
            assert "0" in cell or "０" in cell or any(character.isdecimal() for character in cell)


NO_DATA = [
    "合计,,,{total}",
    "云溪镇小计,,,7",
    ",,,",
    "学校标识码,学年,学段,在校生数",
    "注：由学校填报,,,",
    "填表人：张三,,,",
    "甲,乙,丙,1",
]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.lists(st.integers(100, 900), min_size=1, max_size=8),
    st.lists(st.tuples(st.integers(0, 8), st.sampled_from(NO_DATA)), max_size=5),
)
def test_rows_that_are_no_data_change_nothing_and_are_counted(pupils, extra):
    rows = [f"21500000{number:02},2023,小学,{figure}" for number, figure in enumerate(pupils)]
    plain = delivered(rows)
    mixed = list(rows)
    for place, row in extra:
        at = min(place, len(mixed))
        mixed.insert(at, row.format(total=sum(pupils)))
    delivery = delivered(mixed)
    assert delivery.errors == ()
    assert delivery.holdings.snapshot == plain.holdings.snapshot
    [account] = delivery.accounts
    assert account.imported == len(rows)
    # Blank rows at the end are not rows of the sheet at all.
    assert account.rows_read == account.imported + sum(account.skipped.values())


def delivered(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "学段年报.csv"
        path.write_text("\n".join(["学校标识码,学年,学段,在校生数", *rows]) + "\n", encoding="utf-8")
        return read_delivery([path])
