"""Reading people: organisations, accounts, and what needs two people."""

from datetime import datetime

from xuezheng.people.models import Account, Approval


def find_granted(
    *, kind: str, subject_kind: str, subject_id: object, county: str, requested_by: Account, at: datetime
) -> Approval | None:
    """Return the grant that this person can use now for this subject, or None: pass its id to `use_approval`."""
    return (
        Approval.objects.filter(
            kind=kind,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            county=county,
            requested_by=requested_by,
            outcome=Approval.Outcome.GRANTED,
            expires_at__gt=at,
        )
        .order_by("-decided_at")
        .first()
    )


def find_open(*, kind: str, subject_kind: str, subject_id: object, county: str, at: datetime) -> Approval | None:
    """Return the newest request for this subject that still waits for a decision, whoever asked, or None."""
    return (
        Approval.objects.filter(
            kind=kind,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            county=county,
            outcome=Approval.Outcome.OPEN,
            expires_at__gt=at,
        )
        .select_related("requested_by")
        .first()
    )
