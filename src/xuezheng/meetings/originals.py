"""The originals of bulletins: kept as they came, under their digest, beside the evidence, so that backups hold them."""

import hashlib
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import TooLarge
from xuezheng.meetings.drafts import Reading, reading_of
from xuezheng.meetings.files import MOST_BYTES
from xuezheng.meetings.sources import Asked, Source, read_file, read_text
from xuezheng.standards.evidence_store import path_of

_OFFICE = "application/vnd.openxmlformats-officedocument"
_MEDIA_TYPES = {
    ".txt": "text/plain", ".pdf": "application/pdf", ".docx": f"{_OFFICE}.wordprocessingml.document",
    ".xlsx": f"{_OFFICE}.spreadsheetml.sheet",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Original:
    """What was pasted or uploaded, as it came."""

    file_name: str
    media_type: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The digest under which it is kept."""
        return hashlib.sha256(self.content).hexdigest()


def pasted(text: str) -> Original:
    """Return a pasted text as an original."""
    return Original("", "text/plain", text.encode())


def uploaded(name: str, chunks: Iterable[bytes]) -> Original:
    """Return an uploaded file as an original; raises `TooLarge` beyond 32 MiB."""
    shown = PurePath(name.replace("\\", "/")).name
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > MOST_BYTES:
            raise TooLarge(
                "bulletin_file_beyond_limit", place=Place(shown), found_mib=len(content) >> 20,
                limit_mib=MOST_BYTES >> 20,
            )  # fmt: skip
    media_type = _MEDIA_TYPES.get(PurePath(shown).suffix.lower(), "application/octet-stream")
    return Original(shown[-200:], media_type, bytes(content))


def read_source(original: Original, kind: Asked = "auto") -> Source:
    """Return what an original says, read as the kind that it is recognised as, or as `kind`.

    Raises `NotFound` where there is nothing of the kind, and refusals for files that cannot be read.
    """
    if not original.file_name:
        return read_text(original.content.decode(), kind)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"original{PurePath(original.file_name).suffix.lower()[:10]}"
        path.write_bytes(original.content)
        return read_file(path, original.file_name, kind)


def read_original(original: Original, kind: Asked = "auto") -> Reading:
    """Return an original as it is laid before a clerk; raises what `read_source` does."""
    return reading_of(read_source(original, kind))


def keep_original(original: Original) -> str:
    """Keep an original and return its digest; the same one twice takes its place once."""
    digest = original.sha256
    kept = path_of(digest)
    if not kept.is_file():
        kept.parent.mkdir(mode=0o700, exist_ok=True)
        draft = kept.with_name(f"draft-{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_bytes(original.content)
        draft.replace(kept)
    return digest
