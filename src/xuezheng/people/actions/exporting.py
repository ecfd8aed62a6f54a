"""Exporting personal data: the export itself is an event, and needs another person's grant."""

from datetime import datetime

from xuezheng.ledger.actions import Actor, recording
from xuezheng.people.access import Area
from xuezheng.people.actions.approvals import use_approval
from xuezheng.people.models import Appointment
from xuezheng.people.queries import find_all_held


def export_people(*, county: str, approval_id: int, by: Actor, at: datetime) -> list[Appointment]:
    """Return every appointment ever in a county, with account and organisation, for an export that was granted.

    Needs a granted approval `export_people` for the county (subject kind `county`).
    """
    with recording(by, at) as recorder:
        use_approval(
            approval_id=approval_id, kind="export_people", subject_kind="county", subject_id=county, by=by, at=at
        )
        held = list(find_all_held(Area(counties=frozenset({county})), county))
        recorder.event(
            "people.export_people", "county", county, county=county, restricted=True,
            after={"appointments": len(held), "approval": approval_id},
        )  # fmt: skip
    return held
