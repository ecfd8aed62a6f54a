"""One standard of a county in a year: its indicators in the standard's groups, with counts, figures and trends."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from xuezheng.catalogue.standard import Indicator, Standard
from xuezheng.kernel.verdict import Verdict, worst
from xuezheng.standards.engine.findings import Finding
from xuezheng.standards.models import Evaluation, StoredFinding
from xuezheng.standards.report.stored import StoredDigest, ToldFinding, assessment_of, stage_place, told
from xuezheng.standards.report.wording import coefficient, plain

PARTS = (Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET)


@dataclass(frozen=True, slots=True)
class StageTally:
    """How the schools of one stage (or of all) stand to an indicator's line, and the share (%) that met over the years."""

    stage: str
    line: str
    counts: Mapping[str, int]
    verdict: Verdict
    trend: tuple[float | None, ...]

    @property
    def applicable(self) -> int:
        """How many the indicator applies to."""
        return sum(self.counts.get(part.value, 0) for part in PARTS)


@dataclass(frozen=True, slots=True)
class CountyFigure:
    """The county's own figure of an indicator: its value, or a coefficient between schools; and its trend."""

    told: ToldFinding
    trend: tuple[float | None, ...]
    line: float | None
    turned: bool

    @property
    def is_coefficient(self) -> bool:
        """Whether it is a coefficient between schools."""
        return self.told.finding.measure == "cv"


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    """One indicator as the standard's page shows it."""

    id: str
    number: str
    title: str
    source: str
    mark: str
    mark_words: str
    verdict: Verdict
    tallies: tuple[StageTally, ...]
    figures: tuple[CountyFigure, ...]
    judged: bool

    @property
    def lines(self) -> int:
        """How many lines of the table it takes."""
        return max(1, len(self.tallies) + len(self.figures))


@dataclass(frozen=True, slots=True)
class GroupRows:
    """A group of the standard with its indicators."""

    id: str
    title: str
    rows: tuple[IndicatorRow, ...]


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One coefficient, and the unweighted one with the verdict that it would have had."""

    told: ToldFinding
    otherwise: str
    otherwise_verdict: Verdict | None

    @property
    def turned(self) -> bool:
        """Whether the unweighted form would have said the opposite."""
        return self.otherwise_verdict is not None and self.otherwise_verdict is not self.told.verdict


@dataclass(frozen=True, slots=True)
class StageBalance:
    """The coefficients between the schools of one stage, each beside what it would be if every school counted the same."""

    stage: str
    title: str
    rows: tuple[BalanceRow, ...]


def get_balance(evaluation: Evaluation, standard: Standard, county_name: str, language: str) -> list[StageBalance]:
    """Return the coefficients by stage, in the standard's order, the composite last. One query."""
    digest = balance_digest(evaluation, standard, county_name, language)
    return [
        StageBalance(
            stage, digest.words.stage(stage), tuple(_balance_row(digest, f) for f in digest.coefficients(stage))
        )
        for stage in digest.balance_stages
    ]


def balance_digest(evaluation: Evaluation, standard: Standard, county_name: str, language: str) -> StoredDigest:
    """Return an evaluation's coefficients ready to be told or drawn."""
    found = evaluation.findings.filter(level="county", measure="cv").order_by("id")
    return StoredDigest(
        assessment_of(evaluation, found), standard, language, county=evaluation.county_id, county_name=county_name
    )


def _balance_row(digest: StoredDigest, finding: Finding) -> BalanceRow:
    other = finding.inputs.get("unweighted")
    known = isinstance(other, int | float) and not isinstance(other, bool)
    said = finding.inputs.get("unweighted_verdict")
    return BalanceRow(
        told(digest, finding),
        coefficient(float(other), finding.requirement) if known else "",  # type: ignore[arg-type]
        Verdict(str(said)) if said else None,
    )


def get_overview(evaluation: Evaluation, standard: Standard, county_name: str, language: str) -> list[GroupRows]:
    """Return a standard's indicators in its groups; the composite, where there is one, stands in a group of its own.

    Trends run from the oldest evaluated year to the evaluation's own. Three queries, whatever there is.
    """
    found = list(evaluation.findings.filter(level="county").order_by("id"))
    digest = StoredDigest(
        assessment_of(evaluation, found), standard, language, county=evaluation.county_id, county_name=county_name
    )
    page = _Overview(digest, evaluation, _history(evaluation))
    groups = []
    for name, title in (standard.groups or {"": standard.title}).items():
        rows = tuple(page.row(indicator) for indicator in standard.indicators if indicator.group == name)
        if rows:
            groups.append(GroupRows(name, digest.words.of(title), rows))
    if standard.composite is not None:
        groups.append(
            GroupRows(standard.composite.id, digest.indicator_title(standard.composite.id), (page.composite(),))
        )
    return groups


@dataclass(frozen=True, slots=True)
class _History:
    """The years up to the evaluation's own: the schools' tallies, and the county's values by year and finding."""

    tallies: tuple[Mapping[str, Mapping[str, float]], ...]
    values: tuple[Mapping[tuple[str, str, str], float | None], ...]


def _history(evaluation: Evaluation) -> _History:
    years = list(
        Evaluation.objects.filter(
            county_id=evaluation.county_id, standard=evaluation.standard, is_current=True,
            school_year__lte=evaluation.school_year,
        ).order_by("school_year").values_list("pk", "tallies")
    )[-10:]  # fmt: skip
    values: dict[int, dict[tuple[str, str, str], float | None]] = defaultdict(dict)
    rows = StoredFinding.objects.filter(evaluation_id__in=[number for number, _ in years], level="county")
    for number, indicator, stage, measure, value in rows.values_list(
        "evaluation_id", "indicator", "stage", "measure", "value"
    ):
        values[number][indicator, stage, measure] = value
    return _History(tuple(tallies for _, tallies in years), tuple(values[number] for number, _ in years))


class _Overview:
    def __init__(self, digest: StoredDigest, evaluation: Evaluation, history: _History) -> None:
        self.digest, self.words = digest, digest.words
        self.evaluation, self.history = evaluation, history
        self.of_indicator: dict[str, list[str]] = defaultdict(list)
        for key in evaluation.tallies:
            self.of_indicator[key.partition("/")[0]].append(key)

    def row(self, indicator: Indicator) -> IndicatorRow:
        tallies = tuple(self.tally(indicator, key) for key in self.of_indicator[indicator.id])
        figures = self.figures(indicator)
        verdicts = [tally.verdict for tally in tallies] + [figure.told.verdict for figure in figures]
        decided = [figure.told.verdict for figure in figures if not figure.is_coefficient]
        return IndicatorRow(
            id=indicator.id, number=indicator.number, title=self.words.of(indicator.title),
            source=f"{indicator.clause}", mark=indicator.mark, mark_words=self.words.mark(indicator.mark),
            verdict=worst(decided or verdicts), tallies=tuple(sorted(tallies, key=lambda tally: tally.stage == "")),
            figures=figures, judged=indicator.judged is not None,
        )  # fmt: skip

    def composite(self) -> IndicatorRow:
        composite = self.digest.standard.composite
        if composite is None:
            raise AssertionError(self.digest.standard.id)
        found = [f for f in self.digest.assessment.findings if f.indicator == composite.id]
        figures = tuple(self.figure(told(self.digest, finding)) for finding in found)
        return IndicatorRow(
            composite.id, "", self.words.of(composite.title), composite.clause, composite.mark,
            self.words.mark(composite.mark), worst(f.told.verdict for f in figures), (), figures, judged=False,
        )  # fmt: skip

    def tally(self, indicator: Indicator, key: str) -> StageTally:
        counts = self.evaluation.tallies[key]
        stage = key.partition("/")[2]
        line, rule = counts.get("line"), self.digest.line_rule(indicator.id)
        sign = {">=": "≥ ", "<=": "≤ "}.get(rule.op, f"{rule.op} ") if rule else ""
        return StageTally(
            stage=self.words.stage(stage),
            line="" if line is None else f"{sign}{plain(line)}{'%' if indicator.unit == 'percent' else ''}",
            counts={part.value: int(counts.get(part.value, 0)) for part in PARTS},
            verdict=worst(part for part in Verdict if counts.get(part.value)),
            trend=tuple(_met_share(tallies.get(key, {})) for tallies in self.history.tallies),
        )

    def figures(self, indicator: Indicator) -> tuple[CountyFigure, ...]:
        ids = {indicator.id, *(rollup.id for rollup in indicator.rollups)}
        found = [f for f in self.digest.assessment.findings if f.indicator in ids]
        # A school indicator that only counts (no line) has no findings of the county but its coefficients.
        found.sort(key=lambda f: (f.measure != "cv", stage_place(f.stage)))
        return tuple(self.figure(told(self.digest, finding)) for finding in found)

    def figure(self, shown: ToldFinding) -> CountyFigure:
        finding = shown.finding
        key = (finding.indicator, finding.stage or "", finding.measure)
        other = finding.inputs.get("unweighted_verdict")
        return CountyFigure(
            shown, tuple(values.get(key) for values in self.history.values), finding.requirement,
            turned=other in ("met", "not_met") and finding.verdict.value in ("met", "not_met") and other != finding.verdict.value,
        )  # fmt: skip


def _met_share(counts: Mapping[str, float]) -> float | None:
    applicable = sum(counts.get(part.value, 0) for part in PARTS)
    return 100 * counts.get(Verdict.MET.value, 0) / applicable if applicable else None
