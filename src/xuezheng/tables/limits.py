"""How much of a delivered file is read: beyond it the file is refused, before memory is spent on it."""

from dataclasses import dataclass

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one delivered file. Sizes are in bytes; cells count the dense box from first to last used cell.

    `child_bytes` is the memory that the reading child may fill; it may reserve `child_reserve_bytes` more (buffers that
    grow by doubling stay half empty). The defaults keep a reading process within 512 MiB and leave room for a county's largest table many times over.
    """

    file_bytes: int = 128 * MEBIBYTE
    text_bytes: int = 96 * MEBIBYTE
    unpacked_bytes: int = 384 * MEBIBYTE
    shared_string_bytes: int = 64 * MEBIBYTE
    compression_ratio: int = 200
    archive_entries: int = 4096
    sheets: int = 256
    rows: int = 1_048_576
    columns: int = 2_048
    box_cells: int = 4_000_000
    parquet_bytes: int = 256 * MEBIBYTE
    parquet_cells: int = 32_000_000
    seconds: float = 120.0
    child_bytes: int = 320 * MEBIBYTE
    child_reserve_bytes: int = 128 * MEBIBYTE


DEFAULT_LIMITS = Limits()
HEAD_ROWS = 40
FORMULA_CAP = 1000
