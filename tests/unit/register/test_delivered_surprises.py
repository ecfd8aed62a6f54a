"""Sheets as offices really deliver them: damaged codes, signatures below the money, keys that nobody reads."""

import openpyxl
import pytest

from xuezheng.register.delivery import read_delivery
from xuezheng.register.marked_copy import write_marked_copies
from xuezheng.tables.workbook import Formula, WorkbookWriter

SCHOOLS = "学校标识码,学校名称,县区代码,学校类别\n2150000001,一小,509901,小学\n2150000002,二小,509901,小学\n"


def delivered(folder, **files):
    for name, text in {"school": SCHOOLS, **files}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_delivery([folder])


def told(faults):
    return [(fault.code, fault.place.cell, fault.value) for fault in faults]


def test_a_code_that_lost_its_digits_is_refused_in_a_text_too(tmp_path):
    rows = "学校标识码,学年,学段,在校生数\n2.15E+09,2023,小学,4E2\n2.150000001E9,2023,小学,400\n"
    delivery = delivered(tmp_path, stage_year=rows)
    assert told(delivery.errors) == [("code_in_scientific_notation", "A2", "2.15E+09")]
    assert delivery.holdings.tables["stage_year"].column("school_code").to_pylist() == ["2150000001"]


@pytest.mark.parametrize(
    "last",
    [
        "注：本表数据来自财政局",
        "填表人：张三",
        "备注",
        "说明：",
        "审核人：李四,,单位负责人：王五",
        "单位负责人：",
        "制表：",
        "填表人,张三,审核人,李四",
        "填报日期,2024-01-05",
    ],
)
@pytest.mark.parametrize(
    "head", ["学校标识码,财政年度,经费项目,金额", "学校标识码,县区代码,财政年度,经费项目,经费来源,金额"]
)
def test_a_note_or_signature_below_the_money_is_passed_over(tmp_path, head, last):
    values = {"学校标识码": "2150000001", "财政年度": "2023", "经费项目": "公用经费", "金额": "350000"}
    row = ",".join(values.get(name, "") for name in head.split(","))
    delivery = delivered(tmp_path, 经费年报=f"{head}\n{row}\n{last}\n")
    assert told(delivery.errors) == []
    (money,) = (account for account in delivery.accounts if account.table == "funds_year")
    assert (money.imported, money.skipped) == (1, {"note": 1})


def test_money_under_a_damaged_code_is_no_note(tmp_path):
    money = "学校标识码,财政年度,经费项目,金额\n21500O0001,2023,公用经费,350000\n"
    assert told(delivered(tmp_path, 经费年报=money).errors) == [("not_a_code", "A2", "21500O0001")]


def test_no_cell_of_a_marked_copy_is_a_formula(tmp_path):
    path = tmp_path / "county.xlsx"
    with WorkbookWriter(path) as book:
        sheet = book.sheet("学段年报")
        sheet.row(1, ["学校标识码", "学年", "学段", "在校生数", "班数"])
        sheet.row(2, ["215", 2023, "小学", Formula("=200+200", 400), Formula("=6+6", None)])
    book = openpyxl.load_workbook(path)
    book["学段年报"]["F2"] = '=HYPERLINK("http://example.invalid")'  # saved without a value
    (tmp_path / "uncalculated").mkdir()
    book.save(tmp_path / "uncalculated" / "county.xlsx")
    shown = []
    for file in (path, tmp_path / "uncalculated" / "county.xlsx"):
        (copy,) = write_marked_copies(read_delivery([file]), file.parent, "zh")
        marked = openpyxl.load_workbook(copy)["学段年报"]
        assert {cell.data_type for row in marked.iter_rows() for cell in row} <= {"s", "n"}
        shown.append([marked[cell].value for cell in ("D2", "E2", "F2")])
    assert shown[0][0] == 400
    assert shown[1] == ["'=200+200", "'=6+6", '\'=HYPERLINK("http://example.invalid")']
