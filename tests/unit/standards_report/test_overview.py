"""What an evaluation comes down to: the share that passes, coefficients over their limit, and who weighs most in them."""

from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.findings import Assessment, Finding, SubjectVerdict
from xuezheng.standards.report.county_findings import CountyFindings
from xuezheng.standards.report.overview import overview

COUNTY = "509901"


def value(code, found, pupils, verdict=Verdict.MET):
    return Finding(
        "school", COUNTY, code, "primary", "R5", "value", found, 1, 1, 7.5, verdict, 0.0, "m2", "", {"pupils": pupils}
    )


def coefficient(found, verdict, mean=10.0):
    return Finding(
        "county",
        COUNTY,
        COUNTY,
        "primary",
        "R5",
        "cv",
        found,
        5,
        5,
        0.5,
        verdict,
        0.0,
        "coefficient",
        "",
        {"mean": mean},
    )


def told(findings, verdicts=()):
    assessment = Assessment("cn-compulsory-2017", 2025, "s", "r", tuple(findings), tuple(verdicts))
    return overview(CountyFindings(assessment, load_standard("cn-compulsory-2017"), Holdings({}), "zh"))


def test_the_schools_that_weigh_most_are_far_off_or_large_and_stand_by_code():
    schools = [
        value("2150000001", 4.0, 2000),  # 36 × 2000
        value("2150000002", 30.0, 40),  # 400 × 40
        value("2150000003", 9.0, 3000),  # 1 × 3000
        value("2150000004", 12.0, 500),  # 4 × 500
        value("2150000005", 10.0, 5000),  # nothing
        value("2150000006", None, 900, Verdict.UNKNOWN),
    ]
    found = told([coefficient(0.6, Verdict.NOT_MET), *schools])["furthest"]
    assert found == {
        "R5/primary": {
            "mean": 10.0,
            "schools": [["2150000001", 4.0], ["2150000002", 30.0], ["2150000003", 9.0], ["2150000004", 12.0]],
        }
    }


def test_a_coefficient_within_its_limit_names_nobody():
    found = told([coefficient(0.4, Verdict.MET), value("2150000001", 4.0, 2000)])
    assert found["furthest"] == {}
    assert found["coefficients"] == {"over": 0, "known": 1, "of": 1}
    assert found["county"] == {"R5/primary/cv": "met"}


def test_near_passes_and_what_does_not_apply_is_not_counted():
    answers = [Verdict.MET, Verdict.NEAR, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE]
    verdicts = [SubjectVerdict("school", COUNTY, f"215000000{n}", "primary", v, ()) for n, v in enumerate(answers)]
    assert told([], verdicts)["passing"] == 50.0
    assert told([], verdicts[-1:])["passing"] is None
