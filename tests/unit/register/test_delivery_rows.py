"""Every row read is accounted for, every fault is named with its place, and all come at once."""

import pytest

from xuezheng.kernel.place import Place
from xuezheng.register.delivery import RefusedDelivery, read_delivery
from xuezheng.register.opening import read_sources
from xuezheng.register.sentences import fault_sentence
from xuezheng.tables.workbook import Formula, WorkbookWriter

SCHOOLS = "学校标识码,学校名称,县区代码,学校类别\n2150000001,一小,509901,小学\n2150000002,二小,509901,小学\n"


def delivered(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_delivery([folder])


def told(delivery, code):
    return [(str(fault.place), fault.value) for fault in delivery.faults if fault.code == code]


def test_totals_subtotals_notes_headers_and_blank_rows_are_counted_and_left_out(tmp_path):
    delivery = delivered(
        tmp_path,
        学校=SCHOOLS,
        学段年报="""2023学年各校情况,,,,
单位：云溪县教育委员会,,,,
学校标识码,学年,学段,在校生数,班数
甲,乙,丙,1,2
2150000001,2023,小学,400,10
云溪镇小计,,,400,10
,,,,
学校标识码,学年,学段,在校生数,班数
2150000002,2023,小学,80,2
合计,,,480,12
注：本表由学校填报,,,,
填表人：张三,,,,
""",
    )
    assert delivery.errors == () == delivery.warnings
    account = next(account for account in delivery.accounts if account.table == "stage_year")
    assert account.skipped == {"header": 2, "subtotal": 1, "blank": 1, "total": 1, "note": 2}
    assert (account.rows_read, account.imported, account.refused) == (9, 2, 0)
    assert account.sums_read == account.sums_imported == {"pupils": 480, "classes": 12}
    held = delivery.holdings.table("stage_year")
    assert held.column("pupils").to_pylist() == [400, 80]
    assert held.column("_row").to_pylist() == [5, 9]
    assert delivery.holdings.place("stage_year", 1, "pupils") == Place("学段年报.csv", "", 9, "D")


def test_a_total_that_differs_from_its_rows_is_a_warning_that_names_both(tmp_path):
    delivery = delivered(
        tmp_path, 学校=SCHOOLS, 学段年报="学校标识码,学年,学段,在校生数\n2150000001,2023,小学,400\n合计,,,500\n"
    )
    [fault] = [fault for fault in delivery.warnings if fault.code == "total_differs"]
    assert (fault.place, fault.value, fault.params["sum"]) == (Place("学段年报.csv", "", 3, "D"), "500", 400.0)


def test_all_faults_come_at_once_and_a_refused_row_is_counted(tmp_path):
    delivery = delivered(
        tmp_path,
        学校=SCHOOLS,
        学段年报="""学校标识码,学年,学段,在校生数,班数
2150000001,2023,小学,4O0,10
215000002,2023,小学,80,2
,2023,小学,80,2
2150000002,2023,幼儿,80,2.5
""",
    )
    assert told(delivery, "not_a_number") == [("学段年报.csv · D2", "4O0")]
    assert told(delivery, "code_of_wrong_length") == [("学段年报.csv · A3", "215000002")]
    assert told(delivery, "key_missing") == [("学段年报.csv · A4", "")]
    assert told(delivery, "not_in_code_list") == [("学段年报.csv · C5", "幼儿")]
    assert told(delivery, "not_a_whole_number") == [("学段年报.csv · E5", "2.5")]
    account = next(account for account in delivery.accounts if account.table == "stage_year")
    assert (account.rows_read, account.imported, account.refused, account.skipped) == (4, 0, 4, {})
    assert delivery.holdings.snapshot == ""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_sentence_names_file_cell_value_expectation_and_mend(tmp_path, language):
    delivery = delivered(tmp_path, 学校=SCHOOLS, 学段年报="学校标识码,学年,学段,在校生数\n2150000001,2023,小学,4O\n")
    [fault] = delivery.errors
    sentence = fault_sentence(fault, language)
    for part in ("学段年报.csv", "D2", "4O", "在校生数" if language == "zh" else "pupils"):
        assert part in sentence


def test_columns_that_are_not_there_are_missing_and_unknown_ones_are_named(tmp_path):
    delivery = delivered(
        tmp_path, 学校=SCHOOLS, 学段年报="学校标识码,学年,学段,食堂窗口数,在校生数\n2150000001,2023,小学,3,400\n"
    )
    assert delivery.errors == ()
    [fault] = [fault for fault in delivery.notes if fault.code == "columns_not_understood"]
    assert fault.params["headers"] == ["D 食堂窗口数"]
    assert "classes" not in delivery.holdings.table("stage_year").column_names


def test_a_key_column_that_is_not_there_is_an_error(tmp_path):
    delivery = delivered(tmp_path, 学校=SCHOOLS, 学段年报="学校标识码,学年,在校生数\n2150000001,2023,400\n")
    [fault] = delivery.errors
    assert (fault.code, fault.column, fault.exit_status) == ("key_column_missing", "stage", 12)


def test_a_year_that_only_the_title_states_is_taken_with_a_warning(tmp_path):
    delivery = delivered(
        tmp_path, 学校=SCHOOLS, 学段年报="2023—2024学年学段年报,,\n学校标识码,学段,在校生数\n2150000001,小学,400\n"
    )
    assert told(delivery, "key_taken_from_title") == [("学段年报.csv", "2023")]
    assert delivery.holdings.table("stage_year").column("school_year").to_pylist() == [2023]


def test_a_sheet_without_a_name_is_recognised_by_its_headers(tmp_path):
    delivery = delivered(
        tmp_path, 学校=SCHOOLS, data="school code,school year,stage,pupils\n2150000001,2023,primary,400\n"
    )
    assert delivery.errors == ()
    assert delivery.holdings.table("stage_year").column("pupils").to_pylist() == [400]


def test_headers_that_fit_two_tables_alike_are_refused(tmp_path):
    delivery = delivered(
        tmp_path, mixed="区划代码,年份,年龄,人口口径,是否预测,儿童数,出生人数\n509901001201,2023,3,常住,否,5,4\n"
    )
    assert {fault.code for fault in delivery.errors} <= {"table_ambiguous"}


def test_a_file_in_which_nothing_is_understood_is_an_error(tmp_path):
    delivery = delivered(tmp_path, 食堂="菜名,价格\n土豆,3\n")
    [fault] = delivery.errors
    assert (fault.code, fault.exit_status) == ("nothing_understood", 12)


def test_units_above_the_table_count_for_money(tmp_path):
    delivery = delivered(
        tmp_path,
        学校=SCHOOLS,
        办学条件="单位：万元、册,,,\n学校标识码,学年,教学仪器设备值,图书册数\n2150000001,2023,110.5,7\n",
    )
    facts = delivery.holdings.table("school_year_facts")
    assert facts.column("equipment_value_yuan").to_pylist() == [1_105_000.0]
    assert facts.column("books").to_pylist() == [7]
    assert [fault.code for fault in delivery.notes] == ["unit_converted"]


def test_gcj02_coordinates_are_converted_and_said_so(tmp_path):
    header = "学校标识码,学校名称,县区代码,学校类别,经度（GCJ-02）,纬度（GCJ-02）"
    delivery = delivered(tmp_path, 学校=f"{header}\n2150000001,一小,509901,小学,107.5161,29.6281\n")
    [note] = [fault for fault in delivery.notes if fault.code == "coordinates_converted"]
    assert note.value == "GCJ-02"
    held = delivery.holdings.table("school")
    # GCJ-02 shifts this place by some four hundred metres.
    assert 0.001 < abs(held.column("lon")[0].as_py() - 107.5161) < 0.01
    assert 0.001 < abs(held.column("lat")[0].as_py() - 29.6281) < 0.01


def test_two_sources_complete_each_other_and_their_lineage_is_kept(tmp_path):
    delivery = delivered(
        tmp_path,
        学校=SCHOOLS,
        学段年报1="学校标识码,学年,学段,在校生数\n2150000001,2023,小学,400\n2150000002,2023,小学,80\n",
        学段年报2="学校标识码,学年,学段,专任教师数,在校生数\n2150000001,2023,小学,30,400\n",
    )
    assert delivery.errors == ()
    held = delivery.holdings.table("stage_year")
    assert held.column("teachers").to_pylist() == [30, None]
    assert delivery.holdings.place("stage_year", 0, "teachers") == Place("学段年报2.csv", "", 2, "D")
    assert delivery.agreeing == 1
    for account in delivery.accounts:
        assert account.sums_read == account.sums_imported


def test_a_value_is_placed_where_it_was_given_not_where_a_cell_was_left_empty(tmp_path):
    delivery = delivered(
        tmp_path,
        学校=SCHOOLS,
        学段年报1="学校标识码,学年,学段,在校生数,班数\n2150000001,2023,小学,,10\n2150000002,2023,小学,80,2\n",
        学段年报2="学校标识码,学年,学段,班数,在校生数\n2150000001,2023,小学,10,400\n",
    )
    assert delivery.errors == ()
    holdings = delivery.holdings
    assert holdings.table("stage_year").column("pupils").to_pylist() == [400, 80]
    assert str(holdings.place("stage_year", 0, "pupils")) == "学段年报2.csv · E2"
    assert str(holdings.place("stage_year", 0, "classes")) == "学段年报1.csv · E2"
    assert str(holdings.place("stage_year", 1, "pupils")) == "学段年报1.csv · D3"
    for account in delivery.accounts:
        assert account.sums_read == account.sums_imported


def test_two_sources_that_differ_are_an_error_naming_both_places(tmp_path):
    delivery = delivered(
        tmp_path,
        学校=SCHOOLS,
        学段年报1="学校标识码,学年,学段,在校生数\n2150000001,2023,小学,400\n",
        学段年报2="学校标识码,学年,学段,在校生数\n2150000001,2023,小学,401\n",
    )
    [fault] = delivery.errors
    assert (fault.code, str(fault.place), fault.params["other"]) == (
        "sources_differ",
        "学段年报2.csv · D2",
        "学段年报1.csv · D2",
    )


def test_the_same_row_twice_in_one_sheet_is_an_error(tmp_path):
    row = "2150000001,2023,小学,400\n"
    delivery = delivered(tmp_path, 学校=SCHOOLS, 学段年报=f"学校标识码,学年,学段,在校生数\n{row}{row}")
    [fault] = delivery.errors
    assert (fault.code, str(fault.place), fault.params["other"]) == (
        "row_twice",
        "学段年报.csv · A3",
        "学段年报.csv · A2",
    )


def test_hidden_rows_and_sheets_are_read_with_a_warning_and_formulas_need_a_value(tmp_path):
    with WorkbookWriter(tmp_path / "county.xlsx") as book:
        schools = book.sheet("学校")
        schools.row(1, ["学校标识码", "学校名称", "县区代码", "学校类别"])
        schools.row(2, ["2150000001", "一小", "509901", "小学"])
        schools.hide_rows(2, 2)
        returns = book.sheet("学段年报")
        returns.row(1, ["学校标识码", "学年", "学段", "在校生数"])
        returns.row(2, ["2150000001", 2023, "小学", Formula("=200+200", 400)])
        returns.hide()
        book.sheet("说明").row(1, ["本表每年填报一次"])
    delivery = read_delivery([tmp_path / "county.xlsx"])
    assert delivery.errors == ()
    assert [fault.code for fault in delivery.warnings] == ["rows_hidden", "sheet_hidden"]
    assert delivery.holdings.table("stage_year").column("pupils").to_pylist() == [400]


def test_a_mark_of_secrecy_or_a_refused_header_refuses_the_whole_delivery(tmp_path):
    delivery = delivered(
        tmp_path,
        学校=SCHOOLS,
        学段年报="机密★5年,,,,\n学校标识码,学年,学段,在校生数,平均分\n2150000001,2023,小学,400,88\n",
    )
    assert told(delivery, "secret_mark") == [("学段年报.csv · A1", "机密★5年")]
    assert told(delivery, "forbidden_scores") == [("学段年报.csv · E2", "平均分")]
    with pytest.raises(RefusedDelivery) as refused:
        read_sources([tmp_path])
    assert refused.value.status == 15


def test_a_mark_of_secrecy_in_a_cell_of_the_body_is_found(tmp_path):
    schools = "".join(f"21500001{number:02},某校,509901,小学\n" for number in range(60))
    text = SCHOOLS + schools + "2150000003,绝密,509901,小学\n"
    assert told(delivered(tmp_path, 学校=text), "secret_mark") == [("学校.csv · B64", "绝密")]
    assert told(delivered(tmp_path, 学校=SCHOOLS + "2150000003,绝密,509901,小学\n"), "secret_mark") == [
        ("学校.csv · B4", "绝密")
    ]


def test_an_unreadable_file_does_not_hide_the_faults_of_the_others(tmp_path):
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not a zip")
    delivery = delivered(tmp_path, 学校="学校标识码,学校名称,县区代码\n215,一小,509901\n")
    assert {fault.exit_status for fault in delivery.errors} == {10, 13}


def test_hidden_files_are_passed_over_with_a_note(tmp_path):
    (tmp_path / "~$学校.xlsx").write_bytes(b"lock")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    delivery = delivered(tmp_path, 学校=SCHOOLS)
    assert [str(fault.place) for fault in delivery.notes if fault.code == "file_hidden"] == [".DS_Store", "~$学校.xlsx"]
    assert delivery.errors == ()


def test_a_code_merged_over_the_rows_of_its_stages_counts_for_each(tmp_path):
    with WorkbookWriter(tmp_path / "county.xlsx") as book:
        returns = book.sheet("学段年报")
        returns.row(1, ["学校标识码", "学年", "学段", "在校生数"])
        returns.row(2, [None, 2023, "小学", 400])
        returns.row(3, [None, 2023, "初中", 200])
        returns.merge((2, 0, 3, 0), "2150000001")
    delivery = read_delivery([tmp_path / "county.xlsx"])
    assert delivery.errors == ()
    assert [fault.number for fault in delivery.notes if fault.code == "merged_keys_filled"] == [1]
    assert delivery.holdings.table("stage_year").column("school_code").to_pylist() == ["2150000001"] * 2


def test_money_of_nobody_is_an_error(tmp_path):
    text = "学校标识码,县区代码,财政年度,经费项目,金额\n2150000001,,2023,公用经费,5\n,509901,2023,公用经费,5\n,,2023,公用经费,5\n"
    delivery = delivered(tmp_path, 学校=SCHOOLS, 经费=text)
    assert told(delivery, "key_missing") == [("经费.csv · A4", "")]
    assert delivery.holdings.table("funds_year").num_rows == 2


def test_a_total_of_money_is_no_money_of_nobody(tmp_path):
    text = "学校标识码,学校名称,财政年度,经费项目,金额\n2150000001,一小,2023,公用经费,5\n,合计,2023,公用经费,5\n"
    delivery = delivered(tmp_path, 学校=SCHOOLS, 经费=text)
    assert delivery.errors == ()
    assert [account.skipped for account in delivery.accounts] == [{"total": 1}, {}]


def test_an_identity_number_in_a_cell_is_refused_and_not_repeated(tmp_path):
    text = "教师代号,学校标识码,学年\n110101199003071234,2150000001,2023\n"
    [fault] = delivered(tmp_path, 学校=SCHOOLS, 教师=text).errors
    assert (fault.code, fault.place.cell, fault.value, fault.exit_status) == ("forbidden_identity", "A2", "110101…", 15)


def test_a_delivered_text_cannot_steer_the_terminal(tmp_path):
    delivery = delivered(
        tmp_path, 学校=SCHOOLS, 学段年报="学校标识码,学年,学段,在校生数\n2150000001,2023,\x1b[31m小学,4\n"
    )
    assert all("\x1b" not in fault_sentence(fault, "zh") for fault in delivery.faults)


@pytest.mark.parametrize("outline", ["{", "[]", '{"type": "FeatureCollection", "features": 5}', "[" * 100_000])
def test_an_outline_of_another_form_is_refused_by_name_or_passed_over(tmp_path, outline):
    (tmp_path / "county.geojson").write_text(outline, encoding="utf-8")
    delivery = delivered(tmp_path, 学校=SCHOOLS)
    assert {fault.code for fault in delivery.faults} & {"outline_unreadable", "file_of_other_kind"}


RETURNS = "学校标识码,学年,学段,在校生数\n2150000001,2023,小学,400\n2150000002,2023,小学,80\n"


def test_the_name_of_a_file_is_a_hint_and_what_stands_in_it_decides(tmp_path):
    delivery = delivered(tmp_path, 学校=SCHOOLS, 中考成绩=RETURNS)
    assert delivery.errors == ()
    assert told(delivery, "file_named_as_forbidden") == [("中考成绩.csv", "中考成绩")]


def test_a_file_that_says_nothing_else_is_taken_by_its_name(tmp_path):
    delivery = delivered(tmp_path, 学校=SCHOOLS, 成绩单="语文,数学\n90,95\n")
    assert told(delivery, "forbidden_scores") == [("成绩单.csv", "成绩单")]


def test_a_refused_header_in_a_file_so_named_is_said_once(tmp_path):
    returns = "学校标识码,学年,学段,平均分\n2150000001,2023,小学,88\n"
    assert [fault.place.cell for fault in delivered(tmp_path, 学校=SCHOOLS, 成绩=returns).errors] == ["D1"]


def test_a_file_name_that_marks_secrecy_is_refused_whatever_stands_in_it(tmp_path):
    assert [fault.code for fault in delivered(tmp_path, 学校=SCHOOLS, 机密=RETURNS).errors] == ["secret_mark"]


def test_a_flood_of_faults_is_counted_whole_and_told_in_part(tmp_path):
    header = "学校标识码,学年,学段,在校生数,班数,教职工数\n"
    files = {f"学段年报{number}": header + "x,x,x,x,x,x\n" * 100 for number in range(60)}
    delivery = delivered(tmp_path, 学校=SCHOOLS, **files)
    assert delivery.error_count == 60 * 600
    assert len(delivery.errors) <= 20_000
    assert {fault.place.file for fault in delivery.errors} == {f"{name}.csv" for name in files}


def test_a_mark_of_secrecy_in_every_row_is_one_refusal_that_counts_them(tmp_path):
    rows = "2150000001,2023,小学,机密★5年\n" * 100
    delivery = delivered(tmp_path, 学校=SCHOOLS, 学段年报="学校标识码,学年,学段,备考\n" + rows)
    below = [fault for fault in delivery.errors if fault.code == "secret_mark" and fault.place.row > 40]
    assert [(fault.place.cell, fault.number) for fault in below] == [("D41", 61)]


def test_totals_and_notes_are_none_where_any_text_is_a_key(tmp_path):
    delivery = delivered(
        tmp_path,
        学校=SCHOOLS,
        教师="""2023—2024学年教师名册,,,
教师代号,学校标识码,任教学段,任教学科
T1,2150000001,小学,语文
合 计,,,1
注：本表由学校填报,,,
填表人：张三,,审核人：李四,
""",
        班级="""学校标识码,学年,学段,年级,班号,班级人数
2150000001,2023,小学,一年级,1,40
2150000001,2023,小学,一年级,小计,40
""",
    )
    assert delivery.errors == ()
    assert {account.table: dict(account.skipped) for account in delivery.accounts if account.skipped} == {
        "teacher_year": {"note": 2, "total": 1},
        "class_year": {"subtotal": 1},
    }


def test_a_figure_merged_over_rows_is_asked_about(tmp_path):
    (tmp_path / "学校.csv").write_text(SCHOOLS, encoding="utf-8")
    with WorkbookWriter(tmp_path / "x.xlsx") as book:
        sheet = book.sheet("学段年报")
        sheet.row(1, ["学校标识码", "学年", "学段", "在校生数"])
        sheet.row(2, ["2150000001", 2023, "小学"])
        sheet.row(3, ["2150000002", 2023, "小学"])
        sheet.merge((2, 3, 3, 3), 480)
    delivery = read_delivery([tmp_path])
    [fault] = delivery.warnings
    assert (fault.code, fault.place.cell, fault.params["rows"]) == ("figure_merged", "D2", 2)
