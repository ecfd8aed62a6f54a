"""Places in delivered files, as a person would point at them: file, sheet, cell."""

from dataclasses import dataclass


def column_letters(index: int) -> str:
    """Return the letters of a zero-based column: 0 is A, 25 is Z, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, remainder = divmod(index - 1, 26)
        letters = chr(ord("A") + remainder) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the zero-based column of its letters: A is 0, AA is 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a delivery. `row` is the sheet's own one-based row, `column` its letters.

    Absent parts mean the whole: no row and no column is the whole sheet, no sheet the whole file.
    """

    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""

    @property
    def cell(self) -> str:
        """The address as a spreadsheet shows it: `D18`, `row 18` as `18`, a column as `D`, or nothing."""
        return f"{self.column}{self.row or ''}"

    def __str__(self) -> str:
        return " · ".join(part for part in (self.file, self.sheet, self.cell) if part)
