"""What a delivered file is, by its content; the suffix is only a hint."""

import os
import stat
from enum import StrEnum
from pathlib import Path

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import UnusableFile
from xuezheng.tables.archive import SMALL_BYTES, Archive
from xuezheng.tables.limits import DEFAULT_LIMITS, Limits

OLE_SIGNATURE = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP_SIGNATURE = b"PK\x03\x04"
PARQUET_SIGNATURE = b"PAR1"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# OLE directories name their streams in UTF-16: this one only stands in encrypted packages.
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
WORKBOOK_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
_START = 8192
_CONTENT_TYPES = "[Content_Types].xml"
_WORKBOOK_TYPES = (b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml", b"spreadsheetml.template.main+xml")
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_ODS_MANIFEST = "META-INF/manifest.xml"


class FileKind(StrEnum):
    """The kinds of files that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "csv"
    PARQUET = "parquet"


def file_kind(path: Path, name: str = "", limits: Limits = DEFAULT_LIMITS) -> FileKind:
    """Return the kind of a delivered file by its content.

    Raises `UnusableFile` where it is absent, no regular file, unreadable, empty, encrypted or of no known kind,
    `TooLarge` where it is a package beyond `limits`.
    `name` is the file's name as delivered, for the refusal.
    """
    place = Place(name or path.name)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise UnusableFile("file_not_regular", place=place)
        if status.st_size == 0:
            raise UnusableFile("file_empty", place=place)
        with path.open("rb") as file:
            start = file.read(_START)
            if start.startswith(OLE_SIGNATURE):
                return _ole_kind(start + file.read(), place)
            if start.startswith(PARQUET_SIGNATURE):
                file.seek(-4, os.SEEK_END)
                if file.read() == PARQUET_SIGNATURE:
                    return FileKind.PARQUET
                raise UnusableFile("file_truncated", place=place)
    except OSError as error:
        raise UnusableFile("file_not_found", place=place) from error
    if start.startswith(ZIP_SIGNATURE):
        return _zip_kind(path, place, limits)
    if b"\x00" in start and not start.startswith(UTF16_MARKS):
        raise UnusableFile("file_of_unknown_kind", place=place)
    return FileKind.TEXT


def _ole_kind(content: bytes, place: Place) -> FileKind:
    if ENCRYPTED_STREAM in content:
        raise UnusableFile("file_encrypted", place=place)
    if any(stream in content for stream in WORKBOOK_STREAMS):
        return FileKind.XLS
    raise UnusableFile("file_of_unknown_kind", place=place)


def _zip_kind(path: Path, place: Place, limits: Limits) -> FileKind:
    """Return XLSX or ODS; raises `UnusableFile` for any other package (a Word document, a plain zip, xlsb)."""
    with Archive(path, place.file, limits) as archive:
        names = set(archive.names)
        if _CONTENT_TYPES in names:
            types = archive.read(_CONTENT_TYPES, SMALL_BYTES)
            if any(workbook in types for workbook in _WORKBOOK_TYPES):
                return FileKind.XLSX
        if "mimetype" in names and archive.read("mimetype", SMALL_BYTES).startswith(_ODS_TYPE):
            if _ODS_MANIFEST in names and b"encryption-data" in archive.read(_ODS_MANIFEST, SMALL_BYTES):
                raise UnusableFile("file_encrypted", place=place)
            return FileKind.ODS
    raise UnusableFile("package_is_no_workbook", place=place)
