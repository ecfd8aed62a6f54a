"""Running a job: claimed by one worker, leased while it runs, ended in one of the ways that a person can read."""

import json
import logging
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import F
from django.utils import timezone

from xuezheng.kernel.refusal import Parameter, Refusal
from xuezheng.ledger.actions import Actor
from xuezheng.web.background.kinds import Kind, kind_named
from xuezheng.web.background.tickets import give_ticket
from xuezheng.web.models import Job

LEASE = timedelta(seconds=90)
_PAUSE_SECONDS = 0.5
_TRANSIENT = (OperationalError, InterfaceError, OSError)
_FIRST_WAIT_SECONDS, _WAIT_FACTOR = 15, 4

logger = logging.getLogger("xuezheng.background")


class Cancelled(Exception):
    """Raised inside work that somebody cancelled; the transaction that it is in rolls back."""


class _LostLease(Exception):
    """Raised inside work that another worker has taken over."""


class Work:
    """What a function of background work is handed: what to do, in whose name, and how to say how far it is."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._told_at = float("-inf")

    @property
    def id(self) -> int:
        """The job's number."""
        return self._job.pk

    @property
    def arguments(self) -> Mapping[str, Any]:
        """What was given to `enqueue`."""
        given: Mapping[str, Any] = self._job.arguments
        return given

    @property
    def county(self) -> str:
        """The county that it is about, or an empty text."""
        return self._job.county

    @property
    def by(self) -> Actor:
        """Who asked for it: the actions that it calls are theirs."""
        return Actor(self._job.actor, self._job.account.name if self._job.account else "")

    @property
    def at(self) -> datetime:
        """The time now, for the actions that it calls."""
        return timezone.now()

    def progress(self, done: int, total: int | None, message_code: str = "", **params: Parameter) -> None:
        """Say how far it is: at most twice a second is written, so call it as often as you like.

        Call it outside transactions, else nobody sees it before they end. Raises `Cancelled` as `check_cancelled` does.
        """
        now = time.monotonic()
        said = {"message_code": message_code, "message_params": params}
        changed = message_code != self._job.message_code
        if now - self._told_at < _PAUSE_SECONDS and not changed and done != total:
            return
        self._told_at = now
        self._job.message_code = message_code
        self._held().update(done=done, total=total, **said)
        self.check_cancelled()

    def check_cancelled(self) -> None:
        """Raise `Cancelled` where somebody cancelled the work: call it wherever stopping is safe."""
        cancelled = self._held().values_list("cancel_requested", flat=True).first()
        if cancelled is None:
            raise _LostLease
        if cancelled:
            raise Cancelled

    def _held(self) -> Any:
        return held_by(self._job)


def held_by(job: Job) -> Any:
    """Return the job's row while this attempt of this worker still holds it; no row once another took it over."""
    return Job.objects.filter(pk=job.pk, worker=job.worker, attempts=job.attempts, state=Job.State.RUNNING)


class _InHand:
    """The job that this process runs now, for the thread that renews its lease."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._job: Job | None = None

    def set(self, job: Job | None) -> None:
        with self._lock:
            self._job = job

    def renew(self, now: datetime) -> None:
        """Lengthen the lease."""
        with self._lock:
            if self._job is not None:
                held_by(self._job).update(lease_until=now + LEASE)


in_hand = _InHand()


def run_job(job_id: int, *, worker: str) -> None:
    """Run a job that waits, to its end; a job that does not wait any more is left alone."""
    job = _claim(job_id, worker, timezone.now())
    if job is None:
        return
    in_hand.set(job)
    try:
        _run(job)
    finally:
        in_hand.set(None)


def _claim(job_id: int, worker: str, now: datetime) -> Job | None:
    claimed = Job.objects.filter(pk=job_id, state=Job.State.QUEUED, cancel_requested=False).update(
        state=Job.State.RUNNING, worker=worker, lease_until=now + LEASE, started_at=now, attempts=F("attempts") + 1
    )
    return Job.objects.select_related("account").get(pk=job_id) if claimed else None


def _run(job: Job) -> None:
    kind = kind_named(job.kind)
    if kind is None:
        _end(job, Job.State.FAILED, failure_code="job_of_unknown_kind", failure_params={"kind": job.kind})
        return
    try:
        result = kind.function(Work(job)) or {}
        json.dumps(result)
    except Cancelled:
        _end(job, Job.State.CANCELLED)
    except _LostLease:
        logger.warning("job lost its lease", extra={"job": job.pk, "kind": job.kind})
    except Refusal as refusal:
        _end(job, Job.State.FAILED, failure_code=refusal.code, failure_params=_params(refusal))
    except _TRANSIENT:
        logger.exception("job failed", extra={"job": job.pk, "kind": job.kind})
        _again_or_fail(job, kind)
    except Exception:
        logger.exception("job failed", extra={"job": job.pk, "kind": job.kind})
        _fail(job, "job_broken")
    else:
        _end(job, Job.State.DONE, result=result)


def _params(refusal: Refusal) -> dict[str, Parameter]:
    place = refusal.place
    where = {"file": place.file, "sheet": place.sheet, "cell": place.cell} if place else {}
    return {**where, **refusal.params}


def _again_or_fail(job: Job, kind: Kind) -> None:
    if job.attempts >= kind.attempts:
        _fail(job, "job_broken")
    else:
        queue_again(job, timezone.now())


def _fail(job: Job, code: str) -> None:
    _end(job, Job.State.FAILED, failure_code=code, failure_params={"number": job.pk, "attempts": job.attempts})


def queue_again(job: Job, now: datetime) -> None:
    """Let a job that lost its worker, or met a passing failure, wait a while and run again: after 15 s, 1 min, 4 min."""
    wait = timedelta(seconds=_FIRST_WAIT_SECONDS * _WAIT_FACTOR ** (job.attempts - 1))
    if held_by(job).update(state=Job.State.QUEUED, worker="", lease_until=None, run_after=now + wait):
        job.run_after = now + wait
        give_ticket(job)


def _end(job: Job, state: str, **ending: Any) -> None:
    ended = held_by(job).update(state=state, lease_until=None, finished_at=timezone.now(), **ending)
    if not ended:
        logger.warning("job lost its lease", extra={"job": job.pk, "kind": job.kind})
