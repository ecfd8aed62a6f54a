"""An assessment of one county made ready to be told: the verdict in a sentence, gaps in natural words, what it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

from xuezheng.catalogue.loader import Words
from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Indicator
from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.findings import Finding
from xuezheng.standards.report.county_findings import CountyFindings, counts
from xuezheng.standards.report.wording import coefficient, number, rounded_up


@dataclass(frozen=True, slots=True)
class DecidingGap:
    """A proven failure that decides: its phrase, and the codes of the schools that fail (none for the county's own)."""

    phrase: str
    verdict: Verdict
    indicator: str
    stage: str | None = None
    schools: tuple[str, ...] = ()


class Digest(CountyFindings):
    """One county's assessment with everything that a report says about it."""

    def lack(self, finding: Finding) -> str:
        """Return what a failing finding lacks in natural words: `缺县级以上骨干教师 3 名`; nothing where nothing is said."""
        if finding.gap is None and self._fails_by_condition(finding):
            return self.words("condition_not_held")
        if finding.gap is None or finding.gap <= 0:
            return ""
        return self.lack_of(finding, finding.gap)

    def _fails_by_condition(self, finding: Finding) -> bool:
        """Whether a school fails though its value reaches the line: a condition beside it does not hold."""
        indicator = self.indicators.get(finding.indicator)
        return (
            finding.verdict is Verdict.NOT_MET
            and finding.level == "school"
            and finding.value is not None
            and finding.known == finding.total
            and indicator is not None
            and bool(indicator.conditions)
        )

    def lack_of(self, finding: Finding, gap: float) -> str:
        """Return an amount of what a finding lacks in natural words."""
        if finding.level == "county" and finding.gap_unit == "school":
            return self.words("short_of_schools", count=round(gap))
        amount = self.words.amount(gap, finding.gap_unit)
        what = self.lever_noun(finding)
        if self.operator(finding).startswith("<"):
            return self.words("over_by", amount=amount)
        return (
            self.words("short_of", what=what, amount=amount) if what else self.words("short_of_amount", amount=amount)
        )

    def lever_noun(self, finding: Finding) -> str:
        """Return what a lever adds, from the register's own header: `高于规定学历教师`."""
        indicator = self.indicators.get(finding.indicator)
        lever = indicator.lever if indicator and finding.level == indicator_level(indicator) else None
        if lever is None or not lever.name:
            return ""
        for table in load_register_schema().tables.values():
            column = table.columns.get(lever.name)
            if column:
                noun = self.words.of(column)
                return _without_count(noun) if self.words.language == "zh" else noun
        return ""

    def act(self, finding: Finding) -> str:
        """Return what it takes in the world to close a gap, or nothing where the standard does not say."""
        return self.act_of(finding, finding.gap) if finding.gap else ""

    def act_of(self, finding: Finding, gap: float) -> str:
        """Return what it takes to close an amount of a finding's gap."""
        indicator = self.indicators.get(finding.indicator)
        if indicator is None or indicator.lever is None or finding.level != indicator_level(indicator):
            return ""
        return self._advice(indicator.lever.act, gap, finding.gap_unit)

    def _advice(self, words: Words, gap: float, unit: str) -> str:
        """Fill `{gap}` into an advice that already names the unit: only the number goes in."""
        return self.words.of(words).format(gap=rounded_up(gap, unit))

    def sentence(self) -> str:
        """Return the verdict in one sentence."""
        held = self.county_verdict
        verdict = held.verdict if held else Verdict.UNKNOWN
        key = f"county_{verdict.value}"
        return self.words(key, county=self.county_name, year=self.words.year(self.year), standard=self.title)

    def units_word(self, count: int) -> str:
        """Return what so many of the standard's units are called: school units, or kindergartens."""
        kind = "units_preschool" if self.standard.stages == ("preschool",) else "units"
        return self.words(kind if count != 1 else f"{kind}_one")

    def units_sentence(self) -> str:
        """Return how many units pass."""
        tally = counts(self.unit_verdicts)
        if not tally.applicable:
            return ""
        return self.words(
            "units_line",
            total=tally.applicable,
            met=tally.met + tally.near,
            not_met=tally.not_met,
            unknown=tally.unknown,
            units=self.units_word(tally.applicable),
        )

    def deciding_gaps(self) -> list[tuple[str, Verdict]]:
        """Return the proven failures that decide, each as a phrase with its verdict."""
        return [(gap.phrase, gap.verdict) for gap in self.deciding()]

    def deciding(self) -> list[DecidingGap]:
        """Return the proven failures that decide: coefficients, county indicators, schools together."""
        return [*self._coefficient_gaps(), *self._county_gaps(), *self._school_gaps()]

    def _coefficient_gaps(self) -> list[DecidingGap]:
        return [
            DecidingGap(
                self.words(
                    "gap_cv",
                    stage=self.words.stage(finding.stage),
                    title=self.indicator_title(finding.indicator),
                    value=coefficient(finding.value, finding.requirement),
                    limit=number(finding.requirement),
                ),
                finding.verdict,
                finding.indicator,
                finding.stage,
            )
            for stage in self.balance_stages
            for finding in self.coefficients(stage)
            if finding.verdict is Verdict.NOT_MET
        ]

    def _county_gaps(self) -> list[DecidingGap]:
        return [
            DecidingGap(self.county_gap(finding), finding.verdict, finding.indicator, finding.stage)
            for indicator in self.standard.indicators
            if indicator.level == "county"
            for finding in self.county_findings(indicator)
            if finding.verdict is Verdict.NOT_MET
        ]

    def county_gap(self, finding: Finding) -> str:
        """Return a county's failing finding as a phrase."""
        title = self.finding_title(finding)
        if finding.measure == "judged":
            return self.words("gap_judged", title=title)
        phrase = self.words("gap_county", title=title, value=self.value(finding), requirement=self.requirement(finding))
        act = self.act(finding) or self.lack(finding)
        return phrase + (self.words("semicolon") + act if act else "")

    def _school_gaps(self) -> list[DecidingGap]:
        return [
            DecidingGap(
                self.schools_gap(indicator, stage, failing),
                Verdict.NOT_MET,
                indicator.id,
                stage,
                tuple(finding.subject for finding in failing),
            )
            for indicator in self.standard.indicators
            for stage in self.stages_of(indicator.id)
            if (failing := [f for f in self.school_findings(indicator.id, stage) if f.verdict is Verdict.NOT_MET])
        ]

    def schools_gap(self, indicator: Indicator, stage: str | None, failing: Sequence[Finding]) -> str:
        """Return what the failing schools of an indicator lack together as a phrase."""
        title = self.words.of(indicator.title)
        if stage and len(self.stages_of(indicator.id)) > 1:
            title = f"{title}{self.words('open')}{self.words.stage(stage)}{self.words('close')}"
        lack = self.together(failing)
        if not lack:
            return self.words("gap_schools_bare", title=title, count=len(failing), units=self.units_word(len(failing)))
        return self.words(
            "gap_schools", title=title, count=len(failing), units=self.units_word(len(failing)), lack=lack
        )

    def together(self, failing: Sequence[Finding]) -> str:
        """Return what findings of one indicator lack in all; nothing where that cannot be summed."""
        gaps = [finding.gap for finding in failing if finding.gap]
        if not gaps or failing[0].gap_unit in ("percent", "coefficient", "ratio"):
            return ""
        return self.lack_of(failing[0], sum(gaps))


def indicator_level(indicator: Indicator) -> str:
    """Return the level of findings in which an indicator's own value stands."""
    return "county" if indicator.level == "county" else "school"


def _without_count(noun: str) -> str:
    """Drop the word for a count from a header: 高于规定学历教师数 becomes 高于规定学历教师; 面积 stays."""
    for ending in ("台数", "册数", "间数", "人数", "数"):
        if noun.endswith(ending) and len(noun) > len(ending):
            return noun[: -len(ending)]
    return noun
