"""Snapshots: what a county had in a school year, immutable and named by its content."""

import hashlib
import json
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRequest, NotFound, UnusableFile
from xuezheng.register.delivery import Delivery, RefusedDelivery
from xuezheng.register.engine.content import DIGEST_SCHEME, content_digest, of_school_year, school_years
from xuezheng.register.holdings import Holdings, SourceSheet, arrow_type
from xuezheng.register.sources import MANIFEST, is_snapshot

OUTLINES = "outlines"
_READ_ONLY = 0o444
_READ_ONLY_FOLDER = 0o555


@dataclass(frozen=True, slots=True)
class Stored:
    """What a snapshot is called: its school year, digest, and number among the snapshots of the year in its store."""

    school_year: int
    digest: str
    number: int


def digest(holdings: Holdings) -> str:
    """Return the digest of the content of holdings: of the newest school year where there are several."""
    years = school_years(holdings.tables)
    tables = of_school_year(holdings.tables, years[-1]) if years else holdings.tables
    return content_digest(tables, holdings.outlines)


def store_snapshots(delivery: Delivery, into: Path, *, school_year: int | None = None) -> list[Path]:
    """Store one immutable snapshot a school year and return their folders, `<school year>-<digest>`.

    The same content is stored once, at the same place. A folder is written beside and renamed: never half.
    Raises `RefusedDelivery` where the delivery has errors; `InvalidRequest` where no school year is known.
    """
    if delivery.errors:
        raise RefusedDelivery(delivery)
    years = (school_year,) if school_year is not None else delivery.school_years
    if not years:
        raise InvalidRequest("school_year_needed")
    into.mkdir(parents=True, exist_ok=True)
    folders = []
    for year in years:
        tables = of_school_year(delivery.holdings.tables, year)
        name = content_digest(tables, delivery.holdings.outlines)
        folder = into / f"{year}-{name}"
        folders.append(folder)
        if folder.exists():
            open_snapshot(folder)  # what stands there must still be what its name says
            continue
        draft = Path(tempfile.mkdtemp(dir=into, prefix=".draft-"))
        try:
            _write(draft, delivery, Stored(year, name, _next_number(into, year)), tables, folders[:-1])
            _make_read_only(draft)
            draft.rename(folder)
        except OSError:
            if not is_snapshot(folder):  # else somebody stored the same content meanwhile
                raise
        finally:
            _discard(draft)
    return folders


def _write(draft: Path, delivery: Delivery, stored: Stored, tables: Mapping[str, pa.Table], beside: list[Path]) -> None:
    from xuezheng.tables.parquet import write_parquet

    for table_name, table in tables.items():
        write_parquet(table, draft / f"{table_name}.parquet")
    if delivery.holdings.outlines:
        (draft / OUTLINES).mkdir()
        for stem, outline in delivery.holdings.outlines.items():
            (draft / OUTLINES / f"{stem}.geojson").write_text(_json(outline), encoding="utf-8")
    originals = _keep_originals(delivery, draft / "originals", beside)
    manifest = _manifest(delivery, tables, stored, originals)
    (draft / MANIFEST).write_text(_json(manifest), encoding="utf-8")


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _keep_originals(delivery: Delivery, folder: Path, beside: list[Path]) -> list[dict[str, str | int]]:
    """Keep the delivered files; what a snapshot of the same delivery holds already is linked, not copied again."""
    folder.mkdir()
    kept: list[dict[str, str | int]] = []
    for path, name in zip(delivery.originals, delivery.names, strict=True):
        sha256 = _sha256(path)
        stored = f"{sha256[:12]}-{path.name}"
        if not (folder / stored).exists():
            _link_or_copy(path, folder / stored, [other / "originals" / stored for other in beside])
        kept.append({"name": name, "sha256": sha256, "bytes": path.stat().st_size, "stored": stored})
    return kept


def _link_or_copy(path: Path, target: Path, same: list[Path]) -> None:
    held = next((other for other in same if other.is_file()), None)
    if held is not None:
        try:
            target.hardlink_to(held)
        except OSError:  # a file system without links
            pass
        else:
            return
    shutil.copyfile(path, target)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(
    delivery: Delivery, tables: Mapping[str, pa.Table], stored: Stored, originals: list[dict[str, str | int]]
) -> dict[str, object]:
    return {
        "format": "xuezheng-snapshot",
        "digest": stored.digest,
        "digest_scheme": DIGEST_SCHEME,
        "school_year": stored.school_year,
        "number": stored.number,
        "schema_version": load_register_schema().version,
        "rows": {table_name: table.num_rows for table_name, table in tables.items()},
        "sources": [
            {"file": s.file, "sheet": s.sheet, "table": s.table, "columns": dict(s.columns)}
            for s in delivery.holdings.sources
        ],
        "originals": originals,
        "accepted_warnings": [
            {
                "code": fault.code,
                "place": str(fault.place or ""),
                "table": fault.table,
                "column": fault.column,
                "value": fault.value,
            }
            for fault in delivery.warnings
        ],
    }


def _make_read_only(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(_READ_ONLY_FOLDER if path.is_dir() else _READ_ONLY)
    folder.chmod(_READ_ONLY_FOLDER)


def _discard(draft: Path) -> None:
    """Remove what is left of a draft that was not renamed."""
    if draft.exists():
        for folder in (draft, draft / "originals", draft / OUTLINES):
            if folder.exists():
                folder.chmod(stat.S_IRWXU)
        shutil.rmtree(draft)


def _snapshots_in(store: Path) -> list[Path]:
    """Return the snapshots of a store; drafts that a broken-off import left are none."""
    return sorted(folder for folder in store.iterdir() if not folder.name.startswith(".") and is_snapshot(folder))


def find_snapshot(path: Path, school_year: int | None = None) -> Path | None:
    """Return the snapshot that `path` is or, of a store, the newest of the school year; None where it is neither.

    The newest is the one stored last among those of the latest year. Raises `NotFound` where a store or snapshot
    holds nothing of the school year.
    """
    if not path.is_dir():
        return None
    held = [path] if is_snapshot(path) else _snapshots_in(path)
    if not held:
        return None
    called = {folder: _called(folder) for folder in held}
    wanted = school_year if school_year is not None else max(stored.school_year for stored in called.values())
    fitting = [folder for folder in held if called[folder].school_year == wanted]
    if not fitting:
        shown = sorted({str(stored.school_year) for stored in called.values()})
        raise NotFound("school_year_not_held", place=Place(str(path)), school_year=wanted, held=shown)
    return max(fitting, key=lambda folder: (called[folder].number, folder.name))


def _next_number(store: Path, school_year: int) -> int:
    called = (_called(folder) for folder in _snapshots_in(store))
    return 1 + max((stored.number for stored in called if stored.school_year == school_year), default=0)


def _called(folder: Path) -> Stored:
    manifest = read_manifest(folder)
    try:
        # The first snapshots had no number: they come before all others of their year.
        return Stored(int(manifest["school_year"]), str(manifest["digest"]), int(manifest.get("number", 0)))
    except (KeyError, TypeError, ValueError) as problem:
        raise UnusableFile("snapshot_damaged", place=Place(str(folder))) from problem


def find_snapshots(store: Path) -> list[Path]:
    """Return the snapshots of a store: by school year, then as they were stored. Other folders are passed over."""
    called = {folder: _called(folder) for folder in (_snapshots_in(store) if store.is_dir() else [])}
    return sorted(called, key=lambda folder: (called[folder].school_year, called[folder].number, folder.name))


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return a snapshot's manifest; raises `UnusableFile` where there is none that can be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise UnusableFile("snapshot_damaged", place=Place(str(folder))) from problem
    if not isinstance(manifest, dict) or manifest.get("format") != "xuezheng-snapshot":
        raise UnusableFile("snapshot_damaged", place=Place(str(folder)))
    return manifest


def open_snapshot(path: Path, *, read_originals: bool = True) -> Holdings:
    """Return a snapshot's holdings.

    Raises `UnusableFile` where its content is not what its digest says, or was digested by another version's rules,
    and where one of its originals was deleted or altered: `read_originals` compares their digests too, else only
    their lengths.
    """
    manifest = read_manifest(path)
    try:
        sources = tuple(
            SourceSheet(source["file"], source["sheet"], source["table"], source["columns"])
            for source in manifest["sources"]
        )
        _compare_originals(path, manifest["originals"], read_originals)
        tables = {name: _held_table(path, name) for name in sorted(manifest["rows"])}
        files = sorted((path / OUTLINES).glob("*.geojson"))
        outlines = {file.stem: json.loads(file.read_text("utf-8")) for file in files} or None
        named = str(manifest["digest"])
    except (KeyError, TypeError, ValueError, OSError) as problem:
        raise UnusableFile("snapshot_damaged", place=Place(str(path))) from problem
    holdings = Holdings(tables, sources, "", outlines)
    found = content_digest(tables, outlines) if _has_our_types(tables) else "—"
    if found != named and not _is_of_our_version(manifest):
        raise UnusableFile("snapshot_of_other_version", place=Place(str(path)))
    if found != named or path.name.rpartition("-")[2] != named:
        raise UnusableFile("snapshot_altered", place=Place(str(path)), named=named, found=found)
    return replace(holdings, snapshot=found)


def _held_table(path: Path, name: str) -> pa.Table:
    from xuezheng.tables.parquet import read_parquet

    try:
        return read_parquet(path / f"{name}.parquet")
    except UnusableFile as problem:
        raise UnusableFile("snapshot_damaged", place=Place(str(path / f"{name}.parquet"))) from problem


def _compare_originals(path: Path, originals: Sequence[Mapping[str, Any]], read: bool) -> None:
    for original in originals:
        file = path / "originals" / str(original["stored"])
        same = file.is_file() and file.stat().st_size == original.get("bytes", file.stat().st_size)
        if not same or (read and _sha256(file) != original["sha256"]):
            raise UnusableFile("snapshot_original_altered", place=Place(str(file)), value=str(original["name"]))


def _has_our_types(tables: Mapping[str, pa.Table]) -> bool:
    """Whether the tables are held as the register holds them; what another program rewrote is mostly not."""
    schema = load_register_schema().tables
    return all(
        name in schema
        and len(set(table.column_names)) == table.num_columns
        and all(
            table.schema.field(column).type == arrow_type(definition)
            for column, definition in schema[name].columns.items()
            if column in table.column_names
        )
        for name, table in tables.items()
    )


def _is_of_our_version(manifest: Mapping[str, Any]) -> bool:
    ours = {"digest_scheme": DIGEST_SCHEME, "schema_version": load_register_schema().version}
    return all(manifest.get(name) == value for name, value in ours.items())
