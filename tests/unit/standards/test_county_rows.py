"""A county's rows as a standard sees them: which units there are, what they share, what is summed."""

from datetime import date

import pytest

from xuezheng.catalogue.standard import load_standard
from xuezheng.register.holdings import holdings_of
from xuezheng.standards.engine.compiling import compiled
from xuezheng.standards.engine.county import (
    counties_of,
    expected_stages,
    is_open,
    read_county,
    schools_of,
    units_of,
    years_of,
)

YEAR = 2023
RULES = compiled(load_standard("cn-compulsory-2017"), YEAR)


def school(code="2150000001", kind="primary", **more):
    return {"school_code": code, "county_code": "509901", "kind": kind, **more}


def returned(stage="primary", pupils=100, code="2150000001", year=YEAR, **more):
    return {"school_code": code, "school_year": year, "stage": stage, "pupils": pupils, **more}


def facts(code="2150000001", year=YEAR, **more):
    return {"school_code": code, "school_year": year, **more}


def county(rules=RULES, **tables):
    return read_county(holdings_of(tables), "509901", rules)


def units(**tables):
    return units_of(county(**tables), RULES)


@pytest.mark.parametrize(
    ("opened", "closed", "expected"),
    [
        (None, None, True),
        (date(2023, 9, 1), None, True),
        (date(2023, 9, 2), None, False),
        (None, date(2023, 9, 1), False),
        (None, date(2023, 9, 2), True),
        (date(2024, 9, 1), date(2030, 1, 1), False),
    ],
)
def test_a_school_is_open_as_of_the_first_of_september(opened, closed, expected):
    assert is_open({"opened": opened, "closed": closed}, YEAR) is expected


def test_every_kind_has_the_stages_that_it_must_report():
    assert expected_stages("nine_year") == ("primary", "junior")
    assert expected_stages("complete_secondary") == ("junior", "senior")
    assert expected_stages(None) == expected_stages("palace") == ()


def test_an_open_school_without_a_return_is_a_unit_about_which_nothing_is_known():
    (unit,) = units(school=[school()], stage_year=[returned(year=2022)])
    assert (unit.stage, unit.row.get("pupils"), "stage_year" in unit.at) == ("primary", None, False)


def test_a_closed_school_is_a_unit_only_while_it_has_pupils():
    closed = school(closed=date(2020, 8, 31))
    assert units(school=[closed], stage_year=[returned(pupils=0)]) == []
    assert units(school=[closed], stage_year=[]) == []
    assert len(units(school=[closed], stage_year=[returned(pupils=12)])) == 1


def test_a_return_beyond_what_the_kind_must_report_counts():
    held = units(school=[school()], stage_year=[returned(), returned("junior", 40)])
    assert [unit.stage for unit in held] == ["primary", "junior"]


def test_a_school_of_unknown_kind_counts_by_what_it_returned():
    held = units(school=[school(kind=None)], stage_year=[returned("junior")])
    assert [unit.stage for unit in held] == ["junior"]


def test_the_scope_of_a_standard_leaves_schools_out_but_not_those_it_cannot_tell():
    rules = compiled(load_standard("cn-compulsory-2012"), YEAR)
    tables = {
        "school": [
            school("2150000001", ownership="public"),
            school("2150000002", ownership="private"),
            school("2150000003", kind="teaching_point", ownership="public"),
            school("2150000004"),
            school("2150000005", kind=None, ownership="public"),
        ],
        "stage_year": [returned(code=f"215000000{n}") for n in range(1, 6)],
    }
    held = units_of(county(rules, **tables), rules)
    assert [unit.school for unit in held] == ["2150000001", "2150000004", "2150000005"]


@pytest.mark.parametrize(
    ("kind", "pupils", "shares"),
    [
        ("nine_year", {"primary": 166, "junior": 210}, {"primary": 166 / 397, "junior": 231 / 397}),
        ("complete_secondary", {"junior": 100, "senior": 100}, {"junior": 1 / 2.2}),
        ("twelve_year", {"primary": 100, "junior": 100, "senior": 100}, {"primary": 1 / 3.42, "junior": 1.1 / 3.42}),
        ("nine_year", {"primary": 100, "junior": 0}, {"primary": 1, "junior": 0}),
        ("nine_year", {"primary": 100}, {"primary": None, "junior": None}),
        ("nine_year", {"primary": 0, "junior": 0}, {"primary": None, "junior": None}),
        ("primary", {"primary": 100, "preschool": 30}, {"primary": 1}),
        ("junior", {"junior": 100}, {"junior": 1}),
    ],
)
def test_shared_resources_are_split_by_weight_times_pupils(kind, pupils, shares):
    held = units(
        school=[school(kind=kind)],
        stage_year=[returned(stage, count) for stage, count in pupils.items()],
        school_year_facts=[facts(books=1000, music_rooms=2)],
    )
    for unit in held:
        expected = shares[unit.stage]
        assert unit.row["share"] == pytest.approx(expected) if expected is not None else unit.row["share"] is None
        books = unit.row["books"]
        assert books == pytest.approx(1000 * expected) if expected is not None else books is None
        assert unit.row["music_rooms"] == 2  # whole: only the columns of the split are shared
        if expected != 1:
            assert unit.row["books_school"] == 1000
    assert {unit.stage for unit in held} == shares.keys()


def test_a_school_sums_its_stages_and_keeps_its_resources_whole():
    rows = county(
        school=[school(kind="twelve_year")],
        stage_year=[
            returned(p, n, classes=c) for p, n, c in (("primary", 500, 12), ("junior", 400, 8), ("senior", 300, 6))
        ],
        school_year_facts=[facts(books=9000, music_rooms=2)],
    )
    (held,) = schools_of(rows, RULES, units_of(rows, RULES), ("primary", "junior"))
    assert {name: held.row[name] for name in ("pupils", "classes", "books", "music_rooms")} == {
        "pupils": 900, "classes": 20, "books": 9000, "music_rooms": 2,
    }  # fmt: skip


def test_a_sum_over_stages_of_which_one_is_not_known_is_not_known():
    rows = county(school=[school(kind="nine_year")], stage_year=[returned("primary", 500)])
    (held,) = schools_of(rows, RULES, units_of(rows, RULES), ("primary", "junior"))
    assert held.row["pupils"] is None


def test_derived_columns_are_unknown_where_a_row_of_theirs_is():
    classes = [
        {
            "school_code": "2150000001",
            "school_year": YEAR,
            "stage": "primary",
            "grade": "1",
            "class_no": str(n),
            "pupils": p,
        }
        for n, p in enumerate((40, 45, None))
    ]
    (unit,) = units(school=[school()], stage_year=[returned()], class_year=classes)
    assert (unit.row["largest_class"], unit.row["classes_listed"]) == (None, 3)
    (unit,) = units(school=[school()], stage_year=[returned()], class_year=classes[:2])
    assert (unit.row["largest_class"], unit.row["classes_listed"]) == (45, 2)
    (unit,) = units(school=[school()], stage_year=[returned()])
    assert (unit.row["largest_class"], unit.row["classes_listed"]) == (None, None)


def test_money_follows_the_fiscal_year_and_adds_up_over_sources():
    funds = [
        {"school_code": "2150000001", "fiscal_year": y, "item": i, "source": s, "yuan": yuan}
        for y, i, s, yuan in (
            (YEAR, "training", "县级", 500.0),
            (YEAR, "training", "市级", 250.0),
            (YEAR - 1, "training", "县级", 9999.0),
            (YEAR, "meals", "县级", 7000.0),
        )
    ]
    rows = county(school=[school()], stage_year=[returned()], funds_year=funds)
    (held,) = schools_of(rows, RULES, units_of(rows, RULES), ("primary",))
    assert (held.row["training_yuan"], held.row["public_funds_yuan"]) == (750, None)


def test_a_county_reads_its_own_rows_and_year_only():
    holdings = holdings_of(
        {
            "school": [school(), {**school("2150000009"), "county_code": "509902"}],
            "stage_year": [returned(), returned(code="2150000009"), returned(year=2022)],
            "population_year": [
                {"region_code": code, "year": year, "age": 4, "basis": "resident", "children": 5}
                for code, year in (("509901001201", YEAR), ("509902001201", YEAR), ("509901001201", 2022))
            ],
            "county_year": [
                {"county_code": code, "school_year": YEAR, "key": "satisfaction_rate", "value": "90"}
                for code in ("509901", "509902")
            ],
        }
    )
    rows = read_county(holdings, "509901", RULES)
    assert {name: len(held) for name, held in rows.tables.items() if held} == {
        "school": 1, "stage_year": 1, "population_year": 1, "county_year": 1,
    }  # fmt: skip
    assert (counties_of(holdings), years_of(holdings)) == (["509901", "509902"], [2022, 2023])


def test_figures_keep_the_place_in_their_table():
    held = units(
        school=[school("2150000001"), school("2150000002")],
        stage_year=[returned(), returned(code="2150000002")],
        school_year_facts=[facts("2150000002", books=10)],
    )
    assert held[1].at == {"school": 1, "stage_year": 1, "school_year_facts": 0}
