"""Errors and warnings between rows, tables and years, each shown by the smallest holdings that have it."""

from datetime import date

import pyarrow as pa
import pytest

from xuezheng.register.engine.checks import cross_checked
from xuezheng.register.engine.places import within
from xuezheng.register.holdings import Holdings

PRIMARY = {"school_code": "2150000001", "name": "一小", "county_code": "509901", "kind": "primary"}
RETURN = {"school_code": "2150000001", "school_year": 2023, "stage": "primary", "pupils": 400, "classes": 10}


def held(**tables):
    days = pa.schema([pa.field("closed", pa.date32()), pa.field("opened", pa.date32())])
    made = {}
    for name, rows in tables.items():
        columns = {column: [row.get(column) for row in rows] for row in rows for column in row}
        made[name] = pa.table(
            {c: pa.array(v, days.field(c).type if c in days.names else None) for c, v in columns.items()}
        )
    return Holdings(made)


def codes(holdings, previous=None):
    return sorted(fault.code for fault in cross_checked(holdings, previous))


def test_sound_holdings_have_no_fault():
    assert codes(held(school=[PRIMARY], stage_year=[RETURN])) == []


def test_a_part_beyond_its_whole():
    [fault] = cross_checked(held(school=[PRIMARY], stage_year=[{**RETURN, "boarders": 401}]))
    assert (fault.code, fault.column, fault.value, fault.exit_status) == ("part_beyond_whole", "boarders", "401", 14)


def test_a_missing_whole_is_no_contradiction():
    assert codes(held(school=[PRIMARY], stage_year=[{**RETURN, "pupils": None, "boarders": 401}])) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"classes": 0}, "pupils_without_classes"),
        ({"classes": 2}, "class_average_absurd"),
        ({"pupils": 0}, "classes_without_pupils"),
    ],
)
def test_pupils_and_classes_of_a_return(change, code):
    assert codes(held(school=[PRIMARY], stage_year=[{**RETURN, **change}])) == [code]


def test_listed_classes_must_add_up_to_the_return():
    unit = {"school_code": "2150000001", "school_year": 2023, "stage": "primary", "grade": "1"}
    classes = [{**unit, "class_no": "1", "pupils": 40}, {**unit, "class_no": "2", "pupils": 41}]
    school, right = [PRIMARY], {**RETURN, "pupils": 81, "classes": 2}
    assert codes(held(school=school, stage_year=[right], class_year=classes)) == []
    fewer = {**RETURN, "pupils": 80, "classes": 1}
    found = list(cross_checked(held(school=school, stage_year=[fewer], class_year=classes)))
    assert {(fault.code, fault.params["sum"]) for fault in found} == {
        ("class_pupils_differ", 81),
        ("class_count_differs", 2),
    }


def test_a_class_without_a_figure_leaves_only_the_number_of_classes_to_compare():
    unit = {"school_code": "2150000001", "school_year": 2023, "stage": "primary", "grade": "1"}
    classes = [{**unit, "class_no": "1", "pupils": 40}, {**unit, "class_no": "2", "pupils": None}]
    right = {**RETURN, "pupils": 81, "classes": 2}
    assert codes(held(school=[PRIMARY], stage_year=[right], class_year=classes)) == []


def test_a_stage_that_a_kind_cannot_have():
    returns = [RETURN, {**RETURN, "stage": "senior"}]
    assert codes(held(school=[PRIMARY], stage_year=returns)) == ["stage_not_of_kind"]


def test_orphans_and_codes_that_a_change_explains():
    stray = {**RETURN, "school_code": "2150000009"}
    assert codes(held(school=[PRIMARY], stage_year=[RETURN, stray])) == ["school_not_registered"]
    change = {"code_from": "2150000009", "code_to": "2150000001", "kind": "recoded"}
    assert codes(held(school=[PRIMARY], stage_year=[RETURN, stray], school_change=[change])) == []


def test_a_county_that_no_school_belongs_to():
    row = {"county_code": "509902", "school_year": 2023, "key": "x", "value": "1"}
    assert codes(held(school=[PRIMARY], county_year=[row])) == ["county_not_registered"]


def test_without_the_table_of_schools_one_warning_says_so():
    [fault] = cross_checked(held(stage_year=[RETURN]))
    assert (fault.code, fault.grade) == ("school_table_missing", "warning")


def test_closed_schools_with_pupils_and_schools_opened_later():
    closed = {**PRIMARY, "closed": date(2023, 8, 31)}
    later = {**PRIMARY, "opened": date(2024, 9, 1)}
    assert codes(held(school=[closed], stage_year=[RETURN])) == ["closed_with_pupils"]
    assert codes(held(school=[later], stage_year=[RETURN])) == ["opened_later"]
    assert codes(held(school=[{**PRIMARY, "closed": date(2024, 7, 1)}], stage_year=[RETURN])) == []


def test_open_schools_without_a_return():
    second = {**PRIMARY, "school_code": "2150000002"}
    closed = {**PRIMARY, "school_code": "2150000003", "closed": date(2020, 7, 1)}
    assert codes(held(school=[PRIMARY, second, closed], stage_year=[RETURN])) == ["no_return"]


def test_a_stage_of_which_nobody_reports_is_told_once():
    gardens = [{**PRIMARY, "school_code": f"215000001{n}", "kind": "kindergarten"} for n in range(3)]
    [fault] = cross_checked(held(school=[PRIMARY, *gardens], stage_year=[RETURN]))
    assert (fault.code, fault.number) == ("no_returns_of_stage", 3)


def test_jumps_against_the_year_before_in_the_delivery_and_in_the_store():
    before, now = {**RETURN, "school_year": 2022, "pupils": 150, "classes": 5}, RETURN
    assert codes(held(school=[PRIMARY], stage_year=[before, now])) == ["jump"]
    assert codes(held(school=[PRIMARY], stage_year=[now]), held(stage_year=[before])) == ["jump"]
    small = {**before, "pupils": 310}
    assert codes(held(school=[PRIMARY], stage_year=[small, now])) == []


def test_a_school_far_from_the_others_and_one_outside_the_outline():
    places = [(107.0, 29.0), (107.1, 29.1), (107.2, 29.0), (107.1, 28.9), (107.0, 29.1), (117.0, 29.0)]
    schools = [
        {**PRIMARY, "school_code": f"215000000{n}", "lon": lon, "lat": lat} for n, (lon, lat) in enumerate(places)
    ]
    [fault] = cross_checked(held(school=schools))
    assert (fault.code, fault.value) == ("far_away", "117, 29")
    square = [[106.9, 28.8], [107.15, 28.8], [107.15, 29.3], [106.9, 29.3], [106.9, 28.8]]
    outline = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [square]}}],
    }
    outlined = Holdings(held(school=schools).tables, outlines={"county": outline})
    assert [fault.value for fault in cross_checked(outlined)] == ["107.2, 29", "117, 29"]


def test_a_hole_is_outside():
    import numpy as np

    outer = np.array([[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]], dtype=float)
    hole = np.array([[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]], dtype=float)
    assert within([outer, hole], np.array([1.0, 5.0, 11.0]), np.array([1.0, 5.0, 5.0])).tolist() == [True, False, False]


def test_an_open_school_without_kind_and_return_would_be_seen_by_no_assessment():
    silent = {**PRIMARY, "school_code": "2150000002", "name": "二小", "kind": None}
    [fault] = cross_checked(held(school=[PRIMARY, silent], stage_year=[RETURN]))
    assert (fault.grade, fault.code, fault.params["years"]) == ("warning", "school_without_kind", ["2023"])
    reported = {**RETURN, "school_code": "2150000002"}
    assert codes(held(school=[PRIMARY, silent], stage_year=[RETURN, reported])) == []
    closed = {**silent, "closed": date(2022, 9, 1)}
    assert codes(held(school=[PRIMARY, closed], stage_year=[RETURN])) == []


def test_a_township_beside_its_villages_would_be_counted_twice():
    village = {"region_code": "509901001201", "year": 2023, "age": 3, "basis": "resident", "children": 12}
    township = {**village, "region_code": "509901001", "children": 30}
    [fault] = cross_checked(held(population_year=[village, township]))
    assert (fault.grade, fault.code, fault.value, fault.params["part"], fault.params["of_levels"]) == (
        "warning",
        "region_levels_mixed",
        "509901001",
        "509901001201",
        ["9", "12"],
    )
    assert codes(held(population_year=[village, {**township, "basis": "registered"}])) == []
    assert codes(held(population_year=[village, {**township, "region_code": "509901002"}])) == []
    assert codes(held(population_year=[township, {**township, "region_code": "509901"}])) == ["region_levels_mixed"]


def told_classes(returned, *pupils):
    unit = {"school_code": "2150000001", "school_year": 2023, "stage": returned["stage"], "grade": "1"}
    classes = [{**unit, "class_no": str(number), "pupils": count} for number, count in enumerate(pupils, start=1)]
    school = {**PRIMARY, "kind": "nine_year"}
    other = {**RETURN, "stage": "junior" if returned["stage"] == "primary" else "primary"}
    faults = cross_checked(held(school=[school], stage_year=[{**RETURN, **returned}, other], class_year=classes))
    return [(fault.grade, fault.code, fault.column, fault.value) for fault in faults]


def test_a_class_list_may_fall_short_of_the_return_and_never_exceed_it():
    assert told_classes({"stage": "primary", "pupils": 80, "classes": 2}, 40) == [
        ("warning", "class_list_short_of_pupils", "pupils", "80"),
        ("warning", "class_list_short_of_classes", "classes", "2"),
    ]
    assert told_classes({"stage": "primary", "pupils": 80, "classes": 2}, 40, 40, 1) == [
        ("error", "class_pupils_differ", "pupils", "80"),
        ("error", "class_count_differs", "classes", "2"),
    ]


def test_a_listed_class_beyond_the_limit_of_its_stage_must_be_counted():
    uncounted = ("warning", "classes_over_limit_uncounted", "classes_over_limit")
    primary = {"stage": "primary", "pupils": 91, "classes": 2}
    assert told_classes({**primary, "classes_over_limit": 0}, 45, 46) == [(*uncounted, "0")]
    assert told_classes({**primary, "classes_over_limit": 1}, 45, 46) == []
    assert told_classes({**primary, "classes_over_limit": None}, 45, 46) == []
    junior = {"stage": "junior", "pupils": 102, "classes": 2, "classes_over_limit": 1}
    assert told_classes({**junior, "pupils": 101}, 50, 51) == []
    assert told_classes(junior, 51, 51) == [(*uncounted, "1")]


def test_a_gymnasium_larger_than_the_teaching_area_is_asked_about():
    facts = {"school_code": "2150000001", "school_year": 2023, "teaching_area_m2": 900.0, "indoor_sports_m2": 1000.0}
    [fault] = cross_checked(held(school=[PRIMARY], stage_year=[RETURN], school_year_facts=[facts]))
    assert (fault.grade, fault.code, fault.value) == ("warning", "part_beyond_usual_whole", "1000")
    assert fault.params == {"whole_column": "teaching_area_m2", "whole": "900"}
