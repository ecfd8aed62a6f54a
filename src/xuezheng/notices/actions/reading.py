"""What a person does with their notices: read them, and say how they want to be told; and what is over its time goes."""

from collections.abc import Mapping
from datetime import datetime

from xuezheng.catalogue.notices import MailWay, load_notices
from xuezheng.ledger.actions import Actor, recording
from xuezheng.notices.models import Notice, Outgoing, Wish
from xuezheng.people.models import Account


def mark_read(*, reader: Account, at: datetime, notice: int | None = None) -> int:
    """Mark one of somebody's notices as read, or all of them; return how many were unread. Reading is no event."""
    unread = Notice.objects.filter(reader=reader, read_at__isnull=True)
    if notice is not None:
        unread = unread.filter(pk=notice)
    return unread.update(read_at=at)


def set_wishes(*, account: Account, wishes: Mapping[str, tuple[MailWay, bool]], by: Actor, at: datetime) -> None:
    """Set how somebody is told of each kind: by mail never, daily or at once, and whether chat groups count it.

    What is as usual leaves no row, so that a later change of the catalogue reaches those who never chose.
    """
    usual = {kind: (held.mail, held.robot) for kind, held in load_notices().kinds.items()}
    chosen = {kind: way for kind, way in wishes.items() if kind in usual and way != usual[kind]}
    with recording(by, at) as recorder:
        rows = Wish.objects.select_for_update().filter(account=account)
        before = {wish.kind: [wish.mail, wish.robot] for wish in rows}
        after = {kind: list(way) for kind, way in chosen.items()}
        if before == after:
            return
        rows.delete()
        Wish.objects.bulk_create(
            Wish(account=account, kind=kind, mail=mail, robot=robot) for kind, (mail, robot) in chosen.items()
        )
        recorder.event("notices.set_wishes", "account", account.pk, before=before, after=after)


def prune_notices(*, notices_before: datetime, messages_before: datetime) -> dict[str, int]:
    """Remove notices and messages that are over their time, read or not; return how many of each went."""
    messages = Outgoing.objects.filter(created_at__lt=messages_before).exclude(state=Outgoing.State.SENDING)
    return {
        "notices": Notice.objects.filter(at__lt=notices_before).delete()[0],
        "messages": messages.delete()[0],
    }
