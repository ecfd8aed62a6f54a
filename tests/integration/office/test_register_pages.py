"""The register's pages: what they show, to whom, and what they do with odd requests."""

import csv
import io
import json
import zipfile

import pytest

from world import HOME, OTHER, organisation, person
from xuezheng.register.models import School, SchoolChange, Township
from xuezheng.standards.models import Evaluation, StoredVerdict

pytestmark = pytest.mark.django_db
COUNTY = f"/counties/{HOME}/"
OWN = "2150000001"


@pytest.fixture
def planner(client):
    client.force_login(person("planner", "planner"))
    return client


@pytest.fixture
def head(client):
    client.force_login(person("head", "school_head", organisation("school", HOME, OWN, "第一小学")))
    return client


@pytest.fixture
def township_officer(client):
    client.force_login(person("town", "township_officer", organisation("township", HOME, f"{HOME}001", "云溪镇")))
    return client


def text(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def codes_in(shown):
    return {code for code in School.objects.filter(county=HOME).values_list("school_code", flat=True) if code in shown}


def own_township():
    return set(School.objects.filter(county=HOME, township_code=f"{HOME}001").values_list("school_code", flat=True))


# Schools as a table


def test_the_list_stands_in_order_of_code_and_never_of_merit(planner):
    shown = text(planner, f"{COUNTY}schools/?status=all")
    codes = list(School.objects.filter(county=HOME).order_by("school_code").values_list("school_code", flat=True)[:50])
    places = [shown.index(f"/schools/{code}/") for code in codes]
    assert places == sorted(places)
    for odd in ("verdict", "-pupils", "name", "'; drop table"):
        assert [
            planner.get(f"{COUNTY}schools/", {"sort": odd}).content.decode().index(f"/schools/{code}/")
            for code in codes[:3]
        ]


def test_a_school_head_s_list_holds_the_own_school_only(head):
    assert codes_in(text(head, f"{COUNTY}schools/?status=all")) == {OWN}


def test_a_township_officer_s_list_holds_the_township_s_schools(township_officer):
    assert codes_in(text(township_officer, f"{COUNTY}schools/?status=all")) == own_township()


def test_the_list_alone_is_sent_where_htmx_asks(planner):
    whole, part = (planner.get(f"{COUNTY}schools/", headers=headers) for headers in ({}, {"HX-Request": "true"}))
    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert b'id="school-list"' in part.content
    assert "HX-Request" in part["Vary"]


def test_filters_of_the_address_narrow_the_list(planner):
    school = School.objects.get(county=HOME, school_code=OWN)
    assert codes_in(text(planner, f"{COUNTY}schools/?q={school.initials.split()[0]}")) >= {OWN}
    assert OWN in codes_in(text(planner, f"{COUNTY}schools/?q={OWN}"))
    kinds = set(School.objects.filter(county=HOME, kind="kindergarten").values_list("school_code", flat=True))
    assert codes_in(text(planner, f"{COUNTY}schools/?kind=kindergarten")) <= kinds
    assert "没有符合这些条件的学校" in text(planner, f"{COUNTY}schools/?q=没有这样的学校")


def test_a_filter_that_is_none_of_the_choices_is_passed_over(planner):
    everything = codes_in(text(planner, f"{COUNTY}schools/"))
    for query in (
        "kind=nonsense",
        f"township={OTHER}001",
        "verdict=best",
        "standard=nothing",
        "status=x",
        "page=999",
        "page=x",
    ):
        assert codes_in(text(planner, f"{COUNTY}schools/?{query}")), query
    assert codes_in(text(planner, f"{COUNTY}schools/?kind=nonsense")) == everything


def test_the_verdict_filter_follows_the_stage_that_decides(planner):
    evaluation = Evaluation.objects.get(county=HOME, standard="cn-compulsory-2017", school_year=2025, is_current=True)
    StoredVerdict.objects.filter(evaluation=evaluation, level="school").update(verdict="met")
    StoredVerdict.objects.create(
        evaluation=evaluation, level="school", subject=OWN, stage="junior", verdict="not_met", reasons=[]
    )
    standard = "standard=cn-compulsory-2017&status=all"
    assert codes_in(text(planner, f"{COUNTY}schools/?{standard}&verdict=not_met")) == {OWN}
    assert OWN not in codes_in(text(planner, f"{COUNTY}schools/?{standard}&verdict=met"))


# Export


def test_exports_hold_what_the_person_reaches_and_nothing_more(township_officer):
    answer = township_officer.get(f"{COUNTY}schools/export/?format=csv&status=all")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row[0] for row in rows[1:]} == own_township()
    assert "attachment" in answer["Content-Disposition"]
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("harm", ['=HYPERLINK("http://x","y")', "+1+1", "-2", "@SUM(A1)", "\t=1"])
def test_a_school_s_name_cannot_become_a_formula(planner, harm):
    School.objects.filter(county=HOME, school_code=OWN).update(name=harm)
    answer = planner.get(f"{COUNTY}schools/export/?format=csv&q={OWN}")
    [_, row] = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert row[1] == f"'{harm}"
    book = planner.get(f"{COUNTY}schools/export/?format=xlsx&q={OWN}")
    with zipfile.ZipFile(io.BytesIO(book.content)) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet1.xml")


def test_a_school_s_name_cannot_become_markup(planner):
    School.objects.filter(county=HOME, school_code=OWN).update(name='<script>alert(1)</script>"x')
    for address in ("schools/", f"schools/{OWN}/", "map/", f"search/?q={OWN}", f"townships/{HOME}001/"):
        assert "<script>alert" not in text(planner, COUNTY + address)


# The map


def points(client, query="zoom=18"):
    return json.loads(client.get(f"{COUNTY}map/points/?{query}").content)["points"]


def test_points_are_of_reached_schools_only(head):
    [point] = points(head)
    assert point["url"] == f"{COUNTY}schools/{OWN}/"


def test_points_are_grouped_when_far_out_and_none_is_lost(planner):
    located = School.objects.filter(county=HOME, lon__isnull=False, lat__isnull=False, closed_on__isnull=True).count()
    for zoom in (5, 9, 12, 18):
        assert sum(point.get("count", 1) for point in points(planner, f"zoom={zoom}")) == located


def test_points_outside_the_box_stay_away(planner):
    assert points(planner, "zoom=10&bbox=0,0,1,1") == []


@pytest.mark.parametrize(
    "query", ["zoom=99", "zoom=x", "zoom=-1", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=nan,nan,nan,nan", "bbox=5,5,1,1"]
)
def test_odd_boxes_and_zooms_are_refused(planner, query):
    assert planner.get(f"{COUNTY}map/points/?{query}").status_code == 400


def test_schools_without_coordinates_are_listed(planner):
    School.objects.filter(county=HOME, school_code=OWN).update(lon=None, lat=None)
    shown = text(planner, f"{COUNTY}map/")
    assert "没有坐标、不在图上的学校（1 所）" in shown
    assert f"/schools/{OWN}/" in shown


def test_the_approval_number_is_shown_only_where_the_outlines_carry_one(planner):
    assert "审图号" not in text(planner, f"{COUNTY}map/")
    from xuezheng.register.models import County

    County.objects.filter(code=HOME).update(map_approval_number="渝S(2025)001号")
    assert "渝S(2025)001号" in text(planner, f"{COUNTY}map/")


def test_outlines_are_the_county_s_own(planner):
    features = json.loads(planner.get(f"{COUNTY}map/outlines/").content)["features"]
    assert {feature["properties"]["level"] for feature in features} <= {"county", "township", "road"}
    assert features


# A school's page


def test_a_school_s_page_says_figures_findings_and_where_they_come_from(head):
    shown = text(head, f"{COUNTY}schools/{OWN}/")
    for said in ("在校生", "对照标准", "历年数据", "班级", "基本情况与数据来源", "学年2025.xlsx"):
        assert said in shown, said
    assert "/standards/cn-compulsory-2017/indicators/" in shown
    assert codes_in(shown) == {OWN}


def test_a_year_is_chosen_and_a_year_that_is_not_there_is_not_found(planner):
    assert "2024 学年" in text(planner, f"{COUNTY}schools/{OWN}/?year=2024")
    for odd in ("1999", "x", "２０２４"):
        assert planner.get(f"{COUNTY}schools/{OWN}/", {"year": odd}).status_code == 404


def test_a_merger_names_the_other_school_only_to_whom_reaches_it(client):
    other = School.objects.filter(county=HOME).exclude(school_code=OWN).exclude(township_code=f"{HOME}001").first()
    SchoolChange.objects.create(
        county_id=HOME, code_from=other.school_code, code_to=OWN, on="2021-09-01", kind="merged"
    )
    client.force_login(person("planner", "planner"))
    assert other.name in text(client, f"{COUNTY}schools/{OWN}/")
    client.force_login(person("head", "school_head", organisation("school", HOME, OWN, "第一小学")))
    shown = text(client, f"{COUNTY}schools/{OWN}/")
    assert other.name not in shown
    assert other.school_code in shown


def test_a_school_without_any_data_says_what_to_do(planner):
    School.objects.create(
        county_id=HOME, school_code="2199999999", name="新建小学", initials="xjxx", pinyin="x", latest_year=2025
    )
    shown = text(planner, f"{COUNTY}schools/2199999999/")
    assert "现行标准没有对这所学校单独作结论" in shown
    assert "没有这所学校的年度数据" in shown


# Townships, search, dictionary, snapshots


def test_townships_show_sums_of_reached_schools_only(township_officer):
    shown = text(township_officer, f"{COUNTY}townships/")
    assert f"/townships/{HOME}001/" in shown
    others = Township.objects.filter(county=HOME).exclude(code=f"{HOME}001").values_list("code", flat=True)
    for code in others:
        assert f"/townships/{code}/" not in shown
        assert township_officer.get(f"{COUNTY}townships/{code}/").status_code == 404
    assert codes_in(text(township_officer, f"{COUNTY}townships/{HOME}001/")) <= own_township()


def test_a_school_head_sees_of_the_own_township_the_own_school_alone(head):
    township = School.objects.get(county=HOME, school_code=OWN).township_code
    assert codes_in(text(head, f"{COUNTY}townships/{township}/")) == {OWN}


def test_search_finds_schools_townships_indicators_and_columns(planner):
    school = School.objects.get(county=HOME, school_code=OWN)
    assert f"/schools/{OWN}/" in text(planner, f"{COUNTY}search/?q={school.initials.split()[0]}")
    assert f"/schools/{OWN}/" in text(planner, f"{COUNTY}search/?q={OWN}")
    township = Township.objects.filter(county=HOME, code=school.township_code).get()
    assert f"/townships/{township.code}/" in text(planner, f"{COUNTY}search/?q={township.name}")
    assert "/indicators/R5/" in text(planner, f"{COUNTY}search/?q=体育运动场馆")
    assert "/dictionary/?table=stage_year" in text(planner, f"{COUNTY}search/?q=超额班数")
    assert "没有找到" in text(planner, f"{COUNTY}search/?q=没有这个词")


def test_search_reaches_no_further_than_its_person(head):
    other = School.objects.filter(county=HOME).exclude(school_code=OWN).first()
    for word in (other.name, other.school_code, other.initials.split()[0], "小学", "1"):
        shown = text(head, f"{COUNTY}search/?q={word}")
        assert other.name not in shown.replace(word, "")
        assert codes_in(shown.replace(word, "")) <= {OWN}


@pytest.mark.parametrize("odd", ["%", "_", "\\", "'", "x" * 5000, "<b>", "  "])
def test_search_takes_any_text(planner, odd):
    assert planner.get(f"{COUNTY}search/", {"q": odd}).status_code == 200
    assert planner.get(f"{COUNTY}schools/", {"q": odd}).status_code == 200
    assert planner.get("/dictionary/", {"q": odd}).status_code == 200


def test_the_dictionary_shows_every_table_and_finds_columns(head):
    assert "stage_year" in text(head, "/dictionary/")
    shown = text(head, "/dictionary/?table=stage_year")
    assert "teachers_backbone" in shown
    assert "县级以上骨干教师数" in shown
    assert "sports_area_m2" in text(head, "/dictionary/?q=运动场地面积")
    assert "没有列的表头" in text(head, "/dictionary/?q=没有这一列")
    assert "一所学校（含幼儿园、教学点）一行" in text(head, "/dictionary/?table=nothing")


def test_snapshots_are_listed_with_files_and_the_current_one_marked(planner):
    shown = text(planner, f"{COUNTY}snapshots/")
    assert "现用" in shown
    assert "学年2025.xlsx" in shown


def test_every_page_speaks_english_throughout(planner):
    planner.cookies["django_language"] = "en"
    for address in ("schools/", f"schools/{OWN}/", "map/", "townships/", "search/", "snapshots/"):
        shown = text(planner, COUNTY + address)
        assert 'lang="en"' in shown
        assert "Schools" in shown or "Search" in shown or "Snapshots" in shown or "Townships" in shown, address
