"""What the standards say about schools, as lists and maps of schools show it: one verdict a school and standard."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.verdict import ORDER, Verdict, worst
from xuezheng.register.models import School
from xuezheng.standards.models import Evaluation, SelfAssessment, StoredVerdict
from xuezheng.web.language import page_language


@dataclass(frozen=True, slots=True)
class StandardColumn:
    """A standard by which the county's schools were evaluated last: its title and the number of its document."""

    evaluation: Evaluation
    title: str
    number: str

    @property
    def id(self) -> str:
        """The standard's id."""
        return self.evaluation.standard


def find_standard_columns(county: str) -> list[StandardColumn]:
    """Return the standards that say something about single schools of a county, by id. One query."""
    held = Evaluation.objects.filter(county_id=county, is_current=True).order_by("standard", "-school_year")
    newest: dict[str, Evaluation] = {}
    for evaluation in held.only("standard", "school_year", "counts"):  # a summary is long, and nobody reads it here
        newest.setdefault(evaluation.standard, evaluation)
    columns = []
    for evaluation in newest.values():
        said = {word: count for word, count in evaluation.counts.items() if word != Verdict.NOT_APPLICABLE}
        if any(said.values()):
            standard = load_standard(evaluation.standard)
            columns.append(
                StandardColumn(evaluation, standard.title.in_language(page_language()), standard.document.number)
            )
    return columns


def school_verdicts(
    columns: Sequence[StandardColumn], codes: Collection[str] | QuerySet[School, Any]
) -> dict[str, dict[str, Verdict]]:
    """Return each school's verdict by standard: of several stages the one that decides. One query.

    A school that a standard says nothing about is absent.
    """
    standards = {column.evaluation.pk: column.id for column in columns}
    rows = StoredVerdict.objects.filter(evaluation__in=standards, level="school", subject__in=codes)
    found: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for evaluation, subject, verdict in rows.values_list("evaluation_id", "subject", "verdict"):
        found[subject, standards[evaluation]].append(Verdict(verdict))
    verdicts: dict[str, dict[str, Verdict]] = defaultdict(dict)
    for (subject, standard), given in found.items():
        verdicts[subject][standard] = worst(given)
    return dict(verdicts)


def with_verdict(schools: QuerySet[School], column: StandardColumn, verdict: Verdict) -> QuerySet[School]:
    """Return those schools about which a standard says this, by the stage that decides."""
    said = StoredVerdict.objects.filter(evaluation=column.evaluation, level="school", subject=OuterRef("school_code"))
    graver = [other.value for other in ORDER[verdict.rank + 1 :]]
    return schools.filter(Exists(said.filter(verdict=verdict.value)), ~Exists(said.filter(verdict__in=graver)))


def count_verdicts(
    columns: Sequence[StandardColumn], schools: QuerySet[School]
) -> list[tuple[StandardColumn, dict[str, int]]]:
    """Return for each standard how many of these schools have each verdict, by the stage that decides. One query."""
    said = school_verdicts(columns, schools.order_by().values("school_code"))
    counts = []
    for column in columns:
        given = [verdicts[column.id] for verdicts in said.values() if column.id in verdicts]
        tally = {verdict.value: given.count(verdict) for verdict in ORDER if verdict in given}
        counts.append((column, tally))
    return counts


def find_locked_years(county: str) -> set[int]:
    """Return the school years of which some signed self-assessment of a county is locked. One query."""
    locked = SelfAssessment.objects.filter(county_id=county, second_signed_at__isnull=False, unlocked_at__isnull=True)
    return set(locked.values_list("school_year", flat=True))


@dataclass(frozen=True, slots=True)
class VerdictHistory:
    """What one standard said about a school's stage, year by year: the newest first, None where it said nothing."""

    title: str
    stage: str
    verdicts: tuple[Verdict | None, ...]


def find_verdict_history(county: str, school_code: str) -> tuple[list[int], list[VerdictHistory]]:
    """Return the years in which a school was evaluated, the newest first, and its verdicts by standard and stage. One query."""
    rows = (
        StoredVerdict.objects.filter(
            evaluation__county_id=county, evaluation__is_current=True, level="school", subject=school_code
        )
        .exclude(verdict=Verdict.NOT_APPLICABLE.value)
        .order_by("evaluation__standard", "stage")
        .values_list("evaluation__standard", "stage", "evaluation__school_year", "verdict")
    )
    found: dict[tuple[str, str], dict[int, Verdict]] = defaultdict(dict)
    for standard, stage, year, verdict in rows:
        found[standard, stage][year] = Verdict(verdict)
    years = sorted({year for verdicts in found.values() for year in verdicts}, reverse=True)
    language = page_language()
    return years, [
        VerdictHistory(
            load_standard(standard).title.in_language(language), stage, tuple(verdicts.get(year) for year in years)
        )
        for (standard, stage), verdicts in found.items()
    ]
