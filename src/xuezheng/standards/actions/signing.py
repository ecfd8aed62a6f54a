"""Signing the self-assessment: two people sign the same evaluation, then the year is locked until two people unlock it."""

from datetime import datetime

from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.ledger.actions import Actor, recording
from xuezheng.people.access import NotAllowed
from xuezheng.people.actions import person_acting, request_approval, use_approval
from xuezheng.people.models import Approval
from xuezheng.register.models import Snapshot
from xuezheng.standards.actions.evaluating import evaluate_snapshot
from xuezheng.standards.actions.locks import lock_county
from xuezheng.standards.models import Evaluation, SelfAssessment

UNLOCK = "unlock_year"
SUBJECT = "self_assessment"


def sign_assessment(
    *, county: str, standard: str, school_year: int, evaluation_id: int, by: Actor, at: datetime, statement: str = ""
) -> SelfAssessment:
    """Sign a year's self-assessment: the first signature opens it, a second person's closes and locks it.

    `evaluation_id` is what the person saw; both sign the same evaluation. Raises `InvalidRequest` where another one has
    become current since, where the first signer would sign again, or where it is signed already.
    """
    account = person_acting(by)
    with recording(by, at) as recorder:
        lock_county(county)
        evaluation = _current(county, standard, school_year)
        held = _in_force(county, standard, school_year)
        if held is not None and held.second_signed_at is not None:
            raise InvalidRequest("assessment_signed_already")
        if evaluation.pk != evaluation_id or (held is not None and held.evaluation_id != evaluation.pk):
            raise InvalidRequest("evaluation_changed")
        if held is None:
            held = SelfAssessment.objects.create(
                county_id=county, standard=standard, school_year=school_year, evaluation=evaluation,
                first_signed_by=account, first_signed_at=at, statement=statement.strip(),
            )  # fmt: skip
        elif held.first_signed_by_id == account.pk:
            raise InvalidRequest("second_signature_same_person")
        else:
            held.second_signed_by, held.second_signed_at = account, at
            held.save(update_fields=["second_signed_by", "second_signed_at"])
        recorder.event(
            "standards.sign_assessment", SUBJECT, held.pk, county=county,
            after={"standard": standard, "school_year": school_year, "evaluation": evaluation.pk,
                   "verdict": evaluation.verdict, "signature": 2 if held.second_signed_at else 1,
                   "statement": held.statement},
        )  # fmt: skip
    return held


def withdraw_signature(
    *, county: str, standard: str, school_year: int, by: Actor, at: datetime, reason: str = ""
) -> SelfAssessment:
    """Take back the only signature on a self-assessment; whoever signed does it. A locked one takes two to unlock.

    Raises `NotFound` where nothing is signed, `InvalidRequest` for a locked one and `NotAllowed` for somebody else's.
    """
    account = person_acting(by)
    with recording(by, at) as recorder:
        lock_county(county)
        held = _in_force(county, standard, school_year)
        if held is None:
            raise NotFound("assessment_not_signed")
        if held.second_signed_at is not None:
            raise InvalidRequest("assessment_locked", year=school_year)
        if held.first_signed_by_id != account.pk:
            raise NotAllowed("signature_not_yours")
        held.unlocked_at = at
        held.save(update_fields=["unlocked_at"])
        recorder.event(
            "standards.withdraw_signature", SUBJECT, held.pk, county=county, reason=reason,
            before={"evaluation": held.evaluation_id},
        )  # fmt: skip
    return held


def request_unlock(*, county: str, standard: str, school_year: int, reason: str, by: Actor, at: datetime) -> Approval:
    """Ask for a locked year to be unlocked; another person decides, and whoever asked then unlocks it.

    Raises `NotFound` where nothing is locked.
    """
    held = _locked(county, standard, school_year)
    return request_approval(
        kind=UNLOCK, subject_kind=SUBJECT, subject_id=held.pk, county=county, reason=reason, by=by, at=at,
        details={"standard": standard, "school_year": school_year},
    )  # fmt: skip


def unlock_assessment(
    *, county: str, standard: str, school_year: int, approval_id: int, by: Actor, at: datetime
) -> Evaluation:
    """Unlock a year by a granted approval, evaluate its newest snapshot, and return the evaluation now current.

    Raises `NotFound` where nothing is locked, and what `use_approval` raises for a grant that does not fit.
    """
    with recording(by, at) as recorder:
        lock_county(county)
        held = _locked(county, standard, school_year)
        approval = use_approval(
            approval_id=approval_id, kind=UNLOCK, subject_kind=SUBJECT, subject_id=held.pk, by=by, at=at
        )
        held.unlocked_at = at
        held.save(update_fields=["unlocked_at"])
        recorder.event(
            "standards.unlock_assessment", SUBJECT, held.pk, county=county, reason=approval.reason,
            before={"evaluation": held.evaluation_id}, after={"approval": approval.pk},
        )  # fmt: skip
        snapshot = Snapshot.objects.get(county_id=county, school_year=school_year, is_current=True)
        return evaluate_snapshot(snapshot=snapshot, by=by, at=at, standards=[standard])[0]


def _current(county: str, standard: str, school_year: int) -> Evaluation:
    found = Evaluation.objects.filter(
        county_id=county, standard=standard, school_year=school_year, is_current=True
    ).first()
    if found is None:
        raise NotFound("evaluation_not_found", standard=standard, year=str(school_year))
    return found


def _in_force(county: str, standard: str, school_year: int) -> SelfAssessment | None:
    return SelfAssessment.objects.filter(
        county_id=county, standard=standard, school_year=school_year, unlocked_at__isnull=True
    ).first()


def _locked(county: str, standard: str, school_year: int) -> SelfAssessment:
    held = _in_force(county, standard, school_year)
    if held is None or held.second_signed_at is None:
        raise NotFound("assessment_not_locked")
    return held
