from datetime import date

import pyarrow as pa
import pytest

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.engine.values import convert


def read(table, column, cells, **rest):
    return convert(load_register_schema().tables[table].columns[column], pa.array(cells), **rest)


def values(table, column, cells, **rest):
    converted = read(table, column, cells, **rest)
    assert converted.failures == ()
    return converted.values.to_pylist()


def reasons(table, column, cells):
    converted = read(table, column, cells)
    return {failure.value: failure.code for failure in converted.failures}


def test_numbers_as_text_in_full_width_with_separators_and_spaces():
    assert values("stage_year", "pupils", ["12", "４５", "1,234", " 1 234 ", "７８９．０", "+5"]) == [
        12,
        45,
        1234,
        1234,
        789,
        5,
    ]


def test_what_stands_for_no_value_is_missing_and_never_zero():
    cells = ["", "-", "—", "——", "/", "／", None, "N/A", "不详"]
    assert values("stage_year", "pupils", cells) == [None] * 9
    assert values("school", "closed", ["无", "暂无"]) == [None, None]


def test_each_cell_that_is_no_number_is_named_with_its_reason():
    assert reasons(
        "stage_year", "pupils", ["4O", "#DIV/0!", "85%", "无", "12班", "1,23", "36.5", "-3", "inf", "NaN"]
    ) == {
        "4O": "not_a_number",
        "#DIV/0!": "formula_error",
        "85%": "percent_not_expected",
        "无": "none_or_unknown",
        "12班": "not_a_number",
        "1,23": "not_a_number",
        "36.5": "not_a_whole_number",
        "-3": "number_out_of_range",
        "inf": "number_not_finite",
        "NaN": "number_not_finite",
    }


def test_a_failing_cell_is_missing_in_the_values():
    converted = read("stage_year", "pupils", [1.0, float("nan"), float("inf"), 2.5, -1.0, 7.0])
    assert converted.values.to_pylist() == [1, None, None, None, None, 7]
    assert len(converted.failures) == 4


def test_truth_and_dates_are_no_numbers():
    assert len(read("stage_year", "pupils", [True, False]).failures) == 2
    assert len(read("stage_year", "pupils", [date(2023, 9, 1)]).failures) == 1


def test_a_unit_is_turned_into_the_columns_own_without_dust():
    assert values("school_year_facts", "equipment_value_yuan", [1.1, 110.1], factor=10_000) == [11_000.0, 1_101_000.0]


def test_codes_are_text_from_numbers_and_keep_their_digits():
    assert (
        values("school", "school_code", ["2150000001", "2150000001.0", " 2150000001 ", "'2150000001"])
        == ["2150000001"] * 4
    )
    assert values("school", "school_code", [2150000001]) == ["2150000001"]
    assert values("school", "school_code", [2150000001.0]) == ["2150000001"]


def test_damaged_codes_are_named():
    assert reasons("school", "school_code", ["215000001", "2.15E+09", "21500O0001", "21500000011"]) == {
        "215000001": "code_of_wrong_length",
        "2.15E+09": "code_in_scientific_notation",
        "21500O0001": "not_a_code",
        "21500000011": "code_of_wrong_length",
    }


def test_both_usual_forms_of_dates_and_the_others_that_offices_write():
    cells = ["2025-09-01", "2025/9/1", "2025年9月1日", "2025.9.1", "20250901", "2025-09-01 00:00:00", "45901"]
    assert values("school", "opened", cells) == [date(2025, 9, 1)] * 7


def test_days_that_do_not_exist_and_bare_years_are_no_dates():
    assert set(reasons("school", "opened", ["2025-02-30", "1998", "1998-13-41", "去年"]).values()) == {"not_a_date"}


def test_yes_and_no_in_the_words_that_offices_use():
    cells = ["是", "有", "√", "yes", "TRUE", "1", "否", "无", "×", "no", "0", "—"]
    assert values("school", "boarding", cells) == [True] * 6 + [False] * 5 + [None]
    assert reasons("school", "boarding", ["大概"]) == {"大概": "not_yes_or_no"}


def test_choices_by_code_by_word_and_by_alias():
    assert values("school", "kind", ["primary", "小学", "完小", "Primary School"]) == ["primary"] * 4
    assert values("class_year", "grade", [1, 7]) == ["1", "7"]
    assert values("class_year", "grade", ["一年级", "初一", "小", "混龄"]) == ["1", "7", "small", "mixed"]
    assert values("teacher_year", "title", ["无"]) == ["none"]
    assert reasons("school", "ownership", ["企业联办"]) == {"企业联办": "not_in_code_list"}


def test_taught_words_of_a_code_list_count():
    assert values("stage_year", "stage", ["小学段"], codes={"小学段": "primary"}) == ["primary"]


def test_school_years_name_the_year_in_which_they_begin():
    cells = ["2023", "2023-2024", "2023—2024学年", "2023学年", "2023/2024", "2023-24"]
    assert values("stage_year", "school_year", cells) == [2023] * 6
    assert reasons("stage_year", "school_year", ["2023-2025", "23"]) == {"2023-2025": "not_a_year", "23": "not_a_year"}
    assert values("teacher_year", "birth_year", [1938]) == [1938]
    assert reasons("funds_year", "fiscal_year", ["2023-2024"]) == {"2023-2024": "not_a_year"}


@pytest.mark.parametrize("cells", [["91.20"], [91.2], ["91.2"]])
def test_a_number_is_the_same_text_in_every_file_format(cells):
    assert values("county_year", "value", cells) == ["91.2"]


@pytest.mark.parametrize(
    ("text", "factor", "held"),
    [("12 人", 1.0, 12), ("1,200人", 1.0, 1200), ("１２名", 1.0, 12), ("3 万人", 1.0, None), ("12 人", 10_000.0, None)],
)
def test_a_figure_may_carry_the_unit_of_its_header_and_no_other(text, factor, held):
    converted = read("stage_year", "pupils", [text], factor=factor)
    assert converted.values.to_pylist() == [held]
    assert [failure.code for failure in converted.failures] == ([] if held else ["not_a_number"])


def test_a_code_in_scientific_notation_passes_only_with_all_its_digits():
    assert values("school", "school_code", ["2.150000001E9", "2.150000001e+09"]) == ["2150000001"] * 2
    assert reasons("school", "school_code", ["2.15E+09", "2.15000000E9"]) == {
        "2.15E+09": "code_in_scientific_notation",
        "2.15000000E9": "code_in_scientific_notation",
    }
    assert reasons("school", "school_code", [1e15, 2.15e17]) == {
        "1000000000000000": "code_in_scientific_notation",
        "2.15e+17": "code_in_scientific_notation",
    }


def test_a_text_that_an_export_wrapped_in_a_formula_is_the_text():
    assert values("school", "school_code", ['="2150000001"', "2150000002"]) == ["2150000001", "2150000002"]
    assert values("school", "name", ['="一小"']) == ["一小"]
    assert values("stage_year", "pupils", ['="12"', '=""']) == [12, None]
    assert reasons("stage_year", "pupils", ['="12"&"3"']) == {'="12"&"3"': "not_a_number"}
