"""Events and their chain: append-only facts. Nothing here is updated, and only payloads can be erased."""

from typing import Any, NoReturn

from django.db import models


class AppendOnly(TypeError):
    """A piece of code tried to change what happened: a bug, whatever it meant."""


class AppendOnlyRows(models.QuerySet[Any]):
    """Rows that are read and added to, and nothing else. The database refuses the same by triggers."""

    def update(self, **_: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnly("events are never changed")

    def delete(self) -> NoReturn:
        """Refuse."""
        raise AppendOnly("events are never deleted")

    def bulk_update(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnly("events are never changed")


class Event(models.Model):
    """One thing that somebody did or looked at. The row holds no personal data: that stands in its payload."""

    number = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    county = models.CharField(max_length=6, blank=True)
    actor = models.CharField(max_length=40)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=80)
    restricted = models.BooleanField(default=False)
    payload_digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    objects = AppendOnlyRows.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["subject_kind", "subject_id", "number"]),
            models.Index(fields=["actor", "number"]),
            models.Index(fields=["county", "number"]),
            models.Index(fields=["action", "number"]),
            models.Index(fields=["at"]),
        )

    def save(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse: events come into being in `ledger.actions.recording` only."""
        raise AppendOnly("events are recorded, not saved")

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise AppendOnly("events are never deleted")


class Payload(models.Model):
    """What an event says in full: who by name, before, after, why. Erasable; the salt goes with it."""

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.PROTECT, related_name="payload")
    salt = models.CharField(max_length=32)
    body = models.JSONField()


class Head(models.Model):
    """The end of the chain: one row, locked as the last statement of every transaction that adds events."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="one_head"),)
