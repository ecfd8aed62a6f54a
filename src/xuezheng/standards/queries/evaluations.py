"""Evaluations of a county: the current one of a year, all years of a standard, all standards."""

from django.db.models import QuerySet

from xuezheng.kernel.refusal import NotFound
from xuezheng.standards.models import Evaluation


def find_current_evaluations(county: str, standard: str | None = None) -> QuerySet[Evaluation]:
    """Return a county's current evaluations, of one standard where one is named; the newest school year first."""
    found = Evaluation.objects.filter(county_id=county, is_current=True)
    if standard is not None:
        found = found.filter(standard=standard)
    return found.select_related("snapshot").order_by("standard", "-school_year")


def find_evaluated_standards(county: str) -> list[Evaluation]:
    """Return the newest current evaluation of each standard by which a county was evaluated, by the standard's id."""
    newest: dict[str, Evaluation] = {}
    for evaluation in find_current_evaluations(county):
        newest.setdefault(evaluation.standard, evaluation)
    return [newest[name] for name in sorted(newest)]


def find_years(county: str, standard: str) -> list[int]:
    """Return the school years for which a county was evaluated by a standard, the newest first."""
    found = Evaluation.objects.filter(county_id=county, standard=standard, is_current=True)
    return list(found.order_by("-school_year").values_list("school_year", flat=True))


def get_evaluation(county: str, standard: str, year: int | None = None) -> Evaluation:
    """Return the current evaluation of a county by a standard: of a school year, or the newest one.

    Raises `NotFound` where there is none.
    """
    found = find_current_evaluations(county, standard)
    evaluation = (found if year is None else found.filter(school_year=year)).first()
    if evaluation is None:
        raise NotFound("evaluation_not_found", standard=standard, year="" if year is None else str(year))
    return evaluation
