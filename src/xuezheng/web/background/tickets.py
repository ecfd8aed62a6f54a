"""Tickets: what django-tasks-db queues, so that a worker looks at a job."""

from uuid import UUID

import django_tasks
from django_tasks.base import TaskContext

from xuezheng.web.models import Job


@django_tasks.task(takes_context=True)
def run_ticket(context: TaskContext, job: int) -> None:
    """Run a job, if it still waits for that: a ticket that nobody needs any more does nothing."""
    from xuezheng.web.background.running import run_job

    run_job(job, worker=context.task_result.worker_ids[-1])


def give_ticket(job: Job) -> None:
    """Give a waiting job a ticket for its time, in the transaction that made it wait."""
    job.ticket = UUID(run_ticket.using(run_after=job.run_after).enqueue(job=job.pk).id)
    job.save(update_fields=["ticket"])
