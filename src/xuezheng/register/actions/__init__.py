"""Writing the register: the database's index of snapshots, and deliveries on their way to them."""

from xuezheng.register.actions.checking import check_import
from xuezheng.register.actions.deliveries import (
    Uploaded,
    accept_import,
    begin_import,
    discard_import,
    discard_stale_imports,
    recheck_import,
    store_import,
)
from xuezheng.register.actions.indexing import index_snapshot, open_county, reindex

__all__ = [
    "Uploaded",
    "accept_import",
    "begin_import",
    "check_import",
    "discard_import",
    "discard_stale_imports",
    "index_snapshot",
    "open_county",
    "recheck_import",
    "reindex",
    "store_import",
]
