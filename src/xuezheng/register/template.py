"""The empty workbook that an office fills in: one sheet a table, made from the schema and nothing else."""

from datetime import date
from pathlib import Path

from xuezheng.catalogue.messages import sentence
from xuezheng.catalogue.register import Column, Table, load_register_schema
from xuezheng.register.sentences import code_list_words
from xuezheng.tables.workbook import HEADER, Look, SheetWriter, Value, WorkbookWriter

_ROWS_WITH_LISTS = 5000
_WIDTH = 14.0
_NOTED = Look(italic=True, colour="#6B6558", unlocked=True)
_KEY = Look(bold=True, fill="#E3C9A8", wrap=True, border=True)
_FREE = Look(unlocked=True)
_TEXT = Look(unlocked=True, number_format="@")
_DAY = Look(unlocked=True, number_format="yyyy-mm-dd")
_SENTENCE = Look(wrap=True)
_GUIDE = tuple(f"template_guide_{number}" for number in range(1, 9))


def write_template(path: Path, language: str = "zh") -> None:
    """Write the empty workbook: headers with units, notes with definitions, drop-downs, an example row a sheet.

    Column A marks example rows, which are passed over at import; so are the guide's sentences on the first sheet.
    """
    schema = load_register_schema()
    with WorkbookWriter(path) as book:
        _write_guide(book, language)
        for table in schema.tables.values():
            _write_table(book.sheet(table.in_language(language)), table, language)


def _write_guide(book: WorkbookWriter, language: str) -> None:
    sheet = book.sheet("说明" if language == "zh" else "notes")
    sheet.widths([100])
    for row, code in enumerate(_GUIDE, start=1):
        sheet.cell(row, 0, sentence(code, language, {})[0], _SENTENCE)
    for row, table in enumerate(load_register_schema().tables.values(), start=len(_GUIDE) + 2):
        colon = "：" if language == "zh" else ": "
        sheet.cell(row, 0, f"{table.in_language(language)}{colon}{table.definition.in_language(language)}", _SENTENCE)


def _write_table(sheet: SheetWriter, table: Table, language: str) -> None:
    reading = load_register_schema().reading
    mark, example = (words[0 if language == "zh" else -1] for words in (reading.marker_headers, reading.examples))
    sheet.cell(1, 0, mark, HEADER)
    sheet.column(0, 9, _FREE)
    sheet.cell(2, 0, example, _NOTED)
    sheet.note(1, 0, sentence("template_mark", language, {})[0])
    for index, column in enumerate(table.columns.values(), start=1):
        sheet.column(index, _WIDTH, _look(column))
        sheet.cell(1, index, header_of(column, language), _KEY if column.key is True else HEADER)
        sheet.note(1, index, _definition(column, language))
        sheet.cell(2, index, _example(column, language), _as_example(column))
        words = _words(column, language)
        if words:
            sheet.choices(index, (2, _ROWS_WITH_LISTS), words, strict=False)
    sheet.height(1, 48)
    sheet.freeze(2, 2)
    sheet.lock()


def header_of(column: Column, language: str) -> str:
    """Return a column's header with its unit in brackets."""
    unit = unit_word(column.unit, language)
    if not unit:
        return column.in_language(language)
    return f"{column.zh}（{unit}）" if language == "zh" else f"{column.en} ({unit})"


def unit_word(unit: str, language: str) -> str:
    """Return the word of a unit in a language, an empty text for none."""
    words = [word for word, factor in load_register_schema().units.get(unit, {}).items() if factor == 1.0]
    return next((word for word in words if word.isascii() == (language == "en")), "")


def _look(column: Column) -> Look:
    if column.type in ("code", "text"):
        return _TEXT
    return _DAY if column.type == "date" else _FREE


def _as_example(column: Column) -> Look:
    look = _look(column)
    return Look(italic=True, colour=_NOTED.colour, unlocked=True, number_format=look.number_format)


def _example(column: Column, language: str) -> Value:
    value = column.example
    if isinstance(value, bool):
        return _yes_no(language)[0 if value else 1]
    if column.codes and value is not None:
        return load_register_schema().codes[column.codes][str(value)].in_language(language)
    if isinstance(value, date) or value is None:
        return value
    return str(value) if column.type in ("code", "text") else value


def _yes_no(language: str) -> list[str]:
    return ["是", "否"] if language == "zh" else ["yes", "no"]


def _words(column: Column, language: str) -> list[str]:
    if column.type == "yes_no":
        return _yes_no(language)
    if not column.codes:
        return []
    words = [entry.in_language(language) for entry in load_register_schema().codes[column.codes].values()]
    # The format holds 255 letters of a list: beyond it the note says them.
    return words if len(",".join(words)) <= 255 else []


def _definition(column: Column, language: str) -> str:
    lines = [column.definition.in_language(language)]
    if column.key is True:
        lines.append(sentence("template_required", language, {})[0])
    if column.digits:
        lines.append(sentence("template_digits", language, {"digits": "/".join(map(str, column.digits))})[0])
    if column.codes:
        lines.append(sentence("template_words", language, {"words": code_list_words(column.codes, language)})[0])
    if column.min is not None and column.max is not None:
        lines.append(sentence("template_range", language, {"least": column.min, "most": column.max})[0])
    return "\n".join(lines)
