"""The archive's table of contents, checked when it is read: an archive is somebody else's file until then."""

from datetime import datetime
from pathlib import PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

FORMAT, VERSION = "xuezheng-backup", 1
NAME = "manifest.json"


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if not parts or PurePosixPath(path).is_absolute() or ".." in parts or "\\" in path or "\0" in path:
        raise ValueError("a path that leads out of the data folder")
    return path


Inside = Annotated[str, AfterValidator(_inside)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TablePart(_Part):
    """One table: `label` is `app.model`, `fields` the columns of its rows in order."""

    label: str
    fields: tuple[str, ...]
    rows: int
    bytes: int
    sha256: str

    @property
    def member(self) -> str:
        """Where its rows stand in the archive."""
        return f"database/{self.label}.jsonl"


class FilePart(_Part):
    """One file of the data folder; several may share one content."""

    path: Inside
    sha256: str
    bytes: int
    mode: int

    @property
    def member(self) -> str:
        """Where its content stands in the archive."""
        return f"files/{self.sha256}"


class FolderPart(_Part):
    """One folder of the data folder: snapshots stand in folders that nobody can write."""

    path: Inside
    mode: int


class LedgerPart(_Part):
    """The end of the ledger's chain."""

    number: int
    digest: str


class Manifest(_Part):
    """Everything that an archive holds; `migrations` are the last ones applied, `app.name`."""

    format: str
    version: int
    program: str
    made_at: datetime
    database: str
    migrations: tuple[str, ...]
    tables: tuple[TablePart, ...]
    files: tuple[FilePart, ...]
    folders: tuple[FolderPart, ...]
    ledger: LedgerPart

    def members(self) -> dict[str, tuple[int, str]]:
        """Return the size and digest of every member by name."""
        tables = {part.member: (part.bytes, part.sha256) for part in self.tables}
        return tables | {part.member: (part.bytes, part.sha256) for part in self.files}
