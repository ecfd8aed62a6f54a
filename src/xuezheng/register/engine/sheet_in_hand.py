"""A sheet while it is read: its view, how it was recognised, the words taught for it, and the faults found so far."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xuezheng.catalogue.register import Column, Table
from xuezheng.kernel.place import Place, column_letters
from xuezheng.register.engine.faults import Fault
from xuezheng.register.engine.headers import Heading, SheetReading
from xuezheng.tables.sheets import SheetView

CodeWords = Mapping[str, Mapping[str, str]]


@dataclass
class SheetInHand:
    """One sheet and one of the register's tables that it holds."""

    view: SheetView
    reading: SheetReading
    table: Table
    codes: CodeWords
    faults: list[Fault] = field(default_factory=list)

    @property
    def first_row(self) -> int:
        """The sheet row below the header."""
        return self.reading.last_row + 1

    def place(self, row: int = 0, heading: Heading | None = None) -> Place:
        """Return a cell, a row, a column or the whole sheet as a place."""
        column = column_letters(heading.index) if heading else ""
        return Place(self.view.file, self.view.name, row, column)

    def column(self, heading: Heading) -> Column:
        """Return the register's column of a heading."""
        return self.table.columns[heading.column]

    def codes_for(self, heading: Heading) -> Mapping[str, str] | None:
        """Return the words taught for a heading's code list."""
        return self.codes.get(self.column(heading).codes)
