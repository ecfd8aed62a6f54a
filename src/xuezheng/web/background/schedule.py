"""What runs every week, day, hour or minute, without anybody asking."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from xuezheng.ledger.actions import SYSTEM
from xuezheng.notices.queries import has_due_messages
from xuezheng.web.background.kinds import kind_named
from xuezheng.web.background.queue import enqueue
from xuezheng.web.models import ScheduleEntry


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Work that is due every week from Monday or every day from a time on (Asia/Shanghai), every hour, or every minute.

    `wanted` says whether there is anything to do at a time; it must be quick: it is asked every ten seconds.
    """

    kind: str
    every: Literal["week", "day", "hour", "minute"] = "day"
    begins: time = time(0, 5)
    wanted: Callable[[datetime], bool] | None = None


def _goes_out(at: datetime) -> bool:
    """Whether anything can go out at all: a mail server or a host of chat robots is named."""
    del at
    return bool(settings.MAIL_HOST or settings.OUTGOING_HOSTS)


SCHEDULE: tuple[Scheduled, ...] = (
    Scheduled("operations.export_head"),
    Scheduled("operations.close_departed"),
    Scheduled("cases.recompute_limits"),
    Scheduled("cases.count_figures", begins=time(0, 20)),
    Scheduled("cases.escalate", every="hour"),
    Scheduled("operations.backup", begins=time(2, 0)),
    Scheduled("operations.prune", begins=time(3, 0)),
    Scheduled("audit.retention", begins=time(3, 30)),
    Scheduled("audit.verify", begins=time(4, 0)),
    Scheduled("notices.weekly_digest", every="week", begins=time(7, 0)),
    Scheduled("notices.collect", every="hour", wanted=_goes_out),
    Scheduled("notices.deliver", every="minute", wanted=has_due_messages),
)


def schedule() -> tuple[Scheduled, ...]:
    """Return what is scheduled here: backups only where the administrator named a folder for them."""
    return tuple(entry for entry in SCHEDULE if entry.kind != "operations.backup" or settings.BACKUP_FOLDER)


def queue_due(now: datetime, entries: tuple[Scheduled, ...]) -> list[str]:
    """Queue what is due and not yet queued in its week, day, hour or minute, once however many workers look; return the kinds."""
    periods = dict(ScheduleEntry.objects.values_list("name", "period"))
    return [
        entry.kind
        for entry in entries
        if (period := _period(entry, now))
        and periods.get(entry.kind) != period
        and (entry.wanted is None or entry.wanted(now))
        and _queue(entry, period, now)
    ]


def _period(entry: Scheduled, now: datetime) -> str:
    """Return the week, day, hour or minute that is due, an empty text before its time."""
    local = timezone.localtime(now)
    if entry.every == "week":
        is_before = local.isoweekday() == 1 and local.time() < entry.begins
        return "" if is_before else local.strftime("%G-W%V")
    if entry.every == "minute":
        return local.strftime("%y%m%dT%H%M")
    if entry.every == "hour":
        return local.strftime("%Y-%m-%dT%H")
    return local.date().isoformat() if local.time() >= entry.begins else ""


def _queue(entry: Scheduled, period: str, now: datetime) -> bool:
    if kind_named(entry.kind) is None:
        return False
    with transaction.atomic():
        ScheduleEntry.objects.get_or_create(name=entry.kind)
        taken = ScheduleEntry.objects.filter(name=entry.kind).exclude(period=period).update(period=period)
        if taken:
            enqueue(kind=entry.kind, arguments={}, by=SYSTEM, at=now)
    return bool(taken)
