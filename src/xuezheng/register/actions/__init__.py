"""Writing the register: the database's index of snapshots, and deliveries on their way to them."""

from xuezheng.register.actions.indexing import index_snapshot, open_county, reindex

__all__ = ["index_snapshot", "open_county", "reindex"]
