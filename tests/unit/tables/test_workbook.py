"""Workbooks written: text stays text, formulas carry their value, faults are marked."""

import datetime as dt

import openpyxl
import pytest

from xuezheng.tables.delimited import write_delimited
from xuezheng.tables.marked import Mark, write_marked
from xuezheng.tables.sheets import read_sheets
from xuezheng.tables.workbook import HEADER, Formula, Look, WorkbookWriter, sheet_name

TITLES = {"sheet": "工作表", "row": "行", "cells": "单元格", "reasons": "原因"}


def test_no_text_becomes_a_formula_link_or_number(tmp_path):
    texts = ["=1+1", "{=SUM(A1)}", "@x", "http://example.org", "0123", "+1", "mailto:a@example.org"]
    with WorkbookWriter(tmp_path / "a.xlsx") as book:
        book.sheet("甲").row(1, texts)
    cells = next(openpyxl.load_workbook(tmp_path / "a.xlsx").active.iter_rows())
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}
    assert all(cell.hyperlink is None for cell in cells)


def test_values_come_back_as_written(tmp_path):
    with WorkbookWriter(tmp_path / "a.xlsx") as book:
        sheet = book.sheet("甲")
        sheet.row(1, ["文", "整数", "小数", "日", "是", "空"], HEADER)
        sheet.row(2, ["x", 3, 0.1, dt.date(2023, 9, 1), True, None])
        sheet.row(3, ["y", 10**17, float("nan"), None, False, None])
        sheet.freeze(2)
        sheet.note(1, 0, "注")
        sheet.choices(0, (2, 100), ["x", "y"])
    (sheet,) = read_sheets(tmp_path / "a.xlsx", "a.xlsx")
    assert sheet.body(2).to_pylist() == [
        {"c0": "x", "c1": "3", "c2": 0.1, "c3": dt.date(2023, 9, 1), "c4": True, "c5": None},
        {"c0": "y", "c1": "100000000000000000", "c2": None, "c3": None, "c4": False, "c5": None},
    ]


def test_a_formula_carries_its_value_even_where_it_is_zero(tmp_path):
    with WorkbookWriter(tmp_path / "a.xlsx") as book:
        book.sheet("甲").row(1, [2.0, -2.0, Formula("=A1+B1", 0.0)], Look(number_format="0.00"))
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").active["C1"].value == "=A1+B1"
    assert openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True).active["C1"].value == 0
    (sheet,) = read_sheets(tmp_path / "a.xlsx", "a.xlsx")
    assert sheet.formulas_without_value_count == 0


def test_the_same_content_gives_the_same_bytes(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        with WorkbookWriter(tmp_path / name) as book:
            book.sheet("甲").row(1, ["x", 1])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_names_of_sheets_are_made_to_fit():
    assert sheet_name("a/b[c]:*?" + "长" * 40) == ("a_b_c____" + "长" * 40)[:31]


def test_a_drop_down_beyond_the_format_is_a_bug(tmp_path):
    with WorkbookWriter(tmp_path / "a.xlsx") as book, pytest.raises(ValueError, match="255"):
        book.sheet("甲").choices(0, (2, 3), ["x" * 300])


def test_a_small_workbook_is_copied_with_its_faults_marked(tmp_path):
    with WorkbookWriter(tmp_path / "a.xlsx") as book:
        book.sheet("班级").row(1, ["人数", "教室"])
    path = tmp_path / "a.xlsx"
    marks = [Mark("班级", 1, "B", "一"), Mark("班级", 1, "B", "二"), Mark("没有", 1, "A", "三")]
    assert write_marked(path, read_sheets(path, "a.xlsx"), marks, tmp_path / "out.xlsx", TITLES)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["班级"]
    assert sheet["B1"].comment.text == "一\n二"
    assert sheet["B1"].fill.fgColor.rgb == "FFF4C7C3"
    assert sheet["A1"].comment is None


def test_other_files_give_a_workbook_of_the_faulty_rows(tmp_path):
    path = tmp_path / "a.csv"
    write_delimited(path, ["学校", "人数"], [["一小", 45], ["二小", "4O"], ["三小", 30]])
    assert not write_marked(
        path, read_sheets(path, "a.csv"), [Mark("", 3, "B", "不是人数")], tmp_path / "o.xlsx", TITLES
    )
    rows = list(openpyxl.load_workbook(tmp_path / "o.xlsx").active.values)
    assert rows == [
        ("工作表", "行", "单元格", "原因", "A", "B"),
        ("a.csv", 3, "B3", "不是人数", "二小", "4O"),
    ]
