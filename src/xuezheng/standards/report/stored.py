"""Telling what is stored: findings of the database in the words of the reports, without opening a snapshot."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import Standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.holdings import Holdings
from xuezheng.register.models import School as IndexedSchool
from xuezheng.standards.engine.findings import Assessment, Finding, Level, Measure, SubjectVerdict
from xuezheng.standards.models import Evaluation, StoredFinding, StoredVerdict
from xuezheng.standards.report.county_findings import School
from xuezheng.standards.report.digest import Digest


def finding_of(stored: StoredFinding, county: str) -> Finding:
    """Return a stored finding as the engine gave it."""
    return Finding(
        cast("Level", stored.level), county, stored.subject, stored.stage or None, stored.indicator,
        cast("Measure", stored.measure), stored.value, stored.known, stored.total, stored.requirement,
        Verdict(stored.verdict), stored.gap, stored.gap_unit, stored.clause, stored.inputs,
    )  # fmt: skip


def verdict_of(stored: StoredVerdict, county: str) -> SubjectVerdict:
    """Return a stored verdict as the engine gave it."""
    return SubjectVerdict(
        cast("Level", stored.level), county, stored.subject, stored.stage or None,
        Verdict(stored.verdict), tuple(stored.reasons),
    )  # fmt: skip


def assessment_of(
    evaluation: Evaluation,
    findings: Iterable[StoredFinding],
    verdicts: Iterable[StoredVerdict] = (),
) -> Assessment:
    """Return an evaluation, or the part of it that is given, as an assessment."""
    county = evaluation.county_id
    return Assessment(
        standard=evaluation.standard,
        school_year=evaluation.school_year,
        snapshot=evaluation.snapshot.digest,
        rules_version=evaluation.rules_version,
        findings=tuple(finding_of(stored, county) for stored in findings),
        verdicts=tuple(verdict_of(stored, county) for stored in verdicts),
    )


class StoredDigest(Digest):
    """A digest of stored findings: names come from the register's index, so that no snapshot is opened for words."""

    def __init__(
        self, assessment: Assessment, standard: Standard, language: str, *,
        county: str, county_name: str, schools: Iterable[IndexedSchool] = (),
    ) -> None:  # fmt: skip
        super().__init__(assessment, standard, Holdings({}), language)
        self.county = county
        self._county_name = county_name
        self._schools = {
            school.school_code: School(
                school.school_code, school.name, school.kind, school.location, school.lon, school.lat
            )
            for school in schools
        }

    @cached_property
    def county_name(self) -> str:
        """The county's name."""
        return self._county_name

    @cached_property
    def schools(self) -> dict[str, School]:
        """The schools given, by code."""
        return self._schools


def stage_place(stage: str | None) -> int:
    """Return where a stage stands in the register's order; what is about all stages stands first."""
    stages = list(load_register_schema().codes["stage"])
    return stages.index(stage) if stage in stages else -1


@dataclass(frozen=True, slots=True)
class ToldFinding:
    """One finding in words: what pages show of it. `lack` and `act` are empty where nothing is lacking or said."""

    finding: Finding
    title: str
    number: str
    group: str
    stage: str
    value: str
    unit: str
    requirement: str
    lack: str
    act: str

    @property
    def verdict(self) -> Verdict:
        """The finding's verdict."""
        return self.finding.verdict


def told(digest: Digest, finding: Finding) -> ToldFinding:
    """Return a finding in the words of its digest."""
    indicator = digest.indicators.get(finding.indicator)
    group = indicator.group if indicator else ""
    groups = digest.standard.groups
    unit = digest.unit(finding)
    return ToldFinding(
        finding=finding,
        title=digest.finding_title(finding),
        number=indicator.number if indicator else "",
        group=digest.words.of(groups[group]) if group in groups else "",
        stage=digest.words.stage(finding.stage),
        value=digest.value(finding),
        unit="" if unit in ("percent", "coefficient", "") or finding.measure == "judged" else digest.words.unit(unit),
        requirement=digest.requirement(finding),
        lack=digest.lack(finding),
        act=digest.act(finding),
    )
