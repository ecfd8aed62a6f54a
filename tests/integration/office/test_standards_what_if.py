"""What-ifs answer what would turn, say what they are, and leave no trace."""

import pytest
from django.urls import reverse

from world import HOME, OTHER, person
from xuezheng.ledger.models import Event
from xuezheng.register.models import School
from xuezheng.standards.models import Evaluation, StoredFinding
from xuezheng.standards.queries import get_evaluation

pytestmark = pytest.mark.django_db

STANDARD = "cn-compulsory-2017"
WATERMARK = "假设情形，非实际数据"


@pytest.fixture
def planner(client):
    client.force_login(person("planner", "planner"))
    return client


def address(county=HOME, **query):
    found = reverse("what-if", args=[county, STANDARD])
    return found + ("?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else "")


def lacking(indicator):
    return StoredFinding.objects.filter(
        evaluation=get_evaluation(HOME, STANDARD), level="school", indicator=indicator, verdict="not_met"
    ).first()


def assume(client, indicator, school, htmx=True, **figures):
    headers = {"HX-Request": "true", "HX-Target": "answer"} if htmx else {}
    return client.post(address(), {"indicator": indicator, "school": school, **figures}, headers=headers)


def test_three_teachers_more_turn_the_schools_verdict_and_are_said_as_a_deed(planner):
    finding = lacking("R3")
    column = f"teachers_pe_arts[{finding.subject},{finding.stage}]"
    enough = int(finding.inputs["teachers_pe_arts"] + finding.gap)
    page = assume(planner, "R3", finding.subject, **{column: str(enough)}).content.decode()
    assert WATERMARK in page
    assert f"配备 {finding.gap:.0f} 名体育、艺术专任教师" in page
    assert "v-met" in page
    assert "<html" not in page


def test_without_scripts_the_form_answers_as_a_page_with_the_figures_kept(planner):
    finding = lacking("R3")
    column = f"teachers_pe_arts[{finding.subject},{finding.stage}]"
    page = assume(planner, "R3", finding.subject, htmx=False, **{column: "77"}).content.decode()
    assert "<html" in page
    assert WATERMARK in page
    assert f'name="{column}"' in page
    assert 'value="77"' in page


def test_the_page_lists_the_figures_behind_the_indicator(planner):
    finding = lacking("R4")
    page = planner.get(address(indicator="R4", school=finding.subject)).content.decode()
    assert f'name="teaching_area_m2[{finding.subject}]"' in page
    assert f'name="pupils[{finding.subject},primary]"' in page


def test_a_county_figure_can_be_assumed(planner):
    page = planner.get(address(indicator="G8")).content.decode()
    assert f'name="teacher_salary_average[{HOME}]"' in page
    answered = planner.post(
        address(), {"indicator": "G8", f"teacher_salary_average[{HOME}]": "1"}, headers={"HX-Request": "true"}
    ).content.decode()
    assert "v-not_met" in answered


def test_nothing_is_stored_and_nothing_is_recorded(planner):
    finding = lacking("R3")
    before = (Evaluation.objects.count(), StoredFinding.objects.count(), Event.objects.count())
    assume(planner, "R3", finding.subject, **{f"teachers_pe_arts[{finding.subject},{finding.stage}]": "77"})
    assert (Evaluation.objects.count(), StoredFinding.objects.count(), Event.objects.count()) == before
    assert 'value="77"' not in planner.get(address(indicator="R3", school=finding.subject)).content.decode()


def test_the_answer_after_a_what_if_is_again_the_county_as_it_is(planner):
    finding = lacking("R3")
    first = assume(planner, "R3", finding.subject).content
    assume(planner, "R3", finding.subject, **{f"teachers_pe_arts[{finding.subject},{finding.stage}]": "99"})
    assert assume(planner, "R3", finding.subject).content == first


@pytest.mark.parametrize("value", ["-1", "1e99", "abc", "nan", "1;drop"])
def test_what_is_no_figure_is_refused_where_it_is_asked(planner, value):
    finding = lacking("R3")
    answer = assume(planner, "R3", finding.subject, **{f"teachers_pe_arts[{finding.subject},{finding.stage}]": value})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in page
    assert WATERMARK in page


def test_a_figure_that_the_page_does_not_list_cannot_be_assumed(planner):
    finding = lacking("R3")
    other = School.objects.filter(county=OTHER).first()
    for column in (f"computers[{finding.subject}]", f"teachers_pe_arts[{other.school_code},senior]", "x[1]"):
        page = assume(planner, "R3", finding.subject, **{column: "1"}).content.decode()
        assert 'role="alert"' in page


def test_every_indicator_can_be_asked_about(planner):
    for standard in ("cn-compulsory-2017", "cn-compulsory-2012", "cn-preschool-2020"):
        evaluation = get_evaluation(HOME, standard)
        for indicator in sorted(set(evaluation.findings.exclude(measure="cv").values_list("indicator", flat=True))):
            subject = evaluation.findings.filter(level="school", indicator=indicator).values_list("subject", flat=True)
            where = reverse("what-if", args=[HOME, standard])
            answer = planner.get(where, {"indicator": indicator, "school": list(subject[:2])})
            assert answer.status_code == 200, (standard, indicator)


def test_only_who_may_explore_gets_in(client):
    client.force_login(person("leader", "leader"))
    assert client.get(address()).status_code == 403
    assert client.post(address(), {"indicator": "R3"}).status_code == 403
    client.force_login(person("planner", "planner"))
    assert client.get(address(county=OTHER)).status_code == 404
