"""Evaluating snapshots, and dropping evaluations that nothing rests on any more."""

from collections import defaultdict
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
from xuezheng.standards.actions.locks import Judged, current_judgements, find_lock, lock_county
from xuezheng.standards.engine.evaluate import assess
from xuezheng.standards.engine.findings import Assessment
from xuezheng.standards.engine.judgements import with_judgements
from xuezheng.standards.models import Evaluation, StoredFinding, StoredVerdict
from xuezheng.standards.report.county_findings import by_county, counts
from xuezheng.standards.report.digest import Digest
from xuezheng.standards.report.overview import overview
from xuezheng.standards.scenarios import judgements_of

NATIONAL_STANDARDS = ("cn-compulsory-2017", "cn-compulsory-2012", "cn-preschool-2020")
_BATCH = 500


def evaluate_snapshot(
    *, snapshot: Snapshot, by: Actor, at: datetime, standards: Sequence[str] = NATIONAL_STANDARDS
) -> list[Evaluation]:
    """Evaluate a county's snapshot against standards, with what people judged laid over it, and keep the findings.

    Each becomes its year's current evaluation. Where the year's self-assessment is locked, the evaluation that was
    signed stays and is returned: newer data waits until the year is unlocked.
    """
    return [_evaluate(snapshot, load_standard(name), by, at) for name in standards]


def _evaluate(snapshot: Snapshot, standard: Standard, by: Actor, at: datetime) -> Evaluation:
    county, year = snapshot.county_id, snapshot.school_year
    with recording(by, at) as recorder:
        lock_county(county)
        locked = find_lock(county, standard.id, year)
        if locked is not None:
            recorder.event(
                "standards.keep_signed_evaluation", "evaluation", locked.evaluation_id, county=county,
                after={"standard": standard.id, "school_year": year, "waiting_snapshot": snapshot.digest},
            )  # fmt: skip
            return locked.evaluation
        judged = current_judgements(county, standard, year)
        holdings = with_judgements(get_holdings(snapshot), county, year, judgements_of(judged))
        assessment = by_county(assess(holdings, standard, year))[county]
        evaluation = _stored(snapshot, standard, assessment, holdings, judged, at)
        recorder.event(
            "standards.evaluate", "evaluation", evaluation.pk, county=county,
            after={"standard": standard.id, "school_year": year, "verdict": evaluation.verdict,
                   "snapshot": snapshot.digest, "rules_version": assessment.rules_version, "judged": len(judged)},
        )  # fmt: skip
    return evaluation


def _stored(
    snapshot: Snapshot, standard: Standard, assessment: Assessment, holdings: Holdings, judged: Judged, at: datetime
) -> Evaluation:
    digests = {language: Digest(assessment, standard, holdings, language) for language in ("zh", "en")}
    said = digests["zh"].county_verdict
    own = {"county_id": snapshot.county_id, "standard": standard.id, "school_year": snapshot.school_year}
    Evaluation.objects.filter(**own, is_current=True).update(is_current=False)
    evaluation = Evaluation.objects.create(
        **own, snapshot=snapshot, judged=judged, evaluated_at=at,
        rules_version=assessment.rules_version, verdict=(said.verdict if said else Verdict.UNKNOWN).value,
        counts=asdict(counts(digests["zh"].unit_verdicts)),
        summary={language: _summary(digest) for language, digest in digests.items()}
        | {"overview": overview(digests["zh"])},
        tallies=_tallies(assessment),
    )  # fmt: skip
    _store(evaluation, assessment)
    return evaluation


def prune_evaluations(*, before: datetime, by: Actor, at: datetime) -> int:
    """Drop evaluations that were superseded, were evaluated before a time and were never signed; return how many.

    They can be made again from their snapshots; a signed one, withdrawn or not, stays for good.
    """
    with recording(by, at) as recorder:
        superseded = Evaluation.objects.filter(is_current=False, evaluated_at__lt=before, self_assessments__isnull=True)
        dropped = list(superseded.order_by("county_id", "pk").values_list("county_id", "pk"))
        by_county_code: dict[str, list[int]] = defaultdict(list)
        for county, number in dropped:
            by_county_code[county].append(number)
        Evaluation.objects.filter(pk__in=[number for _, number in dropped]).delete()
        for county, numbers in by_county_code.items():
            recorder.event(
                "standards.prune_evaluations", "evaluation", numbers[0], county=county,
                before={"evaluations": len(numbers), "evaluated_before": before.isoformat()},
            )  # fmt: skip
    return len(dropped)


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


def _tallies(assessment: Assessment) -> dict[str, dict[str, float]]:
    tallies: dict[str, dict[str, float]] = {}
    for finding in assessment.findings:
        if finding.level == "school":
            tally = tallies.setdefault(f"{finding.indicator}/{finding.stage or ''}", {})
            tally[finding.verdict.value] = tally.get(finding.verdict.value, 0) + 1
            if finding.requirement is not None:
                tally["line"] = finding.requirement
    return tallies


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
