"""What if a figure were another: sliders that answer while they are dragged. Nothing is stored, and every answer says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from xuezheng.catalogue.messages import sentence
from xuezheng.catalogue.standard import Indicator
from xuezheng.kernel.refusal import InvalidRequest, NotFound, Refusal
from xuezheng.register.models import School
from xuezheng.standards.engine.levers import Settable, settable_of_county, settable_of_school
from xuezheng.standards.engine.what_if import Assumption, parse_assumption
from xuezheng.standards.models import StoredFinding
from xuezheng.standards.queries import answer_what_if
from xuezheng.standards.report.figures import named
from xuezheng.standards.scenarios import get_scenario
from xuezheng.web.gate import county_page
from xuezheng.web.pages.standards.asking import Asked, asked

MOST_SCHOOLS = 12


@dataclass(frozen=True, slots=True)
class Slider:
    """One figure on the page: what it is called, what it is now, what is assumed."""

    figure: Settable
    title: str
    unit: str
    stage: str
    value: str

    @property
    def now(self) -> str:
        """The figure as it is, as a number field holds it."""
        return _plain(self.figure.now)

    @property
    def top(self) -> str:
        """How far the slider goes."""
        return _plain(self.figure.top)

    @property
    def step(self) -> str:
        """In which steps it goes."""
        return _plain(self.figure.step)

    @property
    def start(self) -> str:
        """Where the slider stands."""
        return self.value or self.now or "0"


@never_cache
@county_page("explore_what_if")
def what_if(request: HttpRequest, standard: str) -> HttpResponse:
    """Show the figures behind an indicator that may be another; answer what would turn, as a page or as its part."""
    about = asked(request, standard)
    board = _Board(about, request.POST if request.method == "POST" else request.GET)
    context: dict[str, Any] = {"indicator": board.indicator}
    try:
        context |= board.answer()
    except Refusal as refusal:
        what, next_step = sentence(refusal.code, about.language, dict(refusal.params))
        context |= {"refused": what, "refused_next": next_step}
    if about.request.htmx:  # type: ignore[attr-defined]
        return render(request, "standards/what_if_answer.html", about.context(**context))
    return render(request, "standards/what_if.html", about.context(**context, **board.context()))


class _Board:
    """The figures on the page, as the address and the form ask for them."""

    def __init__(self, about: Asked, given: QueryDict) -> None:
        self.about, self.given, self.words = about, given, about.words
        self.indicator = self._indicator(given.get("indicator", ""))
        self.scenario = get_scenario(about.evaluation)
        codes = list(dict.fromkeys(code for code in given.getlist("school") if code))
        self.schools = list(about.schools().filter(school_code__in=codes[:MOST_SCHOOLS]).order_by("school_code"))
        own = settable_of_county(self.scenario, about.standard, self.indicator)
        by_school = [(s, settable_of_school(self.scenario, self.indicator, s.school_code)) for s in self.schools]
        self.figures = {figure.key: figure for figures in (own, *(f for _, f in by_school)) for figure in figures}
        self.county_figures, self.by_school = own, by_school

    def _indicator(self, name: str) -> Indicator:
        standard = self.about.standard
        if name:
            return self.about.indicator(name)
        failing = next((gap["indicator"] for gap in self.about.evaluation.summary["zh"]["gaps"]), "")
        ids = [indicator.id for indicator in standard.indicators]
        return self.about.indicator(failing if failing in ids else ids[0])

    def assumptions(self) -> list[tuple[Settable, Assumption]]:
        """Return the figures that are given another value; raises `InvalidRequest` for one that is no figure of the page."""
        found = []
        for key in self.given:
            if "[" not in key:
                continue
            value = self.given.get(key, "").strip()
            figure = self.figures.get(key)
            if figure is None:
                raise NotFound("what_if_figure_not_shown", figure=key[:80])
            if value and value != _plain(figure.now):
                found.append((figure, parse_assumption(f"{key}={value}")))
        return found

    def answer(self) -> dict[str, Any]:
        assumptions = self.assumptions()
        unknown = next((a for _, a in assumptions if a.value is None), None)
        if unknown is not None:
            raise InvalidRequest("what_if_value", found="", assumption=str(unknown))
        about = self.about
        answer = answer_what_if(
            about.evaluation, about.standard, self.indicator, [school.school_code for school in self.schools],
            assumptions, about.language, about.county_name,
        )  # fmt: skip
        return {"answer": answer, "is_assumed": bool(assumptions)}

    def context(self) -> dict[str, Any]:
        """Return what the form needs."""
        return {
            "indicator_title": self.words.of(self.indicator.title),
            "indicators": [(i.id, self.words.of(i.title)) for i in self.about.standard.indicators],
            "county_sliders": [self._slider(figure) for figure in self.county_figures],
            "school_sliders": [
                (school, [self._slider(figure) for figure in figures]) for school, figures in self.by_school
            ],
            "candidates": self._candidates(),
            "is_full": len(self.schools) >= MOST_SCHOOLS,
        }

    def _candidates(self) -> Iterable[School]:
        """Return the schools that can be added, by code: those about which the indicator, or any other, says something."""
        chosen = {school.school_code for school in self.schools}
        told = StoredFinding.objects.filter(evaluation=self.about.evaluation, level="school")
        if self.indicator.level != "county":
            told = told.filter(indicator=self.indicator.id)
        found = self.about.schools().filter(school_code__in=told.order_by().values("subject"))
        return [school for school in found.only("school_code", "name") if school.school_code not in chosen]

    def _slider(self, figure: Settable) -> Slider:
        name = named(self.about.standard, figure.name, self.words)
        title = name.title
        if figure.is_answer and self.indicator.judged is not None:
            title = self.words.of(self.indicator.judged.question)
        given = self.given.get(figure.key, "").strip()
        return Slider(figure, title, name.unit, self.words.stage(figure.stage), given or _plain(figure.now))


def _plain(value: float | str | None) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value or "") if not isinstance(value, int) else str(value)
