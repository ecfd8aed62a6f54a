"""Deliveries on their way to snapshots: taken in, checked, and then stored or discarded; never half."""

import hashlib
import secrets
import shutil
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRequest, TooLarge, UnusableFile
from xuezheng.ledger.actions import Actor, Recorder, recording
from xuezheng.people.models import Account
from xuezheng.register.actions.checking import previous_holdings
from xuezheng.register.actions.indexing import index_snapshot
from xuezheng.register.actions.upload_store import FILES, upload_folder
from xuezheng.register.delivery import Delivery, read_delivery
from xuezheng.register.engine.content import content_digest, of_school_year
from xuezheng.register.engine.file_names import safe_names
from xuezheng.register.mapping import FILE_NAME
from xuezheng.register.models import County, Import, Snapshot
from xuezheng.register.snapshot import store_snapshots
from xuezheng.register.sources import OUTLINE_SUFFIXES, TABLE_SUFFIXES
from xuezheng.tables.kinds import file_kind
from xuezheng.tables.limits import DEFAULT_LIMITS

FILES_AT_MOST = 60
BYTES_AT_MOST = 2 * DEFAULT_LIMITS.file_bytes
_ENDED = (Import.State.STORED, Import.State.DISCARDED)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file as it comes in: the name that the sender gave it, and its pieces."""

    name: str
    pieces: Iterable[bytes]


class UploadRefused(InvalidRequest):
    """Uploaded files that cannot be taken in: too many, too large, of a kind that is not read."""


def begin_import(
    *, county: County, files: Sequence[Uploaded], language: str, account: Account, by: Actor, at: datetime
) -> Import:
    """Take in uploaded files and return the import that they make up; checking it is the next step.

    Raises `UploadRefused` for no file or too many, `TooLarge` and `UnusableFile` for one that is not read, by its size
    and content; then nothing is kept.
    """
    if not files:
        raise UploadRefused("upload_without_files")
    if len(files) > FILES_AT_MOST:
        raise UploadRefused("upload_of_too_many_files", number=len(files), limit=FILES_AT_MOST)
    folder = secrets.token_hex(16)
    store = upload_folder(folder)
    try:
        kept = _take_in(files, store / FILES)
        with recording(by, at) as recorder:
            taken = Import.objects.create(
                county=county, folder=folder, files=kept, language=language, uploaded_by=account, uploaded_at=at
            )
            recorder.event(
                "register.begin_import", "import", taken.pk, county=county.code,
                after={"files": [{"sha256": file["sha256"], "bytes": file["bytes"]} for file in kept]},
            )  # fmt: skip
    except BaseException:
        shutil.rmtree(store, ignore_errors=True)
        raise
    return taken


def _take_in(files: Sequence[Uploaded], into: Path) -> list[dict[str, Any]]:
    into.mkdir(parents=True, mode=0o700)
    left = BYTES_AT_MOST
    kept = []
    for file, name in zip(files, safe_names([file.name for file in files]), strict=True):
        kept.append(_written(file.pieces, into / name, left))
        left -= kept[-1]["bytes"]
        _check_kind(into / name)
    return kept


def _written(pieces: Iterable[bytes], path: Path, left: int) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    limit = min(left, DEFAULT_LIMITS.file_bytes)
    with path.open("xb") as out:
        for piece in pieces:
            size += len(piece)
            if size > limit:
                raise TooLarge("upload_too_large", place=Place(path.name), limit_mib=limit >> 20)
            digest.update(piece)
            out.write(piece)
    return {"name": path.name, "bytes": size, "sha256": digest.hexdigest()}


def _check_kind(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix not in TABLE_SUFFIXES | OUTLINE_SUFFIXES and path.name != FILE_NAME:
        raise UnusableFile("upload_of_other_kind", place=Place(path.name))
    if suffix in TABLE_SUFFIXES:
        file_kind(path, path.name)


def accept_import(
    *, number: int, years: Collection[int], warnings_accepted: bool, account: Account, by: Actor, at: datetime
) -> Import:
    """Decide that some years of a checked import are to be stored; storing them is the next step.

    Raises `InvalidRequest` where none of its years is chosen, it is not checked, has warnings that were not accepted, or where another delivery was
    stored since, so that the preview says something else than what would happen.
    """
    with recording(by, at) as recorder:
        taken = Import.objects.select_for_update().get(pk=number)
        if taken.state != Import.State.CHECKED:
            raise InvalidRequest("import_not_checked")
        if taken.counts.get("warning") and not warnings_accepted:
            raise InvalidRequest("import_warnings_open", number=taken.counts["warning"])
        chosen = [year["year"] for year in taken.summary["years"] if year["year"] in years]
        if not chosen:
            raise InvalidRequest("import_no_year_chosen")
        _require_preview_of_today(taken, chosen)
        taken.state, taken.accepted_by = Import.State.STORING, account
        taken.summary = {**taken.summary, "chosen": chosen}
        taken.save(update_fields=["state", "accepted_by", "summary"])
        recorder.event(
            "register.accept_import", "import", taken.pk, county=taken.county_id, before={"state": Import.State.CHECKED},
            after={"state": taken.state, "years": chosen, "warnings_accepted": taken.counts.get("warning", 0)},
        )  # fmt: skip
    return taken


def _require_preview_of_today(taken: Import, chosen: Collection[int]) -> None:
    for year in taken.summary["years"]:
        if year["year"] not in chosen:
            continue
        current = Snapshot.objects.filter(
            county__in=taken.summary["counties"], school_year=year["year"], is_current=True
        )
        if list(current.order_by("county_id").values_list("digest", flat=True)) != year["before"]:
            raise InvalidRequest("import_preview_outdated")


def store_import(
    *,
    number: int,
    by: Actor,
    at: datetime,
    then: Callable[[Snapshot], object] = lambda _: None,
) -> Import:
    """Store an accepted import as snapshots, index them, and do `then` with each, all in one transaction.

    Safe to run again: the same content is stored once. Raises `InvalidRequest` where the files are not what was checked; then nothing is indexed.
    """
    taken = Import.objects.get(pk=number)
    if taken.state != Import.State.STORING:
        return taken
    store = upload_folder(taken.folder)
    delivery = read_delivery([store / FILES], previous=previous_holdings(taken.county_id))
    chosen = {
        year["year"]: year["digest"] for year in taken.summary["years"] if year["year"] in taken.summary["chosen"]
    }
    if any(
        content_digest(of_school_year(delivery.holdings.tables, year), delivery.holdings.outlines) != digest
        for year, digest in chosen.items()
    ):
        raise InvalidRequest("import_files_changed")
    folders = _store(delivery, chosen)
    with recording(by, at) as recorder:
        for folder in folders:
            for snapshot in index_snapshot(folder=folder, by=by, at=at):
                taken.snapshots.add(snapshot)
                then(snapshot)
        _end(taken, Import.State.STORED, recorder, at)
    shutil.rmtree(store, ignore_errors=True)  # the originals stand in the snapshots
    return taken


def _store(delivery: Delivery, years: Collection[int]) -> list[Path]:
    into = Path(settings.SNAPSHOT_STORE)
    if set(years) == set(delivery.school_years):
        return store_snapshots(delivery, into)  # in one go the years share their originals on the disk
    return [folder for year in years for folder in store_snapshots(delivery, into, school_year=year)]


def discard_import(*, number: int, is_worked_on: bool, by: Actor, at: datetime) -> Import:
    """Throw away an import that was not stored: its files, faults and copies.

    Raises `InvalidRequest` once it has ended, and while it is being stored (`is_worked_on`).
    """
    with recording(by, at) as recorder:
        taken = Import.objects.select_for_update().get(pk=number)
        if taken.state in _ENDED:
            raise InvalidRequest("import_has_ended")
        if taken.state == Import.State.STORING and is_worked_on:
            raise InvalidRequest("import_is_worked_on")
        taken.faults.all().delete()
        taken.summary, taken.reports = {}, []
        _end(taken, Import.State.DISCARDED, recorder, at)
    shutil.rmtree(upload_folder(taken.folder), ignore_errors=True)
    return taken


def discard_stale_imports(*, before: datetime, by: Actor, at: datetime) -> int:
    """Throw away what was uploaded before a time and was refused, or that nobody decided; return how many."""
    waiting = (Import.State.CHECKING, Import.State.CHECKED, Import.State.REFUSED)
    stale = list(Import.objects.filter(state__in=waiting, uploaded_at__lt=before).values_list("pk", flat=True))
    for number in stale:
        discard_import(number=number, is_worked_on=False, by=by, at=at)
    return len(stale)


def recheck_import(*, number: int, is_worked_on: bool, by: Actor, at: datetime) -> Import:
    """Put an import back to be checked again, against what is stored now.

    Raises `InvalidRequest` once it has ended or was refused, and while a background job works on it (`is_worked_on`).
    """
    with recording(by, at) as recorder:
        taken = Import.objects.select_for_update().get(pk=number)
        if taken.state in (*_ENDED, Import.State.REFUSED):
            raise InvalidRequest("import_has_ended")
        if is_worked_on:
            raise InvalidRequest("import_is_worked_on")
        before, taken.state = taken.state, Import.State.CHECKING
        taken.save(update_fields=["state"])
        recorder.event(
            "register.recheck_import", "import", taken.pk, county=taken.county_id,
            before={"state": before}, after={"state": taken.state},
        )  # fmt: skip
    return taken


def _end(taken: Import, state: str, recorder: Recorder, at: datetime) -> None:
    before = taken.state
    taken.state, taken.ended_at = state, at
    taken.save(update_fields=["state", "ended_at", "summary", "reports"])
    recorder.event(
        f"register.{'store' if state == Import.State.STORED else 'discard'}_import", "import", taken.pk,
        county=taken.county_id, before={"state": before}, after={"state": state},
    )  # fmt: skip
