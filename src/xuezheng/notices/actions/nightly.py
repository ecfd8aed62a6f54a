"""What the night tells: one notice a person and day, which says how many cases are due soon, late, escalated."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils import timezone

from xuezheng.catalogue.case_kinds import EscalationAudience
from xuezheng.notices.actions.telling import Ways
from xuezheng.notices.audience import Audiences
from xuezheng.notices.models import Notice

Turn = Literal["due_soon", "late", "escalated"]
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Turned:
    """What happened to some cases in a night: how many of a unit turned so, and who is to be told.

    `named` are the accounts named on them where they are restricted; beside the unit nobody else is told of those.
    """

    county: str
    unit: int | None
    turn: Turn
    to: tuple[EscalationAudience, ...]
    count: int = 1
    named: frozenset[int] | None = None


def tell_of_night(turned: Iterable[Turned], at: datetime) -> int:
    """Tell everybody concerned, set by set; return how many people were told.

    Who has an unread notice of the same day gets no second one: it counts on.
    """
    counts = _by_person(list(turned), Audiences(timezone.localdate(at)))
    day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    readers = {reader for reader, _ in counts}
    unread = Notice.objects.filter(kind="night", read_at__isnull=True, at__gte=day, reader__in=readers)
    held = {(notice.reader_id, notice.county): notice for notice in unread.select_for_update()}
    ways = Ways(readers, ("night",))
    made, changed = [], []
    for (reader, county), added in sorted(counts.items()):
        notice = held.get((reader, county))
        if notice is None:
            made.append(
                Notice(
                    reader_id=reader,
                    county=county,
                    kind="night",
                    subject_kind="work",
                    params=dict(added),
                    count=added.total(),
                    at=at,
                    **ways.of(reader, "night"),
                )
            )
            continue
        notice.params = dict(Counter(notice.params) + added)
        notice.count, notice.at = notice.count + added.total(), at
        changed.append(notice)
    Notice.objects.bulk_create(made, batch_size=_BATCH)
    Notice.objects.bulk_update(changed, ["params", "count", "at"], batch_size=_BATCH)
    return len(counts)


def _by_person(turned: list[Turned], audiences: Audiences) -> dict[tuple[int, str], Counter[str]]:
    units = {each.unit for each in turned if each.unit is not None and "lead_unit" in each.to}
    of_units = audiences.at_units(units)
    found: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for each in turned:
        readers: set[int] = set(of_units.get(each.unit or 0, ())) if "lead_unit" in each.to else set()
        others: set[int] = set()
        if "supervisors" in each.to:
            others |= audiences.in_county(each.county, "supervise_cases")
        if "leaders" in each.to:
            others |= audiences.leaders(each.county)
        for reader in readers | (others if each.named is None else others & each.named):
            found[reader, each.county][each.turn] += each.count
    return found
