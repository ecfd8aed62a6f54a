"""Background work of the installation itself: what runs every day."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from xuezheng.catalogue.retention import load_retention
from xuezheng.ledger.actions import export_head
from xuezheng.notices.actions.reading import prune_notices
from xuezheng.people.actions import close_departed, expire_approvals
from xuezheng.register.actions import discard_stale_imports
from xuezheng.standards.actions import prune_evaluations
from xuezheng.web.background import Work, work
from xuezheng.web.models import Job
from xuezheng.web.operations.backup.making import make_backup
from xuezheng.web.pages.cases.exports import clear_exports

# The queue's own slips, of no interest once used; what people would miss has its period in the catalogue.
_TICKETS_KEPT = timedelta(days=2)
# What this job writes, `xuezheng-20260302-090000.zip`: backups that people made under other names are theirs.
_MADE_DAILY = f"xuezheng-{'[0-9]' * 8}-{'[0-9]' * 6}.zip"


@work("operations.export_head")
def export_head_of_the_day(job: Work) -> dict[str, Any]:
    """Write the ledger's head into the data folder: whoever keeps it elsewhere can prove later what stood then."""
    path = export_head(folder=Path(settings.HEAD_STORE), by=job.by, at=job.at)
    return {"said": "work_head_exported", "params": {"file": path.name}}


@work("operations.close_departed")
def close_departed_people(job: Work) -> dict[str, Any]:
    """Close the accounts of people whose last day has passed, and requests that nobody decided in time."""
    closed = close_departed(at=job.at, by=job.by)
    expired = expire_approvals(at=job.at, by=job.by)
    return {"said": "work_departed_closed", "params": {"closed": closed, "expired": expired}}


@work("operations.prune")
def prune(job: Work) -> dict[str, Any]:
    """Take away used tickets, and what the catalogue's retention periods no longer keep."""
    limit = load_retention().limit
    tickets, _ = DBTaskResult.objects.filter(finished_at__lt=job.at - _TICKETS_KEPT).delete()
    evaluations = prune_evaluations(before=limit("superseded_evaluations", job.at), by=job.by, at=job.at)
    imports = discard_stale_imports(before=limit("undecided_imports", job.at), by=job.by, at=job.at)
    told = prune_notices(notices_before=limit("notices", job.at), messages_before=limit("outgoing_messages", job.at))
    jobs, _ = Job.objects.filter(finished_at__lt=limit("jobs", job.at)).delete()
    clear_exports(limit("exports", job.at))
    cleared: dict[str, Any] = {"tickets": tickets, "jobs": jobs, "evaluations": evaluations, "imports": imports} | told
    return {"said": "work_pruned", "params": cleared}


@work("operations.backup")
def back_up(job: Work) -> dict[str, Any]:
    """Write the day's backup into the folder that the administrator named, and let go of the oldest ones."""
    folder = Path(settings.BACKUP_FOLDER)
    moment = timezone.localtime(job.at)
    path = folder / f"xuezheng-{moment:%Y%m%d-%H%M%S}.zip"
    manifest = make_backup(
        into=path, by=job.by, at=job.at, progress=lambda done, total: job.progress(done, total, "work_backing_up")
    )
    for old in sorted(folder.glob(_MADE_DAILY))[: -settings.BACKUPS_KEPT]:
        old.unlink()
    return {"said": "work_backed_up", "params": {"file": path.name, "files": len(manifest.files)}}
