"""A real PostgreSQL server for tests: `pytest --database postgres` runs everything that touches the database on it.

The server listens on a socket in a folder of its own, as an ordinary user, keeps nothing, and ends with the run. The
process that starts pytest starts it; pytest-xdist's workers find its address in the environment.
"""

import atexit
import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ADDRESS = "XUEZHENG_TEST_POSTGRES"
_STARTED = {}


def is_asked_for():
    """Whether this run, or the run that this process works for, wants PostgreSQL.

    Settings are read before pytest has parsed its options, so that the command line itself is looked at.
    """
    arguments = " ".join(sys.argv)
    return ADDRESS in os.environ or "--database=postgres" in arguments or "--database postgres" in arguments


def programs():
    """The folder of the newest server installed, or None."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    found = [folder for folder in folders if (folder / "initdb").exists()]
    on_path = shutil.which("initdb")
    return found[-1] if found else Path(on_path).parent if on_path else None


def address():
    """The address of a running server, started where none runs yet: `postgres://…` without a database's name."""
    if ADDRESS not in os.environ:
        os.environ[ADDRESS] = start()
    return os.environ[ADDRESS]


def start():
    """Start a server and return its address; it ends with this process."""
    server = programs()
    if server is None:
        raise SystemExit("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="xz-pg-"))
    user, as_user = _ordinary_user()
    if user:
        shutil.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)
    data, log = folder / "data", folder / "log"
    subprocess.run(
        [*as_user, str(server / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
        check=True, stdout=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    options = f"-k {folder} -c listen_addresses= -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60"
    subprocess.run(
        [*as_user, str(server / "pg_ctl"), "-D", str(data), "-l", str(log), "-w", "-o", options, "start"],
        check=True, stdout=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    number = int((data / "postmaster.pid").read_text().split()[0])
    _STARTED.update(pid=number, folder=folder, owner=os.getpid(), watch=_watch(number, folder))
    atexit.register(stop)
    return f"postgres://postgres@{str(folder).replace('/', '%2F')}"


def _watch(server, folder):
    """End the server, too, when this process is killed and cannot do it itself."""
    ending = f"kill -INT {server}; sleep 3; rm -rf {folder}"
    return subprocess.Popen(
        ["/bin/sh", "-c", f"while kill -0 {os.getpid()}; do sleep 2; done; {ending}"],
        start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _ordinary_user():
    """initdb refuses root: then everything runs as the user postgres, which Debian's package makes."""
    if os.getuid() != 0:
        return None, []
    return pwd.getpwnam("postgres"), ["runuser", "-u", "postgres", "--"]


def stop():
    """End the server that this process started, and take its folder away."""
    if _STARTED.get("owner") != os.getpid():
        return
    _STARTED["watch"].kill()
    _STARTED["watch"].wait()
    with contextlib.suppress(ProcessLookupError):
        os.kill(_STARTED["pid"], signal.SIGINT)  # fast shutdown
        for _ in range(100):
            os.kill(_STARTED["pid"], 0)
            time.sleep(0.1)
    shutil.rmtree(_STARTED["folder"], ignore_errors=True)
    _STARTED.clear()
