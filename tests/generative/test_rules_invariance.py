"""What must not change an assessment, and what may change it in one direction only."""

import random
from dataclasses import replace

import pyarrow as pa
import pytest

from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings, holdings_of
from xuezheng.standards.engine.evaluate import assess_plainly, assess_with_duckdb

YEAR = 2023
STANDARDS = ["cn-compulsory-2012", "cn-compulsory-2017", "cn-preschool-2020"]
ENGINES = pytest.mark.parametrize("engine", [assess_plainly, assess_with_duckdb], ids=["plain", "duckdb"])
EVERY_STANDARD = pytest.mark.parametrize("name", STANDARDS)


def key(finding):
    return finding.county, finding.subject, finding.stage or "", finding.indicator, finding.measure


def close(left, right):
    if isinstance(left, float) and isinstance(right, float):
        return left == pytest.approx(right, rel=1e-12, abs=1e-12)
    return left == right


def differences(left, right):
    """Return the fields in which two assessments' findings differ beyond the rounding of floats, and their verdicts."""
    ours, theirs = ({key(f): f for f in a.findings} for a in (left, right))
    assert ours.keys() == theirs.keys()
    fields = ("value", "known", "total", "requirement", "verdict", "gap", "gap_unit", "clause", "level")
    found = [
        (where, field, getattr(finding, field), getattr(theirs[where], field))
        for where, finding in ours.items()
        for field in fields
        if not close(getattr(finding, field), getattr(theirs[where], field))
    ]
    for where, finding in ours.items():
        names = finding.inputs.keys() | theirs[where].inputs.keys()
        pairs = [(n, finding.inputs.get(n), theirs[where].inputs.get(n)) for n in sorted(names)]
        found += [(where, *pair) for pair in pairs if not close(*map(as_number, pair[1:]))]
    verdicts = [{(v.subject, v.stage): (v.verdict, v.reasons) for v in a.verdicts} for a in (left, right)]
    assert verdicts[0].keys() == verdicts[1].keys()
    return found + [(k, v, verdicts[1][k]) for k, v in verdicts[0].items() if v != verdicts[1][k]]


def as_number(value):
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@EVERY_STANDARD
def test_both_engines_give_the_same_findings_and_verdicts(name, random_counties):
    holdings, standard = holdings_of(random_counties("agree", 60)), load_standard(name)
    plain, duck = assess_plainly(holdings, standard, YEAR), assess_with_duckdb(holdings, standard, YEAR)
    assert differences(plain, duck) == []
    assert [key(f) for f in plain.findings] == [key(f) for f in duck.findings]
    assert (plain.rules_version, plain.school_year) == (duck.rules_version, duck.school_year)


@ENGINES
@EVERY_STANDARD
def test_the_order_of_rows_changes_nothing(engine, name, random_counties):
    draw = random.Random(11)  # noqa: S311
    given = holdings_of(random_counties("order", 20))
    shuffled = {}
    for table, held in given.tables.items():
        order = list(range(held.num_rows))
        draw.shuffle(order)
        shuffled[table] = held.take(pa.array(order, pa.int64()))
    standard = load_standard(name)
    before, after = engine(given, standard, YEAR), engine(Holdings(shuffled), standard, YEAR)
    assert differences(before, after) == []
    assert [key(f) for f in before.findings] == [key(f) for f in after.findings]


@ENGINES
@EVERY_STANDARD
def test_the_names_of_schools_change_nothing(engine, name, random_counties):
    rows = random_counties("names", 20)
    codes = [row["school_code"] for row in rows["school"]]
    others = [f"{9999999999 - n:010}" for n in range(len(codes))]
    random.Random(12).shuffle(others)  # noqa: S311
    renamed = dict(zip(codes, others, strict=True))
    relabelled = {
        table: [{**r, "school_code": renamed[r["school_code"]]} if "school_code" in r else r for r in held]
        for table, held in rows.items()
    }
    standard = load_standard(name)
    before, after = (engine(holdings_of(given), standard, YEAR) for given in (rows, relabelled))

    def reasons(parts):
        return tuple(sorted("/".join(renamed.get(word, word) for word in part.split("/")) for part in parts))

    translated = replace(
        before,
        findings=tuple(replace(f, subject=renamed.get(f.subject, f.subject)) for f in before.findings),
        verdicts=tuple(
            replace(v, subject=renamed.get(v.subject, v.subject), reasons=reasons(v.reasons)) for v in before.verdicts
        ),
    )
    after = replace(after, verdicts=tuple(replace(v, reasons=tuple(sorted(v.reasons))) for v in after.verdicts))
    assert differences(translated, after) == []


@ENGINES
def test_three_times_of_everything_leaves_ratios_and_coefficients(engine, random_counties):
    rows = random_counties("scale", 20)
    rows["school"] = [row for row in rows["school"] if row["kind"] != "teaching_point"]
    kept = {row["school_code"] for row in rows["school"]}
    rows = {table: [r for r in held if r.get("school_code", "") in {*kept, ""}] for table, held in rows.items()}
    fixed = ("school_code", "school_year", "music_room_min_m2", "art_room_min_m2")
    tripled = {
        table: [
            {c: v * 3 if isinstance(v, int | float) and c not in fixed else v for c, v in row.items()} for row in held
        ]
        if table in ("stage_year", "school_year_facts")
        else held
        for table, held in rows.items()
    }
    standard = load_standard("cn-compulsory-2017")
    before, after = (engine(holdings_of(given), standard, YEAR) for given in (rows, tripled))
    found = {key(f): f for f in after.findings}
    same = [
        f
        for f in before.findings
        if f.indicator in {f"R{n}" for n in range(1, 8)} or f.indicator in ("G9", "G12", "Q1")
    ]
    assert len(same) > 500
    for finding in same:
        other = found[key(finding)]
        assert close(finding.value, other.value), key(finding)
        assert finding.verdict == other.verdict, key(finding)


# Left out: what is zero where it is not given by the register's definition (indoor sports), and the class list, without
# which the return's own count of classes over the limit decides.
MAY_BE_BLANKED = {
    "stage_year": [
        "pupils", "classes", "classes_over_limit", "teachers", "teachers_certified", "teachers_trained_360h", "teachers_above_degree", "teachers_backbone",
        "teachers_pe_arts", "teachers_mid_title", "teachers_rotation_eligible", "teachers_rotated", "teachers_rotated_backbone",
        "cohort_entered", "cohort_deaths", "cohort_transferred_in", "cohort_transferred_out", "cohort_completed",
    ],
    "school_year_facts": [
        "teaching_area_m2", "sports_area_m2", "equipment_value_yuan", "multimedia_rooms", "computers", "books", "music_rooms",
        "art_rooms", "music_room_min_m2", "art_room_min_m2", "outdoor_play_area_m2", "activity_area_m2", "building_area_m2", "planned_on",
    ],
    "funds_year": ["yuan", "pupils_counted"],
    "population_year": ["children"],
    "county_year": ["value"],
    "school": ["ownership", "location"],
}  # fmt: skip


def blanked(rows, draw):
    """Return the rows with one figure of every county less known."""
    rows = {table: [dict(row) for row in held] for table, held in rows.items()}
    for county in sorted({row["county_code"] for row in rows["school"]}):
        table = draw.choice(list(MAY_BE_BLANKED))
        own = [
            r
            for r in rows[table]
            if str(r.get("school_code") or r.get("county_code") or r["region_code"]).startswith(county)
        ]
        if not own:
            continue
        row, column = draw.choice(own), draw.choice(MAY_BE_BLANKED[table])
        # The 2012 list holds schools whose ownership is not known: without it a private school comes onto the list.
        if not (column == "ownership" and row["ownership"] != "public"):
            row[column] = None
    return rows


@EVERY_STANDARD
@ENGINES
def test_to_know_less_gives_the_same_answer_or_unknown_and_never_a_pass(engine, name, random_counties):
    standard, rounds = load_standard(name), 2
    for number in range(rounds):
        rows = random_counties(f"less {number}", 50)
        less = blanked(rows, random.Random(number))  # noqa: S311
        before, after = (engine(holdings_of(given), standard, YEAR) for given in (rows, less))
        found = {key(f): f for f in after.findings}
        assert found.keys() == {key(f) for f in before.findings}
        for finding in before.findings:
            assert found[key(finding)].verdict in (finding.verdict, Verdict.UNKNOWN), key(finding)
        verdicts = {(v.subject, v.stage): v.verdict for v in after.verdicts}
        for held in before.verdicts:
            assert verdicts[held.subject, held.stage] in (held.verdict, Verdict.UNKNOWN), held


@EVERY_STANDARD
@ENGINES
def test_a_return_not_made_is_never_a_pass(engine, name, random_counties):
    rows = random_counties("gone", 50)
    standard, draw = load_standard(name), random.Random(5)  # noqa: S311
    kinds = {row["school_code"]: row["kind"] for row in rows["school"]}
    attached = {(code, "preschool") for code, kind in kinds.items() if kind == "primary"}
    kept = [r for r in rows["stage_year"] if draw.random() < 0.8 or (r["school_code"], r["stage"]) in attached]
    before, after = (
        engine(holdings_of({**rows, "stage_year": given}), standard, YEAR) for given in (rows["stage_year"], kept)
    )
    found = {key(f): f for f in after.findings}
    for finding in before.findings:
        assert found[key(finding)].verdict in (finding.verdict, Verdict.UNKNOWN), key(finding)


@EVERY_STANDARD
def test_a_county_that_passes_has_nothing_unknown_and_nothing_failed(name, random_counties):
    assessment = assess_plainly(holdings_of(random_counties("pass", 80)), load_standard(name), YEAR)
    for verdict in assessment.verdicts:
        held = [f.verdict for f in assessment.findings if f.level == "county" and f.county == verdict.county]
        if verdict.level == "county" and verdict.verdict.passes:
            assert {Verdict.UNKNOWN, Verdict.NOT_MET}.isdisjoint(held)
        if verdict.level == "county" and Verdict.NOT_MET in held:
            assert verdict.verdict is Verdict.NOT_MET
            assert verdict.reasons
