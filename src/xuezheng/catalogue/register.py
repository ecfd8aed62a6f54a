"""The register's schema as data: tables, columns, code lists, and what is refused."""

from datetime import date
from functools import cache
from typing import Literal

from pydantic import Field

from xuezheng.catalogue.loader import Entry, Words, load_packaged

ColumnType = Literal["text", "code", "integer", "number", "year", "date", "yes_no", "choice"]


class Code(Words):
    """One value of a code list, with the other words that offices use for it."""

    aliases: tuple[str, ...] = ()


class Column(Words):
    """One column: its headers in both languages, type, unit, range and definition.

    `key` is True for a column that identifies a row, "optional" for one that does so where it is given.
    `part_of` names the column of the same row that this one can never exceed, `usually_within` one that it exceeds
    only where the other is reported without it; `refers_to` a table whose key it holds.
    """

    key: bool | Literal["optional"] = False
    aliases: tuple[str, ...] = ()
    type: ColumnType
    unit: str = ""
    digits: tuple[int, ...] = ()
    codes: str = ""
    min: float | None = None
    max: float | None = None
    part_of: str = ""
    usually_within: str = ""
    refers_to: str = ""
    example: str | int | float | bool | date | None = None
    definition: Words


class Table(Words):
    """One table of the register; `columns` keeps the order of the template."""

    aliases: tuple[str, ...] = ()
    definition: Words
    columns: dict[str, Column]

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that identify a row, those that do so only where given included."""
        return tuple(name for name, column in self.columns.items() if column.key)

    @property
    def required_key(self) -> tuple[str, ...]:
        """The columns without which a row is refused."""
        return tuple(name for name, column in self.columns.items() if column.key is True)


class StagesOfKind(Entry):
    """The stages that a kind of school must report each year, and all that it may report."""

    expected: tuple[str, ...]
    allowed: tuple[str, ...]


class RefusedContent(Words):
    """Something that the register refuses to hold, found by words in headers or whole cell texts."""

    headers: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = Field(default=(), alias="except")


class Reading(Entry):
    """The words by which delivered sheets are read; compared after folding width, case, spaces and punctuation.

    `missing` stands for no value in every column, `missing_where_no_word_counts` in codes and dates only ("无" under
    a number is neither zero nor missing and must be asked). `yes` and `no` are the words of yes/no columns; `met`,
    `not_met` and `not_judged` are further answers to what people judge.
    """

    missing: tuple[str, ...]
    missing_where_no_word_counts: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    met: tuple[str, ...]
    not_met: tuple[str, ...]
    not_judged: tuple[str, ...]
    totals: tuple[str, ...]
    subtotals: tuple[str, ...]
    notes: tuple[str, ...]
    marker_headers: tuple[str, ...]
    examples: tuple[str, ...]
    sheets_passed_over: tuple[str, ...]
    generic_names: tuple[str, ...]
    coordinates: dict[str, tuple[str, ...]]


class Jump(Entry):
    """A change against the previous year that is asked about: by `factor` or more, and by at least `least`."""

    factor: float
    least: float


class FarAway(Entry):
    """A school is far away beyond `least_km` and `spreads` times the median distance, given `least_schools`."""

    least_km: float
    spreads: float
    least_schools: int


class Checks(Entry):
    """The limits of the cross-checks. The sums of `not_added` columns mean nothing.

    `class_limits` are the pupils of a class, by stage, beyond which a class is counted as over the limit.
    """

    class_average_error_over: float
    class_limits: dict[str, int]
    jumps: dict[str, Jump]
    far_away: FarAway
    total_tolerance: float
    not_added: tuple[str, ...]


class RegisterSchema(Entry):
    """The whole schema: the single source of template, validation, error text, tables and data dictionary.

    `units` says for a column's unit what one of a header's unit word is in it (yuan: 万元 is 10,000).
    """

    version: int
    codes: dict[str, dict[str, Code]]
    stages_of_kind: dict[str, StagesOfKind]
    tables: dict[str, Table]
    units: dict[str, dict[str, float]]
    reading: Reading
    checks: Checks
    refused: dict[str, RefusedContent]


@cache
def load_register_schema() -> RegisterSchema:
    """Return the register's schema."""
    return load_packaged(RegisterSchema, "register.yaml")
