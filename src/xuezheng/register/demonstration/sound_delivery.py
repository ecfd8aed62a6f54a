"""A small delivery without a fault: six schools, two school years. Each spoiled file is this with one thing wrong."""

from collections.abc import Sequence
from datetime import date
from random import Random

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.place import column_letters
from xuezheng.register.demonstration.parameters import Row, Tables, draw, load_parameters
from xuezheng.register.demonstration.plain_workbook import Sheet
from xuezheng.register.demonstration.workbooks import table_sheet

FIRST_PRIMARY, SECOND_PRIMARY, JUNIOR = "2150000001", "2150000002", "3150000001"
SCHOOLS = (FIRST_PRIMARY, SECOND_PRIMARY, "2150000003", "2150000004", JUNIOR, "3150000002")
YEARS = (2024, 2025)
GRADES = {"primary": range(1, 7), "junior": range(7, 10)}
PUPILS_IN_CLASS = (34, 42)
Cells = list[list[object]]


class Delivery:
    """Register tables as sheets of cells that can be spoiled one by one; `sheets` is what is written."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.cells: dict[str, Cells] = {
            name: [list(row) for row in table_sheet(name, rows)] for name, rows in tables.items()
        }
        self.hidden_rows: dict[str, frozenset[int]] = {}

    def sheet_name(self, table: str) -> str:
        """Return the name of a table's sheet."""
        return load_register_schema().tables[table].zh

    def row_of(self, table: str, **key: object) -> int:
        """Return the one-based sheet row of the first row of the table that has these values."""
        return 2 + next(n for n, row in enumerate(self.tables[table]) if key.items() <= row.items())

    def column_of(self, table: str, column: str) -> int:
        """Return the zero-based sheet column of a register column."""
        columns = load_register_schema().tables[table].columns
        present = [name for name in columns if any(row.get(name) is not None for row in self.tables[table])]
        return present.index(column)

    def put(self, table: str, row: int, column: str, value: object) -> str:
        """Put a value where a register column and a sheet row meet; return the cell's address."""
        index = self.column_of(table, column)
        self.cells[table][row - 1][index] = value
        return f"{column_letters(index)}{row}"

    def add_column(self, table: str, header: str, values: Sequence[object]) -> str:
        """Add a column at the right; return the address of its header."""
        for row, value in zip(self.cells[table], [header, *values], strict=True):
            row.append(value)
        return f"{column_letters(len(self.cells[table][0]) - 1)}1"

    @property
    def sheets(self) -> dict[str, Sheet]:
        """The sheets by name."""
        none: frozenset[int] = frozenset()
        return {
            self.sheet_name(table): Sheet(cells, self.hidden_rows.get(table, none))
            for table, cells in self.cells.items()
        }


def sound_delivery(seed: int) -> Delivery:
    """Return the small sound delivery; the seed draws its numbers of pupils."""
    rng = draw(seed, "sound delivery")
    schools = [_school(number, code) for number, code in enumerate(SCHOOLS)]
    classes = [row for code in SCHOOLS for row in _classes(code, rng)]
    stages = [_stage(code, year, classes) for code in SCHOOLS for year in YEARS]
    facts = [_facts(stage) for stage in stages]
    return Delivery({"school": schools, "stage_year": stages, "school_year_facts": facts, "class_year": classes})


def _stage_of(code: str) -> str:
    return "primary" if code.startswith("2") else "junior"


def _school(number: int, code: str) -> Row:
    county = load_parameters().county
    primary = _stage_of(code) == "primary"
    return {
        "school_code": code,
        "name": f"{county.name}第{'一二三四'[number % 4]}{'小学校' if primary else '初级中学校'}",
        "county_code": county.code,
        "township_code": f"{county.code}{number + 1:03d}",
        "kind": _stage_of(code),
        "ownership": "public",
        "location": "town",
        "lon": round(county.lon + 0.02 * number, 3),
        "lat": round(county.lat - 0.01 * number, 3),
        "boarding": not primary,
        "opened": date(1980 + number, 9, 1),
        "closed": None,
    }


def _classes(code: str, rng: Random) -> list[Row]:
    stage = _stage_of(code)
    sizes = {(grade, number): rng.randint(*PUPILS_IN_CLASS) for grade in GRADES[stage] for number in (1, 2)}
    return [
        {
            "school_code": code,
            "school_year": year,
            "stage": stage,
            "grade": str(grade),
            "class_no": str(number),
            "pupils": pupils - (year - YEARS[0]),
        }
        for year in YEARS
        for (grade, number), pupils in sizes.items()
    ]


def _stage(code: str, year: int, classes: list[Row]) -> Row:
    own = [row["pupils"] for row in classes if row["school_code"] == code and row["school_year"] == year]
    pupils, teachers = sum(own), len(own) * 3
    return {
        "school_code": code,
        "school_year": year,
        "stage": _stage_of(code),
        "pupils": pupils,
        "boarders": pupils // 8,
        "classes": len(own),
        "classes_over_limit": 0,
        "staff": teachers + 4,
        "teachers": teachers,
        "teachers_above_degree": teachers - 2,
        "teachers_backbone": 6,
        "teachers_pe_arts": 5,
    }


def _facts(stage: Row) -> Row:
    pupils = stage["pupils"]
    return {
        "school_code": stage["school_code"],
        "school_year": stage["school_year"],
        "teaching_area_m2": pupils * 6,
        "indoor_sports_m2": 0,
        "sports_area_m2": pupils * 11,
        "equipment_value_yuan": pupils * 2800,
        "multimedia_rooms": stage["classes"] + 2,
        "building_area_m2": pupils * 9,
    }
