"""Zip packages (xlsx, ods) opened with distrust: what they declare is checked, what they stream is counted."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge, UnusableFile
from xuezheng.tables.limits import Limits

PIECE_BYTES = 256 << 10
SMALL_BYTES = 1 << 20
_ENCRYPTED_FLAG = 0x1
# Below this size a ratio says nothing: an empty style sheet compresses well too.
_RATIO_FROM_BYTES = 16 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


class Archive:
    """One zip package, open for reading; a context manager.

    Raises `UnusableFile` where it is damaged or encrypted and `TooLarge` where its declared or streamed sizes,
    number of entries or compression ratio are beyond `limits`.
    """

    def __init__(self, path: Path, name: str, limits: Limits) -> None:
        self._place = Place(name)
        self._limits = limits
        self._streamed = 0
        # Held open here, so that leaving closes it even where a stream was left half read.
        self._file = path.open("rb")
        try:
            self._zip = zipfile.ZipFile(self._file)
            self._check_declared()
        except _BROKEN as error:
            self._file.close()
            raise UnusableFile("file_damaged", place=self._place) from error
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._file.close()

    @property
    def names(self) -> list[str]:
        """The names of the package's entries."""
        return self._zip.namelist()

    def stream(self, entry: str) -> Iterator[bytes]:
        """Yield the pieces of an entry, counting what really comes out.

        Raises `TooLarge` once more has come out than `limits.unpacked_bytes` over all streams of this archive.
        """
        try:
            with self._zip.open(entry) as file:
                while piece := file.read(PIECE_BYTES):
                    self._streamed += len(piece)
                    if self._streamed > self._limits.unpacked_bytes:
                        raise self.too_large(self._streamed, self._limits.unpacked_bytes)
                    yield piece
        except KeyError as error:
            raise UnusableFile("file_damaged", place=self._place) from error
        except _BROKEN as error:
            raise UnusableFile("file_damaged", place=self._place) from error

    def read(self, entry: str, limit_bytes: int) -> bytes:
        """Return the whole of an entry; raises `TooLarge` beyond `limit_bytes`."""
        pieces, size = [], 0
        for piece in self.stream(entry):
            size += len(piece)
            if size > limit_bytes:
                raise self.too_large(size, limit_bytes)
            pieces.append(piece)
        return b"".join(pieces)

    def declared(self, entry: str) -> int:
        """Return the size that an entry declares, 0 where there is none."""
        try:
            return self._zip.getinfo(entry).file_size if entry else 0
        except KeyError:
            return 0

    def too_large(self, size: int, limit: int) -> TooLarge:
        """Return the refusal for something that unpacks to `size` bytes where `limit` are read."""
        return TooLarge("unpacked_beyond_limit", place=self._place, found_mib=size >> 20, limit_mib=limit >> 20)

    def _check_declared(self) -> None:
        entries = self._zip.infolist()
        # Two parts of one name, or that differ in case only: which one a reader takes is anyone's guess.
        if len({entry.filename.lower() for entry in entries}) < len(entries):
            raise UnusableFile("file_damaged", place=self._place)
        if len(entries) > self._limits.archive_entries:
            raise TooLarge(
                "archive_entries_beyond_limit",
                place=self._place,
                found=len(entries),
                limit=self._limits.archive_entries,
            )
        if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
            raise UnusableFile("file_encrypted", place=self._place)
        declared = sum(entry.file_size for entry in entries)
        if declared > self._limits.unpacked_bytes:
            raise self.too_large(declared, self._limits.unpacked_bytes)
        for entry in entries:
            if entry.file_size > _RATIO_FROM_BYTES:
                ratio = entry.file_size // max(entry.compress_size, 1)
                if ratio > self._limits.compression_ratio:
                    raise TooLarge("archive_ratio_beyond_limit", place=self._place, entry=entry.filename, ratio=ratio)
