"""The worker: runs tickets one after the other, while a thread beside it keeps leases, sweeps and queues what is due."""

import logging
import os
import secrets
import socket
import threading
from datetime import timedelta

from django.db import close_old_connections, connection
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker as TicketWorker

from xuezheng.web.background.kinds import find_kinds
from xuezheng.web.background.running import in_hand
from xuezheng.web.background.schedule import queue_due, schedule
from xuezheng.web.background.sweeping import sweep
from xuezheng.web.models import Job, WorkerSeen

BEAT = timedelta(seconds=10)
_LOOK_SECONDS = 0.5

logger = logging.getLogger("xuezheng.background")


def work_off(*, burst: bool) -> None:
    """Work until told to stop by SIGTERM or SIGINT (the job in hand is ended first); with `burst` until nothing waits."""
    find_kinds()
    name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"
    worker = TicketWorker(
        queue_names=["default"], interval=_LOOK_SECONDS, batch=burst, backend_name="default", startup_delay=False,
        max_tasks=None, worker_id=name, excluded_queue_names=[],
    )  # fmt: skip
    worker.configure_signals()
    heart = Heart(name)
    heart.beat()
    heart.start()
    try:
        worker.run()
    finally:
        heart.stop()


class Heart(threading.Thread):
    """Beats every ten seconds beside the work, on a database connection of its own."""

    def __init__(self, worker: str) -> None:
        super().__init__(name="heart", daemon=True)
        self._worker, self._started_at, self._stopped = worker, timezone.now(), threading.Event()

    def run(self) -> None:
        """Beat until stopped. A beat that fails is logged and made up for by the next one."""
        while not self._stopped.wait(BEAT.total_seconds()):
            close_old_connections()
            try:
                self.beat()
            except Exception:
                logger.exception("heartbeat failed")
        connection.close()

    def beat(self) -> None:
        """Say that the worker is alive, keep its lease, take back what others lost, and queue what is due."""
        now = timezone.now()
        in_hand.renew(now)
        WorkerSeen.objects.update_or_create(
            worker=self._worker, defaults={"seen_at": now, "started_at": self._started_at}
        )
        sweep(now)
        queue_due(now, schedule())

    def stop(self) -> None:
        """End the thread and take the worker's row away."""
        self._stopped.set()
        if self.is_alive():
            self.join(timeout=BEAT.total_seconds())
        WorkerSeen.objects.filter(worker=self._worker).delete()


def run_waiting_jobs() -> int:
    """Run what waits and is due here and now, without a worker process, and return how many jobs ran: for tests."""
    from xuezheng.web.background.running import run_job

    ran = 0
    due = Job.objects.filter(state=Job.State.QUEUED, run_after__lte=timezone.now()).order_by("run_after", "pk")
    while (job := due.first()) is not None:
        run_job(job.pk, worker="here")
        ran += 1
    return ran
