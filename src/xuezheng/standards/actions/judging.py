"""Judging: what no figure decides, people decide, on evidence; a newer judgement supersedes and never replaces."""

from collections.abc import Sequence
from datetime import date, datetime

from django.utils import timezone

from xuezheng.catalogue.standard import Standard, load_standard
from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.ledger.actions import Actor, recording
from xuezheng.people.actions import person_acting
from xuezheng.people.models import Account
from xuezheng.register.models import Snapshot
from xuezheng.standards.actions.evaluating import evaluate_snapshot
from xuezheng.standards.actions.locks import find_lock, lock_county, root_of
from xuezheng.standards.evidence_store import KeptFile, discard
from xuezheng.standards.models import Evaluation, Evidence, JudgedItem


def judge_item(
    *,
    county: str,
    standard: str,
    school_year: int,
    indicator: str,
    answer: bool | None,
    note: str,
    judged_on: date,
    by: Actor,
    at: datetime,
    evidence: Sequence[KeptFile] = (),
    carried: Sequence[int] = (),
) -> JudgedItem:
    """Keep a judgement about an item of a year, and evaluate the year again with it; all of it or nothing.

    `answer` None takes an earlier answer back: the item is unknown again. `carried` are ids of the superseded
    judgement's evidence that the new one rests on, too. Raises `NotFound` for an item that people do not judge or a
    year that was not evaluated, `InvalidRequest` for a locked year, a day to come, or an answer without any basis.
    """
    rules = load_standard(standard)
    if not any(item.id == indicator and item.judged is not None for item in rules.indicators):
        raise NotFound("judged_item_not_found", indicator=indicator)
    if judged_on > timezone.localdate(at):
        raise InvalidRequest("judged_in_future", day=judged_on.isoformat())
    if answer is not None and not (note.strip() or evidence or carried):
        raise InvalidRequest("judgement_without_basis")
    reviewer = person_acting(by)
    with recording(by, at) as recorder:
        lock_county(county)
        evaluated = _evaluated(county, rules, school_year)
        before = _current(county, rules, school_year, indicator)
        item = JudgedItem.objects.create(
            county_id=county, standard=root_of(rules), school_year=school_year, indicator=indicator,
            answer=answer, note=note.strip(), reviewer=reviewer, judged_on=judged_on, recorded_at=at,
        )  # fmt: skip
        if before is not None:
            before.superseded_by = item
            before.save(update_fields=["superseded_by"])
        files = _keep_evidence(item, before, evidence, carried, reviewer, at)
        recorder.event(
            "standards.judge_item", "judged_item", item.pk, county=county, reason=item.note,
            before=None if before is None else {"judged_item": before.pk, "answer": before.answer},
            after={"standard": item.standard, "school_year": school_year, "indicator": indicator, "answer": answer,
                   "judged_on": judged_on.isoformat(), "evidence": [file.sha256 for file in files]},
        )  # fmt: skip
        snapshot = Snapshot.objects.get(county_id=county, school_year=school_year, is_current=True)
        evaluate_snapshot(snapshot=snapshot, by=by, at=at, standards=evaluated)
    return item


def discard_unused(files: Sequence[KeptFile]) -> None:
    """Delete files that were kept for a judgement that was then refused, unless another judgement rests on them."""
    used = set(Evidence.objects.filter(sha256__in=[f.sha256 for f in files]).values_list("sha256", flat=True))
    for file in files:
        if file.sha256 not in used:
            discard(file.sha256)


def _evaluated(county: str, rules: Standard, school_year: int) -> list[str]:
    """Return the standards that share the judged answers and were evaluated for the year; refuse a locked one."""
    names = Evaluation.objects.filter(county_id=county, school_year=school_year, is_current=True)
    family = [
        name for name in names.values_list("standard", flat=True) if root_of(load_standard(name)) == root_of(rules)
    ]
    if not family:
        raise NotFound("evaluation_not_found", standard=rules.id, year=str(school_year))
    for name in family:
        if find_lock(county, name, school_year) is not None:
            raise InvalidRequest("assessment_locked", year=school_year)
    return sorted(family)


def _current(county: str, rules: Standard, school_year: int, indicator: str) -> JudgedItem | None:
    return JudgedItem.objects.filter(
        county_id=county, standard=root_of(rules), school_year=school_year, indicator=indicator,
        superseded_by__isnull=True,
    ).first()  # fmt: skip


def _keep_evidence(
    item: JudgedItem, before: JudgedItem | None, given: Sequence[KeptFile], carried: Sequence[int],
    reviewer: Account, at: datetime,
) -> list[Evidence]:  # fmt: skip
    earlier = list(before.evidence.filter(pk__in=carried)) if before is not None and carried else []
    rows = [
        Evidence(
            judged_item=item, file_name=file.file_name, media_type=file.media_type, size_bytes=file.size_bytes,
            sha256=file.sha256, is_restricted=file.is_restricted, given_by_id=file.given_by_id, given_at=file.given_at,
        )
        for file in earlier
    ]  # fmt: skip
    rows += [
        Evidence(
            judged_item=item, file_name=file.file_name, media_type=file.media_type, size_bytes=file.size_bytes,
            sha256=file.sha256, is_restricted=file.is_restricted, given_by=reviewer, given_at=at,
        )
        for file in given
    ]  # fmt: skip
    return Evidence.objects.bulk_create(rows)
