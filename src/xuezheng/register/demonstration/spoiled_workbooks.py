"""Workbooks with one fault each: what an office's sheets really have wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from xuezheng.kernel.refusal import (
    Contradiction,
    ForbiddenContent,
    InvalidCell,
    Refusal,
    UnreadableTable,
    WarningsNotAccepted,
)
from xuezheng.register.demonstration.plain_workbook import Formula, plain_workbook
from xuezheng.register.demonstration.sound_delivery import (
    FIRST_PRIMARY,
    JUNIOR,
    SECOND_PRIMARY,
    Delivery,
    sound_delivery,
)

LATEST = 2025


@dataclass(frozen=True, slots=True)
class Expected:
    """What must be told of a spoiled file: the class of the refusal, and where and what was found."""

    refusal: type[Refusal]
    sheet: str = ""
    cell: str = ""
    found: str = ""


@dataclass(frozen=True, slots=True)
class Spoiled:
    """A spoiled delivery: its files by path within the folder (`name` alone, or within a folder `name/`)."""

    name: str
    files: dict[str, bytes]
    expected: Expected


Spoil = Callable[[Delivery], Expected]


def spoiled_workbooks(seed: int) -> list[Spoiled]:
    """Return every spoiled workbook; the folder `two-sources-differ` is one delivery of two."""
    made = []
    for name, spoil in SPOILS.items():
        delivery = sound_delivery(seed)
        expected = spoil(delivery)
        made.append(Spoiled(name, {name: plain_workbook(delivery.sheets)}, expected))
    return [*made, _two_sources_differ(seed)]


def _cell(
    delivery: Delivery, refusal: type[Refusal], table: str, column: str, value: object, **key: object
) -> Expected:
    """Put `value` into the row of the key and expect it to be named."""
    address = delivery.put(table, delivery.row_of(table, **key), column, value)
    return Expected(refusal, delivery.sheet_name(table), address, str(value))


def _latest(code: str) -> dict[str, object]:
    return {"school_code": code, "school_year": LATEST}


def _duplicate_school(delivery: Delivery) -> Expected:
    return _cell(delivery, Contradiction, "school", "school_code", FIRST_PRIMARY, school_code="2150000003")


def _part_exceeds_whole(delivery: Delivery) -> Expected:
    return _cell(delivery, Contradiction, "stage_year", "boarders", 1999, **_latest(FIRST_PRIMARY))


def _letter_for_digit(delivery: Delivery) -> Expected:
    return _cell(delivery, InvalidCell, "stage_year", "teachers", "3O", **_latest(FIRST_PRIMARY))


def _classes_against_pupils(delivery: Delivery) -> Expected:
    """Say fewer pupils than the classes hold."""
    row = delivery.row_of("stage_year", **_latest(SECOND_PRIMARY))
    pupils = delivery.tables["stage_year"][row - 2]["pupils"] - 30
    return _cell(delivery, Contradiction, "stage_year", "pupils", pupils, **_latest(SECOND_PRIMARY))


def _no_classes(delivery: Delivery) -> Expected:
    """Pupils, but no class: the sheet of classes is left out, so that this alone contradicts."""
    del delivery.cells["class_year"]
    return _cell(delivery, Contradiction, "stage_year", "classes", 0, **_latest(SECOND_PRIMARY))


def _stage_against_kind(delivery: Delivery) -> Expected:
    del delivery.cells["class_year"]
    return _cell(delivery, Contradiction, "stage_year", "stage", "高中", **_latest(SECOND_PRIMARY))


def _orphan(delivery: Delivery) -> Expected:
    return _cell(delivery, Contradiction, "school_year_facts", "school_code", "2150000099", **_latest(JUNIOR))


def _formula_without_value(delivery: Delivery) -> Expected:
    """Put a formula whose result no program has kept: nothing is found, so only the place can be named."""
    row = delivery.row_of("stage_year", **_latest(FIRST_PRIMARY))
    address = delivery.put("stage_year", row, "staff", Formula(f"I{row}+4"))
    return Expected(InvalidCell, delivery.sheet_name("stage_year"), address)


def _column(table: str, header: str, value: object) -> Spoil:
    def spoil(delivery: Delivery) -> Expected:
        count = len(delivery.cells[table]) - 1
        address = delivery.add_column(table, header, [value] * count)
        return Expected(ForbiddenContent, delivery.sheet_name(table), address, header)

    return spoil


def _secret_mark(delivery: Delivery) -> Expected:
    delivery.cells["stage_year"].insert(0, ["机密"])
    return Expected(ForbiddenContent, delivery.sheet_name("stage_year"), "A1", "机密")


def _ambiguous_header(delivery: Delivery) -> Expected:
    header = "在校学生数（人）"
    values = [row["pupils"] + 1 for row in delivery.tables["stage_year"]]
    address = delivery.add_column("stage_year", header, values)
    return Expected(UnreadableTable, delivery.sheet_name("stage_year"), address, header)


def _key_missing(delivery: Delivery) -> Expected:
    """Take the column of the school code away: no row can be told from another."""
    for row in delivery.cells["stage_year"]:
        del row[0]
    return Expected(UnreadableTable, delivery.sheet_name("stage_year"), "", "学校标识码")


def _bad_date(delivery: Delivery) -> Expected:
    return _cell(delivery, InvalidCell, "school", "opened", "1998-13-41", school_code=SECOND_PRIMARY)


def _code_too_short(delivery: Delivery) -> Expected:
    return _cell(delivery, InvalidCell, "school", "township_code", "50990102", school_code=SECOND_PRIMARY)


def _unknown_code(delivery: Delivery) -> Expected:
    return _cell(delivery, InvalidCell, "school", "ownership", "企业联办", school_code=SECOND_PRIMARY)


def _negative(delivery: Delivery) -> Expected:
    return _cell(delivery, InvalidCell, "stage_year", "teachers_backbone", -5, **_latest(SECOND_PRIMARY))


def _half_a_person(delivery: Delivery) -> Expected:
    return _cell(delivery, InvalidCell, "stage_year", "teachers", 36.5, **_latest(SECOND_PRIMARY))


def _beyond_range(delivery: Delivery) -> Expected:
    return _cell(delivery, InvalidCell, "school", "lon", 207.52, school_code=SECOND_PRIMARY)


def _closed_with_pupils(delivery: Delivery) -> Expected:
    """Add the column of closing days, which the sound delivery does not need."""
    closed = [date(2023, 8, 31) if row["school_code"] == SECOND_PRIMARY else None for row in delivery.tables["school"]]
    header = delivery.add_column("school", "撤销日期", closed)
    letters = header.rstrip("0123456789")
    row = delivery.row_of("school", school_code=SECOND_PRIMARY)
    return Expected(WarningsNotAccepted, delivery.sheet_name("school"), f"{letters}{row}", "2023-08-31")


def _jump(delivery: Delivery) -> Expected:
    """Teachers four times as many as a year before; staff are raised with them, so that the part fits the whole."""
    delivery.put("stage_year", delivery.row_of("stage_year", **_latest(FIRST_PRIMARY)), "staff", 160)
    delivery.put("stage_year", delivery.row_of("stage_year", school_code=FIRST_PRIMARY, school_year=2024), "staff", 150)
    return _cell(delivery, WarningsNotAccepted, "stage_year", "teachers", 148, **_latest(FIRST_PRIMARY))


def _outside_county(delivery: Delivery) -> Expected:
    return _cell(delivery, WarningsNotAccepted, "school", "lon", 117.52, school_code=SECOND_PRIMARY)


def _no_return(delivery: Delivery) -> Expected:
    """Leave an open school out of the latest year, in every sheet."""
    for table in ("stage_year", "school_year_facts", "class_year"):
        cells, rows = delivery.cells[table], delivery.tables[table]
        gone = {n for n, row in enumerate(rows, 1) if _latest(SECOND_PRIMARY).items() <= row.items()}
        delivery.cells[table] = [row for n, row in enumerate(cells) if n not in gone]
    row = delivery.row_of("school", school_code=SECOND_PRIMARY)
    return Expected(WarningsNotAccepted, delivery.sheet_name("school"), f"A{row}", SECOND_PRIMARY)


def _hidden_rows(delivery: Delivery) -> Expected:
    row = delivery.row_of("stage_year", **_latest(FIRST_PRIMARY))
    delivery.hidden_rows["stage_year"] = frozenset((row,))
    return Expected(WarningsNotAccepted, delivery.sheet_name("stage_year"), "", str(row))


def _two_sources_differ(seed: int) -> Spoiled:
    """Two workbooks that give the same school's teachers differently."""
    first, second = sound_delivery(seed), sound_delivery(seed)
    for table in ("school", "school_year_facts", "class_year"):
        del second.cells[table]
    expected = _cell(second, Contradiction, "stage_year", "teachers", 37, **_latest(SECOND_PRIMARY))
    folder = "two-sources-differ"
    files = {
        f"{folder}/1-年报.xlsx": plain_workbook(first.sheets),
        f"{folder}/2-教师系统.xlsx": plain_workbook(second.sheets),
    }
    return Spoiled(folder, files, expected)


SPOILS: dict[str, Spoil] = {
    "duplicate-school.xlsx": _duplicate_school,
    "part-exceeds-whole.xlsx": _part_exceeds_whole,
    "letter-for-digit.xlsx": _letter_for_digit,
    "classes-against-pupils.xlsx": _classes_against_pupils,
    "pupils-without-classes.xlsx": _no_classes,
    "stage-against-kind.xlsx": _stage_against_kind,
    "orphan.xlsx": _orphan,
    "formula-without-value.xlsx": _formula_without_value,
    "scores-column.xlsx": _column("stage_year", "毕业考试平均分", 81.5),
    "ranking-column.xlsx": _column("stage_year", "全县排名", 3),
    "health-column.xlsx": _column("stage_year", "心理测评异常人数", 2),
    "exemption-reason-column.xlsx": _column("class_year", "免于交流理由", "照顾家人"),
    "identity-column.xlsx": _column("class_year", "班主任身份证号", "（略）"),
    "secret-mark.xlsx": _secret_mark,
    "ambiguous-header.xlsx": _ambiguous_header,
    "key-missing.xlsx": _key_missing,
    "bad-date.xlsx": _bad_date,
    "code-too-short.xlsx": _code_too_short,
    "unknown-code.xlsx": _unknown_code,
    "negative.xlsx": _negative,
    "half-a-person.xlsx": _half_a_person,
    "beyond-range.xlsx": _beyond_range,
    "closed-with-pupils.xlsx": _closed_with_pupils,
    "jump.xlsx": _jump,
    "outside-county.xlsx": _outside_county,
    "no-return.xlsx": _no_return,
    "hidden-rows.xlsx": _hidden_rows,
}
