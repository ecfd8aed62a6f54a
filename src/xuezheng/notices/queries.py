"""Reading notices: one's own, how many are new, how one is told, chat robots, what went out."""

from datetime import datetime
from typing import cast

from django.db.models import QuerySet

from xuezheng.catalogue.notices import MailWay, load_notices
from xuezheng.notices.actions.outbox import LOST
from xuezheng.notices.models import Notice, Outgoing, Robot, Wish
from xuezheng.people.access import Area, OutsideArea
from xuezheng.people.models import Account

COUNTED = 99


def count_unread(account: Account) -> int:
    """Return how many notices somebody has not read, at most `COUNTED` + 1: one walk along an index of unread ones."""
    return Notice.objects.filter(reader=account, read_at__isnull=True).order_by()[: COUNTED + 1].count()


def find_notices(account: Account, *, unread: bool = False) -> QuerySet[Notice]:
    """Return somebody's own notices, the newest first."""
    found = Notice.objects.filter(reader=account)
    return found.filter(read_at__isnull=True) if unread else found


def get_notice(account: Account, number: int) -> Notice:
    """Return one of somebody's own notices; raises `OutsideArea` for any other."""
    found = Notice.objects.filter(reader=account, pk=number).first()
    if found is None:
        raise OutsideArea("outside_area")
    return found


def get_wishes(account: Account) -> dict[str, tuple[MailWay, bool]]:
    """Return how somebody is told of each kind: their wish, else the usual way."""
    ways: dict[str, tuple[MailWay, bool]] = {
        kind: (held.mail, held.robot) for kind, held in load_notices().kinds.items()
    }
    for kind, mail, robot in Wish.objects.filter(account=account).values_list("kind", "mail", "robot"):
        if kind in ways:
            ways[kind] = (cast("MailWay", mail), robot)
    return ways


def find_robots(area: Area) -> QuerySet[Robot]:
    """Return the robots of an area's counties, with what they are told about."""
    return Robot.objects.filter(area.county_rows()).select_related("county", "unit").defer("county__outlines")


def get_robot(area: Area, number: int) -> Robot:
    """Return a robot of an area; raises `OutsideArea` for any other."""
    found = find_robots(area).filter(pk=number).first() if area else None
    if found is None:
        raise OutsideArea("outside_area")
    return found


def find_messages(area: Area) -> QuerySet[Outgoing]:
    """Return what went out or waits to, of an area, the newest first."""
    return Outgoing.objects.filter(area.county_rows()).select_related("account", "robot")


def get_message(area: Area, number: int) -> Outgoing:
    """Return a message of an area; raises `OutsideArea` for any other."""
    found = find_messages(area).filter(pk=number).first() if area else None
    if found is None:
        raise OutsideArea("outside_area")
    return found


def count_troubled(area: Area, since: datetime) -> int:
    """Return how many messages of an area failed, or may have, since a time."""
    troubled = (Outgoing.State.FAILED, Outgoing.State.UNSURE)
    return find_messages(area).filter(state__in=troubled, created_at__gte=since).count()


def has_due_messages(at: datetime) -> bool:
    """Whether something is to be sent now: a waiting message, a notice to be mailed at once, or a sender that was lost."""
    waiting = Outgoing.objects.filter(state=Outgoing.State.WAITING, run_after__lte=at)
    lost = Outgoing.objects.filter(state=Outgoing.State.SENDING, taken_at__lt=at - LOST)
    return waiting.exists() or Notice.objects.filter(mail="now").exists() or lost.exists()
