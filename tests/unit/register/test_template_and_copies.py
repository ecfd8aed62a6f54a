import openpyxl
import pytest

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.delivery import read_delivery
from xuezheng.register.marked_copy import write_fault_table, write_marked_copies
from xuezheng.register.template import write_template


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_empty_template_is_read_as_all_tables_without_a_row(tmp_path, language):
    path = tmp_path / "template.xlsx"
    write_template(path, language)
    delivery = read_delivery([path])
    assert delivery.errors == () == delivery.warnings
    assert {account.table for account in delivery.accounts} == set(load_register_schema().tables)
    assert all(account.imported == 0 and account.skipped == {"example": 1} for account in delivery.accounts)
    unknown = [fault for fault in delivery.notes if fault.code == "columns_not_understood"]
    assert unknown == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_filled_template_is_imported_cleanly_with_the_example_still_in_it(tmp_path, language):
    path = tmp_path / "template.xlsx"
    write_template(path, language)
    book = openpyxl.load_workbook(path)
    schema = load_register_schema()
    for table in schema.tables.values():
        if table.en in ("class year", "school change"):
            continue  # one example class does not add up to a school, one example school does not change
        sheet = book[table.in_language(language)]
        for index in range(2, sheet.max_column + 1):
            sheet.cell(3, index).value = sheet.cell(2, index).value
    book.save(path)
    delivery = read_delivery([path])
    stage_year = delivery.holdings.table("stage_year")
    assert delivery.errors == ()
    assert stage_year.column("pupils").to_pylist() == [486]
    assert stage_year.column("school_code").to_pylist() == ["2150000001"]
    assert delivery.holdings.table("school").column("boarding").to_pylist() == [False]


def test_an_example_row_written_over_is_not_lost_in_silence(tmp_path):
    path = tmp_path / "template.xlsx"
    write_template(path)
    book = openpyxl.load_workbook(path)
    book["学校"]["B2"].value = "2150000777"
    book.save(path)
    [fault] = read_delivery([path]).warnings
    assert (fault.code, fault.place.cell, fault.value) == ("example_row_changed", "B2", "2150000777")


def test_faults_come_as_a_table_and_as_a_marked_copy(tmp_path):
    path = tmp_path / "county.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "学校"
    sheet.append(["学校标识码", "学校名称", "县区代码"])
    sheet.append(["215", "=1+1", "509901"])
    sheet["B2"].value = "一小"
    book.save(path)
    delivery = read_delivery([path])
    table = write_fault_table(delivery.faults, tmp_path, "zh").read_text(encoding="utf-8-sig")
    assert "A2" in table
    assert "215" in table
    [copy] = write_marked_copies(delivery, tmp_path, "zh")
    assert copy.name == "county.marked.xlsx"
    marked = openpyxl.load_workbook(copy)["学校"]
    assert "10 位数字" in marked["A2"].comment.text
    assert marked["A2"].fill.fgColor.rgb != marked["B2"].fill.fgColor.rgb


def test_a_delivery_that_must_not_be_held_is_not_copied(tmp_path):
    (tmp_path / "学校.csv").write_text("绝密,,\n学校标识码,学校名称,县区代码\n215,一小,509901\n", encoding="utf-8")
    assert write_marked_copies(read_delivery([tmp_path]), tmp_path, "zh") == []


def test_files_of_one_name_in_two_folders_give_two_marked_copies(tmp_path):
    for county in ("甲", "乙"):
        (tmp_path / "in" / county).mkdir(parents=True)
        (tmp_path / "in" / county / "学校.csv").write_text("学校标识码,学校名称\n215,一小\n", encoding="utf-8")
    copies = write_marked_copies(read_delivery([tmp_path / "in"]), tmp_path, "zh")
    assert sorted(copy.name for copy in copies) == ["学校.faults.xlsx", "学校.faults2.xlsx"]
