"""Finding schools: by words and pinyin, by filters, nearby; and grouping them on a map."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from world import HOME, OTHER
from xuezheng.people.access import Area
from xuezheng.register.engine.counties import counties_in, of_counties
from xuezheng.register.engine.distance import kilometres
from xuezheng.register.engine.file_names import safe_names
from xuezheng.register.engine.grouping import ALONE_FROM_ZOOM, Site, grouped
from xuezheng.register.engine.initials import pinyin_of, typed_pinyin
from xuezheng.register.holdings import holdings_of
from xuezheng.register.models import County, School
from xuezheng.register.queries import (
    SchoolFilter,
    count_figures,
    find_by_words,
    find_neighbours,
    find_schools_in,
    narrowed,
)

ON = date(2026, 3, 2)
NAMES = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20)


@given(NAMES)
def test_every_name_has_a_letter_a_character_and_its_full_pinyin_begins_with_them(name):
    initials, full = (variants.split(" ") for variants in pinyin_of(name))
    read = [syllable for syllable in lazy_pinyin(name) if syllable.isascii()]
    assert full[0] == "".join(read)
    assert initials[0] == "".join(syllable[0] for syllable in read)
    assert {len(variant) for variant in initials} == {len(initials[0])}
    assert all(typed_pinyin(variant) == variant for variant in (*initials, *full) if variant)


@given(NAMES, st.data())
def test_a_name_is_found_by_any_run_of_its_initials(name, data):
    for known in " ".join(pinyin_of(name)).split():
        if known:
            start = data.draw(st.integers(0, len(known) - 1))
            end = data.draw(st.integers(start + 1, len(known)))
            assert typed_pinyin(known[start:end].upper()) in known


@given(st.text(max_size=40))
def test_any_text_gives_plain_letters_and_digits_only(text):
    for part in " ".join(pinyin_of(text)).split():
        assert part == "" or (part.isascii() and part.isalnum() and part == part.lower())
    assert typed_pinyin(text) == "" or typed_pinyin(text).isascii()


def test_the_words_decide_which_reading_a_character_has():
    assert pinyin_of("云溪小学") == ("yxxx", "yunxixiaoxue")
    assert pinyin_of("银行路小学")[1].split()[0] == "yinhangluxiaoxue"


def test_a_name_whose_words_mislead_is_found_by_its_other_reading_too():
    initials, full = pinyin_of("重庆市长寿区实验小学")
    assert "cqscsqsyxx" in initials
    assert "changshou" in full


def test_a_long_name_fits_the_columns():
    initials, full = pinyin_of("长" * 300)
    assert len(initials) <= 200
    assert len(full) <= 800


@given(st.lists(st.text(max_size=30), max_size=12))
def test_names_of_files_are_safe_and_differ(names):
    safe = safe_names(names)
    assert len(safe) == len(names)
    assert len({name.casefold() for name in safe}) == len(safe)
    for name in safe:
        assert name
        assert not name.startswith((".", "~"))
        assert not set(name) & set('/\\:*?"<>|\x00\n')
        assert len(name.encode()) <= 255


PLACES = st.tuples(st.floats(100, 115), st.floats(20, 40))


@given(st.lists(PLACES, max_size=60), st.integers(5, 19))
def test_grouping_loses_and_doubles_no_school(places, zoom):
    sites = [Site(str(number), lon, lat, "met") for number, (lon, lat) in enumerate(places)]
    groups = grouped(sites, zoom)
    assert sorted(key for group in groups for key in group.keys) == sorted(site.key for site in sites)
    for group in groups:
        west, south, east, north = group.box
        assert west - 1e-9 <= group.lon <= east + 1e-9
        assert south - 1e-9 <= group.lat <= north + 1e-9
        assert group.words.total() == len(group.keys)
    if zoom >= ALONE_FROM_ZOOM:
        assert len(groups) == len(sites)


@given(PLACES, PLACES)
def test_distance_is_the_same_both_ways_and_nothing_to_itself(one, other):
    assert kilometres(one, other) == pytest.approx(kilometres(other, one), abs=1e-9)
    assert kilometres(one, one) == 0


def test_distance_agrees_with_a_degree_of_latitude():
    assert kilometres((107.0, 29.0), (107.0, 30.0)) == pytest.approx(111.19, abs=0.05)


def test_tables_are_parted_by_county_and_school():
    tables = holdings_of(
        {
            "school": [
                {"school_code": "2150000001", "name": "甲", "county_code": "509901"},
                {"school_code": "2150000002", "name": "乙", "county_code": "509902"},
            ],
            "stage_year": [
                {"school_code": "2150000001", "school_year": 2025, "stage": "primary", "pupils": 1},
                {"school_code": "2150000002", "school_year": 2025, "stage": "primary", "pupils": 2},
            ],
            "region": [{"region_code": "509901001", "name": "一镇"}, {"region_code": "509902001", "name": "二镇"}],
        }
    ).tables
    assert counties_in(tables) == {"509901", "509902"}
    part = of_counties(tables, {"509902"})
    assert part["school"].column("name").to_pylist() == ["乙"]
    assert part["stage_year"].column("pupils").to_pylist() == [2]
    assert part["region"].column("name").to_pylist() == ["二镇"]


def school(code, name, **more):
    initials, pinyin = pinyin_of(name)
    more = {"latest_year": 2025, "kind": "primary", "stages": "primary"} | more
    return School.objects.create(
        county=County.objects.get(code=HOME), school_code=code, name=name, initials=initials, pinyin=pinyin, **more
    )


@pytest.fixture
def few(db):  # noqa: ARG001 - rows are written
    """Only three schools in the home county."""
    School.objects.filter(county=HOME).delete()
    return [
        school("2190000001", "云溪县雾溪小学", township_code="509901001", lon=107.50, lat=29.60, pupils=100),
        school("2190000002", "云溪县东河小学", township_code="509901002", lon=107.51, lat=29.60, pupils=None),
        school("3190000003", "云溪县九年制学校", kind="nine_year", stages="primary,junior", lon=107.60, lat=29.60,
               township_code="509901002", closed_on=date(2025, 7, 1), ownership="private", pupils=300),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("雾溪", ["2190000001"]),
        ("21900", ["2190000001", "2190000002"]),
        ("yxxwx", ["2190000001"]),
        ("YXX dhxx", ["2190000002"]),
        ("donghe", ["2190000002"]),
        ("dong'he", ["2190000002"]),
        ("云溪 东河", ["2190000002"]),
        ("没有这所", []),
        ("%", []),
        ("_", []),
    ],
)
@pytest.mark.usefixtures("few")
def test_schools_are_found_by_name_code_and_pinyin(text, codes):
    found = find_by_words(School.objects.filter(county=HOME).order_by("school_code"), text)
    assert [school.school_code for school in found] == codes


@pytest.mark.usefixtures("few")
def test_filters_and_what_is_open():
    schools = find_schools_in(Area(counties=frozenset({HOME})))
    assert narrowed(schools, SchoolFilter(), ON).count() == 2
    assert narrowed(schools, SchoolFilter(status="closed"), ON).count() == 1
    assert narrowed(schools, SchoolFilter(status="closed"), date(2025, 6, 30)).count() == 0
    assert narrowed(schools, SchoolFilter(status="all", kind="nine_year"), ON).get().school_code == "3190000003"
    assert narrowed(schools, SchoolFilter(status="all", ownership="private"), ON).count() == 1
    assert narrowed(schools, SchoolFilter(township="509901001"), ON).count() == 1


@pytest.mark.usefixtures("few")
def test_sums_say_over_how_many_schools_they_are():
    figures = count_figures(School.objects.filter(county=HOME), "township_code")
    assert (figures["509901001"].pupils, figures["509901001"].pupils_known) == (100, 1)
    assert (figures["509901002"].schools, figures["509901002"].pupils, figures["509901002"].pupils_known) == (2, 300, 1)


def test_neighbours_share_a_stage_are_open_and_reached(few):
    reached = find_schools_in(Area(counties=frozenset({HOME})))
    [neighbour] = find_neighbours(few[0], reached)
    assert (neighbour.school, neighbour.stages) == (few[1], ("primary",))
    assert neighbour.km == pytest.approx(0.967, abs=0.01)
    assert find_neighbours(few[0], find_schools_in(Area(schools=frozenset({f"{HOME}/2190000001"})))) == []


def test_nothing_is_reached_without_an_area(few):
    assert few
    assert not find_schools_in(Area()).exists()
    assert not find_schools_in(Area(counties=frozenset({OTHER}))).filter(county=HOME).exists()
