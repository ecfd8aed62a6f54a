"""What-ifs in words: what would have to happen, what would turn. Nothing of it is ever stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xuezheng.catalogue.standard import Indicator, Standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.models import School
from xuezheng.standards.engine.findings import Finding, SubjectVerdict
from xuezheng.standards.engine.levers import Settable
from xuezheng.standards.engine.what_if import Assumption, Turn, WhatIf
from xuezheng.standards.models import Evaluation
from xuezheng.standards.report.figures import named, shown
from xuezheng.standards.report.stored import StoredDigest, ToldFinding, told
from xuezheng.standards.report.wording import rounded_up
from xuezheng.standards.scenarios import get_scenario

TURNS_SHOWN = 60


@dataclass(frozen=True, slots=True)
class ToldTurn:
    """A finding before and after; `where` is the school or the county that it is about."""

    where: str
    subject: str
    before: ToldFinding | None
    after: ToldFinding | None

    @property
    def turns(self) -> bool:
        """Whether the verdict itself is another."""
        return (self.before and self.before.verdict) != (self.after and self.after.verdict)

    @property
    def told(self) -> ToldFinding:
        """The finding as it would be, or as it is where it would be gone."""
        found = self.after or self.before
        if found is None:
            raise AssertionError(self.subject)
        return found


@dataclass(frozen=True, slots=True)
class ToldVerdict:
    """A verdict about a school's stage or the county, before and after."""

    where: str
    stage: str
    before: Verdict
    after: Verdict

    @property
    def turns(self) -> bool:
        """Whether it is another."""
        return self.before is not self.after


@dataclass(frozen=True, slots=True)
class Answer:
    """What a what-if answers: what would be done in the world, the indicator's findings, and what else would turn."""

    deeds: tuple[str, ...]
    about: tuple[ToldTurn, ...]
    verdicts: tuple[ToldVerdict, ...]
    county: ToldVerdict | None
    others: tuple[ToldTurn, ...]
    more: int


def answer_what_if(
    evaluation: Evaluation,
    standard: Standard,
    indicator: Indicator,
    schools: Sequence[str],
    assumptions: Sequence[tuple[Settable, Assumption]],
    language: str,
    county_name: str,
) -> Answer:
    """Return what would be another if these figures were; `assumptions` pair each figure as it is with what is assumed.

    Raises `NotFound` or `InvalidRequest` for an assumption that does not fit the county.
    """
    scenario = get_scenario(evaluation)
    result = scenario.what_if([assumption for _, assumption in assumptions])
    codes = {
        *schools,
        *(item.subject for turn in (*result.findings, *result.verdicts) if (item := turn.after or turn.before)),
    }
    named_schools = {
        school.school_code: school
        for school in School.objects.filter(county_id=evaluation.county_id, school_code__in=codes)
    }
    digest = StoredDigest(
        result.assessment, standard, language,
        county=evaluation.county_id, county_name=county_name, schools=named_schools.values(),
    )  # fmt: skip
    teller = _Teller(digest, named_schools, {f.key: f for f, _ in assumptions})
    about = _about(scenario.before.findings, result, indicator, schools)
    keys = {_key(turn) for turn in about}
    others = [turn for turn in result.findings if _key(turn) not in keys and _turns(turn)]
    return Answer(
        deeds=tuple(teller.deed(indicator, figure, assumption) for figure, assumption in assumptions),
        about=tuple(teller.turn(turn) for turn in about),
        verdicts=tuple(teller.verdict(turn) for turn in result.verdicts if _level(turn) == "school" and _turns(turn)),
        county=_county(teller, scenario.before.verdicts, result.assessment.verdicts),
        others=tuple(teller.turn(turn) for turn in others[:TURNS_SHOWN]),
        more=max(0, len(others) - TURNS_SHOWN),
    )


def _about(before: Sequence[Finding], result: WhatIf, indicator: Indicator, schools: Sequence[str]) -> list[Turn]:
    """Return the indicator's own findings, turned or not: of the schools asked about, and of the county."""
    ids = {indicator.id, *(rollup.id for rollup in indicator.rollups)}
    after = {_finding_key(finding): finding for finding in result.assessment.findings}
    return [
        Turn(finding, after.get(_finding_key(finding)))
        for finding in before
        if finding.indicator in ids and (finding.level == "county" or finding.subject in schools)
    ]


def _finding_key(finding: Finding) -> tuple[str, ...]:
    return (finding.level, finding.subject, finding.stage or "", finding.indicator, finding.measure)


def _key(turn: Turn) -> tuple[str, ...]:
    item = turn.after or turn.before
    return _finding_key(item) if isinstance(item, Finding) else ()


def _turns(turn: Turn) -> bool:
    return (turn.before and turn.before.verdict) != (turn.after and turn.after.verdict)


def _level(turn: Turn) -> str:
    item = turn.after or turn.before
    return item.level if item else ""


def _county(teller: "_Teller", before: Sequence[SubjectVerdict], after: Sequence[SubjectVerdict]) -> ToldVerdict | None:
    one = next((verdict for verdict in before if verdict.level == "county"), None)
    other = next((verdict for verdict in after if verdict.level == "county"), None)
    return teller.verdict(Turn(one, other)) if one and other else None


class _Teller:
    def __init__(self, digest: StoredDigest, schools: Mapping[str, School], figures: Mapping[str, Settable]) -> None:
        self.digest, self.words = digest, digest.words
        self.schools, self.figures = schools, figures

    def where(self, subject: str) -> str:
        school = self.schools.get(subject)
        return school.name if school else self.digest.county_name

    def turn(self, turn: Turn) -> ToldTurn:
        before, after = turn.before, turn.after
        item = after or before
        return ToldTurn(
            self.where(item.subject) if item else "", item.subject if item else "",
            told(self.digest, before) if isinstance(before, Finding) else None,
            told(self.digest, after) if isinstance(after, Finding) else None,
        )  # fmt: skip

    def verdict(self, turn: Turn) -> ToldVerdict:
        item = turn.after or turn.before
        nothing = Verdict.NOT_APPLICABLE
        return ToldVerdict(
            self.where(item.subject) if item else "", self.words.stage(item.stage) if item else "",
            turn.before.verdict if turn.before else nothing, turn.after.verdict if turn.after else nothing,
        )  # fmt: skip

    def deed(self, asked: Indicator, figure: Settable, assumption: Assumption) -> str:
        """Return what would happen in the world: `云溪县第一小学校（小学）：培养或交流 3 名县级以上骨干教师`."""
        words = self.words
        stage = f"{words('open')}{words.stage(assumption.stage)}{words('close')}" if assumption.stage else ""
        where = f"{self.where(assumption.subject)}{stage}{words('colon')}"
        act = self._act(asked, figure, assumption)
        if act:
            return where + act
        name = named(self.digest.standard, figure.name, words)
        before = shown(figure.column, figure.now, words)
        after = shown(figure.column, _number(assumption.value), words)
        unit = f" {name.unit}" if name.unit and name.unit != "%" else name.unit
        return f"{where}{name.title}{words('colon')}{before} → {after}{unit}"

    def _act(self, asked: Indicator, figure: Settable, assumption: Assumption) -> str:
        after, now = _number(assumption.value), figure.now
        more = after - (now or 0) if isinstance(after, float) and not isinstance(now, str) else 0
        owners = [asked, *self.digest.standard.indicators]
        lever = next((i.lever for i in owners if i.lever and i.lever.name == figure.column), None)
        if lever is None or more <= 0 or now is None:
            return ""
        return self.words.of(lever.act).format(gap=rounded_up(more, lever.unit))


def _number(text: str | None) -> float | str | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return text
