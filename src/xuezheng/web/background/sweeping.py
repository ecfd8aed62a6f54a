"""Sweeping: what killed workers left behind is queued again or told as failed, and nothing waits without a ticket."""

from datetime import datetime, timedelta

from django.db import transaction
from django_tasks_db.models import DBTaskResult

from xuezheng.web.background.kinds import kind_named
from xuezheng.web.background.running import held_by, queue_again
from xuezheng.web.background.tickets import give_ticket
from xuezheng.web.models import Job, WorkerSeen

_OVERDUE = timedelta(minutes=2)
_ABSENT = timedelta(hours=1)
_DEFAULT_ATTEMPTS = 3


def sweep(now: datetime) -> int:
    """Take back every job whose worker is gone, and renew lost tickets; return how many jobs were mended."""
    WorkerSeen.objects.filter(seen_at__lt=now - _ABSENT).delete()
    lost = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=now).values_list("pk", flat=True)
    mended = sum(_take_back(pk, now) for pk in list(lost))
    waiting = Job.objects.filter(state=Job.State.QUEUED, run_after__lt=now - _OVERDUE)
    tickets = DBTaskResult.objects.filter(pk__in=waiting.values("ticket"), status="READY").values_list("pk", flat=True)
    held = set(tickets)
    for job in [job for job in waiting if job.ticket not in held]:
        give_ticket(job)
        mended += 1
    return mended


def _take_back(pk: int, now: datetime) -> bool:
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, state=Job.State.RUNNING, lease_until__lt=now)
            .first()
        )
        if job is None:
            return False
        if job.ticket is not None:
            DBTaskResult.objects.filter(pk=job.ticket, status="RUNNING").update(status="FAILED", finished_at=now)
        kind = kind_named(job.kind)
        if job.cancel_requested:
            held_by(job).update(state=Job.State.CANCELLED, lease_until=None, finished_at=now)
        elif job.attempts >= (kind.attempts if kind else _DEFAULT_ATTEMPTS):
            held_by(job).update(
                state=Job.State.FAILED, lease_until=None, finished_at=now, failure_code="job_worker_lost",
                failure_params={"number": job.pk, "attempts": job.attempts},
            )  # fmt: skip
        else:
            queue_again(job, now)
    return True
