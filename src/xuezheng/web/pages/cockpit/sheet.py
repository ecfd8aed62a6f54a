"""The cockpit's sheet: what stored evaluations say about a county, put into the few words that a leader reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.models import County, School
from xuezheng.register.queries.turnover import find_schools_that_came
from xuezheng.standards.models import Evaluation
from xuezheng.standards.queries.county import (
    Turned,
    YearOfStandard,
    find_evaluations_of_years,
    find_standard_years,
    find_turned_units,
    indicator_ids,
    turned_indicators,
)
from xuezheng.standards.report.county_findings import CountyFindings
from xuezheng.standards.report.stored import StoredDigest, assessment_of
from xuezheng.standards.report.wording import Wording

GAPS_SHOWN, GAPS_PRINTED, SCHOOLS_SHOWN, YEARS_SHOWN = 5, 4, 4, 10


@dataclass(frozen=True, slots=True)
class NamedSchool:
    """A school in a line of text. `value` and `is_above` (the mean) are there where the line is about a coefficient."""

    code: str
    name: str
    value: float | None = None
    is_above: bool = False


@dataclass(frozen=True, slots=True)
class Gap:
    """A gap that decides: its phrase, the page of its indicator, and the first of the schools behind it."""

    phrase: str
    indicator: str
    stage: str
    schools: tuple[NamedSchool, ...]
    further: int
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """An indicator that turned, in words."""

    standard: str
    indicator: str
    title: str
    before: Verdict | None
    after: Verdict | None


@dataclass(frozen=True)
class Card:
    """One standard: its verdict this year, its years so far, and its gaps."""

    evaluation: Evaluation
    title: str
    sentence: str
    units: str
    years: tuple[YearOfStandard, ...]
    gaps: tuple[Gap, ...]
    unknown: int

    @cached_property
    def address(self) -> str:
        """Where the standard's page lies, without the year."""
        return reverse("standard", args=(self.evaluation.county_id, self.evaluation.standard))

    @property
    def now(self) -> YearOfStandard:
        """The chosen year."""
        return self.years[-1]

    @property
    def first(self) -> YearOfStandard:
        """The oldest year shown."""
        return self.years[0]

    @property
    def shown(self) -> tuple[Gap, ...]:
        """The gaps that the page shows at once."""
        return self.gaps[:GAPS_SHOWN]

    @property
    def folded(self) -> tuple[Gap, ...]:
        """The gaps that open on demand."""
        return self.gaps[GAPS_SHOWN:]

    @property
    def unprinted(self) -> int:
        """How many gaps a sheet of paper has no room for."""
        return max(len(self.gaps) - GAPS_PRINTED, 0)

    @property
    def passing(self) -> list[float | None]:
        """The share of school units that pass, year by year; empty where the standard judges no schools."""
        shares = [year.overview.get("passing") for year in self.years]
        return shares if any(share is not None for share in shares) else []

    @property
    def coefficients_over(self) -> list[int | None]:
        """How many coefficients are over their limit, year by year; empty where there is one composite, or none."""
        if not self.now.overview.get("coefficients", {}).get("of") or self.composites:
            return []
        return [year.overview.get("coefficients", {}).get("over") for year in self.years]

    @property
    def composites(self) -> list[tuple[str, float | None, float | None, list[float | None]]]:
        """The composite coefficient of each stage: stage, value, limit, the values year by year."""
        now: Mapping[str, Sequence[float | None]] = self.now.overview.get("composite", {})
        return [
            (stage, value, limit, [year.overview.get("composite", {}).get(stage, [None])[0] for year in self.years])
            for stage, (value, limit) in now.items()
        ]


class Sheet:
    """Everything that the cockpit shows of one school year. Raises nothing: a county without data has no cards."""

    def __init__(self, county: County, year: int | None, language: str) -> None:
        self.county, self.language, self.say = county, language, Wording(language)
        self.by_standard = find_standard_years(county.code)
        held = sorted({each.school_year for years in self.by_standard.values() for each in years}, reverse=True)
        self.years = held
        self.year = year if year in held else (held[0] if held and year is None else None)
        self.previous = next((each for each in held if self.year is not None and each < self.year), None)

    @cached_property
    def _evaluations(self) -> list[Evaluation]:
        wanted = [year for year in (self.year, self.previous) if year is not None]
        return find_evaluations_of_years(self.county.code, wanted) if wanted else []

    @property
    def evaluations(self) -> list[Evaluation]:
        """The chosen year's evaluations."""
        return [each for each in self._evaluations if each.school_year == self.year]

    @property
    def evaluations_before(self) -> list[Evaluation]:
        """Those of the year before."""
        return [each for each in self._evaluations if each.school_year == self.previous]

    @cached_property
    def cards(self) -> list[Card]:
        """One card a standard, the newest rules first."""
        held = sorted(self.evaluations, key=lambda each: load_standard(each.standard).effective, reverse=True)
        return [self._card(evaluation) for evaluation in held]

    @property
    def has_gaps(self) -> bool:
        """Whether a standard has a proven gap, or stands where it does for a reason that its sentence tells."""
        return any(card.gaps or card.now.verdict in (Verdict.NOT_MET, Verdict.UNKNOWN) for card in self.cards)

    @cached_property
    def turned_to_fail(self) -> list[Turn]:
        """Indicators that are not met now and were not so the year before."""
        return [turn for turn in self._turns if turn.after is Verdict.NOT_MET]

    @cached_property
    def turned_to_pass(self) -> list[Turn]:
        """Indicators that were not met the year before and are now."""
        return [turn for turn in self._turns if turn.before is Verdict.NOT_MET and turn.after and turn.after.passes]

    @cached_property
    def turned_to_unknown(self) -> list[Turn]:
        """Indicators of which nothing is known any more."""
        return [turn for turn in self._turns if turn.after is Verdict.UNKNOWN and turn.before is not None]

    @cached_property
    def units_to_fail(self) -> list[NamedSchool]:
        """Schools with a stage that fails now and did not the year before."""
        return self._units(lambda turned: turned.after is Verdict.NOT_MET and turned.before is not None)

    @cached_property
    def units_to_pass(self) -> list[NamedSchool]:
        """Schools with a stage that failed the year before and passes now."""
        return self._units(
            lambda turned: turned.before is Verdict.NOT_MET and bool(turned.after and turned.after.passes)
        )

    @cached_property
    def came(self) -> list[NamedSchool]:
        """Schools of this year's register that were not in the one before."""
        return self._named(self._moved[0])

    @cached_property
    def went(self) -> list[NamedSchool]:
        """Schools of the register before that are not in this year's."""
        return self._named(self._moved[1])

    @cached_property
    def _moved(self) -> tuple[list[str], list[str]]:
        if not self.evaluations or not self.evaluations_before:
            return [], []
        now, before = self.evaluations[0].snapshot, self.evaluations_before[0].snapshot
        return find_schools_that_came(before, now), find_schools_that_came(now, before)

    @cached_property
    def _turned_units(self) -> list[Turned]:
        if self.previous is None:
            return []
        return find_turned_units(self.evaluations_before, self.evaluations)

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """The names of all schools that the sheet may name: one query for the whole page."""
        codes = {code for evaluation in self.evaluations for code in _codes_of(evaluation, self.language)}
        codes |= {turned.key[0] for turned in self._turned_units} | {code for moved in self._moved for code in moved}
        found = School.objects.filter(county=self.county, school_code__in=codes)
        return dict(found.values_list("school_code", "name"))

    def _named(self, codes: Iterable[str]) -> list[NamedSchool]:
        return [NamedSchool(code, self._name(code)) for code in dict.fromkeys(codes)]

    def _name(self, code: str) -> str:
        """Return a school's name without the county's before it: on this page every school is the county's."""
        name = self._names.get(code, code)
        return name.removeprefix(self.county.name) or name

    def _units(self, wanted: Any) -> list[NamedSchool]:
        return self._named(turned.key[0] for turned in self._turned_units if wanted(turned))

    def _card(self, evaluation: Evaluation) -> Card:
        said = evaluation.summary.get(self.language, {})
        ids = indicator_ids(load_standard(evaluation.standard))
        years = tuple(
            each for each in self.by_standard[evaluation.standard] if each.school_year <= evaluation.school_year
        )
        county = years[-1].overview.get("county", {})
        return Card(
            evaluation=evaluation,
            title=self.say.of(load_standard(evaluation.standard).title),
            sentence=said.get("sentence", ""),
            units=said.get("units", ""),
            years=years[-YEARS_SHOWN:],
            gaps=tuple(self._gap(gap, ids, evaluation.summary) for gap in said.get("gaps", ())),
            unknown=sum(verdict == Verdict.UNKNOWN.value for verdict in county.values()),
        )

    def _gap(self, gap: Mapping[str, Any], ids: Mapping[str, str], summary: Mapping[str, Any]) -> Gap:
        stage, codes = gap.get("stage") or "", gap["schools"]
        furthest = _furthest(gap, summary)
        mean = furthest.get("mean")
        if furthest:
            schools = [
                NamedSchool(code, self._name(code), value, is_above=value > mean) for code, value in furthest["schools"]
            ]
        else:
            schools = self._named(codes[:SCHOOLS_SHOWN])
        return Gap(
            gap["phrase"], ids.get(gap["indicator"], gap["indicator"]), stage, tuple(schools),
            0 if furthest else max(len(codes) - SCHOOLS_SHOWN, 0), mean,
        )  # fmt: skip

    @cached_property
    def _turns(self) -> list[Turn]:
        before = {each.standard: each for each in self.evaluations_before}
        return [
            turn
            for evaluation in self.evaluations
            if evaluation.standard in before
            for turn in self._turns_of(before[evaluation.standard], evaluation)
        ]

    def _turns_of(self, before: Evaluation, after: Evaluation) -> list[Turn]:
        standard = load_standard(after.standard)
        ids = indicator_ids(standard)
        digest = StoredDigest(
            assessment_of(after, ()), standard, self.language, county=self.county.code, county_name=self.county.name
        )
        turned = turned_indicators(before, after)
        of_schools = {(each.key[0], "schools") for each in turned if each.key[2] == "schools"}
        return [
            Turn(
                after.standard,
                ids.get(each.key[0], each.key[0]),
                self._title(digest, each.key),
                each.before,
                each.after,
            )
            for each in turned
            # The share of schools says again what the schools said.
            if not (each.key[2] == "value" and (each.key[0], "schools") in of_schools)
        ]

    def _title(self, digest: CountyFindings, key: Sequence[str]) -> str:
        indicator, stage, measure = key
        say, title = self.say, digest.indicator_title(indicator)
        root = digest.indicators.get(indicator)
        apart = [say.stage(stage) if stage else "", say("measure_cv") if measure == "cv" else ""]
        if root is not None and root.id != indicator and (of := say.of(root.title)) != title:
            title, apart = of, [title, *apart]  # several indicators have roll-ups of the same name
        words = say.joined([word for word in apart if word])
        return f"{title}{say('open')}{words}{say('close')}" if words else title


def _furthest(gap: Mapping[str, Any], summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the schools that weigh most in a gap that is a coefficient; nothing for a gap of another kind."""
    if gap["schools"] or not gap.get("stage"):
        return {}
    found: Mapping[str, Any] = (
        summary.get("overview", {}).get("furthest", {}).get(f"{gap['indicator']}/{gap['stage']}", {})
    )
    return found if found.get("mean") is not None else {}


def _codes_of(evaluation: Evaluation, language: str) -> Iterable[str]:
    for gap in evaluation.summary.get(language, {}).get("gaps", ()):
        yield from gap["schools"][:SCHOOLS_SHOWN]
        yield from (code for code, _ in _furthest(gap, evaluation.summary).get("schools", ()))
