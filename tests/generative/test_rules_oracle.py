"""Both engines against a naive reading of the official text, written with exact fractions and sharing nothing with them."""

import math
from collections import defaultdict
from fractions import Fraction

import pytest

from xuezheng.catalogue.standard import load_standard
from xuezheng.register.holdings import holdings_of
from xuezheng.standards.engine.evaluate import assess_plainly, assess_with_duckdb

YEAR = 2023
WEIGHT = {"primary": Fraction(1), "junior": Fraction(11, 10), "senior": Fraction(132, 100)}
LINES = {
    "primary": {"R1": "4.2", "R2": "1", "R3": "0.9", "R4": "4.5", "R5": "7.5", "R6": "2000", "R7": "2.3"},
    "junior": {"R1": "5.3", "R2": "1", "R3": "0.9", "R4": "5.8", "R5": "10.2", "R6": "2500", "R7": "2.4"},
}
OF_KIND = {
    "nine_year": ["primary", "junior"], "complete_secondary": ["junior", "senior"], "twelve_year": ["primary", "junior", "senior"],
    "teaching_point": ["primary"], "special": ["special"], "kindergarten": ["preschool"], "vocational": ["vocational"],
}  # fmt: skip


def what_the_seven_are(school, stage, returns, facts):
    """Return the seven figures of one part of a school as fractions, None where something is missing."""
    own = returns.get(stage, {})
    pupils = own.get("pupils")
    if not pupils:
        return dict.fromkeys(LINES["primary"])
    parts = {s for s in {*OF_KIND.get(school["kind"], [school["kind"]]), *returns} if s in WEIGHT}
    counts = {s: returns.get(s, {}).get("pupils") for s in parts}
    if len(parts) == 1:
        part = Fraction(1)
    elif None in counts.values():
        part = None
    else:
        part = WEIGHT[stage] * pupils / sum(WEIGHT[s] * n for s, n in counts.items())

    def of_staff(name):
        return None if own.get(name) is None else Fraction(100 * own[name], pupils)

    def of_resources(*signed):
        amounts = [(sign, facts.get(name)) for sign, name in signed]
        if part is None or amounts[0][1] is None:
            return None
        return sum(sign * Fraction(amount or 0) for sign, amount in amounts) * part / pupils

    rooms = of_resources((1, "multimedia_rooms"))
    return {
        "R1": of_staff("teachers_above_degree"),
        "R2": of_staff("teachers_backbone"),
        "R3": of_staff("teachers_pe_arts"),
        "R4": of_resources((1, "teaching_area_m2"), (-1, "indoor_sports_m2")),
        "R5": of_resources((1, "sports_area_m2"), (1, "indoor_sports_m2")),
        "R6": of_resources((1, "equipment_value_yuan")),
        "R7": None if rooms is None else 100 * rooms,
    }


def is_outside_the_seven(school, pupils):
    """Return True, False, or None where it cannot be said."""
    if school["kind"] in ("special", "vocational"):
        return True
    if school["kind"] != "teaching_point":
        return False
    return None if pupils is None else pupils < 50


def answer_of(value, line):
    if value is None:
        return "unknown"
    if value >= line:
        return "met"
    return "near" if value >= Fraction(85, 100) * line else "not_met"


def answer_of_unit(answers):
    """Six of seven met and the rest not below 85 %, over every way in which the unknown could turn out."""
    unknown = [name for name, answer in answers.items() if answer == "unknown"]

    def passes(filled):
        held = list({**answers, **filled}.values())
        return held.count("met") >= 6 and "not_met" not in held

    worst, best = dict.fromkeys(unknown, "not_met"), dict.fromkeys(unknown, "met")
    if not passes(best):
        return "not_met"
    if unknown and not passes(worst):
        return "unknown"
    return "met" if list(answers.values()).count("met") == 7 else "near"


def coefficient(pairs):
    """Return the pupil-weighted coefficient of (value, pupils) pairs."""
    everybody = sum(pupils for _, pupils in pairs)
    mean = sum(value * pupils for value, pupils in pairs) / everybody
    squares = sum(Fraction(pupils, everybody) * (value - mean) ** 2 for value, pupils in pairs)
    return math.sqrt(squares) / float(mean) if mean else None


@pytest.mark.parametrize("engine", [assess_plainly, assess_with_duckdb], ids=["plain", "duckdb"])
def test_the_seven_the_units_and_the_coefficients_are_what_the_text_says(engine, random_counties):
    rows = random_counties("oracle", 150)
    assessment = engine(holdings_of(rows), load_standard("cn-compulsory-2017"), YEAR)
    found = {(f.county, f.subject, f.stage, f.indicator, f.measure): f for f in assessment.findings}
    units = {(v.subject, v.stage): str(v.verdict) for v in assessment.verdicts if v.level == "school"}
    returns, facts = defaultdict(dict), {row["school_code"]: row for row in rows["school_year_facts"]}
    for row in rows["stage_year"]:
        returns[row["school_code"]][row["stage"]] = row
    balance = defaultdict(list)
    seen = defaultdict(int)
    for school in rows["school"]:
        code = school["school_code"]
        for stage in LINES:
            if stage not in {*OF_KIND.get(school["kind"], [school["kind"]]), *returns[code]}:
                continue
            pupils = returns[code].get(stage, {}).get("pupils")
            outside = is_outside_the_seven(school, pupils)
            values = what_the_seven_are(school, stage, returns[code], facts.get(code, {}))
            answers = {}
            for name, value in values.items():
                finding = found[school["county_code"], code, stage, name, "value"]
                line = Fraction(LINES[stage][name])
                answers[name] = "unknown" if outside is None else answer_of(value, line)
                if outside:
                    assert (finding.verdict, finding.value) == ("not_applicable", None)
                    continue
                assert finding.verdict == answers[name], (code, stage, name, value)
                assert (finding.value is None) == (value is None)
                if value is not None:
                    assert finding.value == pytest.approx(float(value), rel=1e-12, abs=1e-12)
                balance[school["county_code"], stage, name].append(None if value is None else (value, pupils))
            expected = "not_applicable" if outside else answer_of_unit(answers)
            assert units[code, stage] == expected, (code, stage, answers)
            seen[expected] += 1
    for (county, stage, name), pairs in balance.items():
        finding = found[county, county, stage, name, "cv"]
        known = [pair for pair in pairs if pair is not None]
        assert (finding.known, finding.total) == (len(known), len(pairs))
        expected = coefficient(known) if known else None
        limit = Fraction("0.5") if stage == "primary" else Fraction("0.45")
        assert (finding.value is None) == (expected is None)
        if expected is not None:
            assert finding.value == pytest.approx(expected, rel=1e-12, abs=1e-12)
        if len(known) < len(pairs) or expected is None:
            assert finding.verdict == "unknown"
        else:
            assert finding.verdict == ("met" if expected <= float(limit) + 1e-9 else "not_met")
    assert min(seen[answer] for answer in ("met", "near", "unknown", "not_met", "not_applicable")) > 2, dict(seen)
