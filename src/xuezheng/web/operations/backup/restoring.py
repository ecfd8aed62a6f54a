"""Restoring a backup into an installation, on either database; what was there before is kept aside."""

import os
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRequest, UnusableFile
from xuezheng.ledger.actions import Actor, recording
from xuezheng.ledger.queries import find_breaks, get_head
from xuezheng.people.models import Account
from xuezheng.register.models import County
from xuezheng.web.operations.backup.making import included_files, make_backup
from xuezheng.web.operations.backup.manifest import Manifest
from xuezheng.web.operations.backup.reading import opened
from xuezheng.web.operations.backup.rows import fields_of, load_rows, models_at
from xuezheng.web.operations.database import find_pending_migrations, reset_sequences
from xuezheng.web.operations.health import is_worker_alive

_BLOCK = 1 << 20


def restore_backup(*, file: Path, by: Actor, at: datetime, replace: bool = False) -> tuple[Manifest, Path | None]:
    """Put a backup in the place of an empty installation, or with `replace` of the one that is there.

    Returns what was restored, and where the former installation was put aside. Everything is verified before anything
    is touched; the database is loaded in one transaction; a failure leaves the former installation in its place. Raises
    `UnusableFile` for an archive that is not sound or of a newer version, and `InvalidRequest` for an installation that
    is in use.
    """
    with opened(file) as (archive, manifest):
        _check_version(manifest, file)
        _check_space(manifest)
        is_empty = is_empty_installation()
        if not is_empty and not replace:
            raise InvalidRequest("installation_not_empty", folder=str(settings.DATA_FOLDER))
        if not is_empty and is_worker_alive(at):
            raise InvalidRequest("installation_running")
        draft = _unpack_files(archive, manifest)
        try:
            with _aside(is_empty, by, at) as aside:
                _load(archive, manifest, file)
                call_command("migrate", interactive=False, verbosity=0)
                _check_ledger(manifest, file)
                _move_in(draft)
        finally:
            _discard(draft)
    with recording(by, at) as recorder:
        recorder.event("operations.restore", "installation", "backup", after={"made_at": manifest.made_at.isoformat()})
    return manifest, aside


def is_empty_installation() -> bool:
    """Whether nobody has worked here yet: no people, no county, no files."""
    if any(included_files(with_secret_key=False)):
        return False
    present = set(connection.introspection.table_names())
    return not any(model._meta.db_table in present and model.objects.exists() for model in (Account, County))


def _check_version(manifest: Manifest, file: Path) -> None:
    try:
        models_at(manifest.migrations)
    except KeyError as problem:
        raise UnusableFile(
            "backup_of_newer_version", place=Place(str(file)), program=manifest.program, migration=str(problem.args[0])
        ) from problem


def _check_space(manifest: Manifest) -> None:
    needed = sum(part.bytes for part in manifest.files) + 2 * sum(part.bytes for part in manifest.tables)
    free = shutil.disk_usage(settings.DATA_FOLDER).free
    if needed > free:
        raise InvalidRequest("disk_too_full", needed=needed // _BLOCK + 1, free=free // _BLOCK)


def _unpack_files(archive: zipfile.ZipFile, manifest: Manifest) -> Path:
    """Write the files beside the installation's own, on the same disk, so that putting them in place is one step each."""
    draft = Path(settings.DATA_FOLDER) / f".restoring-{os.getpid()}"
    draft.mkdir(mode=0o700)
    try:
        _unpack_into(draft, archive, manifest)
    except BaseException:
        _discard(draft)
        raise
    return draft


def _unpack_into(draft: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    written: dict[str, Path] = {}
    for part in manifest.files:
        target = draft / part.path
        target.parent.mkdir(parents=True, exist_ok=True)
        first = written.setdefault(part.sha256, target)
        if first is not target and _is_linked(first, target):
            continue
        with archive.open(part.member) as source, target.open("xb") as copy:
            shutil.copyfileobj(source, copy, _BLOCK)
        target.chmod(part.mode & 0o777)
    for folder in sorted(manifest.folders, key=lambda folder: folder.path, reverse=True):
        (draft / folder.path).chmod(folder.mode & 0o777)


def _is_linked(first: Path, target: Path) -> bool:
    """Link files of the same content and mode, as snapshots share their originals; False where that cannot be."""
    if first.suffix != target.suffix or first.stat().st_mode & 0o222:
        return False
    try:
        target.hardlink_to(first)
    except OSError:
        return False
    return True


@contextmanager
def _aside(is_empty: bool, by: Actor, at: datetime) -> Iterator[Path | None]:
    """Put the installation that is there aside, and back in its place where the block fails."""
    folder = Path(settings.DATA_FOLDER)
    aside = folder / f"replaced-{timezone.localtime(at):%Y%m%d-%H%M%S}"
    before = aside / "before.zip"
    if connection.vendor != "sqlite" and not is_empty:
        make_backup(into=before, by=by, at=at)
    moved = _move_aside(folder, aside)
    try:
        yield None if is_empty else aside
    except BaseException:
        connections.close_all()
        for source, target in reversed(moved):
            _remove(source)
            target.rename(source)
        if before.exists():
            with opened(before) as (archive, manifest):
                _load(archive, manifest, before)
            before.unlink()
        elif connection.vendor == "postgresql":
            _clear()
        aside.rmdir()
        raise
    if is_empty:
        _remove(aside)


def _move_aside(folder: Path, aside: Path) -> list[tuple[Path, Path]]:
    """Move the stores, and SQLite's files, into a folder beside; return from where to where."""
    connections.close_all()
    aside.mkdir(exist_ok=True)
    sources = [folder / name for name in sorted({path.parts[0] for path in included_files(with_secret_key=False)})]
    if connection.vendor == "sqlite":
        database = Path(str(connection.settings_dict["NAME"]))
        sources += [path for ending in ("", "-wal", "-shm") if (path := Path(f"{database}{ending}")).exists()]
    moved = []
    for source in sources:
        target = aside / source.name
        source.rename(target)
        moved.append((source, target))
    return moved


def _load(archive: zipfile.ZipFile, manifest: Manifest, file: Path) -> None:
    """Bring the tables to the backup's version, and fill them in one transaction, the ledger verified in it."""
    executor = MigrationExecutor(connection)
    executor.migrate([(app, name) for app, _, name in (node.partition(".") for node in manifest.migrations)])
    apps = models_at(manifest.migrations)
    models = {part.label: apps.get_model(part.label) for part in manifest.tables}
    with transaction.atomic():
        _clear()
        for part in manifest.tables:
            model = models[part.label]
            if set(part.fields) != set(fields_of(model)):
                raise UnusableFile("backup_damaged", member=part.member)
            model._base_manager.all().delete()  # what a migration had put there
            try:
                with archive.open(part.member) as lines:
                    count = load_rows(model, part.fields, lines)
            except (ValueError, TypeError) as problem:
                raise UnusableFile("backup_damaged", member=part.member) from problem
            if count != part.rows or model._base_manager.count() != part.rows:
                raise UnusableFile("backup_damaged", member=part.member)
        reset_sequences(list(models.values()))
        if not find_pending_migrations():  # else it is verified once the tables are of this version
            _check_ledger(manifest, file)


def _clear() -> None:
    """Empty the tables of a PostgreSQL database at a stroke; with SQLite the whole file was put aside."""
    if connection.vendor == "postgresql":
        call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)


def _check_ledger(manifest: Manifest, file: Path) -> None:
    broken = find_breaks()
    if broken or get_head() != (manifest.ledger.number, manifest.ledger.digest):
        number = broken[0].number if broken else manifest.ledger.number
        raise UnusableFile("backup_ledger_broken", place=Place(str(file)), number=number)


def _move_in(draft: Path) -> None:
    for path in sorted(draft.iterdir()):
        target = Path(settings.DATA_FOLDER) / path.name
        if target.exists() and not any(target.iterdir() if target.is_dir() else ()):
            _remove(target)  # an empty store that the program made when it started
        path.rename(target)


def _remove(path: Path) -> None:
    if path.is_dir():
        _discard(path)
    else:
        path.unlink(missing_ok=True)


def _discard(folder: Path) -> None:
    """Remove a folder in which folders may be read-only."""
    if folder.exists():
        for inside in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
            inside.chmod(0o700)
        shutil.rmtree(folder)
