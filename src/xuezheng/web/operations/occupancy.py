"""Who works on the data folder: servers and workers share it, a restore needs it alone.

The lock is the operating system's, on the folder itself: it ends with the process that holds it, however that ends.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xuezheng.kernel.refusal import InvalidRequest


@contextmanager
def occupied(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Hold the data folder, together with others or `alone`; processes forked meanwhile hold it, too.

    Raises `InvalidRequest` where somebody else holds it in a way that does not go together.
    """
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        yield
    except BlockingIOError as problem:
        raise InvalidRequest("installation_running" if alone else "installation_being_restored") from problem
    finally:
        os.close(held)
