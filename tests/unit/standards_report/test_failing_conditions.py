"""A school whose value reaches the line and that fails by a condition beside it: said so, never as missing figures."""

import pytest

from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import holdings_of
from xuezheng.standards.engine.evaluate import assess_plainly
from xuezheng.standards.report.digest import Digest

SCHOOL = {"school_code": "2150000001", "county_code": "509901", "kind": "primary", "ownership": "public"}


def digest_and_finding(language, **rooms):
    standard = load_standard("cn-compulsory-2017")
    year = {"school_code": "2150000001", "school_year": 2025}
    holdings = holdings_of({
        "school": [SCHOOL],
        "stage_year": [{**year, "stage": "primary", "pupils": 900, "classes": 24}],
        "school_year_facts": [{**year, "music_rooms": 2, "art_rooms": 2, "art_room_min_m2": 120.0, **rooms}],
    })  # fmt: skip
    assessment = assess_plainly(holdings, standard, 2025)
    finding = next(f for f in assessment.findings if f.indicator == "G3" and f.level == "school")
    return Digest(assessment, standard, holdings, language), finding


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "数值已达标准，附加条件未满足"),
        ("en", "the value reaches the line, but a further condition does not hold"),
    ],
)
def test_a_room_too_small_is_a_condition_that_does_not_hold(language, said):
    digest, finding = digest_and_finding(language, music_room_min_m2=20.0)
    assert (finding.verdict, finding.value, finding.gap) == (Verdict.NOT_MET, 1.0, None)
    assert digest.lack(finding) == said


def test_rooms_that_are_missing_are_counted():
    digest, finding = digest_and_finding("zh", music_rooms=1, music_room_min_m2=120.0)
    assert finding.verdict is Verdict.NOT_MET
    assert digest.lack(finding) == "缺 1 间"


def test_what_nobody_knows_is_no_failing_condition():
    digest, finding = digest_and_finding("zh", music_room_min_m2=None)
    assert finding.verdict is Verdict.UNKNOWN
    assert digest.lack(finding) == ""
