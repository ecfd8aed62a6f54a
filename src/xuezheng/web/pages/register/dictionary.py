"""The data dictionary: every table and column of the register, from the schema itself."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.catalogue.register import Code, Column, Table, load_register_schema
from xuezheng.web.gate import page
from xuezheng.web.language import page_language
from xuezheng.web.templatetags.design import wording

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """One column as the dictionary shows it."""

    table_id: str
    table: str
    id: str
    column: Column
    definition: str
    unit: str
    range: str
    codes: list[str]


@page("view_schools")
def dictionary(request: HttpRequest) -> HttpResponse:
    """Show the columns of `?table=`, or of all tables those that fit `?q=`; without either, the tables."""
    schema = load_register_schema()
    text = " ".join(request.GET.get("q", "").split())[:_LONGEST]
    chosen = request.GET.get("table", "")
    chosen = chosen if chosen in schema.tables else ""
    language = page_language()
    tables = [
        (name, table.in_language(language), table.definition.in_language(language), len(table.columns))
        for name, table in schema.tables.items()
    ]
    columns = [
        _shown(table_id, table, column_id, column)
        for table_id, table in schema.tables.items()
        if (chosen or text) and chosen in ("", table_id)
        for column_id, column in table.columns.items()
        if _fits(text, column_id, column)
    ]
    context = {
        "text": text, "chosen": chosen, "tables": tables, "columns": columns,
        "definition": schema.tables[chosen].definition.in_language(language) if chosen else "",
        "refused": [
            (refused.in_language(language), "、".join(refused.headers[:8]) if language == "zh" else "")
            for refused in schema.refused.values()
        ],
    }  # fmt: skip
    return render(request, "register/dictionary.html", context)


def _fits(text: str, column_id: str, column: Column) -> bool:
    wanted = text.casefold()
    said = (column_id, column.zh, column.en, column.definition.zh, column.definition.en, *column.aliases)
    return not wanted or any(wanted in each.casefold() for each in said)


def _shown(table_id: str, table: Table, column_id: str, column: Column) -> ColumnShown:
    language = page_language()
    codes: dict[str, Code] = load_register_schema().codes.get(column.codes, {})
    return ColumnShown(
        table_id, table.in_language(language), column_id, column, column.definition.in_language(language),
        wording().unit(column.unit) if column.unit else "", _range(column),
        [f"{code} {entry.in_language(language)}" for code, entry in codes.items()],
    )  # fmt: skip


def _range(column: Column) -> str:
    if column.digits:
        return " / ".join(str(digits) for digits in column.digits)
    if column.min is None and column.max is None:
        return ""
    least = "" if column.min is None else f"{column.min:,.0f}"
    return f"{least}–{column.max:,.0f}" if column.max is not None else f"≥ {least}"
