"""The office's own Excel forms of case ledgers, as data: columns, their order and headings, by kind and county."""

from functools import cache
from typing import Literal

from pydantic import Field, model_validator

from xuezheng.catalogue.loader import Entry, Words, load_packaged

ColumnName = Literal[
    "place", "number", "kind", "level", "task", "measures", "lead_unit", "assisting_units", "handed_out_on", "due",
    "control_until", "progress", "problems", "outcome", "light",
]  # fmt: skip
Word = Literal["as_of", "everything", "chosen", "sum", "late", "sent_back", "closed_on"]


class Column(Entry):
    """A column's heading and its width in letters."""

    title: Words
    width: float = Field(gt=0, le=100)


class Placed(Entry):
    """A column in a layout, under another heading or width where one is given."""

    column: ColumnName
    title: Words | None = None
    width: float | None = None


class Layout(Entry):
    """A form of ledger; for one kind, one county, both or neither."""

    kind: str = ""
    county: str = ""
    heading: Words
    columns: tuple[Placed, ...] = Field(min_length=1)


class Ledgers(Entry):
    """All columns and forms, and what the sheets say."""

    version: int
    columns: dict[ColumnName, Column]
    layouts: tuple[Layout, ...] = Field(min_length=1)
    words: dict[Word, Words]

    @model_validator(mode="after")
    def _something_fits_everything(self) -> "Ledgers":
        if self.layouts[-1].kind or self.layouts[-1].county:
            raise ValueError("the last layout fits every kind and county")
        return self

    def layout(self, county: str, kind: str) -> Layout:
        """Return the first layout that fits; `kind` is empty for a ledger of all kinds."""
        return next(held for held in self.layouts if held.kind in ("", kind) and held.county in ("", county))

    def placed(self, layout: Layout) -> list[tuple[ColumnName, Column]]:
        """Return a layout's columns in order, as they are headed in it."""
        return [
            (
                held.column,
                Column(title=held.title or usual.title, width=held.width or usual.width),
            )
            for held in layout.columns
            for usual in [self.columns[held.column]]
        ]


@cache
def load_case_ledgers() -> Ledgers:
    """Return the catalogue's forms of ledgers."""
    return load_packaged(Ledgers, "case_ledgers.yaml")
