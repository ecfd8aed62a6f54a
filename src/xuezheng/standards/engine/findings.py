"""What an evaluation says: findings, verdicts, and the assessment that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from xuezheng.kernel.verdict import Verdict

Level = Literal["school", "county"]
Measure = Literal["value", "cv", "judged"]
Input = float | int | str | bool | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer about one subject.

    `value` is over the `known` of `total` units (rows) that it rests on and None where nothing is known. `gap` is
    what is missing to the requirement in the natural unit `gap_unit` (0 where nothing is, None where it cannot be
    said). `inputs` are the named figures that went into the formula.
    """

    level: Level
    county: str
    subject: str
    stage: str | None
    indicator: str
    measure: Measure
    value: float | None
    known: int
    total: int
    requirement: float | None
    verdict: Verdict
    gap: float | None
    gap_unit: str
    clause: str
    inputs: Mapping[str, Input] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubjectVerdict:
    """The answer about a school's stage, or about the county (stage None), with the findings that decide it.

    `reasons` are short codes: an indicator's id, `R5:cv` for a coefficient, `2150000001/primary` for a unit.
    """

    level: Level
    county: str
    subject: str
    stage: str | None
    verdict: Verdict
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """One standard's answer about one or several counties in one school year.

    `changes` lists the assumptions of a what-if ("teachers_backbone[2150000001,primary]=12"); where there is one,
    the assessment is hypothetical and every report of it says so.
    """

    standard: str
    school_year: int
    snapshot: str
    rules_version: str
    findings: tuple[Finding, ...]
    verdicts: tuple[SubjectVerdict, ...]
    changes: tuple[str, ...] = ()
