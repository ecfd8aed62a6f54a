"""What an evaluation comes down to in a few figures: what a cockpit keeps beside it, so that no page adds up findings."""

from typing import Any

from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.findings import Finding
from xuezheng.standards.report.county_findings import CountyFindings, counts

FURTHEST = 4


def overview(digest: CountyFindings) -> dict[str, Any]:
    """Return an evaluation's few figures, the same in every language.

    `passing` is the share (%) of school units that pass, None where the standard judges none. `coefficients` counts
    those that are `over` their limit, the `known` and all. `composite` gives by stage the composite coefficient and
    its limit. `county` gives the verdict of each finding about the county by `indicator/stage/measure`. `furthest`
    gives, for each coefficient over its limit by `indicator/stage`, the `mean` and the schools that weigh most in it.
    """
    tally = counts(digest.unit_verdicts)
    found = [finding for stage in digest.balance_stages for finding in digest.coefficients(stage)]
    held = [finding for finding in found if finding.verdict is not Verdict.NOT_APPLICABLE]
    over = [finding for finding in held if finding.verdict is Verdict.NOT_MET]
    return {
        "passing": round(100 * (tally.met + tally.near) / tally.applicable, 1) if tally.applicable else None,
        "coefficients": {
            "over": len(over),
            "known": sum(finding.value is not None for finding in held),
            "of": len(held),
        },
        "composite": _composite(digest, held),
        "county": {
            f"{finding.indicator}/{finding.stage or ''}/{finding.measure}": finding.verdict.value
            for finding in digest.assessment.findings
            if finding.level == "county"
        },
        "furthest": {f"{finding.indicator}/{finding.stage}": _furthest(digest, finding) for finding in over},
    }


def _composite(digest: CountyFindings, held: list[Finding]) -> dict[str, list[float | None]]:
    composite = digest.standard.composite
    if composite is None:
        return {}
    return {f.stage: [f.value, f.requirement] for f in held if f.indicator == composite.id and f.stage is not None}


def _furthest(digest: CountyFindings, coefficient: Finding) -> dict[str, Any]:
    """Return the mean and the schools that weigh most: their squared distance from it, times their pupils."""
    mean = coefficient.inputs.get("mean")
    if not isinstance(mean, int | float):
        return {"mean": None, "schools": []}
    known = [f for f in digest.school_findings(coefficient.indicator, coefficient.stage) if f.value is not None]
    weights = {f.subject: _pupils(f) * ((f.value or 0.0) - mean) ** 2 for f in known}
    # Equal weights are ordered by code, so that the same data always name the same schools.
    chosen = sorted(known, key=lambda f: (-weights[f.subject], f.subject))[:FURTHEST]
    return {"mean": mean, "schools": [[f.subject, f.value] for f in sorted(chosen, key=lambda f: f.subject)]}


def _pupils(finding: Finding) -> float:
    pupils = finding.inputs.get("pupils")
    return float(pupils) if isinstance(pupils, int | float) and not isinstance(pupils, bool) else 1.0
