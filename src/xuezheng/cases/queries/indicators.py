"""The indicator that a case should move: how it stands by the county's newest evaluation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xuezheng.standards.models import Evaluation, StoredFinding


@dataclass(frozen=True, slots=True)
class IndicatorLink:
    """An indicator of a standard about a county, or about one school; `stage` is empty where it has none."""

    standard: str
    indicator: str
    level: str = "county"
    subject: str = ""
    stage: str = ""
    measure: str = ""

    def as_json(self) -> dict[str, str]:
        """Return the link as a case keeps it."""
        return {name: getattr(self, name) for name in ("standard", "indicator", "level", "subject", "stage", "measure")}


def read_indicator(county: str, link: Mapping[str, str]) -> dict[str, Any] | None:
    """Return value, requirement, verdict, gap, school year and date of an indicator now; None where nothing was found."""
    evaluation = (
        Evaluation.objects.filter(county=county, standard=link["standard"], is_current=True)
        .order_by("-school_year")
        .first()
    )
    if evaluation is None:
        return None
    found = StoredFinding.objects.filter(
        evaluation=evaluation, indicator=link["indicator"], level=link["level"], subject=link["subject"] or county
    )
    for column in ("stage", "measure"):
        found = found.filter(**{column: link[column]}) if link.get(column) else found
    finding = found.first()
    if finding is None:
        return None
    return {
        "school_year": evaluation.school_year, "evaluation": evaluation.pk,
        "evaluated_at": evaluation.evaluated_at.isoformat(), "value": finding.value,
        "requirement": finding.requirement, "verdict": finding.verdict, "gap": finding.gap,
        "gap_unit": finding.gap_unit, "clause": finding.clause,
    }  # fmt: skip
