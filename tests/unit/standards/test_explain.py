"""Explanations: figures with their cells, the unit's share and the school's need, the parts of a coefficient."""

import pytest

from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import NotFound
from xuezheng.register.delivery import read_delivery
from xuezheng.register.holdings import holdings_of
from xuezheng.standards.engine.explain import explain

STANDARD = load_standard("cn-compulsory-2017")


def nine_year(**facts):
    return holdings_of(
        {
            "school": [{"school_code": "3150000001", "county_code": "509901", "kind": "nine_year"}],
            "stage_year": [
                {"school_code": "3150000001", "school_year": 2023, "stage": "primary", "pupils": 110},
                {"school_code": "3150000001", "school_year": 2023, "stage": "junior", "pupils": 100},
            ],
            "school_year_facts": [{"school_code": "3150000001", "school_year": 2023, **facts}],
        }
    )


def test_a_school_must_build_more_than_one_stage_lacks():
    # 110 primary and 100 junior pupils weigh alike (1 and 1.1): each stage gets half of 1,000 m².
    proof = explain(nine_year(sports_area_m2=1000.0), STANDARD, 2023, "R5", "3150000001")
    primary, junior = proof.explanations
    assert primary.finding.value == pytest.approx(500 / 110)
    assert primary.finding.gap == pytest.approx(110 * 7.5 - 500)
    assert primary.need == pytest.approx(2 * (110 * 7.5 - 500))
    assert junior.need == pytest.approx(2 * (100 * 10.2 - 500))


def test_what_a_school_needs_is_rounded_up_once():
    # Each stage has 2 of the 4 rooms and needs 2.53 or 2.4: the school needs 1.06 or 0.8 more, not 1 / 0.5 = 2 twice.
    short = explain(nine_year(multimedia_rooms=4), STANDARD, 2023, "R7", "3150000001").explanations
    assert [(e.finding.stage, e.finding.gap, e.need) for e in short] == [("primary", 1, 2), ("junior", 1, 1)]


def test_figures_name_their_cells(tmp_path):
    (tmp_path / "school.csv").write_text("school_code,county_code,kind\n2150000001,509901,primary\n", encoding="utf-8")
    (tmp_path / "stage_year.csv").write_text(
        "school_code,school_year,stage,pupils,teachers_pe_arts\n2150000001,2023,primary,200,1\n", encoding="utf-8"
    )
    holdings = read_delivery([tmp_path]).holdings
    (explanation,) = explain(holdings, STANDARD, 2023, "R3", "2150000001").explanations
    assert [(figure.name, figure.value, figure.places) for figure in explanation.figures] == [
        ("teachers_pe_arts", 1, (Place("stage_year.csv", "", 2, "E"),)),
        ("pupils", 200, (Place("stage_year.csv", "", 2, "D"),)),
    ]
    assert explanation.need == 1


def test_a_coefficient_is_explained_by_its_units():
    proof = explain(nine_year(sports_area_m2=1000.0), STANDARD, 2023, "R5")
    coefficients = [e for e in proof.explanations if e.finding.measure == "cv"]
    assert [(p.stage, p.weight) for e in coefficients for p in e.parts] == [("primary", 110.0), ("junior", 100.0)]


def test_only_a_rollups_own_group_stands_behind_it():
    standard = load_standard("cn-preschool-2020")
    rows = {
        "school": [{"school_code": f"115000000{n}", "county_code": "509901", "kind": "kindergarten"} for n in (1, 2)],
        "stage_year": [
            {"school_code": f"115000000{n}", "school_year": 2023, "stage": "preschool", "pupils": 100} for n in (1, 2)
        ],
        "school_year_facts": [
            {"school_code": "1150000001", "school_year": 2023, "planned_on": "after", "outdoor_play_area_m2": 100.0},
            {"school_code": "1150000002", "school_year": 2023, "planned_on": "before", "outdoor_play_area_m2": 100.0},
        ],
    }
    for rollup, school in (("P3.1a", "1150000001"), ("P3.1a.1", "1150000002")):
        proof = explain(holdings_of(rows), standard, 2023, rollup)
        (county,) = [e for e in proof.explanations if e.finding.level == "county"]
        assert [part.school for part in county.parts] == [school]


@pytest.mark.parametrize(("indicator", "school"), [("R99", None), ("R1", "2159999999")])
def test_what_is_not_there_is_said(indicator, school):
    with pytest.raises(NotFound):
        explain(nine_year(), STANDARD, 2023, indicator, school)
