"""An assessment of one county by indicator and by school, with the names that people know them by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Indicator, Standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.compiling import compiled
from xuezheng.standards.engine.findings import Assessment, Finding, SubjectVerdict
from xuezheng.standards.engine.rules import LineRule, Rules
from xuezheng.standards.report.wording import Wording, coefficient, number, plain

_SIGNS = {">=": "≥ ", "<=": "≤ ", ">": "> ", "<": "< ", "=": "= "}


@dataclass(frozen=True, slots=True)
class School:
    """What reports say about a school besides its findings."""

    code: str
    name: str
    kind: str = ""
    location: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many findings have each verdict."""

    met: int = 0
    near: int = 0
    unknown: int = 0
    not_met: int = 0
    not_applicable: int = 0

    @property
    def applicable(self) -> int:
        """All but those to which the rule does not apply."""
        return self.met + self.near + self.unknown + self.not_met


def counts(items: Iterable[Finding | SubjectVerdict]) -> Counts:
    """Count verdicts."""
    tally: dict[str, int] = defaultdict(int)
    for item in items:
        tally[item.verdict.value] += 1
    return Counts(**tally)


def by_county(assessment: Assessment) -> dict[str, Assessment]:
    """Return an assessment's part for each county, in the order of their codes; findings in a fixed order."""
    codes = sorted({f.county for f in assessment.findings} | {v.county for v in assessment.verdicts})
    findings: dict[str, list[Finding]] = defaultdict(list)
    verdicts: dict[str, list[SubjectVerdict]] = defaultdict(list)
    for finding in assessment.findings:
        findings[finding.county].append(finding)
    for verdict in assessment.verdicts:
        verdicts[verdict.county].append(verdict)
    return {code: replace(assessment, findings=tuple(findings[code]), verdicts=tuple(verdicts[code])) for code in codes}


class CountyFindings:
    """One county's findings, by indicator and by school, with titles, lines and values as people read them."""

    def __init__(self, assessment: Assessment, standard: Standard, holdings: Holdings, language: str) -> None:
        self.assessment = assessment
        self.standard = standard
        self.holdings = holdings
        self.words = Wording(language)
        self.county = next(iter(by_county(assessment)), "")
        self.year = assessment.school_year

    @cached_property
    def rules(self) -> Rules:
        """The rules in force in the assessment's school year."""
        return compiled(self.standard, self.year)

    @cached_property
    def title(self) -> str:
        """The standard's title."""
        return self.words.of(self.standard.title)

    @cached_property
    def county_name(self) -> str:
        """The county's name from the register, else its code."""
        regions = self.holdings.table("region")
        if "region_code" in regions.column_names and "name" in regions.column_names:
            for code, name in zip(regions["region_code"].to_pylist(), regions["name"].to_pylist(), strict=True):
                if code == self.county and name:
                    return str(name)
        return self.county

    @cached_property
    def schools(self) -> Mapping[str, School]:
        """The register's schools by code."""
        table = self.holdings.table("school")
        wanted = ("school_code", "name", "kind", "location", "lon", "lat")
        rows = table.select([name for name in wanted if name in table.column_names]).to_pylist()
        return {
            str(row["school_code"]): School(
                str(row["school_code"]),
                str(row.get("name") or row["school_code"]),
                str(row.get("kind") or ""),
                str(row.get("location") or ""),
                row.get("lon"),
                row.get("lat"),
            )
            for row in rows
            if row.get("school_code")
        }

    def school(self, code: str) -> School:
        """Return a school by code, known to the register or not."""
        return self.schools.get(code) or School(code, code)

    def short_name(self, code: str) -> str:
        """Return a school's name without the county's before it, for labels in pictures."""
        name = self.school(code).name
        return name.removeprefix(self.county_name) or name

    def unit_name(self, finding: Finding | SubjectVerdict) -> str:
        """Return a school's name, with its stage where it has several."""
        name = self.school(finding.subject).name
        several = len(self._stages_of.get(finding.subject, ())) > 1
        if not (finding.stage and several):
            return name
        return f"{name}{self.words('open')}{self.words.stage(finding.stage)}{self.words('close')}"

    @cached_property
    def _stages_of(self) -> Mapping[str, set[str]]:
        stages: dict[str, set[str]] = defaultdict(set)
        for finding in self.assessment.findings:
            if finding.level == "school" and finding.stage:
                stages[finding.subject].add(finding.stage)
        return stages

    @cached_property
    def _groups(self) -> Mapping[tuple[str, str, str], list[Finding]]:
        groups: dict[tuple[str, str, str], list[Finding]] = defaultdict(list)
        for finding in self.assessment.findings:
            groups[finding.level, finding.measure, finding.indicator].append(finding)
        for group in groups.values():
            group.sort(key=lambda finding: (finding.subject, self._stage_order(finding.stage)))
        return groups

    def _stage_order(self, stage: str | None) -> int:
        stages = list(load_register_schema().codes["stage"])
        return stages.index(stage) if stage in stages else -1

    def school_findings(self, indicator: str, stage: str | None = None) -> list[Finding]:
        """Return an indicator's findings about schools by code, of one stage where one is given."""
        found = self._groups.get(("school", "value", indicator), [])
        return found if stage is None else [finding for finding in found if finding.stage == stage]

    def stages_of(self, indicator: str) -> list[str | None]:
        """Return the stages that an indicator's findings about schools name, in order."""
        stages = {finding.stage for finding in self.school_findings(indicator)}
        return sorted(stages, key=self._stage_order)

    def county_findings(self, indicator: Indicator) -> list[Finding]:
        """Return the county's findings of an indicator: values, roll-ups under their own ids, judgements."""
        ids = list(dict.fromkeys((indicator.id, *(rollup.id for rollup in indicator.rollups))))
        return [f for m in ("value", "judged") for i in ids for f in self._groups.get(("county", m, i), [])]

    def school_judgements(self, indicator: Indicator) -> list[Finding]:
        """Return an indicator's judged items about single schools."""
        return self._groups.get(("school", "judged", indicator.id), [])

    def coefficients(self, stage: str) -> list[Finding]:
        """Return a stage's coefficients in the standard's order, the composite last."""
        order = [indicator.id for indicator in self.standard.indicators]
        if self.standard.composite:
            order.append(self.standard.composite.id)
        found = {f.indicator: f for f in self.assessment.findings if f.measure == "cv" and f.stage == stage}
        return [found[name] for name in order if name in found]

    @cached_property
    def balance_stages(self) -> list[str]:
        """Return the stages that have coefficients."""
        stages = {f.stage for f in self.assessment.findings if f.measure == "cv" and f.stage}
        return sorted(stages, key=self._stage_order)

    @cached_property
    def indicators(self) -> Mapping[str, Indicator]:
        """The standard's indicators by id, roll-ups under theirs."""
        own = {indicator.id: indicator for indicator in self.standard.indicators}
        rolled = {rollup.id: i for i in self.standard.indicators for rollup in i.rollups}
        return {**rolled, **own}

    @cached_property
    def resource_indicators(self) -> list[Indicator]:
        """Indicators of single units with a line or a coefficient: those drawn as schools against the line."""
        balanced = self.standard.balance.of if self.standard.balance else ()
        return [
            indicator
            for indicator in self.standard.indicators
            if indicator.level != "county"
            and self.school_findings(indicator.id)
            and (indicator.id in balanced or (indicator.lever and indicator.lever.name))
        ]

    def indicator_title(self, name: str) -> str:
        """Return the title of an indicator, of a roll-up or of the composite."""
        composite = self.standard.composite
        if composite and composite.id == name:
            return self.words.of(composite.title)
        indicator = self.indicators.get(name)
        if indicator is None:
            return name
        title = next((r.title for r in indicator.rollups if r.id == name and r.title), indicator.title)
        return self.words.of(title)

    def finding_title(self, finding: Finding) -> str:
        """Return the title under which a finding is told: a roll-up says that it is the share of schools."""
        title = self.indicator_title(finding.indicator)
        indicator = self.indicators.get(finding.indicator)
        if finding.level == "county" and finding.measure == "value" and indicator and indicator.level != "county":
            return self.words("share_of_schools", title=title)
        return title

    def line_rule(self, name: str) -> LineRule | None:
        """Return the line of an indicator's value."""
        indicator = self.indicators.get(name)
        if indicator is None or indicator.id != name:
            return None
        value = self.rules.indicator(name).value
        return value.line if value else None

    def operator(self, finding: Finding) -> str:
        """Return how a finding's value is held against its requirement."""
        if finding.measure == "cv":
            limit = self.rules.balance.limit if self.rules.balance else None
            return limit.op if limit else "<="
        rule = self.line_rule(finding.indicator)
        rolled = finding.level == "county" and self.indicators.get(finding.indicator, None) is not None
        if rolled and self.indicators[finding.indicator].level != "county":
            return ">="
        return rule.op if rule else ">="

    def requirement(self, finding: Finding) -> str:
        """Return the requirement as `≥ 4.2`, or a dash."""
        if finding.requirement is None:
            return self.words("dash")
        sign = _SIGNS[self.operator(finding)]
        return sign + plain(finding.requirement) + self._percent(finding)

    def value(self, finding: Finding) -> str:
        """Return a finding's value as people read it."""
        if finding.measure == "judged":
            return self._answer(finding)
        if finding.value is None:
            return self.words("dash")
        if finding.measure == "cv":
            return coefficient(finding.value, finding.requirement)
        return number(finding.value, finding.requirement) + self._percent(finding)

    def _answer(self, finding: Finding) -> str:
        """Return what people judged; of a veto, whether the case exists."""
        answer = finding.inputs.get("judged")
        if answer not in ("yes", "no"):
            return self.words("not_yet_judged" if finding.verdict is Verdict.UNKNOWN else "dash")
        indicator = self.indicators.get(finding.indicator)
        if indicator is not None and indicator.veto:
            return self.words("veto_present" if answer == "yes" else "veto_absent")
        return self.words(str(answer))

    def unit(self, finding: Finding) -> str:
        """Return the unit of a finding's value."""
        if finding.measure == "cv":
            return "coefficient"
        indicator = self.indicators.get(finding.indicator)
        if indicator is None:
            return ""
        return "percent" if finding.level == "county" and indicator.level != "county" else indicator.unit

    def _percent(self, finding: Finding) -> str:
        return "%" if finding.measure == "value" and self.unit(finding) == "percent" else ""

    @cached_property
    def unit_verdicts(self) -> list[SubjectVerdict]:
        """The verdicts of school units by code and stage."""
        found = [verdict for verdict in self.assessment.verdicts if verdict.level == "school"]
        return sorted(found, key=lambda verdict: (verdict.subject, self._stage_order(verdict.stage)))

    @cached_property
    def county_verdict(self) -> SubjectVerdict | None:
        """The county's own verdict."""
        return next((verdict for verdict in self.assessment.verdicts if verdict.level == "county"), None)

    @cached_property
    def failing(self) -> list[Finding]:
        """All findings about schools that are proven failures, in the standard's order and then by code."""
        order = {indicator.id: number for number, indicator in enumerate(self.standard.indicators)}
        found = [f for f in self.assessment.findings if f.level == "school" and f.verdict is Verdict.NOT_MET]
        return sorted(found, key=lambda f: (order.get(f.indicator, len(order)), self._stage_order(f.stage), f.subject))

    @cached_property
    def wanting(self) -> Mapping[str, list[Finding]]:
        """What each school lacks or has unknown, by its code: the findings that are not met, near or unknown."""
        order = {indicator.id: number for number, indicator in enumerate(self.standard.indicators)}
        rows: dict[str, list[Finding]] = defaultdict(list)
        for finding in self.assessment.findings:
            wants = finding.verdict in (Verdict.NOT_MET, Verdict.NEAR, Verdict.UNKNOWN)
            if finding.level == "school" and wants:
                rows[finding.subject].append(finding)
        for group in rows.values():
            group.sort(key=lambda f: (order.get(f.indicator, 0), self._stage_order(f.stage)))
        return dict(sorted(rows.items()))

    def unknown_county_items(self) -> list[Finding]:
        """Return the county's findings that nobody can say yet."""
        found = [f for i in self.standard.indicators for f in self.county_findings(i)]
        found += [f for stage in self.balance_stages for f in self.coefficients(stage)]
        found += [f for i in self.standard.indicators for f in self.school_judgements(i)]
        return [finding for finding in found if finding.verdict is Verdict.UNKNOWN]


def verdict_counts_words(words: Wording, tally: Counts, *, all_of_them: bool = True) -> str:
    """Return counts of verdicts as words; the ones that nothing has are left out unless all are wanted."""
    order = (Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET)
    shown = [(verdict, int(getattr(tally, verdict.value))) for verdict in order]
    return " · ".join(f"{words.verdict(verdict)} {count}" for verdict, count in shown if count or all_of_them)
