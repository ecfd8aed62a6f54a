"""Mappings taught once: this export's sheet and headers are these columns; kept as a file and applied by itself.

A mapping file, `xuezheng-mapping.yaml` in the delivered folder or any `*.yaml` in a folder of mappings:

    mappings:
      - sheet: "教基3*"              # the sheet's (or file's) name; * stands for anything
        table: stage_year
        columns:
          学生总数: pupils           # a header: the register's column, or "" to pass over
        codes:
          stage: {小学段: primary}   # words of a code list
        constants: {school_year: 2023}
      - sheet: "教基3*"              # the same sheet may fill a second table
        table: school
        repeated: true               # whose rows stand several times over
        columns: {单位名称: name}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from pydantic import Field

from xuezheng.catalogue.loader import Entry, read_yaml, validated
from xuezheng.catalogue.messages import sentence
from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.register.engine.headers import Taught
from xuezheng.register.engine.recognition import taught_headers
from xuezheng.register.engine.wording import folded

FILE_NAME = "xuezheng-mapping.yaml"


class SheetMapping(Entry):
    """What one kind of sheet was taught to mean."""

    sheet: str
    table: str
    columns: dict[str, str] = Field(default_factory=dict)
    codes: dict[str, dict[str, str]] = Field(default_factory=dict)
    constants: dict[str, str | int] = Field(default_factory=dict)
    repeated: bool = False


class MappingFile(Entry):
    """A file of mappings."""

    mappings: tuple[SheetMapping, ...] = ()


@dataclass(frozen=True, slots=True)
class Teaching:
    """All mappings at hand; for each table the first that fits a sheet is applied."""

    mappings: tuple[SheetMapping, ...] = ()

    def of(self, sheet: str, stem: str) -> tuple[SheetMapping, ...]:
        """Return the mappings of a sheet by its name, or by its file's: one a table that it fills."""
        names = [name.casefold() for name in (sheet, stem) if name]
        fitting: dict[str, SheetMapping] = {}
        for mapping in self.mappings:
            pattern = mapping.sheet.casefold()
            # A name with a bracket in it is first of all a name.
            if any(name == pattern or fnmatchcase(name, pattern) for name in names):
                fitting.setdefault(mapping.table, mapping)
        return tuple(fitting.values())


@dataclass(frozen=True, slots=True)
class Applied:
    """One mapping in the form in which sheets are read."""

    taught: Taught | None = None
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def applied(mapping: SheetMapping | None) -> Applied:
    """Return a mapping with its words folded, or nothing taught."""
    if mapping is None:
        return Applied()
    codes = {name: {folded(word): code for word, code in words.items()} for name, words in mapping.codes.items()}
    columns = taught_headers(mapping.columns)
    return Applied(Taught(mapping.table, columns, mapping.constants, mapping.repeated), codes)


def read_mappings(files: Sequence[Path]) -> Teaching:
    """Return the mappings of these files; raises `InvalidRule` or `InvalidRequest` that says what is wrong where."""
    found: list[SheetMapping] = []
    for path in files:
        content = validated(MappingFile, read_yaml(path), path.name)
        for mapping in content.mappings:
            _checked(mapping, path)
        found += content.mappings
    return Teaching(tuple(found))


def _checked(mapping: SheetMapping, path: Path) -> None:
    schema = load_register_schema()
    if mapping.table not in schema.tables:
        raise InvalidRequest("mapping_unknown_table", place=Place(path.name), sheet=mapping.sheet, value=mapping.table)
    columns = schema.tables[mapping.table].columns
    for column in (*mapping.columns.values(), *mapping.constants):
        if column and column not in columns:
            raise InvalidRequest("mapping_unknown_column", place=Place(path.name), sheet=mapping.sheet, value=column)
    for codes, words in mapping.codes.items():
        if codes not in schema.codes or any(code not in schema.codes[codes] for code in words.values()):
            raise InvalidRequest("mapping_unknown_code", place=Place(path.name), sheet=mapping.sheet, value=codes)


def skeleton(unknown: Sequence[tuple[str, str, str, str]]) -> list[SheetMapping]:
    """Return a mapping a sheet for headers not understood, given as (file, sheet, table, header)."""
    sheets: dict[tuple[str, str], dict[str, str]] = {}
    for _, sheet, table, header in unknown:
        sheets.setdefault((sheet, table), {})[header] = ""
    return [SheetMapping(sheet=sheet, table=table, columns=columns) for (sheet, table), columns in sheets.items()]


def write_skeleton(path: Path, sheets: Sequence[SheetMapping], language: str) -> None:
    """Write a mapping for a person to fill in: every header not understood stands with an empty column.

    The columns of the tables concerned are listed above it as comments.
    """
    lines = [f"# {sentence(code, language, {})[0]}" for code in ("mapping_guide_1", "mapping_guide_2")]
    tables = load_register_schema().tables
    if any(not sheet.table for sheet in sheets):
        lines.append(f"# {sentence('mapping_guide_3', language, {})[0]}")
        lines += [f"#   {name}: {table.in_language(language)}" for name, table in tables.items()]
    for table in dict.fromkeys(sheet.table for sheet in sheets if sheet.table in tables):
        lines.append(f"# {table}（{tables[table].in_language(language)}）:")
        lines += [f"#   {name}: {column.in_language(language)}" for name, column in tables[table].columns.items()]
    content = {"mappings": [{"sheet": s.sheet, "table": s.table, "columns": s.columns} for s in sheets]}
    body = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    path.write_text("\n".join(lines) + "\n" + body, encoding="utf-8")
