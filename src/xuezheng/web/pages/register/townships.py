"""Townships: what the schools of each have altogether, and one township's schools."""

from typing import cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.access import find_reached_schools, get_reached_township
from xuezheng.register.queries import Figures, SchoolFilter, count_figures, find_townships_of, narrowed
from xuezheng.web.gate import OfficeRequest, part_of_county_page
from xuezheng.web.pages.register.schools import PAGE_ROWS
from xuezheng.web.pages.register.verdicts import count_verdicts, find_standard_columns, school_verdicts


@part_of_county_page("view_schools")
def townships(request: HttpRequest) -> HttpResponse:
    """Show the townships in which the person reaches schools, by code, with what these schools have altogether."""
    asked = cast("OfficeRequest", request)
    county = asked.county.code
    reached = narrowed(find_reached_schools(asked.reach, county), SchoolFilter(), timezone.localdate(asked.at))
    figures = count_figures(reached, "township_code")
    page = Paginator(find_townships_of(county, reached), PAGE_ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(township, figures[township.code]) for township in page],
        "elsewhere": figures.get(""),
        "whole_county": asked.reach.area_of("view_schools").holds_county(county),
    }
    return render(request, "register/townships.html", context)


@part_of_county_page("view_schools")
def township(request: HttpRequest, township: str) -> HttpResponse:
    """Show one township: its schools by kind with their figures and verdicts, and the schools themselves."""
    asked = cast("OfficeRequest", request)
    county = asked.county.code
    shown = get_reached_township(asked.reach, county, township)
    reached = find_reached_schools(asked.reach, county).filter(township_code=township)
    schools = narrowed(reached, SchoolFilter(), timezone.localdate(asked.at))
    columns = find_standard_columns(county)
    page = Paginator(schools, PAGE_ROWS).get_page(request.GET.get("page"))
    verdicts = school_verdicts(columns, [school.school_code for school in page])
    area = asked.reach.area_of("view_schools")
    context = {
        "township": shown,
        "page": page,
        "columns": columns,
        "rows": [
            (school, [verdicts.get(school.school_code, {}).get(column.id) for column in columns]) for school in page
        ],
        "kinds": _in_schema_order(count_figures(schools, "kind")),
        "counts": count_verdicts(columns, schools),
        "whole_township": area.holds_county(county) or township in area.townships,
    }
    return render(request, "register/township.html", context)


def _in_schema_order(figures: dict[str, Figures]) -> list[tuple[str, Figures]]:
    order = [*load_register_schema().codes["kind"], ""]
    return sorted(figures.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))
