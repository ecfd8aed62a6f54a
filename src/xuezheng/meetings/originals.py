"""The originals of bulletins: kept as they came, under their digest, beside the evidence, so that backups hold them."""

import hashlib
import secrets
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePath

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import NotFound, TooLarge
from xuezheng.meetings.bulletins import read_bulletin, read_bulletin_file
from xuezheng.meetings.drafts import Reading, reading_of_bulletin, reading_of_tasks
from xuezheng.meetings.files import MOST_BYTES
from xuezheng.meetings.task_tables import is_workbook, read_tasks
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


def read_original(original: Original) -> Reading:
    """Return what an original says: a task table where it holds one, else a bulletin.

    Raises `NotFound` where there is neither a table nor a meeting, and refusals for files that cannot be read.
    """
    if not original.file_name:
        return reading_of_bulletin(read_bulletin(original.content.decode()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"original{PurePath(original.file_name).suffix.lower()[:10]}"
        path.write_bytes(original.content)
        tasks = read_tasks(path, original.file_name)
        if tasks:
            return reading_of_tasks(tasks, PurePath(original.file_name).stem)
        if is_workbook(path):
            raise NotFound("task_table_not_found", place=Place(original.file_name))
        return reading_of_bulletin(read_bulletin_file(path, original.file_name))


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
