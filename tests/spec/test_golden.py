"""Published and reference figures that both engines must reproduce."""

import csv
import gzip
import math
from pathlib import Path

import pytest

from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import holdings_of
from xuezheng.standards.engine.evaluate import assess_with_duckdb

ROOT = Path(__file__).resolve().parents[2]
OPEN_TABLES = ROOT / ".." / "shared" / "domain" / "open"
REFERENCE = ROOT / ".." / "shared" / "reference" / "standards"
YEAR = 2023


def table(path):
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository")
    opened = gzip.open if path.suffix == ".gz" else Path.open
    with opened(path, "rt", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def the_finding(assessment, **wanted):
    (found,) = [f for f in assessment.findings if all(getattr(f, name) == value for name, value in wanted.items())]
    return found


def school(code, county, kind):
    return {"school_code": code, "county_code": county, "kind": kind, "ownership": "public"}


def test_five_schools_have_the_published_weighted_coefficient(engine):
    pupils, books = (45, 37, 89, 76, 55), (279, 137, 935, 160, 402)
    codes = [f"215000000{number}" for number in range(1, 6)]
    rows = {
        "school": [school(code, "509901", "primary") for code in codes],
        "stage_year": [
            {"school_code": c, "school_year": YEAR, "stage": "primary", "pupils": p}
            for c, p in zip(codes, pupils, strict=True)
        ],
        "school_year_facts": [
            {"school_code": c, "school_year": YEAR, "books": b} for c, b in zip(codes, books, strict=True)
        ],
    }
    found = the_finding(
        engine(holdings_of(rows), load_standard("cn-compulsory-2012"), YEAR), indicator="B5", measure="cv"
    )
    assert found.value == pytest.approx(0.515257, abs=5e-7)
    assert found.inputs["unweighted"] == pytest.approx(0.488771, abs=5e-7)
    assert found.inputs["mean"] == pytest.approx(1913 / 302, rel=1e-12)
    assert (found.known, found.total) == (5, 5)


def test_a_nine_year_school_has_1_1_times_the_books_for_a_junior_pupil(engine):
    rows = {
        "school": [school("2150000001", "509901", "nine_year")],
        "stage_year": [
            {"school_code": "2150000001", "school_year": YEAR, "stage": "primary", "pupils": 166},
            {"school_code": "2150000001", "school_year": YEAR, "stage": "junior", "pupils": 210},
        ],
        "school_year_facts": [{"school_code": "2150000001", "school_year": YEAR, "books": 23226}],
    }
    assessment = engine(holdings_of(rows), load_standard("cn-compulsory-2012"), YEAR)
    primary = the_finding(assessment, indicator="B5", stage="primary", measure="value")
    junior = the_finding(assessment, indicator="B5", stage="junior", measure="value")
    assert primary.value == pytest.approx(58.503778, abs=5e-7)
    assert junior.value == pytest.approx(1.1 * primary.value, rel=1e-12)
    assert 166 * primary.value + 210 * junior.value == pytest.approx(23226, rel=1e-12)


# A county of two schools with a tenth and nine tenths of the pupils, at m(1 + 3cv) and m(1 - cv/3), has mean m and
# weighted coefficient cv, up to 3. So many pupils that whole teachers and rooms do not round the coefficient.
PUPILS = (10**9, 9 * 10**9)
STAFF = ("teachers", "teachers_above_degree", "teachers_mid_title", "teachers_backbone", "teachers_pe_arts")


def county_with_coefficients(county, stage, columns, coefficients):
    codes = (f"{county}0001", f"{county}0002")
    rows = {"school": [school(code, county, stage) for code in codes], "stage_year": [], "school_year_facts": []}
    for code, pupils, pull in zip(codes, PUPILS, (3, -1 / 3), strict=True):
        values = {name: round(0.05 * pupils * (1 + pull * cv)) for name, cv in zip(columns, coefficients, strict=True)}
        staff = {name: value for name, value in values.items() if name in STAFF}
        facts = {name: value for name, value in values.items() if name not in STAFF}
        rows["stage_year"].append({"school_code": code, "school_year": YEAR, "stage": stage, "pupils": pupils, **staff})
        rows["school_year_facts"].append({"school_code": code, "school_year": YEAR, **facts})
    return rows


def assessed(engine, standard, counties):
    merged = {name: [row for rows in counties for row in rows[name]] for name in counties[0]}
    return engine(holdings_of(merged), load_standard(standard), YEAR)


EIGHT = {
    "teaching_area_m2": "cv_classroom_area",
    "sports_area_m2": "cv_sports_area",
    "equipment_value_yuan": "cv_equipment_value",
    "computers": "cv_computers_per_100",
    "books": "cv_books",
    "teachers": "cv_teacher_pupil_ratio",
    "teachers_above_degree": "cv_above_required_edu",
    "teachers_mid_title": "cv_mid_and_above_title",
}


def test_composites_are_those_of_the_published_county_tables(engine):
    published = table(OPEN_TABLES / "cv8_2012_county_tables.csv")
    counties = [
        county_with_coefficients(f"51{n:04}", row["stage"], list(EIGHT), [float(row[name]) for name in EIGHT.values()])
        for n, row in enumerate(published)
    ]
    assessment = assessed(engine, "cn-compulsory-2012", counties)
    for number, row in enumerate(published):
        found = the_finding(assessment, county=f"51{number:04}", indicator="composite")
        assert found.value == pytest.approx(float(row["composite_recomputed_mean_of_8"]), abs=1e-7), row["county"]
        assert found.value == pytest.approx(float(row["composite_published"]), abs=0.001), row["county"]
        assert (found.stage, found.requirement) == (row["stage"], float(row["limit_2012"]))
        assert (found.verdict is Verdict.MET) == (row["passes_2012"] == "yes"), row["county"]


SEVEN = {
    "teachers_above_degree": "above_required_edu_per_100",
    "teachers_backbone": "backbone_per_100",
    "teachers_pe_arts": "pe_art_per_100",
    "teaching_area_m2": "classroom_area",
    "sports_area_m2": "sports_area",
    "equipment_value_yuan": "equipment_value",
    "multimedia_rooms": "net_multimedia_rooms_per_100",
}


def test_each_of_the_seven_coefficients_stands_against_its_own_limit_as_ningguo_published(engine):
    published = table(OPEN_TABLES / "ningguo_2022_cv7.csv")
    held = [[float(row[f"cv_{name}"]) for name in SEVEN.values()] for row in published]
    counties = [
        county_with_coefficients(f"52{n:04}", row["stage"], list(SEVEN), coefficients)
        for n, (row, coefficients) in enumerate(zip(published, held, strict=True))
    ]
    assessment = assessed(engine, "cn-compulsory-2017", counties)
    for number, (row, coefficients) in enumerate(zip(published, held, strict=True)):
        found = [f for f in assessment.findings if f.county == f"52{number:04}" and f.measure == "cv"]
        assert [f.value for f in found] == pytest.approx(coefficients, abs=1e-7)
        assert {f.requirement for f in found} == {float(row["limit_2017"])}
        assert sum(f.verdict is Verdict.MET for f in found) == int(row["n_indicators_within_limit"])


def test_the_coefficients_that_jiujiang_published_pass_or_fail_as_published(engine):
    published = [row for row in table(OPEN_TABLES / "jiujiang_2023_cv7.csv") if row["indicator"] in SEVEN.values()]
    by_name = {row["indicator"]: row for row in published}
    coefficients = [float(by_name[name]["cv_published"]) for name in SEVEN.values()]
    county = county_with_coefficients("530001", "primary", list(SEVEN), coefficients)
    assessment = assessed(engine, "cn-compulsory-2017", [county])
    for number, name in enumerate(SEVEN.values(), start=1):
        found = the_finding(assessment, indicator=f"R{number}", measure="cv")
        assert found.value == pytest.approx(float(by_name[name]["cv_published"]), abs=1e-6)
        assert (found.verdict is Verdict.MET) == (by_name[name]["within_limit"] == "yes"), name


STAGES = ("primary", "junior", "senior")
NUMERATORS = {
    "deg": "teachers_above_degree",
    "bb": "teachers_backbone",
    "pe": "teachers_pe_arts",
    "area": "area_teaching_m2",
    "sport": "area_sports_m2",
    "equip": "equipment_value_yuan",
    "mm": "multimedia_rooms",
}
COLUMNS = {"area_teaching_m2": "teaching_area_m2", "area_sports_m2": "sports_area_m2"}


def reference_rows(register):
    rows = {"school": [], "stage_year": [], "school_year_facts": []}
    for given in register:
        code, stage = f"3{int(given['school_id']):09}", STAGES[int(given["stage"])]
        held = {COLUMNS.get(name, name): float(given[name]) if given[name] else None for name in NUMERATORS.values()}
        staff = {n: None if v is None else int(v) for n, v in held.items() if n in STAFF}
        facts = {n: v for n, v in held.items() if n not in STAFF}
        facts["multimedia_rooms"] = None if facts["multimedia_rooms"] is None else int(facts["multimedia_rooms"])
        rows["school"].append(school(code, f"{100000 + int(given['county'])}", stage))
        rows["stage_year"].append(
            {"school_code": code, "school_year": YEAR, "stage": stage, "pupils": int(given["pupils"]), **staff}
        )
        rows["school_year_facts"].append({"school_code": code, "school_year": YEAR, **facts})
    return rows


def test_means_and_coefficients_agree_with_the_reference_to_1e_12(engine):
    register = table(REFERENCE / "register_first60counties.csv.gz")
    expected = [row for row in table(REFERENCE / "expected_county_stage.csv.gz") if int(row["county"]) < 60]
    if engine is not assess_with_duckdb:
        # The plain engine filters the whole register for every county: a few counties tell as much.
        expected = [row for row in expected if int(row["county"]) < 12]
        register = [row for row in register if int(row["county"]) < 12]
    standard = load_standard(str(ROOT / "benchmarks" / "reference-standard.yaml"))
    assessment = engine(holdings_of(reference_rows(register)), standard, YEAR)
    found = {(f.county, f.stage, f.indicator): f for f in assessment.findings if f.measure == "cv"}
    assert len(found) == 7 * len(expected)
    for row in expected:
        for name in NUMERATORS:
            finding = found[str(100000 + int(row["county"])), STAGES[int(row["stage"])], name]
            mean, cv = (float(row[f"{name}_{part}"] or "nan") for part in ("mean", "cv"))
            if math.isnan(mean):
                assert finding.inputs["mean"] is None
                continue
            assert finding.inputs["mean"] == pytest.approx(mean, rel=1e-12, abs=1e-15)
            if not math.isnan(cv):
                assert finding.value == pytest.approx(cv, rel=1e-12, abs=1e-12)
