"""What the addresses of this part say: which standard, which school year, in which language."""

from dataclasses import dataclass
from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest

from xuezheng.catalogue.standard import Indicator, Standard, load_standard
from xuezheng.kernel.refusal import NotFound
from xuezheng.register.models import School
from xuezheng.register.queries import find_schools_in
from xuezheng.standards.models import Evaluation
from xuezheng.standards.queries import find_years, get_evaluation
from xuezheng.standards.report.wording import Wording
from xuezheng.web.gate import OfficeRequest
from xuezheng.web.language import page_language


@dataclass(frozen=True, slots=True)
class Asked:
    """A page's subject: one evaluation of the county, its standard, and whether the person sees the whole county."""

    request: OfficeRequest
    evaluation: Evaluation
    standard: Standard
    language: str
    whole_county: bool

    @property
    def county(self) -> str:
        """The county's code."""
        return self.evaluation.county_id

    @property
    def county_name(self) -> str:
        """The county's name."""
        return self.request.county.name

    @property
    def year(self) -> int:
        """The school year."""
        return self.evaluation.school_year

    @property
    def words(self) -> Wording:
        """Fixed wording in the page's language."""
        return Wording(self.language)

    def schools(self) -> QuerySet[School]:
        """Return the schools of the county that the person reaches."""
        area = self.request.reach.area_of("view_schools")
        return find_schools_in(area).filter(county_id=self.county)

    def can(self, right: str) -> bool:
        """Whether the person has a right over the whole county."""
        return self.request.reach.can_in_county(right, self.county)

    def indicator(self, name: str) -> Indicator:
        """Return an indicator by its id, or the one whose roll-up is called so; raises `NotFound`."""
        for indicator in self.standard.indicators:
            if indicator.id == name:
                return indicator
        for indicator in self.standard.indicators:
            if any(rollup.id == name for rollup in indicator.rollups):
                return indicator
        raise NotFound("page_not_found")

    def context(self, **more: object) -> dict[str, object]:
        """Return what every page of this part needs, and more."""
        return {
            "evaluation": self.evaluation,
            "standard": self.standard,
            "title": self.words.of(self.standard.title),
            "document": self.words.of(self.standard.document.name),
            "year": self.year,
            "year_text": str(self.year),
            "years": find_years(self.county, self.standard.id),
            "whole_county": self.whole_county,
            "can_explore": self.can("explore_what_if"),
            **{mark: self.words(mark) for mark in ("open", "close", "colon", "semicolon")},
            **more,
        }


def asked_year(request: HttpRequest) -> int | None:
    """Return the school year that `?year=` names, or None; raises `NotFound` for what is no year."""
    text = request.GET.get("year", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise NotFound("page_not_found")
    return int(text)


def asked(request: HttpRequest, standard: str) -> Asked:
    """Return what a page of a standard is about; raises `NotFound` where the county was not evaluated by it."""
    office = cast("OfficeRequest", request)
    evaluation = get_evaluation(office.county.code, standard, asked_year(request))
    return Asked(
        request=office,
        evaluation=evaluation,
        standard=load_standard(evaluation.standard),
        language=page_language(),
        whole_county=office.reach.can_in_county("view_county", office.county.code),
    )
