"""The demonstration county's tables: of the schema, without contradictions, the same for the same seed."""

from collections import Counter, defaultdict

import pyarrow as pa
import pytest

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.demonstration.county import county_tables, make_county, size_named
from xuezheng.register.demonstration.parameters import load_parameters
from xuezheng.register.holdings import arrow_type

SCHEMA = load_register_schema()


@pytest.fixture(scope="module")
def full():
    return county_tables(seed=1)


@pytest.fixture(scope="module")
def small():
    return county_tables(seed=1, size=size_named("small"))


@pytest.mark.parametrize("size", ["full", "small"])
def test_every_table_of_the_schema_has_rows_of_its_columns_and_types(size, request):
    tables = request.getfixturevalue(size)
    assert set(tables) == set(SCHEMA.tables)
    for name, rows in tables.items():
        assert rows, name
        columns = SCHEMA.tables[name].columns
        assert {column for row in rows for column in row} <= set(columns)
        for column, definition in columns.items():
            values = [row.get(column) for row in rows]
            pa.array(values, type=arrow_type(definition))
            if definition.type == "choice":
                assert set(values) - {None} <= set(SCHEMA.codes[definition.codes]), (name, column)
            if definition.type == "code":
                assert {len(value) for value in values if value} <= set(definition.digits), (name, column)
            if definition.type in ("integer", "number"):
                known = [value for value in values if value is not None]
                assert definition.min is None or not known or min(known) >= definition.min, (name, column)
                assert definition.max is None or not known or max(known) <= definition.max, (name, column)


@pytest.mark.parametrize("size", ["full", "small"])
def test_keys_are_unique_and_no_part_exceeds_its_whole(size, request):
    tables = request.getfixturevalue(size)
    for name, rows in tables.items():
        table = SCHEMA.tables[name]
        keys = Counter(tuple(row.get(column) for column in table.key) for row in rows)
        assert [key for key, count in keys.items() if count > 1] == [], name
        assert all(row.get(column) is not None for row in rows for column in table.required_key), name
        for column, definition in table.columns.items():
            if definition.part_of:
                beyond = [
                    row
                    for row in rows
                    if (row.get(column) or 0) > (row.get(definition.part_of) or 0) and row.get(column)
                ]
                assert beyond == [], (name, column)


@pytest.mark.parametrize("seed", [1, 2])
def test_every_reference_leads_to_a_school_and_a_region(seed):
    full = county_tables(seed)
    schools = {row["school_code"] for row in full["school"]}
    regions = {row["region_code"] for row in full["region"]}
    for name, rows in full.items():
        for column, definition in SCHEMA.tables[name].columns.items():
            if definition.refers_to == "school":
                assert {row.get(column) for row in rows} - {None} <= schools, (name, column)
    assert {row["township_code"] for row in full["school"]} <= regions
    assert {row["region_code"] for row in full["population_year"]} <= regions


def test_classes_add_up_to_what_the_stages_report(full):
    limits = load_parameters().class_limits
    classes = defaultdict(list)
    for row in full["class_year"]:
        classes[row["school_code"], row["school_year"], row["stage"]].append((row["grade"], row["pupils"]))
    for row in full["stage_year"]:
        own = classes[row["school_code"], row["school_year"], row["stage"]]
        assert sum(pupils for _, pupils in own) == row["pupils"]
        assert len(own) == row["classes"]
        over = sum(pupils > limits.get(grade, limits.get(row["stage"])) for grade, pupils in own)
        assert over == row["classes_over_limit"]


@pytest.mark.parametrize("size", ["full", "small"])
def test_teachers_add_up_to_what_the_stages_report(size, request):
    tables = request.getfixturevalue(size)
    held = defaultdict(list)
    for row in tables["teacher_year"]:
        held[row["school_code"], row["school_year"], row["stage"]].append(row)
    above = {
        "primary": {"college", "bachelor", "master", "doctor"},
        "junior": {"bachelor", "master", "doctor"},
        "preschool": {"college", "bachelor", "master", "doctor"},
    }
    latest = [row for row in tables["stage_year"] if row["school_year"] >= load_parameters().years.roster_first]
    assert latest
    for row in latest:
        own = held[row["school_code"], row["school_year"], row["stage"]]
        assert len(own) == row["teachers"]
        assert sum(t["certified"] for t in own) == row["teachers_certified"]
        assert sum(t["backbone_level"] != "none" for t in own) == row["teachers_backbone"]
        assert sum(t["subject"] in ("体育", "音乐", "美术") for t in own) == row["teachers_pe_arts"]
        assert sum(t["title"] in ("first", "senior", "senior_full") for t in own) == row["teachers_mid_title"]
        if row["stage"] in above:
            assert sum(t["degree"] in above[row["stage"]] for t in own) == row["teachers_above_degree"]


def test_nobody_teaches_in_two_places_in_one_year_and_most_stay(full):
    by_year = defaultdict(dict)
    for row in full["teacher_year"]:
        assert row["teacher_id"] not in by_year[row["school_year"]]
        by_year[row["school_year"]][row["teacher_id"]] = row["school_code"]
    before, after = by_year[2024], by_year[2025]
    both = set(before) & set(after)
    assert len(both) > 0.9 * len(after)
    moved = sum(before[teacher] != after[teacher] for teacher in both)
    assert 0.02 * len(both) < moved < 0.1 * len(both)


def test_small_rural_schools_are_funded_as_if_they_had_a_hundred_pupils(full):
    location = {row["school_code"]: row for row in full["school"]}
    small = [
        row
        for row in full["funds_year"]
        if row["item"] == "public_funds" and location[row["school_code"]]["kind"] in ("teaching_point", "primary")
    ]
    assert small
    assert min(row["pupils_counted"] for row in small) == 100


def test_the_same_seed_makes_the_same_county_and_another_seed_another():
    size = size_named("small")
    first, again, other = make_county(7, size), make_county(7, size), make_county(8, size)
    assert first == again
    assert first.tables["stage_year"] != other.tables["stage_year"]
    assert first.outlines != other.outlines


def test_latest_judgements_leave_a_few_open_and_no_veto_has_happened(full):
    latest = {row["key"]: row["value"] for row in full["county_year"] if row["school_year"] == 2025}
    judged = load_parameters().judged
    assert sorted(key for key in judged if latest[key] == "未认定") == [
        "cn-compulsory-2017.Q9",
        "cn-preschool-2020.P2.4",
    ]
    assert {latest[f"cn-compulsory-2017.V{n}"] for n in range(1, 7)} == {"否"}
    assert all(row["evidence"] for row in full["county_year"])
