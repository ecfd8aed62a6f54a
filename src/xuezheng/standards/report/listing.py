"""Findings as plain lists: the JSON form, exactly as documented, and the CSV form with readable titles."""

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from xuezheng.catalogue.standard import Standard
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.findings import Assessment, Finding, SubjectVerdict
from xuezheng.standards.report.county_findings import by_county
from xuezheng.standards.report.digest import Digest
from xuezheng.tables.delimited import delimited_text

_MEASURES = {"value": 0, "cv": 1, "judged": 2}


def write_json(assessment: Assessment, out: BinaryIO) -> None:
    """Write the documented JSON shape: UTF-8, findings and verdicts in a fixed order, no NaN and no infinity ever."""
    content = json_content(assessment)
    out.write(json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())
    out.write(b"\n")


def json_content(assessment: Assessment) -> dict[str, Any]:
    """Return an assessment as plain values; a what-if has its assumptions under `what_if`."""
    content: dict[str, Any] = {
        "standard": assessment.standard,
        "school_year": assessment.school_year,
        "snapshot": assessment.snapshot,
        "rules_version": assessment.rules_version,
        "findings": [_finding(finding) for finding in in_order(assessment.findings)],
        "verdicts": [
            {
                "level": verdict.level,
                "county": verdict.county,
                "subject": verdict.subject,
                "stage": verdict.stage,
                "verdict": verdict.verdict.value,
                "reasons": list(verdict.reasons),
            }
            for verdict in sorted(assessment.verdicts, key=_verdict_place)
        ],
    }
    if assessment.changes:
        content["what_if"] = list(assessment.changes)
    return content


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings in the order of reports: by county, the county's own last, then subject, stage, indicator."""
    return sorted(
        findings,
        key=lambda f: (
            f.county,
            f.level == "county",
            f.subject,
            _MEASURES[f.measure],
            f.stage or "",
            natural(f.indicator),
        ),
    )


def natural(name: str) -> tuple[str, float, str]:
    """Return a key under which R2 stands before R10 and G5 before G5.1."""
    letters = name.rstrip("0123456789.")
    digits = name[len(letters) :].strip(".")
    try:
        return letters, float(digits or 0), name
    except ValueError:
        return letters, math.inf, name


def _verdict_place(verdict: SubjectVerdict) -> tuple[str, bool, str, str]:
    return verdict.county, verdict.level == "county", verdict.subject, verdict.stage or ""


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "level": finding.level,
        "county": finding.county,
        "subject": finding.subject,
        "stage": finding.stage,
        "indicator": finding.indicator,
        "measure": finding.measure,
        "value": finite(finding.value),
        "known": finding.known,
        "total": finding.total,
        "requirement": finite(finding.requirement),
        "verdict": finding.verdict.value,
        "gap": finite(finding.gap),
        "gap_unit": finding.gap_unit,
        "clause": finding.clause,
        "inputs": {name: finite(value) for name, value in finding.inputs.items()},
    }


def finite(value: Any) -> Any:
    """Return a value as it is, and nothing in place of a number that is none: JSON has no NaN."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write_csv(assessment: Assessment, standard: Standard, holdings: Holdings, out: BinaryIO, language: str) -> None:
    """Write one row a finding with titles that a person reads, safe to open in a spreadsheet."""
    rows: list[list[object]] = []
    head: list[str] = []
    for part in by_county(assessment).values() or [assessment]:
        digest = Digest(part, standard, holdings, language)
        head = _csv_head(digest)
        rows += [_csv_row(digest, finding) for finding in in_order(part.findings)]
    out.write(delimited_text(head, rows).encode("utf-8-sig"))


def _csv_head(digest: Digest) -> list[str]:
    names = (
        "standard", "school_year_head", "county_code", "level", "school_code", "school", "stage", "code", "indicator", "measure",
        "value", "unit", "known", "total", "requirement", "verdict", "gap", "gap_unit", "lacks", "clause", "inputs", "what_if",
    )  # fmt: skip
    words = digest.words
    head = [words("year" if name == "school_year_head" else name) for name in names[:-1]]
    return [*head, words("what_if")] if digest.assessment.changes else head


def _csv_row(digest: Digest, finding: Finding) -> list[object]:
    words = digest.words
    own = finding.level == "school"
    row: list[object] = [
        digest.assessment.standard,
        digest.year,
        finding.county,
        words(f"level_{finding.level}"),
        finding.subject if own else "",
        digest.school(finding.subject).name if own else digest.county_name,
        words.stage(finding.stage),
        finding.indicator,
        digest.indicator_title(finding.indicator),
        words(f"measure_{finding.measure}"),
        finite(finding.value),
        words.unit(digest.unit(finding)),
        finding.known,
        finding.total,
        finite(finding.requirement),
        words.verdict(finding.verdict),
        finite(finding.gap),
        words.unit(finding.gap_unit) if finding.gap_unit else "",
        digest.lack(finding),
        finding.clause,
        inputs_text(finding.inputs),
    ]
    return [*row, "; ".join(digest.assessment.changes)] if digest.assessment.changes else row


def inputs_text(inputs: Mapping[str, object]) -> str:
    """Return inputs as `pupils=486; teachers=30`."""
    return "; ".join(f"{name}={'' if value is None else _plain(value)}" for name, value in inputs.items())


def _plain(value: object) -> object:
    return f"{value:.12g}" if isinstance(value, float) else value
