"""A thin writer of workbooks in which no text that came from outside can become a formula, a link or a number.

Formulas are written only where the caller passes a `Formula`, and always with their value: a program that does not
calculate then shows the figure all the same, and a reader can tell it from a formula never calculated.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import xlsxwriter

# Office documents made from the same facts are the same bytes.
_CREATED = datetime(2000, 1, 1)  # noqa: DTZ001 - the format has no zone
_LARGEST_EXACT = 10**15
_DATE_FORMAT = "yyyy-mm-dd"
_CHOICES_LETTERS = 255
_FORBIDDEN_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))
LONGEST_TEXT = 32_767
_FREE_WHEN_LOCKED = (
    "format_cells",
    "format_columns",
    "format_rows",
    "insert_rows",
    "delete_rows",
    "sort",
    "autofilter",
)


@dataclass(frozen=True, slots=True)
class Formula:
    """A live formula of our own making with its calculated value; data never goes into `text`, only addresses."""

    text: str
    value: float | str | None


Value = str | float | bool | date | datetime | Formula | None


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell looks; colours as "#RRGGBB", `number_format` as a spreadsheet writes it ("0.00", "0%")."""

    bold: bool = False
    italic: bool = False
    size: float = 10.5
    colour: str = ""
    fill: str = ""
    number_format: str = ""
    align: str = ""
    wrap: bool = False
    border: bool = False
    unlocked: bool = False


PLAIN = Look()
HEADER = Look(bold=True, fill="#E8E4DA", wrap=True, border=True)
FAULT = Look(fill="#F4C7C3")


def sheet_name(text: str) -> str:
    """Return a text as a sheet may be called: without forbidden letters, at most 31 of them."""
    return text.translate(_FORBIDDEN_IN_NAMES)[:31] or "_"


class SheetWriter:
    """One sheet being written; rows are one-based and columns zero-based, as in `Place`."""

    def __init__(self, book: "WorkbookWriter", sheet: Any) -> None:
        self._book = book
        self._sheet = sheet

    def cell(self, row: int, column: int, value: Value, look: Look = PLAIN) -> None:
        """Write one value. Text stays text whatever it looks like; a number that is not finite is left blank."""
        if isinstance(value, date) and not look.number_format:
            look = Look(**{**_parts(look), "number_format": _DATE_FORMAT})
        style = self._book.style(look)
        at = (row - 1, column)
        match value:
            case None | "":
                self._sheet.write_blank(*at, None, style)
            case Formula():
                self._sheet.write_formula(*at, value.text, style, "" if value.value is None else value.value)
            case bool():
                self._sheet.write_boolean(*at, value, style)
            case str():
                self._sheet.write_string(*at, value[:LONGEST_TEXT], style)
            case int() if abs(value) >= _LARGEST_EXACT:
                self._sheet.write_string(*at, str(value), style)
            case int() | float():
                if math.isfinite(value):
                    self._sheet.write_number(*at, value, style)
                else:
                    self._sheet.write_blank(*at, None, style)
            case date():
                self._sheet.write_datetime(*at, value, style)

    def row(self, row: int, values: Iterable[Value], look: Look = PLAIN, first_column: int = 0) -> None:
        """Write values side by side from `first_column`."""
        for column, value in enumerate(values, start=first_column):
            self.cell(row, column, value, look)

    def widths(self, widths: Mapping[int, float] | Sequence[float]) -> None:
        """Set column widths in letters, by zero-based column."""
        for column, width in widths.items() if isinstance(widths, Mapping) else enumerate(widths):
            self._sheet.set_column(column, column, width)

    def column(self, column: int, width: float, look: Look) -> None:
        """Give a whole zero-based column a width and a look, for cells that are yet to be filled in."""
        self._sheet.set_column(column, column, width, self._book.style(look))

    def lock(self) -> None:
        """Let only cells with an `unlocked` look be changed, without a password; rows and columns stay free to handle."""
        self._sheet.protect("", dict.fromkeys(_FREE_WHEN_LOCKED, True))

    def height(self, row: int, points: float) -> None:
        """Set a row's height."""
        self._sheet.set_row(row - 1, points)

    def freeze(self, row: int, column: int = 0) -> None:
        """Keep the rows above the one-based `row`, and the columns before `column`, in sight."""
        self._sheet.freeze_panes(row - 1, column)

    def merge(self, area: tuple[int, int, int, int], value: Value, look: Look = PLAIN) -> None:
        """Merge (first row, first column, last row, last column) and write `value` there."""
        first_row, first_column, last_row, last_column = area
        self._sheet.merge_range(first_row - 1, first_column, last_row - 1, last_column, "", self._book.style(look))
        self.cell(first_row, first_column, value, look)

    def note(self, row: int, column: int, text: str) -> None:
        """Attach a note to a cell."""
        self._sheet.write_comment(row - 1, column, text[:LONGEST_TEXT], {"author": "", "x_scale": 2})

    def choices(self, column: int, rows: tuple[int, int], values: Sequence[str], *, strict: bool = True) -> None:
        """Offer a drop-down in the one-based inclusive `rows`; where not `strict`, other values are let pass.

        Raises `ValueError` where the values together are longer than the 255 letters that the format holds.
        """
        if len(",".join(values)) > _CHOICES_LETTERS:
            raise ValueError(f"drop-down beyond {_CHOICES_LETTERS} letters")
        rule = {"validate": "list", "source": list(values), "show_error": strict}
        self._sheet.data_validation(rows[0] - 1, column, rows[1] - 1, column, rule)

    def hide(self) -> None:
        """Hide the sheet."""
        self._sheet.hide()

    def hide_rows(self, first: int, last: int) -> None:
        """Hide the one-based inclusive rows."""
        for row in range(first, last + 1):
            self._sheet.set_row(row - 1, None, None, {"hidden": True})

    def page_header(self, text: str) -> None:
        """Print a text at the head of every page of the sheet, and the page's number at its foot."""
        self._sheet.set_header("&C&B" + text.replace("&", "&&"))
        self._sheet.set_footer("&C— &P —")

    def landscape(self, repeat_rows: int = 0) -> None:
        """Print on A4 across, one page wide, repeating the first `repeat_rows` rows."""
        self._sheet.set_landscape()
        self._sheet.set_paper(9)
        self._sheet.fit_to_pages(1, 0)
        if repeat_rows:
            self._sheet.repeat_rows(0, repeat_rows - 1)


class WorkbookWriter:
    """A workbook being written; a context manager that finishes the file.

    With `by_rows` each row is flushed once the next begins (large tables in little memory; rows must come in order).
    The same content gives the same bytes.
    """

    def __init__(self, path: Path, *, by_rows: bool = False) -> None:
        options = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "constant_memory": by_rows,
        }
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.set_properties({"created": _CREATED})
        # Values are written beside every formula: nothing needs calculating when the file is opened.
        self._book.calc_on_load = False
        self._styles: dict[Look, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._book.close()

    def sheet(self, name: str) -> SheetWriter:
        """Add a sheet; see `sheet_name` for what becomes of its name."""
        return SheetWriter(self, self._book.add_worksheet(sheet_name(name)))

    def properties(self, *, title: str, comments: str = "") -> None:
        """Set the file's own title and comments."""
        self._book.set_properties({"created": _CREATED, "title": title, "comments": comments})

    def style(self, look: Look) -> Any:
        """Return the file's format for a look."""
        if look not in self._styles:
            self._styles[look] = self._book.add_format(_format(look))
        return self._styles[look]


def _parts(look: Look) -> dict[str, Any]:
    return {name: getattr(look, name) for name in Look.__slots__}


def _format(look: Look) -> dict[str, Any]:
    chosen: dict[str, Any] = {"font_size": look.size, "valign": "vcenter", "font_name": "Noto Sans CJK SC"}
    chosen |= {"bold": True} if look.bold else {}
    chosen |= {"italic": True} if look.italic else {}
    chosen |= {"font_color": look.colour} if look.colour else {}
    chosen |= {"bg_color": look.fill} if look.fill else {}
    chosen |= {"num_format": look.number_format} if look.number_format else {}
    chosen |= {"align": look.align} if look.align else {}
    chosen |= {"text_wrap": True} if look.wrap else {}
    chosen |= {"locked": False} if look.unlocked else {}
    chosen |= {"border": 1, "border_color": "#B8B2A4"} if look.border else {}
    return chosen
