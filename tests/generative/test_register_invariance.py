"""The same content is the same holdings, whatever its row order, file format, header language or code page."""

import random
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.delivery import read_delivery
from xuezheng.register.holdings import arrow_type
from xuezheng.tables.parquet import write_parquet
from xuezheng.tables.workbook import WorkbookWriter

SCHEMA = load_register_schema()
FORMATS = ("xlsx", "csv_utf8", "csv_utf8_mark", "csv_gb18030", "parquet", "xls", "ods")

schools = st.lists(
    st.tuples(
        st.integers(2150000001, 2150000060),
        st.sampled_from(["云溪县第一小学", "龙门（中心）小学", "１２３小学", "A小学"]),
        st.sampled_from(["primary", "nine_year"]),
        st.one_of(st.none(), st.integers(200, 900)),
        st.one_of(st.none(), st.floats(0, 90_000).map(lambda value: round(value, 2))),
        st.one_of(st.none(), st.booleans()),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[0],
)


def content(rows):
    """Return the tables as lists of cells: codes for choices, None where missing."""
    return {
        "school": (
            ["school_code", "name", "county_code", "kind", "boarding"],
            [[str(code), name, "509901", kind, boarding] for code, name, kind, _, _, boarding in rows],
        ),
        "stage_year": (
            ["school_code", "school_year", "stage", "pupils"],
            [[str(code), 2023, "primary", pupils] for code, _, _, pupils, _, _ in rows],
        ),
        "school_year_facts": (
            ["school_code", "school_year", "sports_area_m2"],
            [[str(code), 2023, area] for code, _, _, _, area, _ in rows],
        ),
    }


def worded(table, name, value, language):
    column = SCHEMA.tables[table].columns[name]
    if value is None:
        return None
    if column.codes:
        return SCHEMA.codes[column.codes][value].in_language(language)
    if isinstance(value, bool):
        return {"zh": {True: "是", False: "否"}, "en": {True: "yes", False: "no"}}[language][value]
    return value


def header(table, name, language):
    column = SCHEMA.tables[table].columns[name]
    return name if language == "code" else column.in_language(language)


def write(folder, tables, form, language, shuffle):
    words = "en" if language == "code" else language
    for table, (names, rows) in tables.items():
        cells = [[worded(table, name, value, words) for name, value in zip(names, row, strict=True)] for row in rows]
        shuffle(cells)
        headers = [header(table, name, language) for name in names]
        WRITERS[form](folder, table, headers, cells)


def write_csv(encoding):
    def writer(folder, table, headers, rows):
        lines = [headers, *([("" if cell is None else str(cell)) for cell in row] for row in rows)]
        text = "".join(",".join(line) + "\r\n" for line in lines)
        (folder / f"{table}.csv").write_text(text, encoding=encoding, newline="")

    return writer


def write_xlsx(folder, table, headers, rows):
    with WorkbookWriter(folder / f"{table}.xlsx") as book:
        sheet = book.sheet(SCHEMA.tables[table].zh)
        sheet.row(1, headers)
        for number, row in enumerate(rows, start=2):
            sheet.row(number, row)


def write_as_parquet(folder, table, headers, rows):
    columns = list(zip(*rows, strict=True))
    write_parquet(
        pa.table({name: list(cells) for name, cells in zip(headers, columns, strict=True)}), folder / f"{table}.parquet"
    )


def write_xls(folder, table, headers, rows):
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet(SCHEMA.tables[table].zh)
    for number, row in enumerate([headers, *rows]):
        for index, cell in enumerate(row):
            if cell is not None:
                sheet.write(number, index, cell)
    book.save(str(folder / f"{table}.xls"))


def write_ods(folder, table, headers, rows):
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    book = OpenDocumentSpreadsheet()
    sheet = Table(name=SCHEMA.tables[table].zh)
    for row in [headers, *rows]:
        line = TableRow()
        for cell in row:
            if isinstance(cell, int | float):
                made = TableCell(valuetype="float", value=repr(cell))
            elif cell is None:
                made = TableCell()
            else:
                made = TableCell(valuetype="string")
                made.addElement(P(text=cell))
            line.addElement(made)
        sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    book.save(str(folder / f"{table}.ods"))


WRITERS = {
    "xlsx": write_xlsx,
    "csv_utf8": write_csv("utf-8"),
    "csv_utf8_mark": write_csv("utf-8-sig"),
    "csv_gb18030": write_csv("gb18030"),
    "parquet": write_as_parquet,
    "xls": write_xls,
    "ods": write_ods,
}


def delivered(tables, form, language, seed):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), tables, form, language, random.Random(seed).shuffle)  # noqa: S311
        delivery = read_delivery([Path(folder)])
        assert delivery.errors == ()
        for account in delivery.accounts:
            assert account.rows_read == account.imported + account.refused + sum(account.skipped.values())
            assert account.sums_read == account.sums_imported
        return delivery.holdings


def values(holdings):
    return {
        name: {
            column: table.column(column).to_pylist()
            for column in SCHEMA.tables[name].columns
            if column in table.column_names and table.column(column).null_count < table.num_rows
        }
        for name, table in holdings.tables.items()
    }


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    schools,
    st.sampled_from(["xlsx", "csv_utf8", "csv_utf8_mark", "csv_gb18030", "parquet"]),
    st.sampled_from(["zh", "en", "code"]),
    st.integers(0, 1000),
)
def test_format_language_and_order_do_not_matter(rows, form, language, seed):
    tables = content(rows)
    plain = delivered(tables, "csv_utf8", "code", 0)
    other = delivered(tables, form, language, seed)
    assert other.snapshot == plain.snapshot != ""
    assert values(other) == values(plain)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_format_gives_the_same_digest(form, language):
    rows = [
        (2150000002, "龙门（中心）小学", "nine_year", None, 4100.25, True),
        (2150000001, "云溪县第一小学", "primary", 486, None, None),
        (2150000003, "１２３小学", "primary", 300, 0.1, False),
    ]
    tables = content(rows)
    assert delivered(tables, form, language, 5).snapshot == delivered(tables, "csv_utf8", "code", 0).snapshot


def test_types_of_the_holdings_do_not_depend_on_the_file():
    rows = [(2150000001, "一小", "primary", 486, 12.0, True)]
    for form in FORMATS:
        holdings = delivered(content(rows), form, "zh", 0)
        for name, table in holdings.tables.items():
            for column, definition in SCHEMA.tables[name].columns.items():
                if column in table.column_names:
                    assert table.schema.field(column).type == arrow_type(definition), (form, column)
