"""Retention periods as data: what is kept how long, on what basis, and what happens then."""

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


@cache
def load_retention() -> Retention:
    """Return the catalogue's retention periods."""
    return load_packaged(Retention, "retention.yaml")
