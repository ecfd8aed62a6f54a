"""Standards, indicators and proofs: what they show, to whom, and that nobody sees another school's figures."""

import csv
import io
import re

import pytest
from django.urls import reverse

from world import HOME, OTHER, organisation, person
from xuezheng.register.models import School
from xuezheng.standards.models import StoredFinding
from xuezheng.standards.queries import get_evaluation

pytestmark = pytest.mark.django_db

STANDARD = "cn-compulsory-2017"
OWN = "2150000001"


def at(name, *more, county=HOME, **query):
    address = reverse(name, args=[county, *([STANDARD] if name != "standards" else []), *more])
    return address + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


@pytest.fixture
def planner(client):
    client.force_login(person("planner", "planner"))
    return client


@pytest.fixture
def head(client):
    client.force_login(person("head", "school_head", organisation("school", HOME, OWN, "第一小学")))
    return client


def other_codes():
    return list(School.objects.filter(county=HOME).exclude(school_code=OWN).values_list("school_code", flat=True))


def text_of(answer):
    return answer.content.decode()


def test_a_standard_shows_its_verdict_groups_indicators_and_gaps(planner):
    page = text_of(planner.get(at("standard")))
    evaluation = get_evaluation(HOME, STANDARD)
    assert evaluation.summary["zh"]["sentence"] in page
    for title in ("资源配置", "政府保障程度", "教育质量", "社会认可度", "一票否决"):
        assert title in page
    for gap in evaluation.summary["zh"]["gaps"]:
        assert gap["phrase"] in page
    assert at("explanation", "R1", HOME) in page


def test_the_year_in_the_address_chooses_the_evaluation(planner):
    years = [get_evaluation(HOME, STANDARD).school_year - back for back in range(2)]
    assert all(f"{year} 学年" in text_of(planner.get(at("standard", year=year))) for year in years)
    assert planner.get(at("standard", year=1990)).status_code == 404
    assert planner.get(at("standard", year="x' or 1")).status_code == 404


def test_a_standard_that_nobody_evaluated_is_not_there(planner):
    assert planner.get(reverse("standard", args=[HOME, "cn-compulsory-2017-chongqing"])).status_code == 404
    assert planner.get(reverse("standard", args=[HOME, "pyproject.yaml"])).status_code == 404


def test_an_indicator_lists_its_schools_by_code_and_filters_them(planner):
    everything = rows_of(planner.get(at("indicator", "R4", stage="primary")))
    assert everything == sorted(everything)
    assert (
        len(everything)
        == StoredFinding.objects.filter(
            evaluation=get_evaluation(HOME, STANDARD), indicator="R4", level="school", stage="primary"
        ).count()
    )
    backwards = rows_of(planner.get(at("indicator", "R4", stage="primary", sort="-code")))
    assert backwards == everything[::-1]
    school = School.objects.get(county=HOME, school_code=OWN)
    found = rows_of(planner.get(at("indicator", "R4", q=school.initials, stage="primary")))
    assert OWN in found
    assert len(found) < len(everything) or len(everything) == 1
    township = rows_of(planner.get(at("indicator", "R4", township=school.township_code)))
    assert set(township) <= set(
        School.objects.filter(county=HOME, township_code=school.township_code).values_list("school_code", flat=True)
    )


def rows_of(answer):
    table = re.search(r'<table class="schools">.*?</table>', text_of(answer), re.DOTALL)
    return re.findall(r'<span class="code note">(\d{10})</span>', table.group()) if table else []


def test_htmx_gets_the_table_alone(planner):
    part = text_of(planner.get(at("indicator", "R4"), headers={"HX-Request": "true", "HX-Target": "schools"}))
    assert part.lstrip().startswith('<div id="schools">')
    assert "<html" not in part


def test_a_selected_school_has_its_proof_beside_the_table(planner):
    page = text_of(planner.get(at("indicator", "R4", school=OWN, of="primary")))
    assert "学校年报" in page  # the sheet of the source cell
    assert "teaching_area_m2" in page


def test_a_proof_shows_formula_figures_cells_clause_and_deed(planner):
    finding = StoredFinding.objects.filter(
        evaluation=get_evaluation(HOME, STANDARD), level="school", verdict="not_met", indicator__in=["R1", "R2", "R3", "R4", "R5"]
    ).first()  # fmt: skip
    page = text_of(planner.get(at("explanation", finding.indicator, finding.subject, stage=finding.stage)))
    assert finding.clause in page
    assert re.search(r"\.xlsx · .+ · [A-Z]+\d+", page)
    assert "需要做什么" in page


def test_the_proof_of_a_coefficient_says_what_unweighted_would_have_said(planner):
    page = text_of(planner.get(at("explanation", "R1", HOME, stage="primary")))
    assert "若不加权" in page
    assert "加权平均值" in page


def test_a_finding_that_today_s_rules_do_not_give_is_shown_as_stored_without_cells(planner):
    StoredFinding.objects.filter(
        evaluation=get_evaluation(HOME, STANDARD), level="school", indicator="R4", subject=OWN
    ).update(value=4.321, verdict="met")
    page = text_of(planner.get(at("explanation", "R4", OWN, stage="primary")))
    assert "4.32" in page
    assert "这是当时保存的结论" in page
    assert "学校年报" not in page


def test_a_school_head_sees_the_own_rows_and_nothing_of_others_or_the_county(head):
    for address in (
        at("indicator", "R4"),
        at("indicator", "R4", school=OWN, of="primary"),
        at("indicator", "G8"),
        at("explanation", "R4", OWN),
        at("explanation", "G3", OWN),
        at("indicator-export", "R4", form="csv"),
    ):
        answer = head.get(address)
        assert answer.status_code == 200, address
        page = text_of(answer)
        assert not [code for code in other_codes() if code in page], address
        assert "差异系数" not in page, address
    assert OWN in text_of(head.get(at("indicator", "R4")))


def test_asking_for_another_school_beside_the_own_table_shows_no_proof(head):
    other = School.objects.filter(county=HOME).exclude(school_code=OWN).first()
    page = text_of(head.get(at("indicator", "R4", school=other.school_code, of="primary")))
    assert other.name not in page
    assert "学校年报" not in page


def test_who_reaches_one_school_has_its_proof_and_years_without_choosing(head):
    page = text_of(head.get(at("indicator", "R4")))
    assert "学校年报" in page
    assert 'id="over-years"' in page


def test_a_school_head_opens_no_page_about_the_county_or_another_school(head):
    for address in (
        at("standards"), at("standard"), at("standard-rules"), at("judged-items"), at("judged-item", "G1"), at("what-if"),
        at("self-assessment"), at("self-assessment-document"), at("indicator-chart", "R4", stage="primary"),
        at("explanation", "R4", HOME), at("explanation", "R4", other_codes()[0]), at("indicator", "R4", county=OTHER),
    ):  # fmt: skip
        assert head.get(address).status_code == 404, address


def test_a_township_officer_sees_the_schools_of_the_township(client):
    school = School.objects.get(county=HOME, school_code=OWN)
    client.force_login(person("t", "township_officer", organisation("township", HOME, school.township_code, "云溪镇")))
    inside = set(
        School.objects.filter(county=HOME, township_code=school.township_code).values_list("school_code", flat=True)
    )
    page = text_of(client.get(at("indicator", "R4")))
    assert OWN in page
    assert not [code for code in other_codes() if code not in inside and code in page]


def test_who_lacks_the_right_inside_the_county_is_refused(client):
    client.force_login(person("admin", "administrator"))
    assert client.get(at("standard")).status_code == 403
    assert client.get(at("indicator", "R4")).status_code == 403
    client.force_login(person("leader", "leader"))
    assert client.get(at("what-if")).status_code == 403
    assert client.get(at("standard", county=OTHER)).status_code == 404


def test_an_export_has_the_rows_that_are_shown_and_no_formula(planner):
    School.objects.filter(county=HOME, school_code=OWN).update(name="=HYPERLINK(1)")
    answer = planner.get(at("indicator-export", "R4", form="csv", stage="primary"))
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == rows_of(planner.get(at("indicator", "R4", stage="primary")))
    assert next(row for row in rows if row[0] == OWN)[1] == "'=HYPERLINK(1)"
    assert answer["Content-Disposition"].startswith("attachment")
    book = planner.get(at("indicator-export", "R4", form="xlsx"))
    assert book.content.startswith(b"PK")
    assert planner.get(at("indicator-export", "R4", form="exe")).status_code == 404


def test_the_chart_is_a_specification_of_one_stage(planner):
    answer = planner.get(at("indicator-chart", "R4", stage="primary", width=300))
    assert answer.json()["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert "private" in answer["Cache-Control"]


def test_an_indicator_that_is_not_there_is_not_found(planner):
    assert planner.get(at("indicator", "R99")).status_code == 404
    assert planner.get(at("explanation", "R4", "9999999999")).status_code == 404


def test_the_composite_leads_to_its_proof(planner):
    composite = reverse("indicator", args=[HOME, "cn-compulsory-2012", "composite"])
    answer = planner.get(composite, follow=True)
    assert answer.status_code == 200
    assert "综合差异系数" in text_of(answer) or "composite" in text_of(answer)


@pytest.mark.parametrize(
    "name", ["standards", "standard", "standard-rules", "judged-items", "self-assessment", "what-if"]
)
def test_pages_speak_english(planner, name):
    planner.cookies["django_language"] = "en"
    answer = planner.get(at(name))
    assert answer.status_code == 200
    assert '<html lang="en">' in text_of(answer)
