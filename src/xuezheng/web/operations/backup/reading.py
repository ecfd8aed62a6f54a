"""Opening an archive that may come from anywhere: nothing of it is used before all of it is verified."""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import NotFound, UnusableFile
from xuezheng.web.operations.backup.manifest import FORMAT, NAME, VERSION, Manifest

_BLOCK = 1 << 20
_LARGEST_MANIFEST = 256 << 20


@contextmanager
def opened(file: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """Open an archive with every member verified against the manifest: sizes, digests, nothing missing, nothing more.

    Raises `NotFound` where there is no such file, and `UnusableFile` for anything that is not a sound backup.
    """
    if not file.is_file():
        raise NotFound("backup_not_found", file=str(file))
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive, file)
            _verify(archive, manifest, file)
            yield archive, manifest
    except (zipfile.BadZipFile, EOFError) as problem:
        raise UnusableFile("backup_damaged", place=Place(str(file)), member=file.name) from problem


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    try:
        if archive.getinfo(NAME).file_size > _LARGEST_MANIFEST:
            raise UnusableFile("backup_damaged", place=Place(str(file)), member=NAME)
        manifest = Manifest.model_validate_json(archive.read(NAME))
    except (KeyError, ValidationError, zipfile.BadZipFile) as problem:
        raise UnusableFile("not_a_backup", place=Place(str(file))) from problem
    if (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise UnusableFile("backup_of_other_format", place=Place(str(file)), version=manifest.version)
    return manifest


def _verify(archive: zipfile.ZipFile, manifest: Manifest, file: Path) -> None:
    members = manifest.members()
    names = [info.filename for info in archive.infolist() if info.filename != NAME]
    odd = set(names) ^ set(members)
    if odd or len(names) != len(set(names)):
        raise UnusableFile("backup_damaged", place=Place(str(file)), member=min(odd, default=NAME))
    for name, (size, digest) in members.items():
        if archive.getinfo(name).file_size != size or _digest(archive, name, size) != digest:
            raise UnusableFile("backup_damaged", place=Place(str(file)), member=name)


def _digest(archive: zipfile.ZipFile, name: str, size: int) -> str:
    """Return the digest of a member, reading no more than it says that it holds."""
    digest, read = hashlib.sha256(), 0
    with archive.open(name) as source:
        while read <= size and (piece := source.read(_BLOCK)):
            digest.update(piece)
            read += len(piece)
    return digest.hexdigest() if read == size else ""
