"""A county of five schools and its assessment: small enough to check by hand, with every verdict in it.

The five schools are the published example of the coefficient (pupils 45, 37, 89, 76, 55; books 279, 137, 935, 160,
402: 0.515257 weighted, 0.488771 unweighted); a sixth, of nine years, has two stages that share its books.
"""

from dataclasses import dataclass, replace

import pyarrow as pa
import pytest

from xuezheng.catalogue.loader import validated
from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Standard
from xuezheng.register.holdings import Holdings, SourceSheet, arrow_type
from xuezheng.standards.engine.assess import assess_county
from xuezheng.standards.engine.compiling import compiled
from xuezheng.standards.engine.county import read_county
from xuezheng.standards.engine.findings import Assessment

DAY = "2017-04-26"
STANDARD = {
    "id": "example",
    "title": {"zh": "示例标准", "en": "Example standard"},
    "document": {
        "name": {"zh": "示例办法", "en": "Example method"},
        "number": "例〔2017〕1号",
        "issued": DAY,
        "mark": "F",
    },
    "effective": DAY,
    "stages": ["primary", "junior"],
    "groups": {"R": {"zh": "资源配置", "en": "Resources"}, "G": {"zh": "政府保障程度", "en": "Government support"}},
    "derived": {"largest_class": {"level": "unit", "from": "class_year", "take": "max", "of": "pupils"}},
    "split": {"weights": {"primary": 1, "junior": 1.1}, "columns": ["books"]},
    "indicators": [
        {
            "id": "R1",
            "number": "1",
            "group": "R",
            "title": {"zh": "生均图书册数", "en": "Books per pupil"},
            "level": "unit",
            "formula": "books / pupils",
            "unit": "volume_per_pupil",
            "line": {"op": ">=", "values": [{"from": DAY, "value": 4}], "mark": "F"},
            "lever": {
                "name": "books",
                "unit": "volume",
                "whole": True,
                "act": {"zh": "购置图书 {gap} 册", "en": "buy {gap} books"},
            },
            "clause": "资源配置（一）",
            "mark": "P",
        },
        {
            "id": "R2",
            "number": "2",
            "group": "R",
            "title": {"zh": "每百名学生拥有县级以上骨干教师数", "en": "Backbone teachers per 100 pupils"},
            "level": "unit",
            "formula": "100 * teachers_backbone / pupils",
            "unit": "per_100",
            "line": {"op": ">=", "values": [{"from": DAY, "value": 1}], "mark": "F"},
            "lever": {
                "name": "teachers_backbone",
                "unit": "person",
                "whole": True,
                "act": {"zh": "培养或交流 {gap} 名县级以上骨干教师", "en": "raise {gap} more backbone teachers"},
            },
            "clause": "资源配置（二）",
        },
        {
            "id": "G1",
            "number": "3",
            "group": "G",
            "title": {"zh": "小学所有班级学生数不超过45人", "en": "No primary class above 45"},
            "level": "unit",
            "stages": ["primary"],
            "formula": "largest_class",
            "unit": "person",
            "line": {"op": "<=", "values": [{"from": DAY, "value": 45}]},
            "rollups": [{"id": "G1", "share": [{"from": DAY, "value": 100}]}],
            "clause": "政府保障程度（一）",
        },
        {
            "id": "G2",
            "number": "4",
            "group": "G",
            "title": {"zh": "学校规划布局合理", "en": "Schools are well placed"},
            "level": "county",
            "judged": {"question": {"zh": "是否合理？", "en": "Are they?"}},
            "clause": "政府保障程度（二）",
        },
        {
            "id": "G3",
            "number": "5",
            "group": "G",
            "title": {"zh": "教师平均工资不低于公务员", "en": "Teachers paid as civil servants"},
            "level": "county",
            "inputs": {
                "teacher": {"from": "county_year", "key": "teacher_salary_average", "take": "only"},
                "official": {"from": "county_year", "key": "civil_servant_salary_average", "take": "only"},
            },
            "formula": "teacher / official",
            "unit": "ratio",
            "line": {"op": ">=", "values": [{"from": DAY, "value": 1}]},
            "lever": {"name": "teacher", "unit": "yuan", "act": {"zh": "再提高 {gap} 元", "en": "raise by {gap} yuan"}},
            "clause": "政府保障程度（三）",
        },
    ],
    "unit_rule": {"of": ["R1", "R2"], "met_at_least": 1, "near_ratio": [{"from": DAY, "value": 0.85}]},
    "balance": {
        "of": ["R1", "R2"],
        "weights": "pupils",
        "limit": {
            "op": "<=",
            "values": {"primary": [{"from": DAY, "value": 0.5}], "junior": [{"from": DAY, "value": 0.45}]},
        },
        "clause": "校际均衡",
    },
}
PUPILS, BOOKS = (45, 37, 89, 76, 55), (279, 137, 935, 160, 402)
NAMES = ("云溪小学", "=cmd|' /C calc'!A0", "<b>龙门</b>小学", "石桥小学", "青杠小学")


def table(name, rows, number):
    columns = load_register_schema().tables[name].columns
    used = [column for column in columns if any(column in row for row in rows)]
    made = {column: pa.array([row.get(column) for row in rows], arrow_type(columns[column])) for column in used}
    made["_source"] = pa.array([number] * len(rows), pa.int32())
    made["_row"] = pa.array(range(2, len(rows) + 2), pa.int32())
    return pa.table(made)


@dataclass(frozen=True)
class World:
    """One county assessed."""

    assessment: Assessment
    standard: Standard
    holdings: Holdings

    def supposing(self, *changes):
        """The same as a what-if."""
        return replace(self, assessment=replace(self.assessment, changes=changes))


@pytest.fixture(scope="session")
def world():
    codes = [f"215000000{n}" for n in range(5)]
    schools = [
        {
            "school_code": code,
            "name": name,
            "county_code": "509901",
            "kind": "primary",
            "location": "rural",
            "lon": 107.0 + n / 20,
            "lat": 29.5 + n / 30,
        }
        for n, (code, name) in enumerate(zip(codes, NAMES, strict=True))
    ]
    nine = {"school_code": "4150000000", "county_code": "509901", "kind": "nine_year"}
    schools.append({**nine, "name": "白马九年制学校", "location": "town", "lon": 107.3, "lat": 29.6})
    key = {"school_year": 2023, "stage": "primary"}
    stages = [
        {"school_code": code, **key, "pupils": pupils, "teachers": 6, "teachers_backbone": backbone}
        for code, pupils, backbone in zip(codes, PUPILS, (1, 1, 1, 0, None), strict=True)
    ]
    stages.append({"school_code": "4150000000", **key, "pupils": 166, "teachers": 12, "teachers_backbone": 2})
    stages.append(
        {"school_code": "4150000000", **key, "stage": "junior", "pupils": 210, "teachers": 18, "teachers_backbone": 2}
    )
    facts = [
        {"school_code": code, "school_year": 2023, "books": books} for code, books in zip(codes, BOOKS, strict=True)
    ]
    facts.append({"school_code": "4150000000", "school_year": 2023, "books": 23226})
    classes = [
        {"school_code": code, **key, "grade": "1", "class_no": str(n), "pupils": size}
        for code, sizes in zip([*codes, "4150000000"], ((45,), (37,), (44, 45), (30, 46), (55,), (40, 42)), strict=True)
        for n, size in enumerate(sizes)
    ]
    county = {"county_code": "509901", "school_year": 2023}
    stated = [
        {**county, "key": "teacher_salary_average", "value": "91200", "evidence": "县人社局函〔2024〕3号"},
        {**county, "key": "civil_servant_salary_average", "value": "92800"},
    ]
    rows = {
        "school": schools, "region": [{"region_code": "509901", "name": "云溪县"}], "stage_year": stages,
        "school_year_facts": facts, "class_year": classes, "county_year": stated,
    }  # fmt: skip
    tables = {name: table(name, given, number) for number, (name, given) in enumerate(rows.items())}
    letters = "ABCDEFGHIJ"
    sources = tuple(
        SourceSheet(
            "云溪县.xlsx", name, name, dict(zip([c for c in held.column_names if c[0] != "_"], letters, strict=False))
        )
        for name, held in tables.items()
    )
    holdings = Holdings(tables, sources, "44d248035f0ddfcc")
    standard = validated(Standard, STANDARD, "example")
    rules = compiled(standard, 2023)
    made = assess_county(rules, read_county(holdings, "509901", rules))
    assessment = Assessment(
        "example", 2023, holdings.snapshot, rules.version, tuple(made.findings), tuple(made.verdicts)
    )
    return World(assessment, standard, holdings)
