"""What is wrong with a delivery: faults of three grades, each with its place, value and parameters for a sentence."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import (
    Contradiction,
    ForbiddenContent,
    InvalidCell,
    Parameter,
    Refusal,
    TooLarge,
    UnreadableTable,
    UnusableFile,
    WarningsNotAccepted,
)

Grade = Literal["error", "warning", "note"]
GRADES: tuple[Grade, ...] = ("error", "warning", "note")
# From one sheet and column this many faults of one code are told one by one; of the rest, their number.
FAULTS_LIKE_THESE = "faults_like_these"
TOLD_ONE_BY_ONE = 2000
# Of a whole delivery about this many: beyond, fewer are told of each kind, by ever coarser kinds.
TOLD_ALTOGETHER = 20_000

# The gravest first: what must not be held, what cannot be read, then cells before the contradictions they may cause.
GRAVITY: tuple[type[Refusal], ...] = (
    ForbiddenContent,
    TooLarge,
    UnusableFile,
    UnreadableTable,
    InvalidCell,
    Contradiction,
    WarningsNotAccepted,
)
_STATUS_OF_KIND: Mapping[str, type[Refusal]] = {
    "forbidden": ForbiddenContent,
    "table": UnreadableTable,
    "cell": InvalidCell,
    "contradiction": Contradiction,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `code` names its sentence in the catalogue, `value` is what was found.

    An error keeps the whole delivery out, a warning waits for a person to accept it, a note is for the record.
    `exit_status` is that of the error's class (0 for warnings and notes). `number` is how many cells it stands for.
    """

    grade: Grade
    code: str
    place: Place | None = None
    table: str = ""
    column: str = ""
    value: str = ""
    params: Mapping[str, Parameter] = field(default_factory=dict, hash=False)
    exit_status: int = 0
    number: int = 1

    @property
    def order(self) -> tuple[object, ...]:
        """The order in which faults are told: by file, sheet, row and column, then by code."""
        place = self.place or Place("")
        return (place.file, place.sheet, place.row, len(place.column), place.column, self.code, self.value)


def error(kind: str, code: str, place: Place | None = None, **rest: object) -> Fault:
    """Return an error of the class `kind`: forbidden, table, cell or contradiction."""
    return _fault("error", code, place, _STATUS_OF_KIND[kind].exit_status, rest)


def warning(code: str, place: Place | None = None, **rest: object) -> Fault:
    """Return a warning."""
    return _fault("warning", code, place, 0, rest)


def note(code: str, place: Place | None = None, **rest: object) -> Fault:
    """Return a note."""
    return _fault("note", code, place, 0, rest)


def refused(refusal: Refusal) -> Fault:
    """Return a refusal of one file as a fault among the others."""
    return Fault(
        "error", refusal.code, refusal.place, params=dict(refusal.params), exit_status=type(refusal).exit_status
    )


def _fault(grade: Grade, code: str, place: Place | None, exit_status: int, rest: dict[str, object]) -> Fault:
    named = {name: str(rest.pop(name)) for name in ("table", "column", "value") if name in rest}
    number = int(str(rest.pop("number", 1)))
    params: dict[str, Parameter] = dict(rest)  # type: ignore[arg-type]
    return Fault(grade, code, place, params=params, exit_status=exit_status, number=number, **named)


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Return faults in the order in which they are told; of many alike, the first and the number of the rest."""
    kept = _shortened(sorted(faults, key=lambda fault: fault.order), 4, TOLD_ONE_BY_ONE)
    for parts in (4, 3, 2, 1):
        if len(kept) <= TOLD_ALTOGETHER:
            break
        kept = _shortened(kept, parts, 20 if parts > 1 else 200)
    return tuple(kept)


def _shortened(faults: Iterable[Fault], parts: int, limit: int) -> list[Fault]:
    """Return at most `limit` faults of a kind, then the number of the rest.

    A kind is the first `parts` of grade and code, file, sheet, column.
    """
    told: dict[tuple[str, ...], int] = {}
    kept: list[Fault] = []
    rest: dict[tuple[str, ...], Fault] = {}
    for fault in faults:
        code = str(fault.params["like"]) if fault.code == FAULTS_LIKE_THESE else fault.code
        place = fault.place or Place("")
        alike = (f"{fault.grade} {code}", place.file, place.sheet, fault.column)[:parts]
        told[alike] = told.get(alike, 0) + 1
        if told[alike] <= limit and fault.code != FAULTS_LIKE_THESE:
            kept.append(fault)
            continue
        number = fault.number + (rest[alike].number if alike in rest else 0)
        sheet, column = place.sheet if parts > 2 else "", place.column if parts > 3 else ""
        whole = Place(place.file, sheet, 0, column) if fault.place and parts > 1 else None
        params: dict[str, Parameter] = {"number": number, "like": code}
        rest[alike] = replace(fault, code=FAULTS_LIKE_THESE, place=whole, params=params, number=number)
    return kept + list(rest.values())


def exit_status(faults: Iterable[Fault]) -> int:
    """Return the exit status of the gravest error, 0 where there is none."""
    found = {fault.exit_status for fault in faults if fault.grade == "error"}
    return next((kind.exit_status for kind in GRAVITY if kind.exit_status in found), max(found, default=0))
