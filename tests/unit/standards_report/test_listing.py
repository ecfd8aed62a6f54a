"""JSON exactly as documented, and CSV that a spreadsheet opens without running anything."""

import csv
import io
import json
import math
from dataclasses import replace

import pytest

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.findings import Assessment, Finding, SubjectVerdict
from xuezheng.standards.report import write_report
from xuezheng.standards.report.listing import json_content, natural, write_json

FINDING = Finding(
    "school", "509901", "2150000001", "primary", "R2", "value", 0.8163265306122449, 1, 1, 1.0, Verdict.NOT_MET, 1.0,
    "person", "资源配置（二）", {"teachers_backbone": 4.0, "pupils": 490.0},
)  # fmt: skip
VERDICT = SubjectVerdict("school", "509901", "2150000001", "primary", Verdict.NOT_MET, ("R2",))


def test_the_shape_is_the_documented_one():
    content = json_content(Assessment("cn-compulsory-2017", 2023, "44d2", "9313", (FINDING,), (VERDICT,)))
    assert content == {
        "standard": "cn-compulsory-2017",
        "school_year": 2023,
        "snapshot": "44d2",
        "rules_version": "9313",
        "findings": [
            {
                "level": "school", "county": "509901", "subject": "2150000001", "stage": "primary", "indicator": "R2",
                "measure": "value", "value": 0.8163265306122449, "known": 1, "total": 1, "requirement": 1.0,
                "verdict": "not_met", "gap": 1.0, "gap_unit": "person", "clause": "资源配置（二）",
                "inputs": {"teachers_backbone": 4.0, "pupils": 490.0},
            }
        ],
        "verdicts": [
            {
                "level": "school", "county": "509901", "subject": "2150000001", "stage": "primary",
                "verdict": "not_met", "reasons": ["R2"],
            }
        ],
    }  # fmt: skip


def test_no_number_that_is_none_is_ever_written():
    odd = replace(FINDING, value=math.nan, gap=math.inf, inputs={"pupils": -math.inf})
    out = io.BytesIO()
    write_json(Assessment("s", 2023, "", "", (odd,), ()), out)
    told = json.loads(out.getvalue(), parse_constant=pytest.fail)["findings"][0]
    assert (told["value"], told["gap"], told["inputs"]) == (None, None, {"pupils": None})


def test_the_order_does_not_depend_on_the_order_given(world):
    given = world.assessment
    turned = tuple(sorted(given.findings, key=lambda f: (f.verdict.value, f.subject[::-1], f.indicator[::-1])))
    shuffled = replace(given, findings=turned, verdicts=given.verdicts[::-1])
    assert json_content(shuffled) == json_content(world.assessment)
    assert "what_if" not in json_content(shuffled)


def test_a_what_if_says_so(world):
    assumed = world.supposing("teachers_backbone[2150000003,primary]=1")
    assert json_content(assumed.assessment)["what_if"] == ["teachers_backbone[2150000003,primary]=1"]
    assert "假设情形，非实际数据" in csv_rows(assumed)[0]


def test_json_is_utf8_and_as_it_is(world):
    out = io.BytesIO()
    write_report(world.assessment, world.standard, world.holdings, "json", out)
    assert "资源配置（一）".encode() in out.getvalue()
    assert len(json.loads(out.getvalue())["findings"]) == len(world.assessment.findings)


def test_indicators_stand_in_their_natural_order():
    assert sorted(["R10", "G5.1", "R2", "G5", "composite", "P3.1a"], key=natural) == sorted(
        ["G5", "G5.1", "R2", "R10", "composite", "P3.1a"], key=natural
    )
    assert sorted(["G11", "G5.1", "G5", "G12"], key=natural) == ["G5", "G5.1", "G11", "G12"]


def csv_rows(world, language="zh"):
    out = io.BytesIO()
    write_report(world.assessment, world.standard, world.holdings, "csv", out, language=language)
    assert out.getvalue().startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"))))


def test_csv_has_a_row_a_finding_under_titles_that_people_read(world):
    head, *rows = csv_rows(world)
    assert head[:8] == ["标准", "学年", "县区代码", "层级", "学校标识码", "学校", "学段", "编号"]
    assert len(rows) == len(world.assessment.findings)
    row = next(row for row in rows if row[4] == "2150000003" and row[7] == "R1")
    told = dict(zip(head, row, strict=True))
    assert (told["学校"], told["结论"], told["差在哪里"]) == ("石桥小学", "未达标", "缺图书 144 册")
    assert csv_rows(world, "en")[0][5] == "School"


def test_no_cell_of_the_csv_can_run(world):
    for row in csv_rows(world):
        assert not [cell for cell in row if cell.startswith(("=", "+", "@", "\t"))]


def test_another_form_is_refused(world):
    with pytest.raises(InvalidRequest, match="report_form_unknown"):
        write_report(world.assessment, world.standard, world.holdings, "pdf", io.BytesIO())
