"""What needs two people, as data: who may ask, and how long a request and a grant hold."""

from functools import cache

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class ApprovalKind(Entry):
    """One kind of request; `open_days` is how long it waits for a decision, `granted_days` how long a grant can be used."""

    title: Words
    request_right: str
    open_days: int
    granted_days: int


class ApprovalKinds(Entry):
    """All kinds of requests that need two people."""

    version: int
    kinds: dict[str, ApprovalKind]


@cache
def load_approval_kinds() -> ApprovalKinds:
    """Return the catalogue's kinds of requests."""
    return load_packaged(ApprovalKinds, "approvals.yaml")
