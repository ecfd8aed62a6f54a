"""Delivered files as sheets: own row numbers, own columns, no value lost in silence."""

import datetime as dt
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableColumn, TableRow
from odf.text import P

from xuezheng.kernel.refusal import UnusableFile
from xuezheng.tables import xlsx
from xuezheng.tables.sheets import SheetView, read_sheets

DAY = dt.date(2023, 9, 1)
MIDNIGHT = dt.datetime(2023, 9, 1)  # noqa: DTZ001 - sheet dates have no zone


def only_sheet(path: Path) -> SheetView:
    (sheet,) = read_sheets(path, path.name)
    return sheet


def make_xlsx(path: Path) -> Path:
    """A title in B3, a blank row, headers in row 5, data in rows 6 and 8; column A and row 7 are blank."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("甲")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_string(2, 1, "2023 学年 班级")
    sheet.write_row(4, 1, ["学校", "人数", "日期", "比例"])
    sheet.write_row(5, 1, ["一小", 45])
    sheet.write_datetime(5, 3, MIDNIGHT, day)
    sheet.write_number(5, 4, 0.25)
    sheet.write_row(7, 1, ["二小", 37])
    sheet.write_datetime(7, 3, MIDNIGHT, day)
    sheet.write_number(7, 4, 4)
    book.close()
    return path


def make_xls(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("甲")
    day = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    sheet.write(2, 1, "2023 学年 班级")
    for column, title in enumerate(["学校", "人数", "日期", "比例"], start=1):
        sheet.write(4, column, title)
    for row, (name, pupils, share) in {5: ("一小", 45, 0.25), 7: ("二小", 37, 4)}.items():
        sheet.write(row, 1, name)
        sheet.write(row, 2, pupils)
        sheet.write(row, 3, DAY, day)
        sheet.write(row, 4, share)
    book.save(str(path))
    return path


def make_ods(path: Path) -> Path:
    document = OpenDocumentSpreadsheet()
    table = Table(name="甲")
    document.spreadsheet.addElement(table)

    def add(*values: object) -> None:
        row = TableRow()
        for value in values:
            if value is None:
                row.addElement(TableCell())
            elif isinstance(value, str):
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=value))
                row.addElement(cell)
            elif isinstance(value, dt.date):
                row.addElement(TableCell(valuetype="date", datevalue=value.isoformat()))
            else:
                row.addElement(TableCell(valuetype="float", value=value))
        table.addElement(row)

    table.addElement(TableRow(numberrowsrepeated=2))
    add(None, "2023 学年 班级")
    table.addElement(TableRow())
    add(None, "学校", "人数", "日期", "比例")
    add(None, "一小", 45, DAY, 0.25)
    table.addElement(TableRow())
    add(None, "二小", 37, DAY, 4)
    table.addElement(TableRow(numberrowsrepeated=1_000_000))
    document.save(str(path))
    return path


@pytest.mark.parametrize(("make", "suffix"), [(make_xlsx, "xlsx"), (make_xls, "xls"), (make_ods, "ods")])
def test_rows_and_columns_are_the_sheets_own(make, suffix, tmp_path):
    sheet = only_sheet(make(tmp_path / f"班级.{suffix}"))
    assert (sheet.name, sheet.rows, sheet.columns) == ("甲", 8, 5)
    assert sheet.head[2] == (None, "2023 学年 班级", None, None, None)
    assert sheet.head[4] == (None, "学校", "人数", "日期", "比例")
    assert sheet.head[5] == (None, "一小", "45", "2023-09-01", "0.25")
    assert sheet.head[6] == (None,) * 5
    body = sheet.body(6)
    assert body.column_names == ["c0", "c1", "c2", "c3", "c4"]
    assert body.to_pylist() == [
        {"c0": None, "c1": "一小", "c2": 45.0, "c3": DAY, "c4": 0.25},
        dict.fromkeys(body.column_names),
        {"c0": None, "c1": "二小", "c2": 37.0, "c3": DAY, "c4": 4.0},
    ]
    assert sheet.body(9).num_rows == 0


def test_the_limited_child_reads_the_same(tmp_path, monkeypatch):
    path = make_xlsx(tmp_path / "a.xlsx")
    here = only_sheet(path).body(6)
    monkeypatch.setattr(xlsx, "PROVABLE_CELLS", 0)
    assert only_sheet(path).body(6) == here


def test_an_error_of_a_formula_stays_visible(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["n", "text", "yes"])
    sheet.write_row(1, 0, [1.5, "a", True])
    for column, (formula, value) in enumerate([("=1/0", "#DIV/0!"), ("=NA()", "#N/A"), ("=#REF!", "#REF!")]):
        sheet.write_formula(2, column, formula, None, value)
    book.close()
    assert only_sheet(tmp_path / "a.xlsx").body(2).to_pylist() == [
        {"c0": "1.5", "c1": "a", "c2": "TRUE"},
        {"c0": "#DIV/0!", "c1": "#N/A", "c2": "#REF!"},
    ]


def test_a_mixed_column_falls_back_to_text_alone_and_without_loss(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ["mixed", "pure", "yes among numbers", "days"])
    sheet.write_row(1, 0, [45, 1, 3])
    sheet.write_row(2, 0, ["4O", 2, True])
    sheet.write_row(3, 0, [12345678901234.25, 3])
    sheet.write_datetime(4, 0, MIDNIGHT, day)
    book.close()
    body = only_sheet(tmp_path / "a.xlsx").body(2)
    assert body.column("c0").to_pylist() == ["45", "4O", "12345678901234.25", "2023-09-01"]
    assert body.column("c1").to_pylist() == [1.0, 2.0, 3.0, None]
    assert body.column("c2").to_pylist() == ["3", "true", None, None]


def test_types_that_the_reader_cannot_join_become_text(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    hours = book.add_format({"num_format": "[h]:mm"})
    sheet.write_row(0, 0, ["a", "n"])
    sheet.write_row(1, 0, [3.5, 1])
    sheet.write_number(2, 0, 0.5, hours)
    book.close()
    body = only_sheet(tmp_path / "a.xlsx").body(2)
    assert body.column("c0").to_pylist()[0] == "3.5"
    assert body.column("c1").to_pylist() == [1.0, None]


def test_hidden_parts_merges_and_formulas_without_value_are_told(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "表"
    sheet.append(["合并", None, "c", "d", "e", "f"])
    for row in range(2, 10):
        sheet.append([row, row, row, row, row, row])
    sheet.merge_cells("A1:B1")
    for row in (3, 4, 7):
        sheet.row_dimensions[row].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet["F9"] = "=A9+B9"
    hidden = book.create_sheet("藏")
    hidden.sheet_state = "veryHidden"
    hidden["A1"] = 1
    book.save(tmp_path / "a.xlsx")
    table, other = read_sheets(tmp_path / "a.xlsx", "a.xlsx")
    assert table.hidden_rows == ((3, 4), (7, 7))
    assert table.hidden_columns == ((3, 3),)
    assert table.merges == ((1, 0, 1, 1),)
    assert table.formulas_without_value == ((9, 5),)
    assert table.formulas_without_value_count == 1
    assert (table.hidden, other.hidden, other.name) == (False, True, "藏")


def test_a_zero_in_a_workbook_never_calculated_is_no_value(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [1, 2])
    sheet.write_formula(1, 0, "=A1+B1")
    sheet.write_formula(1, 1, "=A1+B1", None, 3)
    book.close()
    assert only_sheet(tmp_path / "a.xlsx").formulas_without_value == ((2, 0),)


def test_blank_formatted_cells_do_not_count(tmp_path):
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    for row in range(2, 60):
        book.active.cell(row, 9).number_format = "0.00"
    book.save(tmp_path / "a.xlsx")
    sheet = only_sheet(tmp_path / "a.xlsx")
    assert (sheet.rows, sheet.columns) == (1, 1)


def test_unusual_xml_is_read_the_same(tmp_path):
    """Some exporters write prefixes, others leave addresses out."""
    import zipfile

    path = make_xlsx(tmp_path / "a.xlsx")
    plain = only_sheet(path)
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as target:
        for entry in source.namelist():
            content = source.read(entry)
            if entry.endswith("sheet1.xml"):
                content = content.replace(b'xmlns="', b'xmlns:x="', 1)
                for tag in (b"worksheet", b"sheetData", b"row", b"c", b"v", b"dimension", b"sheetViews", b"sheetView"):
                    content = content.replace(b"<" + tag + b" ", b"<x:" + tag + b" ")
                    content = content.replace(b"<" + tag + b">", b"<x:" + tag + b">")
                    content = content.replace(b"</" + tag + b">", b"</x:" + tag + b">")
                for tag in (b"sheetFormatPr", b"pageMargins"):
                    content = content.replace(b"<" + tag + b" ", b"<x:" + tag + b" ")
            target.writestr(entry, content)
    unusual = only_sheet(tmp_path / "b.xlsx")
    assert unusual.head == plain.head
    assert (unusual.rows, unusual.columns) == (plain.rows, plain.columns)
    assert unusual.body(6) == plain.body(6)


def test_dates_of_the_1904_system(tmp_path):
    book = xlsxwriter.Workbook(str(tmp_path / "a.xlsx"), {"date_1904": True})
    sheet = book.add_worksheet()
    sheet.write_datetime(0, 0, MIDNIGHT, book.add_format({"num_format": "yyyy/m/d"}))
    book.close()
    sheet = only_sheet(tmp_path / "a.xlsx")
    assert sheet.head == (("2023-09-01",),)
    assert sheet.body(1).column("c0").to_pylist() == [DAY]


def test_an_empty_sheet_has_no_rows(tmp_path):
    book = openpyxl.Workbook()
    book.save(tmp_path / "a.xlsx")
    sheet = only_sheet(tmp_path / "a.xlsx")
    assert (sheet.rows, sheet.columns, sheet.head) == (0, 0, ())
    assert sheet.body(1).num_rows == 0


def test_a_macro_workbook_is_read_and_a_suffix_is_only_a_hint(tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx")
    renamed = path.rename(tmp_path / "a.csv")
    assert only_sheet(renamed).name == "甲"


def test_an_absent_file_is_named(tmp_path):
    with pytest.raises(UnusableFile) as refusal:
        read_sheets(tmp_path / "none.xlsx", "delivered/none.xlsx")
    assert refusal.value.place.file == "delivered/none.xlsx"


def test_hidden_rows_columns_and_merges_of_an_open_document(tmp_path):
    document = OpenDocumentSpreadsheet()
    table = Table(name="甲")
    document.spreadsheet.addElement(table)
    table.addElement(TableColumn())
    table.addElement(TableColumn(numbercolumnsrepeated=2, visibility="collapse"))
    for row in range(1, 7):
        line = TableRow(visibility="collapse") if row in (3, 4) else TableRow()
        line.addElement(TableCell(numbercolumnsrepeated=2))
        spans = {"numbercolumnsspanned": 2, "numberrowsspanned": 1} if row == 1 else {}
        line.addElement(TableCell(valuetype="float", value=row, **spans))
        table.addElement(line)
    table.addElement(TableRow(numberrowsrepeated=1000, visibility="collapse"))
    document.save(str(tmp_path / "a.ods"))
    sheet = only_sheet(tmp_path / "a.ods")
    assert sheet.hidden_rows == ((3, 3), (4, 4))
    assert sheet.hidden_columns == ((1, 2),)
    assert sheet.merges == ((1, 2, 1, 3),)
    assert sheet.body(1).column("c2").to_pylist() == [1, 2, 3, 4, 5, 6]
