"""Deliveries on their way to snapshots: taken in, checked, and then stored or discarded; never half."""

import hashlib
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from django.conf import settings

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import ForbiddenContent, InvalidRequest, TooLarge, UnusableFile
from xuezheng.ledger.actions import Actor, Recorder, recording
from xuezheng.people.access import Area
from xuezheng.people.models import Account
from xuezheng.register.actions.indexing import index_snapshot
from xuezheng.register.delivery import Delivery, read_delivery
from xuezheng.register.engine.content import content_digest, of_school_year
from xuezheng.register.engine.counties import counties_in, of_counties
from xuezheng.register.engine.faults import Fault, error, in_order
from xuezheng.register.engine.file_names import safe_names
from xuezheng.register.holdings import Holdings
from xuezheng.register.mapping import FILE_NAME
from xuezheng.register.marked_copy import write_fault_table, write_marked_copies
from xuezheng.register.models import County, Import, ImportFault, Snapshot
from xuezheng.register.preview import impact
from xuezheng.register.queries import find_current_snapshots, get_holdings
from xuezheng.register.snapshot import store_snapshots
from xuezheng.register.sources import OUTLINE_SUFFIXES, TABLE_SUFFIXES
from xuezheng.tables.kinds import file_kind
from xuezheng.tables.limits import DEFAULT_LIMITS

FILES_AT_MOST = 60
BYTES_AT_MOST = 2 * DEFAULT_LIMITS.file_bytes
_BATCH = 500
_FILES, _REPORTS = "files", "reports"
_ENDED = (Import.State.STORED, Import.State.DISCARDED)
Told = Callable[[int, int, str], None]


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
        kept = _take_in(files, store / _FILES)
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


def upload_folder(folder: str) -> Path:
    """Return where an import's files lie until it ends."""
    return Path(settings.UPLOAD_STORE) / folder


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


def check_import(*, number: int, area: Area, by: Actor, at: datetime, told: Told = lambda *_: None) -> Import:
    """Read an import's files, keep every fault, and what storing it would change; return it checked or refused.

    `area` is what the person who uploaded may import: a delivery about another county is refused, whoever carries it.
    Safe to run again. `told` is told how far it is: done, of how many, and a message code.
    """
    taken = Import.objects.get(pk=number)
    if taken.state != Import.State.CHECKING:
        return taken
    store = upload_folder(taken.folder)
    told(0, 4, "import_reading")
    delivery = read_delivery([store / _FILES], previous=_previous(taken.county_id))
    refusals = _foreign(delivery, taken.county_id, area)
    faults = in_order([*delivery.faults, *refusals])
    is_refused = any(fault.grade == "error" for fault in faults)
    told(1, 4, "import_comparing")
    years = [] if is_refused else [_change(delivery, year) for year in delivery.school_years]
    told(2, 4, "import_marking")
    reports = _write_reports(delivery, faults, store / _REPORTS, taken.language)
    told(3, 4, "import_writing_down")
    with recording(by, at) as recorder:
        taken = Import.objects.select_for_update().get(pk=number)
        if taken.state != Import.State.CHECKING:  # somebody discarded it meanwhile
            return taken
        _keep_faults(taken, faults)
        taken.state = Import.State.REFUSED if is_refused else Import.State.CHECKED
        taken.counts = {grade: _number(faults, grade) for grade in ("error", "warning", "note")}
        taken.summary = {
            "years": years, "counties": sorted(counties_in(delivery.holdings.tables)),
            "accounts": _accounts(delivery), "agreeing": delivery.agreeing,
        }  # fmt: skip
        taken.reports, taken.checked_at = reports, at
        taken.save()
        recorder.event(
            "register.check_import", "import", taken.pk, county=taken.county_id,
            after={"state": taken.state, "counts": taken.counts},
        )  # fmt: skip
    if any(fault.exit_status == ForbiddenContent.exit_status for fault in faults):
        shutil.rmtree(store / _FILES, ignore_errors=True)  # what must not be held is not held while somebody decides
    return taken


def _previous(county: str) -> Holdings | None:
    newest = find_current_snapshots(county).first()
    return get_holdings(newest) if newest else None


def _foreign(delivery: Delivery, county: str, area: Area) -> list[Fault]:
    """Return errors where the delivery is not about this county, or about one that the person may not import for."""
    found = counties_in(delivery.holdings.tables)
    if not found and not any(fault.grade == "error" for fault in delivery.faults):
        return [error("table", "import_without_schools")]
    faults = [
        error("contradiction", "import_of_other_county", county=code)
        for code in sorted(found)
        if not area.holds_county(code)
    ]
    if found and county not in found and not faults:
        faults.append(
            error("contradiction", "import_not_of_this_county", county=county, found=", ".join(sorted(found)))
        )
    return faults


def _number(faults: Sequence[Fault], grade: str) -> int:
    return sum(fault.number for fault in faults if fault.grade == grade)


def _change(delivery: Delivery, year: int) -> dict[str, Any]:
    """Return what storing a year would change against what pages show now."""
    tables = of_school_year(delivery.holdings.tables, year)
    codes = counties_in(tables)
    current = list(Snapshot.objects.filter(county__in=codes, school_year=year, is_current=True).order_by("county_id"))
    before = _together([of_counties(get_holdings(held).tables, {held.county_id}) for held in current])
    changes = impact(before, tables) if current else ()
    return {
        "year": year,
        "digest": content_digest(tables, delivery.holdings.outlines),
        "before": [snapshot.digest for snapshot in current],
        "rows": {name: table.num_rows for name, table in tables.items()},
        "tables": [asdict(change) for change in changes if not change.nothing],
    }


def _together(parts: Sequence[Mapping[str, pa.Table]]) -> Mapping[str, pa.Table]:
    """Return the tables of several counties as one set; where each came from does not matter here."""
    if len(parts) == 1:
        return parts[0]
    columns = {name: table.columns for name, table in load_register_schema().tables.items()}
    return {
        name: pa.concat_tables(
            [part[name].select([column for column in columns[name] if column in part[name].column_names])
             for part in parts if name in part],
            promote_options="default",
        )
        for name in dict.fromkeys(name for part in parts for name in part)
    }  # fmt: skip


def _accounts(delivery: Delivery) -> list[dict[str, Any]]:
    return [
        {"file": account.file, "sheet": account.sheet, "table": account.table, "rows": account.rows_read,
         "imported": account.imported, "refused": account.refused, "skipped": dict(account.skipped)}
        for account in delivery.accounts
    ]  # fmt: skip


def _write_reports(delivery: Delivery, faults: Sequence[Fault], into: Path, language: str) -> list[str]:
    """Write the table of faults and the marked copies; return their names."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True, mode=0o700)
    if not faults:
        return []
    return [
        path.name
        for path in (write_fault_table(faults, into, language), *write_marked_copies(delivery, into, language))
    ]


def _keep_faults(taken: Import, faults: Sequence[Fault]) -> None:
    taken.faults.all().delete()
    ImportFault.objects.bulk_create([_fault_row(taken, fault) for fault in faults], batch_size=_BATCH)


def _fault_row(taken: Import, fault: Fault) -> ImportFault:
    place = fault.place or Place("")
    return ImportFault(
        delivery=taken, grade=fault.grade, code=fault.code, file=place.file[:255], sheet=place.sheet[:255],
        row=place.row, column_letters=place.column[:4], table=fault.table[:40], column=fault.column[:60],
        value=fault.value[:500], params=dict(fault.params), number=fault.number,
    )  # fmt: skip


def accept_import(*, number: int, warnings_accepted: bool, account: Account, by: Actor, at: datetime) -> Import:
    """Decide that a checked import is to be stored; storing it is the next step.

    Raises `InvalidRequest` where it is not checked, has warnings that were not accepted, or where another delivery was
    stored since, so that the preview says something else than what would happen.
    """
    with recording(by, at) as recorder:
        taken = Import.objects.select_for_update().get(pk=number)
        if taken.state != Import.State.CHECKED:
            raise InvalidRequest("import_not_checked")
        if taken.counts.get("warning") and not warnings_accepted:
            raise InvalidRequest("import_warnings_open", number=taken.counts["warning"])
        _require_preview_of_today(taken)
        taken.state, taken.accepted_by = Import.State.STORING, account
        taken.save(update_fields=["state", "accepted_by"])
        recorder.event(
            "register.accept_import", "import", taken.pk, county=taken.county_id, before={"state": Import.State.CHECKED},
            after={"state": taken.state, "warnings_accepted": taken.counts.get("warning", 0)},
        )  # fmt: skip
    return taken


def _require_preview_of_today(taken: Import) -> None:
    for year in taken.summary["years"]:
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
    delivery = read_delivery([store / _FILES], previous=_previous(taken.county_id))
    folders = store_snapshots(delivery, Path(settings.SNAPSHOT_STORE))
    if [folder.name.rpartition("-")[2] for folder in folders] != [year["digest"] for year in taken.summary["years"]]:
        raise InvalidRequest("import_files_changed")
    with recording(by, at) as recorder:
        for folder in folders:
            for snapshot in index_snapshot(folder=folder, by=by, at=at):
                taken.snapshots.add(snapshot)
                then(snapshot)
        _end(taken, Import.State.STORED, recorder, at)
    shutil.rmtree(store, ignore_errors=True)  # the originals stand in the snapshots
    return taken


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
