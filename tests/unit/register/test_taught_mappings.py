import pytest
import yaml

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.register.delivery import read_delivery
from xuezheng.register.mapping import FILE_NAME, skeleton, write_skeleton

EXPORT = "机构编号,阶段,学生总数,食堂窗口\n2150000001,小学段,400,3\n"
SCHOOLS = "学校标识码,学校名称,县区代码,学校类别\n2150000001,一小,509901,小学\n"


def exported(folder):
    (folder / "学校.csv").write_text(SCHOOLS, encoding="utf-8")
    (folder / "教基3112.csv").write_text(EXPORT, encoding="utf-8")


def test_what_is_taught_once_is_applied_by_itself_from_then_on(tmp_path):
    exported(tmp_path)
    assert [fault.code for fault in read_delivery([tmp_path]).errors] == ["nothing_understood"]
    taught = {
        "mappings": [
            {
                "sheet": "教基3*",
                "table": "stage_year",
                "columns": {"机构编号": "school_code", "阶段": "stage", "学生总数": "pupils", "食堂窗口": ""},
                "codes": {"stage": {"小学段": "primary"}},
                "constants": {"school_year": 2023},
            }
        ]
    }
    (tmp_path / FILE_NAME).write_text(yaml.safe_dump(taught, allow_unicode=True), encoding="utf-8")
    delivery = read_delivery([tmp_path])
    assert delivery.faults == ()
    [row] = delivery.holdings.table("stage_year").drop_columns(["_source", "_row"]).to_pylist()
    assert row == {"school_code": "2150000001", "school_year": 2023, "stage": "primary", "pupils": 400}


def test_one_sheet_may_be_taught_to_fill_several_tables(tmp_path):
    rows = "2150000001,一小,509901,小学,2023,小学,400\n2150000001,一小,509901,小学,2023,学前,60\n"
    (tmp_path / "汇总.csv").write_text("学校标识码,学校名称,县区代码,学校类别,学年,学段,人\n" + rows, encoding="utf-8")
    taught = [
        {"sheet": "汇总", "table": "stage_year", "columns": {"人": "pupils"}},
        {"sheet": "汇总", "table": "school", "repeated": True},
    ]
    (tmp_path / FILE_NAME).write_text(yaml.safe_dump({"mappings": taught}, allow_unicode=True), encoding="utf-8")
    delivery = read_delivery([tmp_path])
    assert delivery.errors == () == delivery.warnings
    assert delivery.holdings.table("school").column("name").to_pylist() == ["一小"]
    assert delivery.holdings.table("stage_year").column("pupils").to_pylist() == [60, 400]
    assert [account.skipped for account in delivery.accounts] == [{"repeated": 1}, {}]


def test_a_skeleton_lists_the_headers_not_understood_for_a_person_to_fill_in(tmp_path):
    exported(tmp_path)
    delivery = read_delivery([tmp_path])
    out = tmp_path / "teach.yaml"
    write_skeleton(out, skeleton(delivery.unknown_headers), "zh")
    content = yaml.safe_load(out.read_text(encoding="utf-8"))
    [mapping] = content["mappings"]
    assert mapping["sheet"] == "教基3112"
    assert mapping["columns"] == dict.fromkeys(("机构编号", "阶段", "学生总数", "食堂窗口"), "")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"table": "stage"}, "mapping_unknown_table"),
        ({"columns": {"学生总数": "pupil"}}, "mapping_unknown_column"),
        ({"codes": {"stage": {"小学段": "prim"}}}, "mapping_unknown_code"),
    ],
)
def test_a_wrong_mapping_is_refused_by_name(tmp_path, change, code):
    exported(tmp_path)
    mapping = {"sheet": "教基3*", "table": "stage_year", "columns": {}, **change}
    (tmp_path / FILE_NAME).write_text(yaml.safe_dump({"mappings": [mapping]}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(InvalidRequest) as refused:
        read_delivery([tmp_path])
    assert refused.value.code == code


def test_a_refused_header_cannot_be_taught(tmp_path):
    exported(tmp_path)
    (tmp_path / "教基3112.csv").write_text("机构编号,学年,学段,平均分\n2150000001,2023,小学,88\n", encoding="utf-8")
    columns = {"机构编号": "school_code", "平均分": "pupils"}
    taught = {"mappings": [{"sheet": "教基3*", "table": "stage_year", "columns": columns}]}
    (tmp_path / FILE_NAME).write_text(yaml.safe_dump(taught, allow_unicode=True), encoding="utf-8")
    assert [fault.code for fault in read_delivery([tmp_path]).errors] == ["forbidden_scores"]


def test_headers_far_down_are_found_for_teaching_and_the_tables_to_choose_from_are_listed(tmp_path):
    path = tmp_path / "食堂.csv"
    path.write_text("," * 2 + "\n" + ",,\n" * 11 + "甲项,乙项,丙项\n土豆,3,2\n", encoding="utf-8")
    sheets = skeleton(read_delivery([path]).unknown_headers)
    assert [(sheet.table, list(sheet.columns)) for sheet in sheets] == [("", ["甲项", "乙项", "丙项"])]
    write_skeleton(tmp_path / "teach.yaml", sheets, "zh")
    assert "#   stage_year: 学段年报" in (tmp_path / "teach.yaml").read_text(encoding="utf-8")


def test_a_sheet_name_with_a_bracket_is_a_name_and_no_pattern(tmp_path):
    (tmp_path / "学校.csv").write_text(SCHOOLS, encoding="utf-8")
    (tmp_path / "教基[1].csv").write_text("学校标识码,学年,学段,人\n2150000001,2023,小学,7\n", encoding="utf-8")
    taught = [{"sheet": "教基[1]", "table": "stage_year", "columns": {"人": "pupils"}}]
    (tmp_path / FILE_NAME).write_text(yaml.safe_dump({"mappings": taught}, allow_unicode=True), encoding="utf-8")
    assert read_delivery([tmp_path]).holdings.table("stage_year").column("pupils").to_pylist() == [7]
