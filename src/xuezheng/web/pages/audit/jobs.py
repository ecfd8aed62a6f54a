"""What the audit trail does every night: verify itself, and let go of what is over its time."""

from pathlib import Path
from typing import Any

from django.conf import settings

from xuezheng.ledger.actions import verify_ledger
from xuezheng.ledger.queries import get_head, read_anchors
from xuezheng.people.actions import apply_retention
from xuezheng.web.background import Work, work


@work("audit.verify")
def verify(job: Work) -> dict[str, Any]:
    """Check the whole chain and the exported heads; the audit page shows what was found."""
    number, _ = get_head()
    broken = verify_ledger(by=job.by, at=job.at, anchors=read_anchors(Path(settings.HEAD_STORE)))
    return {"said": "work_ledger_verified", "params": {"number": number, "breaks": len(broken)}}


@work("audit.retention")
def apply_retention_periods(job: Work) -> dict[str, Any]:
    """Remove what is over its retention period."""
    counts = apply_retention(at=job.at, by=job.by)
    return {"said": "work_retention_applied", "params": {"removed": sum(counts.values())}}
