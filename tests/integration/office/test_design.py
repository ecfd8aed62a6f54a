"""The design system: tags and includes in their states, the living page, charts, the choice of language."""

import json
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override

from world import HOME, person
from xuezheng.web.charts import plot_width


def drawn(template, address="/", language="zh-hans", **context):
    request = RequestFactory().get(address)
    with override(language):
        return engines["django"].from_string(template).render(context, request)


def test_a_verdict_is_shape_and_word_and_nothing_known_is_unknown():
    assert "#m-not_met" in drawn("{% verdict 'not_met' %}")
    assert ">未达标</span>" in drawn("{% verdict 'not_met' %}")
    assert "待定" in drawn("{% verdict None %}")
    assert "not met" in drawn("{% verdict 'not_met' %}", language="en")


def test_the_parts_of_a_whole_fill_the_bar_and_are_told_in_words():
    found = drawn("{% verdict_parts counts %}", counts={"met": 3, "near": 0, "unknown": 0, "not_met": 1})
    assert 'x="0.00" y="0" width="75.00"' in found
    assert 'x="75.00" y="0" width="25.00"' in found
    assert "达标</span> 3" in found
    assert "待定" not in found
    assert drawn("{% verdict_parts counts %}", counts={}) == ""


def test_a_trend_of_one_value_is_no_line():
    assert drawn("{% sparkline values %}", values=[3.0]) == ""
    assert drawn("{% sparkline values %}", values=[]) == ""
    line = drawn("{% sparkline values 2 %}", values=[1.0, None, 4.0])
    assert line.count(",") == 2  # the missing year has no point
    assert "style=" not in line


def test_pages_keep_the_rest_of_the_address():
    page = Paginator(range(120), 50).get_page(2)
    found = drawn('{% include "web/pagination.html" %}', "/?q=x&page=2", page=page)
    assert "?q=x&amp;page=1" in found
    assert "?q=x&amp;page=3" in found
    assert "第 2 页，共 3 页（120 条）" in found


def test_a_sorted_column_says_so_and_turns_around():
    header = "<table><tr>{% sort_header 'code' '代码' '' 'code' %}</tr></table>"
    assert 'aria-sort="ascending"' in drawn(header)
    assert 'href="?sort=-code"' in drawn(header)
    assert 'aria-sort="descending"' in drawn(header, "/?sort=-code")
    assert "aria-sort" not in drawn(header, "/?sort=name")


def test_breadcrumbs_end_with_the_page_itself():
    found = drawn("{% crumbs '云溪县' '/counties/1/' '学校' %}")
    assert '<a href="/counties/1/">云溪县</a>' in found
    assert '<span aria-current="page">学校</span>' in found


def test_a_chart_has_its_table_beside_it():
    found = drawn("{% chart '/x.json' '题目' %}<table><tr><td>4.2</td></tr></table>{% endchart %}")
    assert 'data-chart="/x.json"' in found
    assert "<figcaption>题目</figcaption>" in found
    assert "<details>" in found
    assert "<td>4.2</td>" in found


def test_what_asks_before_a_step_names_the_way_back(rf):
    request = rf.get("/")
    request.user = SimpleNamespace(is_authenticated=False)
    page = engines["django"].get_template("web/confirm.html").render(
        {"title": "删除", "what": "将删除 3 条", "consequences": ["不能恢复"], "confirm": "删除", "back": "/people/", "danger": True},
        request,
    )  # fmt: skip
    assert 'href="/people/"' in page
    assert "不能恢复" in page
    assert 'name="confirmed" value="yes"' in page


@pytest.mark.parametrize(
    ("room", "wide"), [("", 412), ("360", 270), ("40", 180), ("2000", 412), ("-1", 412), ("x", 412)]
)
def test_a_chart_is_as_wide_as_its_place(room, wide):
    assert plot_width(RequestFactory().get("/", {"width": room})) == wide


def test_the_chart_module_is_made_out_of_the_wheel():
    path = finders.find("vega/vega.js")
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - a finder gives a string
        source = file.read()
    assert source.rstrip().endswith("as default};")
    assert "http-equiv" not in source
    assert finders.find("vega/other.js") is None


@pytest.mark.django_db
def test_the_living_page_shows_every_component_and_a_form_with_its_faults(client):
    client.force_login(person("designer", "leader"))
    page = client.get("/style/").content.decode()
    for piece in (
        "stuck",
        "said not_met",
        "message success",
        "empty",
        "tabs",
        "steps",
        "facts",
        "data-chart",
        "<progress",
    ):
        assert piece in page
    assert "style=" not in page
    assert "<script>" not in page
    answer = client.post("/style/", {})
    assert answer.status_code == 200
    assert 'class="field wrong"' in answer.content.decode()
    spec = json.loads(client.get("/style/chart.json?width=300").content)
    assert spec["width"] == 210


@pytest.mark.django_db
def test_choosing_a_language_stays_on_the_page_and_leads_nowhere_else(client):
    client.force_login(person("bilingual", "leader"))
    address = f"/counties/{HOME}/?year=2024"
    answer = client.post("/language/", {"language": "en", "next": address})
    assert (answer.status_code, answer.url) == (302, address)
    assert '<html lang="en">' in client.get(address).content.decode()
    assert client.post("/language/", {"language": "en", "next": "https://elsewhere.example/"}).url == "/"
