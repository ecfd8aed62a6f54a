"""Making a backup while the installation runs."""

import hashlib
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connections

from xuezheng import __version__
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import Actor, recording
from xuezheng.ledger.models import Head
from xuezheng.web.operations.backup.manifest import (
    FORMAT,
    NAME,
    VERSION,
    FilePart,
    FolderPart,
    LedgerPart,
    Manifest,
    TablePart,
)
from xuezheng.web.operations.backup.rows import fields_of, leaves, lines_of, models_at, tables
from xuezheng.web.operations.database import one_state

Progress = Callable[[int, int], None]
SECRET_KEY = "secret-key"  # noqa: S105 - the name of a file
_MADE_ANEW = frozenset({"static", "made", "backups", "demonstration.json"})
_PACKED = frozenset({".xlsx", ".xls", ".ods", ".docx", ".parquet", ".zip", ".png", ".jpg", ".jpeg", ".pdf"})
_BLOCK = 1 << 20


def make_backup(
    *, into: Path, by: Actor, at: datetime, with_secret_key: bool = False, progress: Progress | None = None
) -> Manifest:
    """Write everything into one archive at `into`, readable by its owner only, and return what it holds.

    The database is seen at one moment while others go on writing; files of the data folder never change once written.
    Raises `InvalidRequest` where `into` exists or cannot be written.
    """
    if into.exists():
        raise InvalidRequest("backup_file_exists", file=str(into))
    with recording(by, at) as recorder:
        recorder.event("operations.backup", "installation", "backup", after={"with_secret_key": with_secret_key})
    draft = into.with_name(f".{into.name}.{os.getpid()}")
    try:
        into.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                manifest = _fill(archive, at, with_secret_key, progress or (lambda _done, _total: None))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(into)
    except OSError as problem:
        raise InvalidRequest("backup_not_written", file=str(into), detail=str(problem.strerror)) from problem
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _fill(archive: zipfile.ZipFile, at: datetime, with_secret_key: bool, progress: Progress) -> Manifest:
    with one_state() as using:
        migrations = leaves(using)
        models = tables(models_at(migrations, using))
        paths = sorted(included_files(with_secret_key))
        total = len(models) + len(paths)
        held = []
        for done, model in enumerate(models):
            progress(done, total)
            member = f"database/{model._meta.label_lower}.jsonl"
            rows, size, digest = _add(archive, member, lines_of(model, using))
            held.append(
                TablePart(label=model._meta.label_lower, fields=fields_of(model), rows=rows, bytes=size, sha256=digest)
            )
        head = Head.objects.using(using).filter(id=1).first() or Head()
        files = list(_add_files(archive, paths, lambda done: progress(len(models) + done, total)))
        manifest = Manifest(
            format=FORMAT, version=VERSION, program=__version__, made_at=at, database=connections[using].vendor,
            migrations=migrations, tables=tuple(held), files=tuple(files), folders=tuple(_folders(files)),
            ledger=LedgerPart(number=head.number, digest=head.digest),
        )  # fmt: skip
    archive.writestr(NAME, manifest.model_dump_json(indent=1))
    return manifest


def _add(
    archive: zipfile.ZipFile, member: str, pieces: Iterator[bytes], *, packed: bool = False
) -> tuple[int, int, str]:
    """Write a member; return the number of pieces, its size and its digest."""
    digest, size, count = hashlib.sha256(), 0, 0
    info = zipfile.ZipInfo(member)
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as target:
        for piece in pieces:
            target.write(piece)
            digest.update(piece)
            size += len(piece)
            count += 1
    return count, size, digest.hexdigest()


def included_files(with_secret_key: bool) -> Iterator[Path]:
    """Yield the files of the data folder that belong to a backup, relative to it: all but what is made anew."""
    folder = Path(settings.DATA_FOLDER)
    database = _database_files()
    for top in folder.iterdir() if folder.is_dir() else ():
        name = top.name
        if name in _MADE_ANEW | database or name.startswith((".", "replaced-")) or name.endswith(".log"):
            continue
        if name == SECRET_KEY and not with_secret_key:
            continue
        for path in [top] if top.is_file() else top.rglob("*"):
            inside = path.relative_to(folder)
            if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in inside.parts):
                yield inside


def _database_files() -> frozenset[str]:
    """Return what SQLite's files are called; a PostgreSQL database is called what it likes and has none."""
    database = connections["default"]
    if database.vendor != "sqlite":
        return frozenset()
    name = Path(str(database.settings_dict["NAME"])).name
    return frozenset(f"{name}{ending}" for ending in ("", "-wal", "-shm", "-journal"))


def _add_files(archive: zipfile.ZipFile, paths: list[Path], progress: Callable[[int], None]) -> Iterator[FilePart]:
    folder, written = Path(settings.DATA_FOLDER), set()
    for done, inside in enumerate(paths):
        progress(done)
        try:
            with (folder / inside).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                status = os.fstat(file.fileno())
                if digest not in written:
                    file.seek(0)
                    _add(archive, f"files/{digest}", _blocks(file), packed=inside.suffix.lower() in _PACKED)
                    written.add(digest)
        except FileNotFoundError:  # an upload that was taken in or thrown away meanwhile
            continue
        yield FilePart(path=inside.as_posix(), sha256=digest, bytes=status.st_size, mode=stat.S_IMODE(status.st_mode))


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _folders(files: list[FilePart]) -> Iterator[FolderPart]:
    root = Path(settings.DATA_FOLDER)
    found = {parent for file in files for parent in Path(file.path).parents if parent != Path()}
    for folder in sorted(found):
        yield FolderPart(path=folder.as_posix(), mode=stat.S_IMODE((root / folder).stat().st_mode))
