"""Retention periods as data: what is kept how long, on what basis, and what happens then."""

from datetime import datetime, timedelta
from functools import cache

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class RetentionKind(Entry):
    """One kind of records; `days` is None where nothing is removed by age."""

    what: Words
    period: Words
    basis: Words
    then: Words
    days: int | None = None
    is_automatic: bool


class Retention(Entry):
    """All retention periods."""

    version: int
    kinds: dict[str, RetentionKind]

    def limit(self, kind: str, at: datetime) -> datetime:
        """Return the time before which records of a kind are over their period; ValueError where it has no days."""
        days = self.kinds[kind].days
        if days is None:
            raise ValueError(f"{kind} has no period in days")
        return at - timedelta(days=days)


@cache
def load_retention() -> Retention:
    """Return the catalogue's retention periods."""
    return load_packaged(Retention, "retention.yaml")
