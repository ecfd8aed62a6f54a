"""One indicator: the schools' findings, filtered and counted, the county's own, and the years side by side."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery

from xuezheng.catalogue.standard import Indicator
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.models import School
from xuezheng.standards.models import Evaluation, StoredFinding
from xuezheng.standards.report.stored import stage_place


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings about schools are wanted; an empty field wants all. `sort`: code or township, `-` before it reversed."""

    stage: str = ""
    verdict: str = ""
    sort: str = "code"


@dataclass(frozen=True, slots=True)
class YearRow:
    """One school year of an indicator: the schools' counts by stage and verdict, the county's findings, one school's."""

    evaluation: Evaluation
    counts: Mapping[str, Mapping[str, int]]
    county: tuple[StoredFinding, ...]
    school: tuple[StoredFinding, ...]


def find_indicator_findings(
    evaluation: Evaluation, indicator: str, schools: QuerySet[School]
) -> QuerySet[StoredFinding]:
    """Return an indicator's findings about the schools given, by code and then in the standard's order of stages."""
    return StoredFinding.objects.filter(
        evaluation=evaluation, indicator=indicator, level="school",
        subject__in=schools.order_by().values("school_code"),
    ).order_by("subject", "id")  # fmt: skip


def wanted_of(findings: QuerySet[StoredFinding], wanted: FindingFilter, county: str) -> QuerySet[StoredFinding]:
    """Return those findings that are wanted, in the order that is wanted."""
    if wanted.stage:
        findings = findings.filter(stage=wanted.stage)
    if wanted.verdict:
        findings = findings.filter(verdict=wanted.verdict)
    sign = "-" if wanted.sort.startswith("-") else ""
    if wanted.sort.endswith("township"):
        of_school = School.objects.filter(county_id=county, school_code=OuterRef("subject"))
        findings = findings.annotate(township=Subquery(of_school.values("township_code")[:1]))
        return findings.order_by(f"{sign}township", "subject", "id")
    return findings.order_by(f"{sign}subject", "id")


def count_by_verdict(findings: QuerySet[StoredFinding]) -> dict[str, dict[str, int]]:
    """Return how many findings have each verdict, by stage (empty where a finding is about all stages)."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in findings.order_by().values("stage", "verdict").annotate(found=Count("id")):
        counts[row["stage"]][row["verdict"]] = row["found"]
    return {stage: counts[stage] for stage in sorted(counts, key=stage_place)}


def find_county_findings(evaluation: Evaluation, indicator: Indicator | None, name: str) -> list[StoredFinding]:
    """Return the county's findings of an indicator with its roll-ups, coefficients last; of the composite by its `name`."""
    ids = {name, *(rollup.id for rollup in indicator.rollups)} if indicator else {name}
    found = evaluation.findings.filter(level="county", indicator__in=sorted(ids)).order_by("id")
    return sorted(found, key=lambda finding: (finding.measure == "cv", stage_place(finding.stage)))


def find_indicator_years(
    county: str, standard: str, indicator: Indicator, *, with_county: bool, school: str = ""
) -> list[YearRow]:
    """Return an indicator's years, at most ten, the newest first: the county's figures, and one school's where asked for.

    Without `with_county` nothing about the county or about other schools is read. Two queries.
    """
    evaluations = list(
        Evaluation.objects.filter(county_id=county, standard=standard, is_current=True)
        .select_related("snapshot")
        .defer("summary", "judged", "counts")
        .order_by("-school_year")[:10]
    )
    ids = sorted({indicator.id, *(rollup.id for rollup in indicator.rollups)})
    subjects = [*([county] if with_county else []), *([school] if school else [])]
    rows: dict[int, list[StoredFinding]] = defaultdict(list)
    found = StoredFinding.objects.filter(evaluation__in=evaluations, indicator__in=ids, subject__in=subjects)
    for finding in found.order_by("id"):
        rows[finding.evaluation_id].append(finding)
    return [
        YearRow(
            evaluation=evaluation,
            counts=_counts(evaluation, indicator.id) if with_county else {},
            county=tuple(finding for finding in rows[evaluation.pk] if finding.level == "county"),
            school=tuple(f for f in rows[evaluation.pk] if f.level == "school" and f.subject == school),
        )
        for evaluation in evaluations
    ]


def _counts(evaluation: Evaluation, indicator: str) -> dict[str, dict[str, int]]:
    counts = {}
    for key, tally in evaluation.tallies.items():
        name, _, stage = key.partition("/")
        if name == indicator:
            counts[stage] = {verdict.value: int(tally.get(verdict.value, 0)) for verdict in Verdict}
    return counts


def schools_by_code(county: str, codes: Sequence[str]) -> dict[str, School]:
    """Return the schools of these codes."""
    return {school.school_code: school for school in School.objects.filter(county_id=county, school_code__in=codes)}
