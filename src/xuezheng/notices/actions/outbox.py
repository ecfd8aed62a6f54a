"""Messages on their way out: made of notices, taken by one sender each, and settled by what came of it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import Actor, recording
from xuezheng.notices.models import Notice, Outgoing, Robot
from xuezheng.people.access import in_force
from xuezheng.people.models import Account, Appointment

State = Outgoing.State
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360))
"""How long a message that was refused waits before it is tried again; after the last one it has failed."""
LOST = timedelta(minutes=10)
TOO_OLD = timedelta(days=2)
"""What a restored backup or a worker that stood still brings up late is in the inbox and no news: it is not mailed."""
_ROBOTS_FROM_HOUR = 8
_MAIL_FROM_HOUR = 7


def collect_urgent_mail(*, at: datetime) -> int:
    """Make one message for everybody who has new notices that are to go out at once; return how many."""
    return _collect(("now",), at, f"{timezone.localtime(at):%Y%m%dT%H%M%S%f}", "urgent")


def collect_daily_mail(*, at: datetime) -> int:
    """Make the day's one message for everybody who has notices that wait for it, from seven in the morning on."""
    local = timezone.localtime(at)
    return _collect(("daily", "now"), at, f"{local:%Y-%m-%d}", "daily") if local.hour >= _MAIL_FROM_HOUR else 0


def _collect(ways: tuple[str, ...], at: datetime, period: str, purpose: str) -> int:
    with transaction.atomic():
        waiting = Notice.objects.filter(mail__in=ways, at__lte=at).select_for_update()
        held: dict[int, list[Notice]] = defaultdict(list)
        for notice in waiting.order_by("pk"):
            held[notice.reader_id].append(notice)
        keys = {reader: f"mail:{reader}:{period}" for reader in held}
        # Who has had the message of this day keeps what came since for the next one.
        told = set(Outgoing.objects.filter(key__in=keys.values()).values_list("account", flat=True))
        reached = set(
            Account.objects.filter(pk__in=held, is_active=True).exclude(email="").values_list("pk", flat=True)
        )
        taken = [notice.pk for reader in held.keys() - told for notice in held[reader]]
        made = [
            Outgoing(
                key=keys[reader], county=held[reader][0].county, purpose=purpose, account_id=reader, counts=dict(counts),
                created_at=at, run_after=at,
            )
            for reader in sorted(held.keys() - told)
            if reader in reached and (counts := _counts(held[reader], at))
        ]  # fmt: skip
        Notice.objects.filter(pk__in=taken).update(mail="")
        Outgoing.objects.bulk_create(made)
    return len(made)


def _counts(notices: list[Notice], at: datetime) -> Counter[str]:
    """Return how many unread notices of each kind there are; of old ones nobody is told by mail any more."""
    return Counter(notice.kind for notice in notices if notice.read_at is None and notice.at > at - TOO_OLD)


def collect_for_robots(*, at: datetime) -> int:
    """Make a message for every robot whose people have new notices, as often as it is to be told; return how many.

    A matter that several people are told of counts once; a notice counts only where its reader lets chat groups count,
    and only in the county it belongs to: who has roles in two counties carries nothing of one into the other's group.
    """
    local, made = timezone.localtime(at), 0
    if local.hour < _ROBOTS_FROM_HOUR:
        return 0
    for robot in Robot.objects.filter(is_active=True, told_until__lt=at).order_by("pk"):
        period = f"{local:%Y-%m-%d}" if robot.every == Robot.Every.DAY else f"{local:%Y-%m-%dT%H}"
        with transaction.atomic():
            if Outgoing.objects.filter(key=f"robot:{robot.pk}:{period}").exists():
                continue
            locked = Robot.objects.select_for_update().get(pk=robot.pk)
            new = Notice.objects.filter(
                robot=True, at__gt=locked.told_until, at__lte=at, reader__in=_people_of(robot, at),
                county__in=(robot.county_id, ""),
            )  # fmt: skip
            subjects = set(new.values_list("kind", "subject_kind", "subject_id", "at"))
            Robot.objects.filter(pk=robot.pk).update(told_until=at)
            if subjects:
                Outgoing.objects.create(
                    key=f"robot:{robot.pk}:{period}", county=robot.county_id, purpose="robot", robot=robot,
                    counts=dict(Counter(kind for kind, *_ in subjects)), created_at=at, run_after=at,
                )  # fmt: skip
                made += 1
    return made


def _people_of(robot: Robot, at: datetime) -> Any:
    """Return the accounts that hold a role in the robot's unit, or anywhere in its county."""
    where = Q(organisation=robot.unit_id) if robot.unit_id else Q(organisation__county=robot.county_id)
    held = Appointment.objects.filter(in_force(timezone.localdate(at)), where, account__is_active=True)
    return held.values("account")


def try_out(
    *, by: Actor, at: datetime, account: Account | None = None, robot: Robot | None = None, county: str
) -> Outgoing:
    """Queue a trial message, to oneself by mail or to a robot."""
    to, word = (f"robot:{robot.pk}", "try_robot") if robot else (f"mail:{account.pk if account else 0}", "try_mail")
    with recording(by, at) as recorder:
        message = Outgoing.objects.create(
            key=f"{to}:try:{timezone.localtime(at):%Y%m%dT%H%M%S%f}", county=county, purpose="trial", account=account,
            robot=robot, created_at=at, run_after=at,
        )  # fmt: skip
        recorder.event(f"notices.{word}", "outgoing", message.pk, county=county)
    return message


def take_message(*, at: datetime) -> Outgoing | None:
    """Take the next message that is due, so that no other sender sends it; None where nothing is due.

    Call it outside transactions: it must be known to everybody that the message was taken before anybody is called.
    """
    due = Outgoing.objects.filter(state=State.WAITING, run_after__lte=at).order_by("run_after", "pk")
    while (number := due.values_list("pk", flat=True).first()) is not None:
        taken = Outgoing.objects.filter(pk=number, state=State.WAITING).update(
            state=State.SENDING, taken_at=at, attempts=F("attempts") + 1
        )
        if taken:
            return Outgoing.objects.select_related("account", "robot").get(pk=number)
    return None


def settle_sent(*, message: Outgoing, at: datetime) -> None:
    """Note that the other side took a message."""
    _held(message).update(state=State.SENT, ended_at=at, failure_code="", failure_params={})


def settle_refused(
    *, message: Outgoing, at: datetime, code: str, params: Mapping[str, Any], for_good: bool = False
) -> None:
    """Note that a message was certainly not taken: it waits and is tried again, until it has been tried often enough."""
    told = {"failure_code": code, "failure_params": dict(params)}
    if for_good or message.attempts > len(WAITS):
        _held(message).update(state=State.FAILED, ended_at=at, **told)
    else:
        _held(message).update(state=State.WAITING, run_after=at + WAITS[message.attempts - 1], taken_at=None, **told)


def settle_unsure(*, message: Outgoing, at: datetime, code: str, params: Mapping[str, Any]) -> None:
    """Note that nobody can tell whether a message arrived: it is not sent again by itself."""
    _held(message).update(state=State.UNSURE, ended_at=at, failure_code=code, failure_params=dict(params))


def settle_lost(*, at: datetime) -> int:
    """Settle as unsure what a sender took and never settled: it was killed while it sent. Return how many."""
    lost = Outgoing.objects.filter(state=State.SENDING, taken_at__lt=at - LOST)
    return lost.update(state=State.UNSURE, ended_at=at, failure_code="message_sender_lost", failure_params={})


def send_again(*, message: Outgoing, by: Actor, at: datetime) -> None:
    """Let a message that failed, or of which nobody knows whether it arrived, go out once more: a person decided so."""
    with recording(by, at) as recorder:
        again = Outgoing.objects.filter(pk=message.pk, state__in=(State.FAILED, State.UNSURE)).update(
            state=State.WAITING, attempts=0, run_after=at, taken_at=None, ended_at=None
        )
        if not again:
            raise InvalidRequest("message_not_to_be_repeated")
        recorder.event("notices.send_again", "outgoing", message.pk, county=message.county)


def _held(message: Outgoing) -> Any:
    """Return the message's row while this attempt of this sender still holds it."""
    return Outgoing.objects.filter(pk=message.pk, state=State.SENDING, attempts=message.attempts)
