"""What the audit trail calls each action, in both languages."""

from functools import cache

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class ActionWords(Entry):
    """The words for every action that the ledger records."""

    version: int
    actions: dict[str, Words]


@cache
def load_action_words() -> ActionWords:
    """Return the catalogue's words for actions."""
    return load_packaged(ActionWords, "actions.yaml")
