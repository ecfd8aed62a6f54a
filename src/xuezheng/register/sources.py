"""What a person named as source: files, folders of files, mappings and outlines among them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import UnusableFile
from xuezheng.register.engine.faults import Fault, error, note, refused
from xuezheng.register.mapping import FILE_NAME

TABLE_SUFFIXES = frozenset((".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt", ".parquet"))
OUTLINE_SUFFIXES = frozenset((".geojson", ".json"))
MANIFEST = "manifest.json"
_SNAPSHOT_NAME = re.compile(r"\d{4}-[0-9a-f]{16}")
_SNAPSHOT_FORMAT = b"xuezheng-snapshot"
_MANIFEST_START = 1 << 20
_PASSED_OVER = ("~$", ".", "._")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as delivered: where it is, and the name by which it is told (unique within the delivery)."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of a delivery by what they are, in order of their names."""

    tables: tuple[SourceFile, ...] = ()
    outlines: tuple[SourceFile, ...] = ()
    mappings: tuple[Path, ...] = ()
    faults: tuple[Fault, ...] = ()


def is_snapshot(path: Path) -> bool:
    """Whether a folder is a snapshot, by its name or by its manifest; other software writes manifests too."""
    manifest = path / MANIFEST
    if not manifest.is_file():
        return False
    return bool(_SNAPSHOT_NAME.fullmatch(path.name)) or _SNAPSHOT_FORMAT in manifest.read_bytes()[:_MANIFEST_START]


def gathered(sources: Sequence[Path]) -> Sources:
    """Return the files that the sources name, folders with their sub-folders; absent ones are faults."""
    tables: list[SourceFile] = []
    outlines: list[SourceFile] = []
    mappings: list[Path] = []
    faults: list[Fault] = []
    for source in sources:
        if not source.exists():
            faults.append(refused(UnusableFile("file_not_found", place=Place(str(source)))))
        elif is_snapshot(source):
            faults.append(error("table", "snapshot_among_sources", Place(str(source))))
        elif source.is_dir():
            found = sorted(path for path in source.rglob("*") if path.is_file() and not _in_snapshot(path, source))
            usable = [
                _filed(path, path.relative_to(source).as_posix(), tables, outlines, mappings, faults) for path in found
            ]
            if not any(usable):
                faults.append(refused(UnusableFile("folder_without_tables", place=Place(str(source)))))
        elif source.name == FILE_NAME:
            mappings.append(source)
        elif source.suffix.lower() in OUTLINE_SUFFIXES:
            outlines.append(SourceFile(source, source.name))
        else:
            tables.append(SourceFile(source, source.name))
            beside = source.parent / FILE_NAME
            mappings += [beside] if beside.is_file() and beside not in mappings else []
    if not tables and not any(fault.grade == "error" for fault in faults):
        faults.append(refused(UnusableFile("no_table_delivered", place=Place(", ".join(map(str, sources))))))
    return Sources(tuple(_told_apart(tables)), tuple(outlines), tuple(mappings), tuple(faults))


def _in_snapshot(path: Path, source: Path) -> bool:
    """Whether a file belongs to a snapshot kept below the source: what was imported is not delivered again."""
    folders = path.relative_to(source).parents
    return any(is_snapshot(source / folder) for folder in folders if folder != Path())


def _filed(
    path: Path,
    name: str,
    tables: list[SourceFile],
    outlines: list[SourceFile],
    mappings: list[Path],
    faults: list[Fault],
) -> bool:
    suffix = path.suffix.lower()
    if any(part.startswith(_PASSED_OVER) for part in Path(name).parts) or path.name in ("Thumbs.db", "desktop.ini"):
        faults.append(note("file_hidden", Place(name)))
    elif path.name == FILE_NAME:
        mappings.append(path)
    elif ".marked." in path.name or ".faults." in path.name:
        faults.append(note("file_is_marked_copy", Place(name)))
    elif suffix in TABLE_SUFFIXES:
        tables.append(SourceFile(path, name))
        return True
    elif suffix in OUTLINE_SUFFIXES:
        outlines.append(SourceFile(path, name))
    else:
        faults.append(note("file_of_other_kind", Place(name)))
    return False


def _told_apart(files: list[SourceFile]) -> list[SourceFile]:
    """Return the files with names that tell them apart: where two are alike, with their folders."""
    names = [file.name for file in files]
    return [SourceFile(file.path, file.path.as_posix()) if names.count(file.name) > 1 else file for file in files]
