"""What the doctor looks at: each finding is one line with what to do next, and nothing is changed."""

import io
import platform
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db.utils import DatabaseError
from packaging.requirements import Requirement

from xuezheng.documents.look import has_chart_font
from xuezheng.kernel.refusal import UnusableFile
from xuezheng.ledger.queries import find_breaks, get_head
from xuezheng.register.models import Snapshot
from xuezheng.register.snapshot import open_snapshot
from xuezheng.web.models import Job
from xuezheng.web.operations.database import find_pending_migrations, find_unknown_migrations, get_database
from xuezheng.web.operations.delivery import checks
from xuezheng.web.operations.findings import Line, fail, ok, warn
from xuezheng.web.operations.health import is_worker_alive

Look = Callable[[datetime], Iterator[Line]]
_LITTLE, _TOO_LITTLE = 2_000_000_000, 200_000_000
_OVERDUE = timedelta(minutes=10)
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)


def examine(at: datetime) -> Iterator[Line]:
    """Yield every finding about the machine, then about the installation as far as its database answers."""
    machine: tuple[Look, ...] = (
        _python,
        _packages,
        _font,
        _browser,
        _clock,
        _data_folder,
        _secret_key,
        _disk,
        _address,
        _identity_service,
    )
    inside: tuple[Look, ...] = (_django, _snapshots, _ledger, _worker, _jobs, checks.mail, checks.robots)
    for look in machine:
        yield from look(at)
    found = list(_database(at))
    yield from found
    if all(line.grade != "fail" for line in found):
        for look in inside:
            yield from look(at)


def _python(at: datetime) -> Iterator[Line]:
    del at
    found = platform.python_version()
    yield (
        ok("doctor_python", version=found) if sys.version_info >= (3, 11) else fail("doctor_python_old", version=found)
    )


def _packages(at: datetime) -> Iterator[Line]:
    del at
    wanted = [Requirement(line) for line in requires("xuezheng") or []]
    wrong = [f"{one.name} {one.specifier}" for one in wanted if not _fits(one)]
    yield fail("doctor_packages_wrong", packages=wrong) if wrong else ok("doctor_packages", count=len(wanted))


def _fits(wanted: Requirement) -> bool:
    if wanted.marker is not None and not wanted.marker.evaluate():
        return True
    try:
        return wanted.specifier.contains(version(wanted.name), prereleases=True)
    except PackageNotFoundError:
        return False


def _font(at: datetime) -> Iterator[Line]:
    del at
    yield ok("doctor_font") if has_chart_font() else warn("doctor_font_missing")


def _browser(at: datetime) -> Iterator[Line]:
    del at
    if shutil.which("chromium") or shutil.which("google-chrome"):
        yield ok("doctor_browser")
    else:
        yield ok("doctor_browser_none")


def _clock(at: datetime) -> Iterator[Line]:
    """Look whether the clock can be right: it cannot be behind the program's own date."""
    shown = at.astimezone().isoformat(timespec="minutes")
    yield ok("doctor_clock", time=shown) if at > _EARLIEST else fail("doctor_clock_wrong", time=shown)


def _data_folder(at: datetime) -> Iterator[Line]:
    del at
    folder = Path(settings.DATA_FOLDER)
    trial = folder / ".doctor"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial.write_text("", encoding="utf-8")
        trial.unlink()
    except OSError as problem:
        yield fail("doctor_data_folder_closed", folder=str(folder), detail=str(problem.strerror))
        return
    if stat.S_IMODE(folder.stat().st_mode) & 0o007:
        yield warn("doctor_data_folder_open", folder=str(folder))
    else:
        yield ok("doctor_data_folder", folder=str(folder))


def _secret_key(at: datetime) -> Iterator[Line]:
    del at
    path = Path(settings.DATA_FOLDER) / "secret-key"
    if not path.exists():
        yield ok("doctor_secret_key_given")
    elif path.stat().st_mode & 0o077:
        yield fail("doctor_secret_key_open", file=str(path))
    else:
        yield ok("doctor_secret_key")


def _disk(at: datetime) -> Iterator[Line]:
    del at
    free = shutil.disk_usage(settings.DATA_FOLDER).free
    shown = round(free / 1e9, 1)
    if free < _TOO_LITTLE:
        yield fail("doctor_disk_full", gigabytes=shown)
    elif free < _LITTLE:
        yield warn("doctor_disk_full", gigabytes=shown)
    else:
        yield ok("doctor_disk", gigabytes=shown)


def _address(at: datetime) -> Iterator[Line]:
    del at
    hosts = [host for host in settings.ALLOWED_HOSTS if host not in ("localhost", "127.0.0.1", "[::1]")]
    if "*" in hosts:
        yield fail("doctor_hosts_any")
    elif hosts and not settings.SESSION_COOKIE_SECURE:
        yield warn("doctor_https_off", hosts=hosts)
    elif hosts:
        yield ok("doctor_hosts", hosts=hosts)
    else:
        yield ok("doctor_hosts_local")


def _identity_service(at: datetime) -> Iterator[Line]:
    """Look whether the identity service is configured as a whole: half of it lets nobody in."""
    del at
    held = {
        "XUEZHENG_OIDC_ISSUER": settings.OIDC_ISSUER,
        "XUEZHENG_OIDC_CLIENT_ID": settings.OIDC_RP_CLIENT_ID,
        "XUEZHENG_OIDC_CLIENT_SECRET": settings.OIDC_RP_CLIENT_SECRET,
        "XUEZHENG_OIDC_AUTHORIZE_URL": settings.OIDC_OP_AUTHORIZATION_ENDPOINT,
        "XUEZHENG_OIDC_TOKEN_URL": settings.OIDC_OP_TOKEN_ENDPOINT,
        "XUEZHENG_OIDC_KEYS_URL": settings.OIDC_OP_JWKS_ENDPOINT,
    }
    missing = [name for name, value in held.items() if not value]
    if missing and len(missing) < len(held):
        yield fail("doctor_identity_half", settings=missing)
    else:
        yield ok("doctor_identity_none") if missing else ok("doctor_identity", issuer=settings.OIDC_ISSUER)


def _database(at: datetime) -> Iterator[Line]:
    del at
    try:
        found = get_database()
        pending, unknown = find_pending_migrations(), find_unknown_migrations()
    except DatabaseError as problem:
        yield fail("database_not_reached", detail=str(problem).strip().splitlines()[0])
        return
    if found.vendor == "sqlite" and (found.journal, found.transactions) != ("wal", "IMMEDIATE"):
        yield warn("doctor_sqlite_mode", journal=found.journal, transactions=found.transactions)
    elif found.vendor == "postgresql" and int(found.version) < 14:
        yield fail("doctor_postgres_old", version=found.version)
    else:
        yield ok("doctor_database", vendor={"sqlite": "SQLite"}.get(found.vendor, "PostgreSQL"), version=found.version)
    if unknown:
        yield fail("database_newer", migration=unknown[0])
    elif pending:
        yield fail("migrations_pending", count=len(pending), first=pending[0])
    else:
        yield ok("doctor_migrations")


def _django(at: datetime) -> Iterator[Line]:
    del at
    try:
        call_command("check", stdout=io.StringIO(), stderr=io.StringIO())
    except SystemCheckError as problem:
        yield fail("doctor_check_failed", detail=str(problem).strip().splitlines()[-1])


def _snapshots(at: datetime) -> Iterator[Line]:
    """Open each snapshot that the index names, its originals compared by their digests."""
    del at
    folders = sorted(set(Snapshot.objects.values_list("folder", flat=True)))
    broken = []
    for folder in folders:
        try:
            open_snapshot(Path(settings.SNAPSHOT_STORE) / folder)
        except UnusableFile:
            broken.append(folder)
    yield fail("doctor_snapshots_broken", folders=broken) if broken else ok("doctor_snapshots", count=len(folders))


def _ledger(at: datetime) -> Iterator[Line]:
    del at
    broken = find_breaks()
    if broken:
        yield fail("doctor_ledger_broken", count=len(broken), number=broken[0].number)
    else:
        yield ok("doctor_ledger", count=get_head()[0])


def _worker(at: datetime) -> Iterator[Line]:
    yield ok("doctor_worker") if is_worker_alive(at) else warn("doctor_worker_absent")


def _jobs(at: datetime) -> Iterator[Line]:
    overdue = Job.objects.filter(state=Job.State.QUEUED, run_after__lt=at - _OVERDUE).count()
    lost = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=at).count()
    if overdue or lost:
        yield warn("doctor_jobs_stuck", overdue=overdue, lost=lost)
    else:
        yield ok("doctor_jobs")
