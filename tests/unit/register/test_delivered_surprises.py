"""Sheets as offices really deliver them: damaged codes, signatures below the money, keys that nobody reads."""

import openpyxl
import pytest

from xuezheng.register.delivery import read_delivery
from xuezheng.register.engine.statements import keys_read
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


def stated(folder, *lines):
    rows = "\n".join(f"509901,2023,{line}" for line in lines)
    return delivered(folder, county_year=f"县区代码,学年,事项,值\n{rows}\n")


@pytest.mark.parametrize("key", ["升学率", "平均分", "pass_rate", "BMI", "exam_scores"])
def test_a_key_of_the_county_is_refused_by_name_like_a_header(tmp_path, key):
    delivery = stated(tmp_path, "satisfaction_rate,91.2", f"{key},80")
    assert [(fault.place.cell, fault.value, fault.exit_status) for fault in delivery.errors] == [("C3", key, 15)]


def test_every_key_that_a_standard_reads_is_held(tmp_path):
    keys = keys_read()
    assert {"monitoring_school_difference", "satisfaction_rate"} <= keys.figures
    assert {"cn-compulsory-2017.G1", "G1"} <= keys.answers
    delivery = stated(tmp_path, *(f"{key},1" for key in sorted(keys.figures | keys.answers)))
    assert told(delivery.errors + delivery.warnings) == []
    assert [fault for fault in delivery.notes if fault.column == "key"] == []


def test_a_key_that_no_standard_reads_is_told_with_the_nearest(tmp_path):
    delivery = stated(tmp_path, "satisfaction_rat,91.2", "操场灯光,3")
    found = [(fault.code, fault.place.cell, fault.params.get("nearest")) for fault in delivery.notes if fault.column]
    assert found == [("key_not_read_but_alike", "C2", "satisfaction_rate"), ("key_not_read", "C3", None)]


@pytest.mark.parametrize(
    ("key", "text", "held"),
    [
        ("teacher_salary_average", "９５０００", "95000"),
        ("teacher_salary_average", '"95,000"', "95000"),
        ("teacher_salary_average", "９５，０００．５", "95000.5"),
        ("satisfaction_rate", "９１．２％", "91.2"),
        ("satisfaction_rate", "95 %", "95"),
        ("cn-compulsory-2017.G1", "✓", "是"),
        ("cn-compulsory-2017.G1", "不达标", "否"),
        ("cn-compulsory-2017.G1", "未认定", "未认定"),
        ("操场灯光", "1.1E3", "1100"),
    ],
)
def test_what_a_county_states_is_held_in_plain_digits_and_words(tmp_path, key, text, held):
    delivery = stated(tmp_path, f"{key},{text}")
    assert told(delivery.errors + delivery.warnings) == []
    assert delivery.holdings.tables["county_year"].column("value").to_pylist() == [held]


@pytest.mark.parametrize(
    ("key", "text", "code"),
    [
        ("satisfaction_rate", "maybe", "statement_not_a_number"),
        ("satisfaction_rate", "是", "statement_not_a_number"),
        ("cn-compulsory-2017.G1", "abc", "statement_not_an_answer"),
        ("cn-compulsory-2017.G1", "95", "statement_not_an_answer"),
        ("操场灯光", "maybe", "statement_not_understood"),
    ],
)
def test_a_value_that_says_nothing_is_a_warning(tmp_path, key, text, code):
    delivery = stated(tmp_path, "senior_quota_share,62", f"{key},{text}")
    assert told(delivery.errors) == []
    assert told(delivery.warnings) == [(code, "D3", text)]
