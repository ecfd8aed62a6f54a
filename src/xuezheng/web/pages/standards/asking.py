"""What the addresses of this part say: which standard, which school year, in which language."""

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest
from django.utils.translation import get_language

from xuezheng.catalogue.standard import Indicator, Standard, load_standard
from xuezheng.kernel.refusal import NotFound
from xuezheng.standards.models import Evaluation
from xuezheng.standards.queries import find_years, get_evaluation
from xuezheng.standards.report.wording import Wording
from xuezheng.web.gate import OfficeRequest


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
    def year(self) -> int:
        """The school year."""
        return self.evaluation.school_year

    @property
    def words(self) -> Wording:
        """Fixed wording in the page's language."""
        return Wording(self.language)

    def indicator(self, name: str) -> Indicator:
        """Return an indicator of the standard by its id; raises `NotFound`."""
        for indicator in self.standard.indicators:
            if indicator.id == name:
                return indicator
        raise NotFound("page_not_found")

    def context(self) -> dict[str, object]:
        """Return what every page of this part needs."""
        return {
            "evaluation": self.evaluation,
            "standard": self.standard,
            "title": self.words.of(self.standard.title),
            "year": self.year,
            "years": find_years(self.county, self.standard.id),
            "whole_county": self.whole_county,
        }


def page_language() -> str:
    """Return the language of the page as the catalogue calls it: `zh` or `en`."""
    return "en" if (get_language() or "").startswith("en") else "zh"


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
