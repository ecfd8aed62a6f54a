"""Asking for background work, cancelling it, asking again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import Actor, recording
from xuezheng.web.background.kinds import kind_named
from xuezheng.web.background.tickets import give_ticket
from xuezheng.web.models import Job

_ACCOUNT = "account:"


def enqueue(*, kind: str, arguments: Mapping[str, Any], by: Actor, at: datetime, county: str = "") -> Job:
    """Queue a piece of work and return it. It begins once the transaction around this call has ended well.

    `arguments` are JSON: numbers, texts and lists that say what to work on, never the content itself. The work then
    acts in the name of who asked.
    """
    if kind_named(kind) is None:
        raise ValueError(f"no kind of work is called {kind}")
    account = int(by.id.removeprefix(_ACCOUNT)) if by.id.startswith(_ACCOUNT) else None
    with recording(by, at) as recorder:
        job = Job.objects.create(
            kind=kind, arguments=dict(arguments), county=county, account_id=account, actor=by.id,
            run_after=at, requested_at=at,
        )  # fmt: skip
        give_ticket(job)
        recorder.event("operations.request_job", "job", job.pk, county=county, after={"kind": kind})
    return job


def cancel_job(*, job: Job, by: Actor, at: datetime) -> None:
    """Cancel work: what waits ends now, what runs ends where it next looks whether it still may."""
    with recording(by, at) as recorder:
        held = Job.objects.select_for_update().get(pk=job.pk)
        if not held.is_open:
            raise InvalidRequest("job_has_ended")
        held.cancel_requested = True
        if held.state == Job.State.QUEUED:
            held.state, held.finished_at = Job.State.CANCELLED, at
        held.save(update_fields=["cancel_requested", "state", "finished_at"])
        recorder.event("operations.cancel_job", "job", job.pk, county=job.county)


def retry_job(*, job: Job, by: Actor, at: datetime) -> None:
    """Queue failed or cancelled work again, as if it had never begun."""
    with recording(by, at) as recorder:
        held = Job.objects.select_for_update().get(pk=job.pk)
        if held.state not in (Job.State.FAILED, Job.State.CANCELLED):
            raise InvalidRequest("job_cannot_be_retried")
        held.state, held.cancel_requested, held.attempts, held.run_after = Job.State.QUEUED, False, 0, at
        held.done, held.total, held.message_code, held.message_params = 0, None, "", {}
        held.failure_code, held.failure_params, held.finished_at = "", {}, None
        held.save()
        give_ticket(held)
        recorder.event("operations.retry_job", "job", job.pk, county=job.county)
