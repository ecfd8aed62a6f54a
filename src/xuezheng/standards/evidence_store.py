"""Evidence files: recognised by their content, kept by their digest, handed out as what they are and nothing else."""

import hashlib
import secrets
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from django.conf import settings

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import ForbiddenContent, TooLarge, UnusableFile

MAX_BYTES = 20_000_000
_LONGEST_NAME = 120
_OFFICE = "application/vnd.openxmlformats-officedocument"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "jpg": "image/jpeg",
    "png": "image/png",
}
_STARTS = ((b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpg"), (b"\x89PNG\r\n\x1a\n", "png"))
_PACKAGES = (("word/document.xml", "docx"), ("xl/workbook.xml", "xlsx"))


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the store; not yet evidence of anything."""

    file_name: str
    media_type: str
    size_bytes: int
    sha256: str
    is_restricted: bool = False


def keep_file(name: str, chunks: Iterable[bytes], *, restricted: bool = False) -> KeptFile:
    """Keep a file under its digest and return what it is; the same file twice takes its place once.

    Raises `TooLarge` beyond `MAX_BYTES`, `UnusableFile` for an empty file or one that is none of `MEDIA_TYPES` by its
    content, and `ForbiddenContent` for an office document with macros.
    """
    shown = _plain_name(name)
    draft = _store() / f"draft-{secrets.token_hex(8)}"
    try:
        digest, size = _write(draft, chunks, shown)
        kind = _kind(draft, shown)
        kept = path_of(digest)
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        draft.replace(kept)
    finally:
        draft.unlink(missing_ok=True)
    suffixes = ("jpg", "jpeg") if kind == "jpg" else (kind,)
    full = shown if PurePath(shown).suffix.lower().lstrip(".") in suffixes else f"{shown}.{kind}"
    return KeptFile(full, MEDIA_TYPES[kind], size, digest, restricted)


def path_of(sha256: str) -> Path:
    """Return where a file of this digest lies."""
    return _store() / sha256[:2] / sha256


def open_kept(sha256: str, name: str) -> Path:
    """Return the path of a kept file; raises `UnusableFile` where it is gone."""
    path = path_of(sha256)
    if not path.is_file():
        raise UnusableFile("evidence_missing", place=Place(name), name=name, digest=sha256)
    return path


def discard(sha256: str) -> None:
    """Delete a kept file; only for one that never became evidence of anything."""
    path_of(sha256).unlink(missing_ok=True)


def _store() -> Path:
    store = Path(settings.EVIDENCE_STORE)
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    return store


def _write(draft: Path, chunks: Iterable[bytes], name: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    draft.touch(mode=0o600)
    with draft.open("wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BYTES:
                raise TooLarge("evidence_too_large", name=name, limit_mb=MAX_BYTES // 1_000_000)
            digest.update(chunk)
            file.write(chunk)
    if not size:
        raise UnusableFile("evidence_empty", name=name)
    return digest.hexdigest(), size


def _kind(path: Path, name: str) -> str:
    with path.open("rb") as file:
        start = file.read(16)
    for signature, kind in _STARTS:
        if start.startswith(signature):
            return kind
    if start.startswith(b"PK\x03\x04"):
        return _package_kind(path, name)
    raise UnusableFile("evidence_of_unknown_kind", name=name)


def _package_kind(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as package:
            parts = set(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnusableFile("evidence_of_unknown_kind", name=name) from error
    if any(part.lower().endswith("vbaproject.bin") for part in parts):
        raise ForbiddenContent("evidence_with_macros", name=name)
    for part, kind in _PACKAGES:
        if "[Content_Types].xml" in parts and part in parts:
            return kind
    raise UnusableFile("evidence_of_unknown_kind", name=name)


def _plain_name(name: str) -> str:
    """Return a name without folders and without letters that a browser or a shell could trip over."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(letter for letter in last if letter.isprintable() and letter not in '<>:"|?*').strip(" .")
    path = PurePath(kept or "evidence")
    return f"{path.stem[: _LONGEST_NAME - 10]}{path.suffix[:10]}"
