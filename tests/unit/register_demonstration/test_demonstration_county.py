"""The demonstration county as a planner would look at it: how large it is, where children live, what changes."""

from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from xuezheng.register.demonstration.county import make_county, size_named
from xuezheng.register.demonstration.geography import car_minutes, lay_ground, river_y, walk_minutes
from xuezheng.register.demonstration.parameters import load_parameters


@pytest.fixture(scope="module")
def county():
    return make_county(seed=1)


def pupils(tables, year, *stages):
    return sum(r["pupils"] for r in tables["stage_year"] if r["school_year"] == year and r["stage"] in stages)


def test_it_is_as_large_as_a_county_of_three_quarters_of_a_million(county):
    tables = county.tables
    latest = [row for row in tables["stage_year"] if row["school_year"] == 2025]
    compulsory = [row for row in latest if row["stage"] in ("primary", "junior")]
    kinds = Counter(row["kind"] for row in tables["school"] if row["closed"] is None)
    assert sum(len(row["region_code"]) == 9 for row in tables["region"]) == 40
    assert sum(len(row["region_code"]) == 12 for row in tables["region"]) == 300
    assert 95 <= len({row["school_code"] for row in compulsory}) <= 110
    assert 74_000 <= sum(row["pupils"] for row in compulsory) <= 76_000
    assert 5_300 <= sum(row["teachers"] for row in compulsory) <= 5_600
    assert (kinds["special"], kinds["vocational"], kinds["senior"], kinds["kindergarten"]) == (1, 1, 3, 150)
    assert (kinds["twelve_year"], kinds["complete_secondary"]) == (1, 1)
    assert sorted({row["school_year"] for row in tables["stage_year"]}) == list(range(2016, 2026))


def test_births_fall_the_town_fills_and_villages_empty(county):
    tables = county.tables
    births = Counter()
    for row in tables["births_year"]:
        births[row["year"]] += row["births"]
    assert births[2025] < births[2020] < births[2017]
    town = {
        row["region_code"]
        for row in tables["region"]
        if row["region_code"][:9] in ("509901001", "509901002", "509901003")
    }
    resident = defaultdict(Counter)
    for row in tables["population_year"]:
        if row["basis"] == "resident" and 6 <= row["age"] <= 14:
            resident["town" if row["region_code"] in town else "country"][row["year"]] += row["children"]
    assert resident["town"][2025] > 1.2 * resident["town"][2016]
    assert resident["country"][2025] < 0.8 * resident["country"][2016]
    assert pupils(tables, 2025, "preschool") < 0.75 * pupils(tables, 2019, "preschool")


def test_registered_children_outnumber_residents_where_people_leave(county):
    latest = Counter()
    for row in county.tables["population_year"]:
        if row["year"] == 2025:
            latest[row["region_code"][:9], row["basis"]] += row["children"]
    assert latest["509901001", "resident"] > latest["509901001", "registered"]
    rural = [f"509901{number:03d}" for number in range(4, 41)]
    assert all(latest[code, "resident"] < latest[code, "registered"] for code in rural)


def test_enrolment_moves_smoothly_in_schools_that_stay(county):
    series = defaultdict(dict)
    for row in county.tables["stage_year"]:
        if row["stage"] in ("primary", "junior"):
            series[row["school_code"], row["stage"]][row["school_year"]] = row["pupils"]
    changes = [
        abs(by_year[year + 1] / by_year[year] - 1)
        for by_year in series.values()
        for year in range(2016, 2025)
        if {year, year + 1} <= set(by_year) and by_year[year] >= 300
    ]
    changes.sort()
    assert changes[int(len(changes) * 0.95)] < 0.10


def test_some_village_schools_closed_and_were_merged(county):
    schools = {row["school_code"]: row for row in county.tables["school"]}
    changes = county.tables["school_change"]
    assert len(changes) == 8
    for change in changes:
        assert schools[change["code_from"]]["closed"] == change["on"]
        assert schools[change["code_to"]]["closed"] is None
        assert schools[change["code_to"]]["township_code"] == schools[change["code_from"]]["township_code"]
        years = [r["school_year"] for r in county.tables["stage_year"] if r["school_code"] == change["code_from"]]
        assert max(years) < change["on"].year


def test_schools_and_villages_stand_in_their_townships_and_townships_leave_no_gap(county):
    rings = {
        feature["properties"]["region_code"]: feature["geometry"]["coordinates"][0]
        for feature in county.outlines["features"]
    }
    assert len(rings) == 41
    townships = sum(area(ring) for code, ring in rings.items() if len(code) == 9)
    assert townships == pytest.approx(area(rings["509901"]), rel=1e-9)
    assert min(area(ring) for ring in rings.values()) > 0
    for row in county.tables["school"]:
        assert inside((row["lon"], row["lat"]), rings[row["township_code"]]), row["name"]
    for row in county.tables["region"]:
        if len(row["region_code"]) == 12:
            assert inside((row["lon"], row["lat"]), rings[row["region_code"][:9]]), row["name"]


def test_every_village_has_a_way_to_a_school_of_each_stage(county):
    kinds = {row["school_code"]: row["kind"] for row in county.tables["school"]}
    reached = defaultdict(set)
    for row in county.tables["travel"]:
        reached[row["region_code"]].add(kinds[row["school_code"]])
    villages = [row["region_code"] for row in county.tables["region"] if len(row["region_code"]) == 12]
    for village in villages:
        assert "kindergarten" in reached[village]
        assert reached[village] & {"primary", "nine_year", "teaching_point", "twelve_year"}
        assert reached[village] & {"junior", "nine_year", "complete_secondary", "twelve_year"}


def test_mountains_make_the_same_way_longer_than_the_valley_does():
    valley = ((0.0, river_y(0.0)), (2.0, river_y(2.0)))
    mountain = ((0.0, river_y(0.0) + 14), (2.0, river_y(2.0) + 14))
    assert car_minutes(*mountain) > 1.3 * car_minutes(*valley)
    assert walk_minutes(*mountain) > walk_minutes(*valley)


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_other_seeds_lay_sound_ground_too(seed):
    parameters = load_parameters()
    ground = lay_ground(parameters, size_named("full"), seed)
    assert len({township.name for township in ground.townships}) == 40
    assert len({village.code for village in ground.villages}) == 300


def area(ring):
    return sum(a[0] * b[1] - a[1] * b[0] for a, b in pairwise(ring)) / 2


def inside(place, ring):
    x, y = place
    within = False
    for (x0, y0), (x1, y1) in pairwise(ring):
        if (y1 > y) != (y0 > y) and x < (x0 - x1) * (y - y1) / (y0 - y1) + x1:
            within = not within
    return within
