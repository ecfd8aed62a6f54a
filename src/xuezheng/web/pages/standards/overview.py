"""All standards of a county, one standard with its indicators, and the standard's own text."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.refusal import NotFound
from xuezheng.standards.queries import (
    balance_digest,
    find_evaluated_standards,
    get_assessment_state,
    get_balance,
    get_overview,
)
from xuezheng.standards.report.page_charts import coefficients_against_limits
from xuezheng.standards.report.rules import indicator_lines, parameter_line, rule_lines
from xuezheng.standards.report.wording import Wording
from xuezheng.web.charts import chart_answer
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import page_language
from xuezheng.web.pages.standards.asking import asked


@county_page("view_county")
def standards(request: HttpRequest) -> HttpResponse:
    """Show each standard by which the county was evaluated, with its newest verdict."""
    county = cast("OfficeRequest", request).county.code
    language = page_language()
    words = Wording(language)
    cards = [
        {
            "evaluation": evaluation,
            "title": words.of(load_standard(evaluation.standard).title),
            "number": load_standard(evaluation.standard).document.number,
            "summary": evaluation.summary.get(language, {}),
        }
        for evaluation in find_evaluated_standards(county)
    ]
    return render(request, "standards/standards.html", {"cards": cards})


@county_page("view_county")
def standard(request: HttpRequest, standard: str) -> HttpResponse:
    """Show one standard: the verdict in a sentence, and its indicators in the standard's groups."""
    about = asked(request, standard)
    context = about.context(
        summary=about.evaluation.summary.get(about.language, {}),
        groups=get_overview(about.evaluation, about.standard, about.county_name, about.language),
        balance=get_balance(about.evaluation, about.standard, about.county_name, about.language),
        assessment=get_assessment_state(about.evaluation),
    )
    return render(request, "standards/standard.html", context)


@county_page("view_county")
def balance_chart(request: HttpRequest, standard: str) -> HttpResponse:
    """Return the picture of one stage's coefficients against their limits, the unweighted ones as rings."""
    about = asked(request, standard)
    digest = balance_digest(about.evaluation, about.standard, about.county_name, about.language)
    stage = request.GET.get("stage", "")
    if stage not in digest.balance_stages:
        raise NotFound("page_not_found")
    return chart_answer(coefficients_against_limits(digest, stage))


@county_page("view_county")
def rules(request: HttpRequest, standard: str) -> HttpResponse:
    """Show the standard as it is written in the catalogue: formulas, lines, clauses, sources, marks of certainty."""
    about = asked(request, standard)
    words = about.words
    groups = []
    for name, title in (about.standard.groups or {"": about.standard.title}).items():
        own = [indicator for indicator in about.standard.indicators if indicator.group == name]
        texts = [(i.id, [line.strip() for line in indicator_lines(about.standard, i, words)]) for i in own]
        groups.append((words.of(title), [(number, lines[0], lines[1:]) for number, lines in texts]))
    parameters = [parameter_line(name, held, words).strip() for name, held in about.standard.parameters.items()]
    overall = [line.strip() for line in rule_lines(about.standard, words) if line.strip()]
    context = about.context(groups=groups, parameters=parameters, overall=overall, marks="FPSM")
    return render(request, "standards/rules.html", context)
