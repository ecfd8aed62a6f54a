"""What-ifs: the register stays as it is, only what is assumed is another, and what turns is told."""

import pytest

from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.register.holdings import holdings_of
from xuezheng.standards.engine.evaluate import assess_plainly
from xuezheng.standards.engine.what_if import Scenario, county_of, parse_assumption

STANDARD = load_standard("cn-compulsory-2017")
ROWS = {
    "school": [
        {"school_code": "2150000001", "county_code": "509901", "kind": "primary", "location": "rural"},
        {"school_code": "2150000002", "county_code": "509901", "kind": "teaching_point", "location": "rural"},
    ],
    "stage_year": [
        {
            "school_code": "2150000001",
            "school_year": 2023,
            "stage": "primary",
            "pupils": 200,
            "teachers": 9,
            "teachers_pe_arts": 1,
        },
        {"school_code": "2150000002", "school_year": 2023, "stage": "primary", "pupils": 40, "teachers_pe_arts": 1},
    ],
    "county_year": [{"county_code": "509901", "school_year": 2023, "key": "satisfaction_rate", "value": "84"}],
}


def verdicts_after(*texts):
    holdings = holdings_of(ROWS)
    assumptions = [parse_assumption(text) for text in texts]
    result = Scenario(holdings, STANDARD, 2023, county_of(holdings, assumptions)).what_if(assumptions)
    return {(f.subject, f.indicator, f.measure): f.verdict for f in result.assessment.findings}, result


def test_a_figure_set_turns_its_finding_and_nothing_is_kept():
    holdings = holdings_of(ROWS)
    scenario = Scenario(holdings, STANDARD, 2023, "509901")
    before = scenario.before.findings
    result = scenario.what_if([parse_assumption("teachers_pe_arts[2150000001,primary]=2")])
    turned = [t for t in result.findings if t.after.indicator == "R3" and t.after.measure == "value"]
    assert [(t.before.verdict, t.after.verdict) for t in turned] == [("not_met", "met")]
    assert result.assessment.changes == ("teachers_pe_arts[2150000001,primary]=2",)
    assert assess_plainly(holdings, STANDARD, 2023).findings == tuple(before)
    assert scenario.what_if([]).findings == ()


@pytest.mark.parametrize(
    ("text", "subject", "indicator", "expected"),
    [
        ("pupils[2150000001,primary]=unknown", "2150000001", "R3", "unknown"),
        ("pupils[2150000001,primary]=0", "2150000001", "R3", "unknown"),
        ("satisfaction_rate[509901]=85", "509901", "S1", "met"),
        ("cn-compulsory-2017.V1[509901]=是", "509901", "V1", "not_met"),
        ("kind[2150000002]=primary", "2150000002", "R3", "met"),
        ("pupils[2150000002,primary]=60", "2150000002", "R3", "met"),
        ("sports_area_m2[2150000001]=1.5e3", "2150000001", "R5", "met"),
    ],
)
def test_every_kind_of_figure_can_be_set(text, subject, indicator, expected):
    verdicts, _ = verdicts_after(text)
    assert next(v for (s, i, m), v in verdicts.items() if (s, i) == (subject, indicator) and m != "cv") == expected


def test_a_schools_own_column_reaches_what_is_derived_from_its_rows():
    rows = {**ROWS, "funds_year": [{"school_code": "2150000001", "fiscal_year": 2023, "item": "training", "yuan": 5.0}]}
    holdings = holdings_of(rows)
    result = Scenario(holdings, STANDARD, 2023, "509901").what_if([parse_assumption("location[2150000001]=town")])
    assert {t.after.indicator for t in result.findings} <= {"G6"}


@pytest.mark.parametrize(
    "text", ["", "pupils", "pupils=3", "pupils[215]=3", "pupils[2150000001,primary]", "a b[2150000001]=1"]
)
def test_what_is_not_of_the_form_is_refused(text):
    with pytest.raises(InvalidRequest):
        parse_assumption(text)


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("pupils[2150000001,primary]=many", InvalidRequest),
        ("pupils[2150000001,primary]=1.5", InvalidRequest),
        ("pupils[2150000001,kindergarten]=1", InvalidRequest),
        ("school_code[2150000001]=2150000009", InvalidRequest),
        ("kind[2150000001]=palace", InvalidRequest),
        ("teachers[2150000001,primary]=0", InvalidRequest),
        ("teachers_pe_arts[2150000001,junior]=1", InvalidRequest),
        ("satisfaction_rate[509901]=abc", InvalidRequest),
        ("pupils[2159999999,primary]=1", NotFound),
        ("satisfaction_rate[110101]=1", NotFound),
    ],
)
def test_what_does_not_fit_the_register_is_refused(text, refusal):
    with pytest.raises(refusal):
        verdicts_after(text)
