"""What is asked of the county as a whole, against a naive reading of the official text with exact fractions."""

from collections import defaultdict
from fractions import Fraction

import pytest

from xuezheng.catalogue.standard import load_standard
from xuezheng.register.holdings import holdings_of
from xuezheng.standards.engine.evaluate import assess_plainly, assess_with_duckdb

YEAR = 2023
ENGINES = pytest.mark.parametrize("engine", [assess_plainly, assess_with_duckdb], ids=["plain", "duckdb"])
OF_KIND = {
    "nine_year": ["primary", "junior"], "complete_secondary": ["junior", "senior"], "twelve_year": ["primary", "junior", "senior"],
    "teaching_point": ["primary"], "kindergarten": ["preschool"],
}  # fmt: skip
COMPULSORY = ("primary", "junior", "special")


class County:
    """One county's schools with their returns (an empty one where none was made) and their facts."""

    def __init__(self, rows, code):
        self.schools = [s for s in rows["school"] if s["county_code"] == code]
        self.facts = {f["school_code"]: f for f in rows["school_year_facts"]}
        self.people = [p for p in rows["population_year"] if p["region_code"].startswith(code)]
        held = defaultdict(dict)
        for row in rows["stage_year"]:
            held[row["school_code"]][row["stage"]] = row
        self.parts = [
            (school, stage, held[school["school_code"]].get(stage, {}))
            for school in self.schools
            for stage in sorted({*OF_KIND.get(school["kind"], [school["kind"]]), *held[school["school_code"]]})
        ]

    def of(self, *stages):
        return [(school, row) for school, stage, row in self.parts if stage in stages]

    def by_school(self, *stages):
        grouped = defaultdict(list)
        for school, row in self.of(*stages):
            grouped[school["school_code"]].append(row)
        return [(school, grouped[school["school_code"]]) for school in self.schools if school["school_code"] in grouped]


def total(values):
    """Return the sum, or None where a part of it, or everything, is missing."""
    values = list(values)
    return None if not values or None in values else sum(values)


def share(part, whole, line):
    """Return the share in percent and the answer."""
    if part is None or not whole:
        return None, "unknown"
    value = Fraction(100 * part, whole)
    return value, "met" if value >= line else "not_met"


def answer_for_all(answers, percent=100):
    """Return the answer where so many percent must meet: proven failure first, and no pass while something is unknown."""
    if not answers:
        return "not_applicable"
    if 100 * (len(answers) - answers.count("not_met")) < percent * len(answers):
        return "not_met"
    return "unknown" if "unknown" in answers else "met"


def compare(found, county, expected):
    for indicator, (value, answer) in expected.items():
        finding = found[county, indicator]
        assert finding.verdict == answer, (county, indicator, value, finding)
        if answer in ("met", "not_met") and value is not None:
            assert finding.value == pytest.approx(float(value), rel=1e-12, abs=1e-12), (county, indicator)


def county_findings(assessment):
    return {(f.county, f.indicator): f for f in assessment.findings if f.level == "county" and f.measure == "value"}


def rooms_answer(rows, facts):
    classes = total(row.get("classes") for row in rows)
    answers = []
    for subject, smallest in (("music", 96), ("art", 90)):
        rooms, area = facts.get(f"{subject}_rooms"), facts.get(f"{subject}_room_min_m2")
        answers.append(None if rooms is None or not classes else 12 * rooms >= classes)
        if rooms != 0:  # no room at all is too few, and has no size
            answers.append(None if rooms is None or area is None else area >= smallest)
    return "not_met" if False in answers else "unknown" if None in answers else "met"


@ENGINES
def test_government_and_quality_over_the_county(engine, random_counties):
    rows = random_counties("county", 120)
    found = county_findings(engine(holdings_of(rows), load_standard("cn-compulsory-2017"), YEAR))
    stated = {(r["county_code"], r["key"]): r["value"] for r in rows["county_year"]}
    for code in sorted({school["county_code"] for school in rows["school"]}):
        county = County(rows, code)
        parts = [row for _, row in county.of(*COMPULSORY)]
        juniors = [row for _, row in county.of("junior")]

        def sums(name, parts=parts):
            return total(row.get(name) for row in parts)

        stayed = total(
            None if None in (r.get("cohort_completed"), r.get("cohort_transferred_in"), r.get("cohort_transferred_out"))
            else r["cohort_completed"] - r["cohort_transferred_in"] + r["cohort_transferred_out"]
            for r in juniors
        )  # fmt: skip
        entered = total(
            None
            if None in (r.get("cohort_entered"), r.get("cohort_deaths"))
            else r["cohort_entered"] - r["cohort_deaths"]
            for r in juniors
        )
        sizes = [
            (school["kind"], total(row.get("pupils") for row in held)) for school, held in county.by_school(*COMPULSORY)
        ]
        ordinary = [n for kind, n in sizes if kind not in ("nine_year", "twelve_year")]
        joined = [n for kind, n in sizes if kind in ("nine_year", "twelve_year")]
        rooms = [
            rooms_answer(held, county.facts.get(school["school_code"], {}))
            for school, held in county.by_school("primary", "junior")
        ]
        satisfaction = stated[code, "satisfaction_rate"]
        recognised = None if satisfaction == "None" else Fraction(satisfaction)

        def within(counts, limit):
            return answer_for_all(["unknown" if n is None else "met" if n <= limit else "not_met" for n in counts])

        compare(
            found,
            code,
            {
                "G3": (None, answer_for_all(rooms)),
                "G4": (None, within(ordinary, 2000)),
                "G4.1": (None, within(joined, 2500)),
                "G9": share(sums("teachers_trained_360h"), sums("teachers"), 100),
                "G11": share(sums("teachers_rotated"), sums("teachers_rotation_eligible"), 10),
                "G11.1": share(sums("teachers_rotated_backbone"), sums("teachers_rotated"), 20),
                "G12": share(sums("teachers_certified"), sums("teachers"), 100),
                "Q1": share(stayed, entered, 95),
                "S1": (recognised, "unknown" if recognised is None else "met" if recognised >= 85 else "not_met"),
            },
        )


@ENGINES
def test_preschool_over_the_county(engine, random_counties):
    rows = random_counties("preschool", 120)
    found = county_findings(engine(holdings_of(rows), load_standard("cn-preschool-2020"), YEAR))
    for code in sorted({school["county_code"] for school in rows["school"]}):
        county = County(rows, code)
        parts = county.of("preschool")
        children = total(row.get("pupils") for _, row in parts)
        three_to_five = total(p["children"] for p in county.people if 3 <= p["age"] <= 5)
        owners = [school["ownership"] for school, _ in parts]

        def in_kindergartens(*wanted, parts=parts, owners=owners):
            return None if None in owners else sum(row["pupils"] for s, row in parts if s["ownership"] in wanted)

        known = children is not None
        premises = defaultdict(list)
        for school, row in parts:
            facts = county.facts.get(school["school_code"], {})
            if school["kind"] != "kindergarten":
                continue
            area, pupils, planned = facts.get("outdoor_play_area_m2"), row.get("pupils"), facts.get("planned_on")
            answer = "unknown" if area is None or not pupils else "met" if Fraction(area, pupils) >= 4 else "not_met"
            for group in (planned,) if planned else ("after", "before"):
                premises[group].append(answer if planned else "unknown")
        teachers = total(row.get("teachers") for _, row in parts)
        ratio = None if teachers is None or not children else Fraction(teachers, children)
        compare(
            found,
            code,
            {
                "P1.1": share(children, three_to_five, 85),
                "P1.2": share(in_kindergartens("public", "inclusive_private") if known else None, children, 80),
                "P1.3": share(in_kindergartens("public") if known else None, children, 50),
                "P3.1a": (None, answer_for_all(premises["after"])),
                "P3.1a.1": (None, answer_for_all(premises["before"], 50)),
                "P3.3": (ratio, "unknown" if ratio is None else "met" if ratio >= Fraction(1, 15) else "not_met"),
            },
        )
