"""The indicator that a case should move: how it stands by the county's newest evaluation."""

from collections.abc import Mapping, Sequence
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


def read_indicators(county: str, links: Sequence[Mapping[str, str]]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return value, requirement and verdict of many indicators now, by `reading_key`; two queries for any number."""
    if not links:
        return {}
    newest: dict[str, Evaluation] = {}
    rows = Evaluation.objects.filter(county=county, standard__in={link["standard"] for link in links}, is_current=True)
    for evaluation in rows.order_by("standard", "school_year").defer("summary", "judged", "tallies"):
        newest[evaluation.standard] = evaluation
    findings = StoredFinding.objects.filter(
        evaluation__in=[evaluation.pk for evaluation in newest.values()],
        indicator__in={link["indicator"] for link in links},
        level__in={link["level"] for link in links},
        subject__in={link["subject"] or county for link in links},
    ).order_by("pk")
    by_evaluation = {evaluation.pk: evaluation for evaluation in newest.values()}
    found: dict[tuple[str, ...], dict[str, Any]] = {}
    for finding in findings:
        evaluation = by_evaluation[finding.evaluation_id]
        said = {
            "school_year": evaluation.school_year, "evaluation": evaluation.pk, "value": finding.value,
            "requirement": finding.requirement, "verdict": finding.verdict,
        }  # fmt: skip
        exact = (evaluation.standard, finding.indicator, finding.level, finding.subject)
        for stage in {finding.stage, ""}:
            for measure in {finding.measure, ""}:
                found.setdefault((*exact, stage, measure), said)
    return found


def reading_key(link: Mapping[str, str], county: str) -> tuple[str, ...]:
    """Return under which key `read_indicators` gives what a link names."""
    return (
        link["standard"], link["indicator"], link["level"], link["subject"] or county, link.get("stage", ""),
        link.get("measure", ""),
    )  # fmt: skip
