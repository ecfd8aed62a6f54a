"""Writing what the standards say: evaluations of snapshots."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from xuezheng.catalogue.standard import Standard, load_standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.ledger.actions import Actor, recording
from xuezheng.register.holdings import Holdings
from xuezheng.register.models import Snapshot
from xuezheng.register.queries import get_holdings
from xuezheng.standards.engine.evaluate import assess
from xuezheng.standards.engine.findings import Assessment
from xuezheng.standards.models import Evaluation, StoredFinding, StoredVerdict
from xuezheng.standards.report.county_findings import by_county, counts
from xuezheng.standards.report.digest import Digest

NATIONAL_STANDARDS = ("cn-compulsory-2017", "cn-compulsory-2012", "cn-preschool-2020")
_BATCH = 500


def evaluate_snapshot(
    *, snapshot: Snapshot, by: Actor, at: datetime, standards: Sequence[str] = NATIONAL_STANDARDS
) -> list[Evaluation]:
    """Evaluate a county's snapshot against standards and keep the findings; each becomes its year's current evaluation."""
    return [_evaluate(snapshot, load_standard(name), get_holdings(snapshot), by, at) for name in standards]


def _evaluate(snapshot: Snapshot, standard: Standard, holdings: Holdings, by: Actor, at: datetime) -> Evaluation:
    county, year = snapshot.county_id, snapshot.school_year
    assessment = by_county(assess(holdings, standard, year))[county]
    digests = {language: Digest(assessment, standard, holdings, language) for language in ("zh", "en")}
    said = digests["zh"].county_verdict
    with recording(by, at) as recorder:
        Evaluation.objects.filter(county_id=county, standard=standard.id, school_year=year, is_current=True).update(
            is_current=False
        )
        evaluation = Evaluation.objects.create(
            county_id=county, snapshot=snapshot, standard=standard.id, school_year=year,
            rules_version=assessment.rules_version, verdict=(said.verdict if said else Verdict.UNKNOWN).value,
            counts=asdict(counts(digests["zh"].unit_verdicts)),
            summary={language: _summary(digest) for language, digest in digests.items()}, evaluated_at=at,
        )  # fmt: skip
        _store(evaluation, assessment)
        recorder.event(
            "standards.evaluate", "evaluation", evaluation.pk, county=county,
            after={"standard": standard.id, "school_year": year, "verdict": evaluation.verdict,
                   "snapshot": snapshot.digest, "rules_version": assessment.rules_version},
        )  # fmt: skip
    return evaluation


def _summary(digest: Digest) -> dict[str, Any]:
    return {
        "sentence": digest.sentence(),
        "units": digest.units_sentence(),
        "gaps": [
            {
                "phrase": gap.phrase,
                "verdict": gap.verdict.value,
                "indicator": gap.indicator,
                "stage": gap.stage,
                "schools": list(gap.schools),
            }
            for gap in digest.deciding()
        ],
    }


def _store(evaluation: Evaluation, assessment: Assessment) -> None:
    StoredFinding.objects.bulk_create(
        [
            StoredFinding(
                evaluation=evaluation, level=f.level, subject=f.subject, stage=f.stage or "", indicator=f.indicator,
                measure=f.measure, value=f.value, known=f.known, total=f.total, requirement=f.requirement,
                verdict=f.verdict.value, gap=f.gap, gap_unit=f.gap_unit, clause=f.clause, inputs=dict(f.inputs),
            )
            for f in assessment.findings
        ],
        batch_size=_BATCH,
    )  # fmt: skip
    StoredVerdict.objects.bulk_create(
        [
            StoredVerdict(
                evaluation=evaluation, level=v.level, subject=v.subject, stage=v.stage or "",
                verdict=v.verdict.value, reasons=list(v.reasons),
            )
            for v in assessment.verdicts
        ],
        batch_size=_BATCH,
    )  # fmt: skip
