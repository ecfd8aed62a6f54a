"""What the fast reader does not tell of OpenDocument workbooks: hidden rows and columns, merges."""

from dataclasses import dataclass, field
from pathlib import Path

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import UnusableFile
from xuezheng.tables.archive import Archive
from xuezheng.tables.careful_xml import Attributes, parse
from xuezheng.tables.limits import Limits
from xuezheng.tables.sheet_xml import Merge

_HIDDEN = ("collapse", "filter")
_MERGES_KEPT = 20_000


@dataclass(slots=True)
class OdsLayout:
    """One sheet's hidden rows (one-based runs), hidden columns (zero-based runs) and merges."""

    hidden_rows: list[tuple[int, int]] = field(default_factory=list)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    merges: list[Merge] = field(default_factory=list)


class _LayoutReader:
    def __init__(self) -> None:
        self.sheets: dict[str, OdsLayout] = {}
        self._sheet = OdsLayout()
        self._row, self._repeated = 1, 0
        self._column = self._cell = 0

    def start(self, tag: str, attributes: Attributes) -> None:
        if tag in {"table-cell", "covered-table-cell"}:
            self._start_cell(attributes)
        elif tag == "table-row":
            # The rows before this one are counted only now: a cell of it stands in its first repetition.
            self._row += self._repeated
            self._repeated = int(attributes.get("number-rows-repeated", 1))
            self._cell = 0
            if attributes.get("visibility") in _HIDDEN:
                self._sheet.hidden_rows.append((self._row, self._row + self._repeated - 1))
        elif tag == "table-column":
            repeated = int(attributes.get("number-columns-repeated", 1))
            if attributes.get("visibility") in _HIDDEN:
                self._sheet.hidden_columns.append((self._column, self._column + repeated - 1))
            self._column += repeated
        elif tag == "table":
            self._sheet = self.sheets.setdefault(attributes.get("name", ""), OdsLayout())
            self._row, self._column, self._repeated = 1, 0, 0

    def _start_cell(self, attributes: Attributes) -> None:
        rows, columns = int(attributes.get("number-rows-spanned", 1)), int(attributes.get("number-columns-spanned", 1))
        if (rows > 1 or columns > 1) and len(self._sheet.merges) < _MERGES_KEPT:
            self._sheet.merges.append((self._row, self._cell, self._row + rows - 1, self._cell + columns - 1))
        self._cell += int(attributes.get("number-columns-repeated", 1))


def read_layouts(path: Path, name: str, limits: Limits) -> dict[str, OdsLayout]:
    """Return each sheet's layout by its name; raises `UnusableFile` where the file is damaged."""
    reader = _LayoutReader()
    try:
        with Archive(path, name, limits) as archive:
            parse(archive.stream("content.xml"), start=reader.start)
    except UnusableFile as refusal:
        raise UnusableFile(refusal.code, place=Place(name)) from refusal
    return reader.sheets
