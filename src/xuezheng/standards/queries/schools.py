"""What the standards say about one school."""

from collections import defaultdict
from dataclasses import dataclass

from xuezheng.catalogue.standard import Standard, load_standard
from xuezheng.register.models import School
from xuezheng.standards.engine.findings import SubjectVerdict
from xuezheng.standards.models import Evaluation, StoredFinding, StoredVerdict
from xuezheng.standards.report.stored import StoredDigest, ToldFinding, assessment_of, stage_place, told


@dataclass(frozen=True, slots=True)
class SchoolFindings:
    """What one standard says about a school in a year: its verdicts by stage, and its findings in words."""

    evaluation: Evaluation
    standard: Standard
    title: str
    verdicts: tuple[SubjectVerdict, ...]
    findings: tuple[ToldFinding, ...]


def find_school_findings(
    county: str, school_code: str, year: int | None, *, language: str = "zh"
) -> list[SchoolFindings]:
    """Return what each standard says about a school in a school year (the newest evaluated one where none is named).

    Findings are in the standard's order, each with title, value, requirement, verdict, what is lacking and what it
    takes in words; standards that say nothing about the school are left out. Four queries, whatever there is.
    Whether somebody may see the school is the caller's to know: nothing about any other school is in it.
    """
    evaluations = _evaluations(county, year)
    school = School.objects.select_related("county").filter(county_id=county, school_code=school_code).first()
    if not evaluations or school is None:
        return []
    own = {"evaluation__in": [evaluation.pk for evaluation in evaluations], "level": "school", "subject": school_code}
    findings, verdicts = defaultdict(list), defaultdict(list)
    for finding in StoredFinding.objects.filter(**own).order_by("id"):
        findings[finding.evaluation_id].append(finding)
    for verdict in StoredVerdict.objects.filter(**own).order_by("id"):
        verdicts[verdict.evaluation_id].append(verdict)
    return [
        _told(evaluation, school, findings[evaluation.pk], verdicts[evaluation.pk], language)
        for evaluation in evaluations
        if findings[evaluation.pk] or verdicts[evaluation.pk]
    ]


def _evaluations(county: str, year: int | None) -> list[Evaluation]:
    found = Evaluation.objects.filter(county_id=county, is_current=True).select_related("snapshot")
    held = list(found.order_by("standard") if year is None else found.filter(school_year=year).order_by("standard"))
    newest = max((evaluation.school_year for evaluation in held), default=None)
    return [evaluation for evaluation in held if evaluation.school_year == newest]


def _told(
    evaluation: Evaluation, school: School, findings: list[StoredFinding], verdicts: list[StoredVerdict], language: str
) -> SchoolFindings:
    standard = load_standard(evaluation.standard)
    assessment = assessment_of(evaluation, findings, verdicts)
    digest = StoredDigest(
        assessment, standard, language,
        county=evaluation.county_id, county_name=school.county.name, schools=[school],
    )  # fmt: skip
    order = {indicator.id: number for number, indicator in enumerate(standard.indicators)}
    ordered = sorted(assessment.findings, key=lambda f: (order.get(f.indicator, len(order)), stage_place(f.stage)))
    return SchoolFindings(
        evaluation, standard, digest.title, assessment.verdicts, tuple(told(digest, f) for f in ordered)
    )
