"""A child process that reads workbooks under a memory and a time limit, so that a hostile file kills only it.

Parent to child: one JSON line a request. Child to parent: one JSON line, then an Arrow stream where there is a table.
"""

import json
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge, UnusableFile
from xuezheng.tables.limits import Limits

_LOOK_EVERY_SECONDS = 0.005
# Arrow loads numpy where it is installed: half of the start, and nothing here needs it.
_START = "import sys; sys.modules['numpy'] = None; from xuezheng.tables.child import serve; serve(*sys.argv[1:])"


class ReadingChild:
    """The parent's end: starts at once and opens the workbook meanwhile; `send` and `receive`, at last `close`.

    `pending` is the request that was sent and not yet received.
    """

    def __init__(self, path: str, place: Place, limits: Limits) -> None:
        self._place = place
        self._limits = limits
        self._timed_out = False
        self._answered = threading.Event()
        self.pending: dict[str, Any] | None = None
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                sys.executable,
                "-I",
                "-c",
                _START,
                str(Path(path).absolute()),
                str(limits.child_bytes + limits.child_reserve_bytes),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2", "LC_ALL": "C.UTF-8"},
        )
        self._process = process
        self._to_child, self._from_child = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """End the child."""
        self._answered.set()
        with suppress(BrokenPipeError):
            self._to_child.close()
        self._from_child.close()
        self._process.kill()
        self._process.wait()

    def ask(self, **request: Any) -> tuple[dict[str, Any], pa.Table | None]:
        """Send a request and return its answer; see `receive`."""
        self.send(**request)
        return self.receive()

    def send(self, **request: Any) -> None:
        """Send a request; from now on the child is watched."""
        self.pending = request
        self._answered = threading.Event()
        threading.Thread(target=self._watch, args=(self._answered,), daemon=True).start()
        with suppress(BrokenPipeError):
            self._to_child.write(json.dumps(request).encode() + b"\n")
            self._to_child.flush()

    def receive(self) -> tuple[dict[str, Any], pa.Table | None]:
        """Return the child's answer and the table that comes with a body.

        Raises `UnusableFile` where the child found the file damaged, `TooLarge` where it hit a limit.
        """
        try:
            line = self._from_child.readline()
            answer: dict[str, Any] = json.loads(line) if line else {}
            if not answer:
                raise self._ended()
            if "damaged" in answer:
                raise UnusableFile("file_damaged", place=self._place)
            return answer, pa.ipc.open_stream(self._from_child).read_all() if "positions" in answer else None
        except (ValueError, pa.ArrowInvalid, OSError) as error:
            raise self._ended() from error
        finally:
            self.pending = None
            self._answered.set()

    def _watch(self, answered: threading.Event) -> None:
        """Kill the child once it fills more memory or takes longer than allowed; ends with the answer."""
        deadline = time.monotonic() + self._limits.seconds
        while not answered.wait(_LOOK_EVERY_SECONDS):
            self._timed_out = time.monotonic() > deadline
            if self._timed_out or private_bytes(self._process.pid) > self._limits.child_bytes:
                self._process.kill()
                return

    def _ended(self) -> TooLarge:
        self._process.kill()
        self._process.wait()
        if self._timed_out:
            return TooLarge("reading_beyond_time", place=self._place, limit_seconds=self._limits.seconds)
        return TooLarge("reading_beyond_memory", place=self._place, limit_mib=self._limits.child_bytes >> 20)


def private_bytes(pid: int) -> int:
    """Return the memory that a process fills beyond its files, 0 where the system does not tell."""
    try:
        resident, shared = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1:3]
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * resource.getpagesize()


def serve(path: str, limit: str) -> None:
    """Be the child: set the memory limit (bytes, as text), open the workbook, answer until the parent closes the pipe."""
    resource.setrlimit(resource.RLIMIT_DATA, (int(limit), int(limit)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # Nothing that a library prints may get between the answers.
    os.dup2(2, 1)
    from xuezheng.tables import calamine

    book: Any = None
    with suppress(Exception):  # said again, and answered, with the first request
        book = calamine.open_book(path)
    for line in requests:
        request = json.loads(line)
        table = None
        try:
            book = book or calamine.open_book(path)
            if request["what"] == "body":
                table, positions = calamine.read_body(book, request["sheet"], request["first_row"], request["booleans"])
                answer: dict[str, Any] = {"positions": positions}
            else:
                answer = {"sheets": [[name, *calamine.read_head(book, name)] for name in book.sheet_names]}
        except MemoryError:
            os._exit(1)
        except Exception as error:  # noqa: BLE001 - whatever the reader finds wrong is the file's fault here
            answer = {"damaged": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer).encode() + b"\n")
        if table is not None:
            with pa.ipc.new_stream(answers, table.schema) as stream:
                stream.write_table(table)
        answers.flush()
