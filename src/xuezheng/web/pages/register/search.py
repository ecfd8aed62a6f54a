"""Searching: schools by name, code or pinyin, townships, indicators; in groups."""

from typing import cast

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xuezheng.catalogue.register import load_register_schema
from xuezheng.catalogue.standard import load_standard
from xuezheng.register.access import find_reached_schools
from xuezheng.register.queries import find_by_words, find_townships_of
from xuezheng.standards.models import Evaluation
from xuezheng.web.gate import OfficeRequest, part_of_county_page
from xuezheng.web.language import page_language

SHOWN = 30
_LONGEST = 60


@part_of_county_page("view_schools")
def search(request: HttpRequest) -> HttpResponse:
    """Show what of a county fits `?q=` among the schools, townships and indicators that the person reaches."""
    asked = cast("OfficeRequest", request)
    county = asked.county.code
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:_LONGEST]
    context: dict[str, object] = {"text": text}
    if text:
        reached = find_reached_schools(asked.reach, county)
        found = list(find_by_words(reached, text)[: SHOWN + 1])
        townships = find_townships_of(county, reached).filter(Q(name__icontains=text) | Q(code__startswith=text))
        whole_county = asked.reach.can_in_county("view_county", county)
        context |= {
            "schools": found[:SHOWN],
            "more_schools": len(found) > SHOWN,
            "townships": list(townships[:SHOWN]),
            "indicators": _indicators(county, text) if whole_county else [],
            "columns": _columns(text),
        }
    return render(request, "register/search.html", context)


def _indicators(county: str, text: str) -> list[tuple[str, str, str, str]]:
    """Return the indicators whose title or number fits: standard's id and title, indicator's id, its title."""
    language, wanted = page_language(), text.casefold()
    found = []
    evaluated = (
        Evaluation.objects.filter(county_id=county, is_current=True)
        .values_list("standard", flat=True)
        .order_by()
        .distinct()
    )
    for standard_id in sorted(evaluated):
        standard = load_standard(standard_id)
        for indicator in standard.indicators:
            title = indicator.title.in_language(language)
            if wanted in title.casefold() or wanted == indicator.id.casefold():
                found.append((standard.id, standard.title.in_language(language), indicator.id, title))
    return found[:SHOWN]


def _columns(text: str) -> list[tuple[str, str, str, str]]:
    """Return the register's columns whose header fits: table's id and title, column's id, its title."""
    language, wanted = page_language(), text.casefold()
    return [
        (table_id, table.in_language(language), column_id, column.in_language(language))
        for table_id, table in load_register_schema().tables.items()
        for column_id, column in table.columns.items()
        if wanted in column.in_language(language).casefold()
        or any(wanted == alias.casefold() for alias in column.aliases)
    ][:SHOWN]
