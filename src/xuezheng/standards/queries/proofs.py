"""The proof of what is stored: each finding of a subject with formula, figures, cells, and what it would take."""

from collections.abc import Sequence
from dataclasses import dataclass

from xuezheng.catalogue.standard import Indicator, Standard
from xuezheng.kernel.place import Place
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.models import School
from xuezheng.standards.engine.explain import Explanation, Figure, Part, explain_finding
from xuezheng.standards.engine.findings import Finding
from xuezheng.standards.models import Evaluation, StoredFinding
from xuezheng.standards.report.figures import named, shown, with_figures
from xuezheng.standards.report.stored import StoredDigest, ToldFinding, assessment_of, told
from xuezheng.standards.report.wording import coefficient
from xuezheng.standards.scenarios import get_judged_holdings, get_scenario

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class ToldFigure:
    """One figure of a formula: its name in the formula, what people call it, its value, and the cells it stands in."""

    name: str
    title: str
    value: str
    unit: str
    places: tuple[Place, ...]
    cells: int

    @property
    def more(self) -> int:
        """How many cells are not listed."""
        return self.cells - len(self.places)


@dataclass(frozen=True, slots=True)
class ToldPart:
    """One unit behind a county's coefficient or roll-up."""

    part: Part
    school: School | None
    stage: str
    value: str
    weight: str


@dataclass(frozen=True, slots=True)
class ToldProof:
    """A stored finding with its proof.

    `is_reproduced` says that the rules of today give the same answer from the snapshot; where they do not (the rules
    changed since), the stored figures are shown without their cells. `otherwise` is the unweighted coefficient.
    """

    told: ToldFinding
    formula: str
    formula_with_figures: str
    figures: tuple[ToldFigure, ...]
    conditions: tuple[tuple[str, str, Verdict], ...]
    parts: tuple[ToldPart, ...]
    advice: str
    otherwise: str
    otherwise_verdict: Verdict | None
    clause: str
    is_reproduced: bool

    @property
    def finding(self) -> Finding:
        """The finding."""
        return self.told.finding

    @property
    def has_places(self) -> bool:
        """Whether some figure stands in a cell."""
        return any(figure.places for figure in self.figures)


def find_subject_findings(
    evaluation: Evaluation, ids: Sequence[str], subject: str, stage: str = ""
) -> list[StoredFinding]:
    """Return what an evaluation found about a school or the county under these indicator ids, of one stage if named."""
    found = evaluation.findings.filter(indicator__in=ids, subject=subject)
    return list((found.filter(stage=stage) if stage else found).order_by("id"))


def prove(
    evaluation: Evaluation, standard: Standard, findings: Sequence[StoredFinding], language: str, county_name: str
) -> list[ToldProof]:
    """Return the proofs of stored findings of one evaluation, told with the names of the schools behind them.

    Reads the snapshot and evaluates the county once; both are kept in memory for the next proof.
    """
    assessment = assessment_of(evaluation, findings)
    explained = [_explained(evaluation, standard, finding) for finding in assessment.findings]
    codes = {f.subject for f in assessment.findings} | {part.school for e, _ in explained for part in e.parts}
    schools = {
        school.school_code: school
        for school in School.objects.filter(county_id=evaluation.county_id, school_code__in=codes)
    }
    digest = StoredDigest(
        assessment, standard, language,
        county=evaluation.county_id, county_name=county_name, schools=schools.values(),
    )  # fmt: skip
    return [_told(digest, explanation, schools, is_reproduced=same) for explanation, same in explained]


def _explained(evaluation: Evaluation, standard: Standard, finding: Finding) -> tuple[Explanation, bool]:
    """Return a finding's explanation, and whether today's rules give the finding that is stored."""
    scenario = get_scenario(evaluation)
    key = _key(finding)
    computed = next((f for f in scenario.before.findings if _key(f) == key), None)
    if computed is not None and _says_the_same(computed, finding):
        return explain_finding(get_judged_holdings(evaluation), standard, scenario.before, computed), True
    indicator = _owner(standard, finding.indicator)
    figures = tuple(Figure(name, value) for name, value in finding.inputs.items())
    return Explanation(finding, indicator, indicator.formula if indicator else "", figures, (), finding.gap), False


def _owner(standard: Standard, name: str) -> Indicator | None:
    own = next((indicator for indicator in standard.indicators if indicator.id == name), None)
    return own or next((i for i in standard.indicators if any(rollup.id == name for rollup in i.rollups)), None)


def _key(finding: Finding) -> tuple[str, ...]:
    return (finding.level, finding.subject, finding.stage or "", finding.indicator, finding.measure)


def _says_the_same(one: Finding, other: Finding) -> bool:
    if one.verdict is not other.verdict or (one.value is None) != (other.value is None):
        return False
    return one.value is None or abs(one.value - (other.value or 0)) <= _SAME * max(1.0, abs(one.value))


def _told(
    digest: StoredDigest, explanation: Explanation, schools: dict[str, School], *, is_reproduced: bool
) -> ToldProof:
    finding = explanation.finding
    indicator, composite = explanation.indicator, digest.standard.composite
    cv = finding.measure == "cv"
    unweighted, other = finding.inputs.get("unweighted"), finding.inputs.get("unweighted_verdict")
    is_answer = finding.measure == "judged"
    formula = "" if is_answer else explanation.formula
    source = indicator or composite
    figures = [
        figure for figure in explanation.figures if not (figure.name == "judged" and is_answer)
    ] or [Figure(name, value) for name, value in finding.inputs.items() if cv or explanation.parts]  # fmt: skip
    return ToldProof(
        told=told(digest, finding),
        formula=formula,
        formula_with_figures=with_figures(formula, dict(finding.inputs))
        if formula and finding.value is not None
        else "",
        figures=tuple(_told_figure(digest, figure) for figure in figures if not figure.name.startswith("unweighted")),
        conditions=tuple(
            (digest.words.of(condition.title), formula, verdict)
            for condition, (formula, verdict) in zip(
                explanation.indicator.conditions if explanation.indicator else (), explanation.conditions, strict=False
            )
        ),
        parts=tuple(_told_part(digest, part, schools) for part in explanation.parts),
        advice=_advice(digest, explanation),
        otherwise=coefficient(float(unweighted), finding.requirement)
        if cv and isinstance(unweighted, int | float)
        else "",
        otherwise_verdict=Verdict(str(other)) if cv and other else None,
        clause=finding.clause or (source.clause if source else ""),
        is_reproduced=is_reproduced,
    )


def _told_figure(digest: StoredDigest, figure: Figure) -> ToldFigure:
    words = digest.words
    name = named(digest.standard, figure.name, words)
    value = (
        coefficient(figure.value)
        if figure.name in ("mean", "sd") and isinstance(figure.value, float)
        else shown(figure.name, figure.value, words)
    )
    return ToldFigure(figure.name, name.title, value, name.unit, figure.places, figure.cells)


def _told_part(digest: StoredDigest, part: Part, schools: dict[str, School]) -> ToldPart:
    return ToldPart(
        part, schools.get(part.school), digest.words.stage(part.stage),
        shown("", part.value if part.value is None else round(part.value, 4), digest.words),
        "" if part.weight is None else f"{part.weight:,.10g}",
    )  # fmt: skip


def _advice(digest: StoredDigest, explanation: Explanation) -> str:
    """Return what it takes in the world; where the school's stages share what is added, what the stage itself lacks."""
    finding, words = explanation.finding, digest.words
    if not explanation.need or (finding.verdict.passes and finding.verdict is not Verdict.NEAR):
        return ""
    said = digest.act_of(finding, explanation.need) or digest.lack_of(finding, explanation.need)
    if finding.gap is not None and explanation.need != finding.gap:
        said += words("shared_need", own=words.amount(finding.gap, finding.gap_unit))
    return said
