"""The county's workbooks, as an office would keep them: one of what stays, one a school year, teachers, population."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.register.demonstration.county import County, make_county
from xuezheng.register.demonstration.parameters import Row, Size
from xuezheng.tables.workbook import HEADER, Value, WorkbookWriter

STANDING, TEACHERS, POPULATION, OUTLINES = "基础.xlsx", "教师.xlsx", "人口.xlsx", "outlines.geojson"
STANDING_TABLES = ("school", "school_change", "region", "travel")
YEAR_TABLES = {
    "stage_year": "school_year",
    "school_year_facts": "school_year",
    "class_year": "school_year",
    "funds_year": "fiscal_year",
    "county_year": "school_year",
}
POPULATION_TABLES = ("population_year", "births_year")
COLUMN_WIDTH = 14
YES_NO = {"zh": {True: "是", False: "否"}, "en": {True: "yes", False: "no"}}


def write_county(folder: Path, seed: int = 1, size: Size | None = None, language: str = "zh") -> list[Path]:
    """Write the demonstration county's workbooks and outlines into `folder` and return their paths.

    `language` (zh or en) is that of sheet names, headers and code words. Nothing else in the folder is touched.
    """
    return write_workbooks(folder, make_county(seed, size), language)


def write_workbooks(folder: Path, county: County, language: str = "zh") -> list[Path]:
    """Write a made county's workbooks and outlines into `folder` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [_write(folder / STANDING, {name: county.tables[name] for name in STANDING_TABLES}, language)]
    paths += [_write(folder / f"学年{year}.xlsx", _of_year(county, year), language) for year in _years(county)]
    paths.append(_write(folder / TEACHERS, {"teacher_year": county.tables["teacher_year"]}, language))
    paths.append(_write(folder / POPULATION, {name: county.tables[name] for name in POPULATION_TABLES}, language))
    outlines = folder / OUTLINES
    outlines.write_text(json.dumps(county.outlines, ensure_ascii=False), encoding="utf-8")
    return [*paths, outlines]


def table_sheet(table: str, rows: Sequence[Row], language: str = "zh") -> list[list[Value]]:
    """Return rows of a register table as a sheet's cells: the header row, then one row each in schema order.

    Columns that no row has are left out; choices and yes or no are words of the language.
    """
    columns = load_register_schema().tables[table].columns
    present = [name for name in columns if any(row.get(name) is not None for row in rows)]
    shown = [(name, _shown(columns[name], language)) for name in present]
    header: list[Value] = [header_text(columns[name], language) for name in present]
    return [header, *([show(row.get(name)) for name, show in shown] for row in rows)]


def header_text(column: Column, language: str) -> str:
    """Return a column's header with its unit in brackets, where it has one."""
    text = column.in_language(language)
    words = list(load_register_schema().units.get(column.unit, {}))
    if not words:
        return text
    unit = words[0] if language == "zh" else column.unit
    return f"{text}（{unit}）" if language == "zh" else f"{text} ({unit})"


def _shown(column: Column, language: str) -> Callable[[Any], Value]:
    if column.type == "choice":
        codes = load_register_schema().codes[column.codes]
        words: dict[object, str] = {code: word.in_language(language) for code, word in codes.items()}
        return lambda value: None if value is None else words[value]
    if column.type == "yes_no":
        return lambda value: None if value is None else YES_NO[language][bool(value)]
    return lambda value: value


def _years(county: County) -> list[int]:
    return sorted({row["school_year"] for row in county.tables["stage_year"]})


def _of_year(county: County, year: int) -> dict[str, list[Row]]:
    return {
        name: [row for row in county.tables[name] if row[year_column] == year]
        for name, year_column in YEAR_TABLES.items()
    }


def _write(path: Path, tables: dict[str, list[Row]], language: str) -> Path:
    schema = load_register_schema()
    with WorkbookWriter(path, by_rows=True) as book:
        for name, rows in tables.items():
            sheet = book.sheet(schema.tables[name].in_language(language))
            header, *cells = table_sheet(name, rows, language)
            sheet.widths([COLUMN_WIDTH] * len(header))
            sheet.freeze(2)
            sheet.row(1, header, HEADER)
            for number, values in enumerate(cells, start=2):
                sheet.row(number, values)
    return path
