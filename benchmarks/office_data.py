"""Data folders for the office's benchmark: `python -m benchmarks.office_data SIZE COUNTIES`, with `XUEZHENG_DATA` set.

The demonstration county and, for more than one, neighbours of the same shape under other codes: imported from their
workbooks, indexed and evaluated like any delivery, all years against the three national standards.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOGIN = "bench"
PASSWORD = "a-long-password-for-the-benchmark"  # noqa: S105
NAMES = ("", "临河县", "青石县", "白沙县", "望江县", "平坝县", "金竹县", "松溪县", "龙泉县", "石门县")
MAKERS = ("register", "standards", "people", "ledger", "catalogue", "kernel")


def prepared(counties: int, size: str = "full") -> Path:
    """Return a data folder with so many counties, made where the one of the last run is no longer of this code."""
    folder = Path(tempfile.gettempdir()) / f"xuezheng-bench-{size}-{counties}-{fingerprint()[:12]}"
    if (folder / "ready").exists():
        return folder
    for old in folder.parent.glob(f"xuezheng-bench-{size}-{counties}-*"):
        for held in old.rglob("*"):  # snapshots are stored read-only
            held.chmod(0o755)
        shutil.rmtree(old)
    print(f"Preparing {folder} ({counties} × {size}) …", file=sys.stderr, flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "benchmarks.office_data", size, str(counties)],
        env=os.environ | {"XUEZHENG_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings"},
        cwd=ROOT, check=True,
    )  # fmt: skip
    (folder / "ready").touch()
    return folder


def fingerprint() -> str:
    """Digest the code that data folders come from."""
    found = hashlib.sha256()
    for room in MAKERS:
        for path in sorted((ROOT / "src" / "xuezheng" / room).rglob("*.py")):
            found.update(path.read_bytes())
    return found.hexdigest()


def store(number: int, size: str, into: Path) -> list[str]:
    """Write one county's workbooks, import them into the snapshot store, and return the folders' names."""
    from xuezheng.register.demonstration.county import make_county, size_named
    from xuezheng.register.demonstration.neighbour import neighbour
    from xuezheng.register.demonstration.workbooks import write_workbooks
    from xuezheng.register.opening import read_sources
    from xuezheng.register.snapshot import store_snapshots

    county = make_county(1, size_named(size))
    if number:
        county = neighbour(county, f"5099{number + 1:02d}", NAMES[number])
    with tempfile.TemporaryDirectory() as folder:
        return [path.name for path in store_snapshots(read_sources(write_workbooks(Path(folder), county)), into)]


def main(size: str, counties: int) -> None:
    """Fill the data folder."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    from xuezheng.ledger.actions import SYSTEM
    from xuezheng.register.actions import index_snapshot
    from xuezheng.standards.actions import evaluate_snapshot

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    into = Path(settings.SNAPSHOT_STORE)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        stored = pool.map(store, range(counties), [size] * counties, [into] * counties)
        for name in (name for names in stored for name in names):
            for snapshot in index_snapshot(folder=into / name, by=SYSTEM, at=timezone.now()):
                evaluate_snapshot(snapshot=snapshot, by=SYSTEM, at=timezone.now())
    people()


def people() -> None:
    """Make the one who asks: a statistician of the first county."""
    from django.utils import timezone

    from xuezheng.people.models import Account, Appointment, Organisation

    now = timezone.now()
    county, _ = Organisation.objects.get_or_create(
        kind="county", county="509901", code="509901", defaults={"name": "云溪县"}
    )
    county.path = county.path or f"/{county.pk}/"
    county.save()
    account = Account(login=LOGIN, name="测速", created_at=now)
    account.set_password(PASSWORD)
    account.save()
    Appointment.objects.create(account=account, organisation=county, role="statistician", starts_on=now.date())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
