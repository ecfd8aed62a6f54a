"""What the browser's side keeps: background work, the workers that do it, and when scheduled work was last due."""

from django.db import models

from xuezheng.people.models import Account


class Job(models.Model):
    """One piece of background work, from the request to its result or failure.

    A running job is leased to one worker: a lease that ran out says that the worker is gone. `message_*` and `failure_*`
    are codes of the catalogue's messages with their parameters.
    """

    class State(models.TextChoices):
        """Where the work is."""

        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    county = models.CharField(max_length=6, blank=True)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    actor = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True)
    message_code = models.CharField(max_length=60, blank=True)
    message_params = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    run_after = models.DateTimeField()
    worker = models.CharField(max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True)
    ticket = models.UUIDField(null=True)
    cancel_requested = models.BooleanField(default=False)
    result = models.JSONField(default=dict)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_params = models.JSONField(default=dict)
    requested_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-requested_at", "-id")
        indexes = (
            models.Index(fields=["state", "run_after"]),
            models.Index(fields=["county", "-requested_at"]),
            models.Index(fields=["account", "-requested_at"]),
        )

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)


class WorkerSeen(models.Model):
    """A worker and when it was last alive; a worker that ended well takes its row away."""

    worker = models.CharField(max_length=64, primary_key=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        ordering = ("worker",)


class ScheduleEntry(models.Model):
    """The period for which scheduled work was queued last: `2026-11-23` or `2026-11-23T08`."""

    name = models.CharField(max_length=60, primary_key=True)
    period = models.CharField(max_length=13, blank=True)

    class Meta:
        ordering = ("name",)
