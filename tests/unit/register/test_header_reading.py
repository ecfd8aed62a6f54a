import pytest

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.engine.forbidden import forbidden_kind
from xuezheng.register.engine.headers import read_headings, table_hinted, table_named
from xuezheng.register.engine.wording import folded, year_in


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("stage_year", "stage_year"),
        ("学段年报", "stage_year"),
        ("1.学校", "school"),
        ("学校2023", "school"),
        ("（2）学 校", "school"),
        ("学段年报（2023—2024学年）", "stage_year"),
        ("School Year Facts", "school_year_facts"),
        ("办学条件", "school_year_facts"),
        ("教师名册", "teacher_year"),
        ("Sheet1", ""),
        ("食堂", ""),
    ],
)
def test_a_sheet_name_in_either_language_with_its_decorations_names_a_table(name, table):
    assert table_named(name) == table


def test_a_name_within_a_longer_one_is_a_hint_and_the_longest_wins():
    assert table_hinted("云溪县学段年报汇总") == "stage_year"


def test_every_header_of_a_table_stands_for_one_column_only():
    for table in load_register_schema().tables.values():
        seen = {}
        for name, column in table.columns.items():
            for header in (name, column.zh, column.en, *column.aliases):
                assert seen.setdefault(folded(header), name) == name, header


@pytest.mark.parametrize(
    ("header", "column", "factor"),
    [
        ("教学仪器设备值（万元）", "equipment_value_yuan", 10_000),
        ("教学仪器设备值\n(元)", "equipment_value_yuan", 1),
        ("占地面积/亩", "site_area_m2", 2000 / 3),
        ("占地面积 [公顷]", "site_area_m2", 10_000),
        ("ｓｉｔｅ ａｒｅａ（m2）", "site_area_m2", 1),
        ("site_area_m2", "site_area_m2", 1),
        ("其中：危房面积（㎡）", "unsafe_area_m2", 1),
        ("3、图书册数（必填）", "books", 1),
    ],
)
def test_headers_are_matched_with_units_numbering_width_and_line_breaks(header, column, factor):
    reading = read_headings([["学校标识码", "学年", header]], [], "school_year_facts")
    heading = reading.heading(column)
    assert heading.index == 2
    assert heading.factor == pytest.approx(factor)


def test_a_unit_that_measures_something_else_is_told():
    reading = read_headings([["学校标识码", "学年", "占地面积（万元）"]], [], "school_year_facts")
    assert reading.heading("site_area_m2").foreign_unit == "万元"


def test_titles_stand_above_and_merged_parents_are_joined_to_their_children():
    head = [
        ["云溪县办学条件统计表", None, None, None, None],
        ["学校标识码", "学年", "面积", None, "图书"],
        [None, None, "教学及辅助用房（平方米）", "占地", None],
        ["2150000001", "2023", "2600", "100", "5"],
    ]
    merges = [(1, 0, 1, 4), (2, 0, 3, 0), (2, 1, 3, 1), (2, 2, 2, 3), (2, 4, 3, 4)]
    reading = read_headings(head, merges, "school_year_facts")
    assert (reading.first_row, reading.last_row) == (2, 3)
    assert {heading.column: heading.index for heading in reading.headings} == {
        "school_code": 0,
        "school_year": 1,
        "teaching_area_m2": 2,
        "books": 4,
    }
    assert reading.unknown == ((3, "面积 占地"),)


def test_a_total_under_its_parent_is_the_parents_own_figure():
    head = [["学校标识码", "学年", "学段", "专任教师", None], [None, None, None, "合计", "骨干教师数"]]
    reading = read_headings(head, [(1, 3, 1, 4)], "stage_year")
    assert reading.heading("teachers").index == 3
    assert reading.heading("teachers_backbone").index == 4


def test_a_row_of_units_belongs_to_the_header():
    head = [["学校标识码", "学年", "教学仪器设备值"], [None, None, "万元"], ["2150000001", "2023", "110"]]
    reading = read_headings(head, [], "school_year_facts")
    assert reading.last_row == 2
    assert reading.heading("equipment_value_yuan").factor == 10_000


def test_two_headers_of_one_column_are_told_apart_from_the_first():
    reading = read_headings([["学校标识码", "学年", "学段", "在校生数", "学生数"]], [], "stage_year")
    [(first, second)] = reading.doubled
    assert (first.index, second.index) == (3, 4)


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2023—2024学年办学条件", 2023),
        ("学校2023", 2023),
        ("2023学年", 2023),
        ("2022-2024", None),
        ("共 2150000001 人", None),
        ("2022与2023", None),
        ("2024年3月统计", None),
    ],
)
def test_a_title_states_a_school_year_only_where_it_is_plain(text, year):
    assert year_in(text) == year


def test_no_header_of_the_register_itself_is_refused():
    for table in load_register_schema().tables.values():
        for name, column in table.columns.items():
            for header in (name, column.zh, column.en, *column.aliases):
                assert forbidden_kind(header) == "", header


@pytest.mark.parametrize(
    "header",
    [
        *("体育与健康", "专任教师学历合格率", "百分数", "心理健康教师数", "提高考核得分", "division", "supervision"),
        *("教学成绩奖", "成绩单打印机数", "考试用机房", "分数线路", "名次牌", "平均分班", "高考报名点", "总分校数"),
        *("健康饮用水", "视力保护灯数", "体检车", "vision_statement"),
    ],
)
def test_words_that_only_look_like_refused_ones_pass(header):
    assert forbidden_kind(header) == ""


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("语文平均分", "scores"),
        ("升 学 率（%）", "scores"),
        ("全县排名", "scores"),
        ("Mean Score", "scores"),
        ("视力不良人数", "health"),
        ("Mental-health result", "health"),
        ("免于交流理由", "exemption_reason"),
        ("身份证号码", "identity"),
        ("语文得分", "scores"),
        ("总分", "scores"),
        ("GPA", "scores"),
        ("升入高中率", "scores"),
        ("test_results", "scores"),
        ("pass_rate", "scores"),
        ("近视率", "health"),
        ("BMI", "health"),
        ("患病人数", "health"),
        ("psychological", "health"),
        ("残疾类别", "health"),
        ("免轮岗原因", "exemption_reason"),
        ("密级", "secret"),
        ("秘密级", "secret"),
    ],
)
def test_what_the_register_refuses_is_found_by_name(header, kind):
    assert forbidden_kind(header) == kind


def test_a_row_of_units_below_headers_over_two_rows_belongs_to_the_header():
    head = [
        ["序号", "学校标识码", "学段", "在校生数", None, "班数"],
        [None, None, None, "合计", "其中：寄宿生", None],
        [None, None, None, "人", "人", "个"],
        ["1", "2150000001", "小学", "400", "20", "10"],
    ]
    merges = [(1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 2, 2), (1, 3, 1, 4), (1, 5, 2, 5)]
    reading = read_headings(head, merges, "stage_year")
    assert reading.last_row == 3
    assert {heading.column: heading.unit for heading in reading.headings} == {
        "school_code": "",
        "stage": "",
        "pupils": "人",
        "boarders": "人",
        "classes": "个",
    }


@pytest.mark.parametrize("table", sorted(load_register_schema().tables))
def test_every_header_of_the_schema_is_understood_bare_and_with_its_unit_in_brackets(table):
    schema = load_register_schema()
    for name, column in schema.tables[table].columns.items():
        own = [word for word, factor in schema.units.get(column.unit, {}).items() if factor == 1]
        for header in (name, column.zh, column.en, *column.aliases):
            for text in (header, *(form.format(header, unit) for unit in own for form in ("{} ({})", "{}（{}）"))):
                heading = read_headings([[text], ["1"]], [], table).headings[0]
                assert (text, heading.column, heading.factor, heading.foreign_unit) == (text, name, 1.0, "")
