"""Telling people: notices are gathered while an action runs, and written with it, in its transaction.

    with recording(by, at) as recorder, telling(at) as gathering:
        ...
        gathering.tell("urged", readers, county=…, subject=("case", 7), params={"number": …})

Inside another `telling` the outer one goes on. Many notices of one kind for one person become one that says how many.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from xuezheng.catalogue.approvals import load_approval_kinds
from xuezheng.catalogue.notices import load_notices
from xuezheng.notices.audience import Audiences
from xuezheng.notices.models import Notice, Wish
from xuezheng.people.models import Account, Approval

_BATCH = 500
_DECIDED = (Approval.Outcome.GRANTED, Approval.Outcome.REFUSED)


@dataclass(frozen=True, slots=True)
class _Told:
    kind: str
    readers: frozenset[int]
    county: str
    subject: tuple[str, str]
    params: Mapping[str, Any]


@dataclass(slots=True)
class Gathering:
    """What is to be told when the action ends well; `audiences` are the people of the day."""

    at: datetime
    audiences: Audiences
    noted: list[_Told] = field(default_factory=list)

    def tell(
        self,
        kind: str,
        readers: Collection[int],
        *,
        county: str,
        subject: tuple[str, object],
        params: Mapping[str, Any],
    ) -> None:
        """Note that accounts are to be told. `params` are JSON without names, titles and telephone numbers."""
        if kind not in load_notices().kinds:
            raise ValueError(f"no kind of notice is called {kind}")
        if readers:
            self.noted.append(_Told(kind, frozenset(readers), county, (subject[0], str(subject[1])), params))

    def write(self) -> None:
        """Write what was noted: one row a subject and person, or one for all of a kind where they are many."""
        held: dict[tuple[int, str, str], list[_Told]] = defaultdict(list)
        for told in self.noted:
            for reader in told.readers:
                held[reader, told.kind, told.county].append(told)
        ways = Ways({reader for reader, _, _ in held}, {told.kind for told in self.noted})
        rows: list[Notice] = []
        for (reader, kind, county), tolds in held.items():
            way = ways.of(reader, kind)
            if len(tolds) >= load_notices().gathered_from and load_notices().kinds[kind].many is not None:
                rows.append(
                    Notice(
                        reader_id=reader,
                        county=county,
                        kind=kind,
                        subject_kind="work" if tolds[0].subject[0] == "case" else tolds[0].subject[0],
                        count=len(tolds),
                        at=self.at,
                        **way,
                    )
                )
                continue
            rows += [
                Notice(
                    reader_id=reader, county=county, kind=kind, subject_kind=told.subject[0],
                    subject_id=told.subject[1], params=dict(told.params), at=self.at, **way,
                )
                for told in tolds
            ]  # fmt: skip
        Notice.objects.bulk_create(rows, batch_size=_BATCH)


class Ways:
    """How notices go out for some people: their wishes, else the usual way; by mail only where an address is known."""

    def __init__(self, readers: Collection[int], kinds: Collection[str]) -> None:
        self._with_address: set[int] = set()
        self._wishes: dict[tuple[int, str], tuple[str, bool]] = {}
        if readers:
            if settings.MAIL_HOST:
                with_address = Account.objects.filter(pk__in=readers).exclude(email="")
                self._with_address = set(with_address.values_list("pk", flat=True))
            wished = Wish.objects.filter(account__in=readers, kind__in=kinds)
            for account, kind, mail, robot in wished.values_list("account", "kind", "mail", "robot"):
                self._wishes[account, kind] = (mail, robot)

    def of(self, reader: int, kind: str) -> dict[str, Any]:
        """Return the columns of a notice that say how it goes out."""
        usual = load_notices().kinds[kind]
        mail, robot = self._wishes.get((reader, kind), (usual.mail, usual.robot))
        return {"mail": "" if mail == "never" or reader not in self._with_address else mail, "robot": robot}


_open: ContextVar[Gathering | None] = ContextVar("xuezheng_open_gathering", default=None)


@contextmanager
def telling(at: datetime) -> Iterator[Gathering]:
    """Gather notices until the block ends, then write them in the transaction around it.

    A block inside another that fails takes its own notices back, as `recording` does with its events.
    """
    outer = _open.get()
    if outer is not None:
        before = len(outer.noted)
        try:
            yield outer
        except BaseException:
            del outer.noted[before:]
            raise
        return
    gathering = Gathering(at, Audiences(timezone.localdate(at)))
    token = _open.set(gathering)
    try:
        yield gathering
        if gathering.noted:
            with transaction.atomic():
                gathering.write()
    finally:
        _open.reset(token)


def tell(
    *, kind: str, readers: Collection[int], county: str, subject: tuple[str, object], at: datetime,
    params: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Tell accounts of one thing: what other rooms call. `subject` is what it is about, such as `("meeting", 7)`."""
    with telling(at) as gathering:
        gathering.tell(kind, readers, county=county, subject=subject, params=params or {})


def tell_of_approval(*, instance: Approval, created: bool, raw: bool = False, **_: Any) -> None:
    """Tell who may decide that something under the two-person rule was asked for, and who asked that it was decided.

    A receiver of `post_save`. What was taken back, used or lapsed is told to nobody.
    """
    if raw or instance.kind not in load_approval_kinds().kinds:
        return
    subject, asking = ("approval", instance.pk), frozenset({instance.requested_by_id})
    if created:
        with telling(instance.requested_at) as gathering:
            deciding = gathering.audiences.in_county(instance.county, "approve") - asking
            gathering.tell("approval_asked", deciding, county=instance.county, subject=subject, params={})
    elif instance.decided_at is not None and instance.outcome in _DECIDED:
        with telling(instance.decided_at) as gathering:
            gathering.tell("approval_decided", asking, county=instance.county, subject=subject, params={})


def tell_of_digest(*, week: str, counties: Collection[str], at: datetime) -> int:
    """Tell each county's leaders and whoever manages its meetings that a week's page is ready; return how many people.

    Nobody is told twice of one week.
    """
    people = 0
    with transaction.atomic(), telling(at) as gathering:
        for county in counties:
            readers = gathering.audiences.leaders(county) | gathering.audiences.in_county(county, "manage_meetings")
            known = Notice.objects.filter(kind="weekly_digest", county=county, subject_id=week, reader__in=readers)
            new = readers - set(known.values_list("reader", flat=True))
            people += len(new)
            gathering.tell("weekly_digest", new, county=county, subject=("digest", week), params={"week": week})
    return people
