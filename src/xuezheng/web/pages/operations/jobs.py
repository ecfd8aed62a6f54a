"""Background work of the installation itself: what runs every day."""

from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from xuezheng.web.background import Work, work
from xuezheng.web.models import Job

TICKETS_KEPT = timedelta(days=2)
JOBS_KEPT = timedelta(days=90)


@work("operations.prune")
def prune(job: Work) -> dict[str, Any]:
    """Take away sessions that ran out, used tickets, and jobs that ended long ago."""
    call_command("clearsessions")
    tickets, _ = DBTaskResult.objects.filter(finished_at__lt=job.at - TICKETS_KEPT).delete()
    ended = Job.objects.filter(finished_at__lt=job.at - JOBS_KEPT)
    jobs, _ = ended.delete()
    return {"said": "work_pruned", "params": {"tickets": tickets, "jobs": jobs}}
