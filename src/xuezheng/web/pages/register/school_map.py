"""Schools on a map of the county's own outlines: no tiles, nothing from outside; the list beside it says the same."""

from typing import Any, cast

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.kernel.verdict import ORDER, Verdict, worst
from xuezheng.register.access import find_reached_schools
from xuezheng.register.engine.grouping import Group, Site, grouped
from xuezheng.register.models import County, School
from xuezheng.web.gate import OfficeRequest, part_of_county_page
from xuezheng.web.pages.register.filters import AskedSchools, asked_schools
from xuezheng.web.pages.register.verdicts import StandardColumn, find_standard_columns, school_verdicts
from xuezheng.web.templatetags.design import wording

LIST_ROWS = 50
NOT_LOCATED_SHOWN = 100
_ZOOMS = range(20)
Box = tuple[float, float, float, float]


@part_of_county_page("view_schools")
def school_map(request: HttpRequest) -> HttpResponse:
    """Show the map, its key, the list of the schools on it, and the schools that have no coordinates."""
    asked = cast("OfficeRequest", request)
    county = asked.county.code
    wanted, columns = _asked(asked)
    located = wanted.schools.filter(lon__isnull=False, lat__isnull=False)
    page = Paginator(located, LIST_ROWS).get_page(request.GET.get("page"))
    not_located = list(wanted.schools.exclude(lon__isnull=False, lat__isnull=False)[: NOT_LOCATED_SHOWN + 1])
    verdicts = _verdicts(wanted.column, [school.school_code for school in page])
    context = {
        "page": page,
        "rows": [(school, verdicts.get(school.school_code)) for school in page],
        "not_located": not_located[:NOT_LOCATED_SHOWN],
        "more_not_located": len(not_located) > NOT_LOCATED_SHOWN,
        "form": wanted.form,
        "column": wanted.column,
        "is_narrowed": wanted.is_narrowed,
        "key": [verdict for verdict in reversed(ORDER) if verdict != Verdict.NOT_APPLICABLE] if columns else [],
        "points": f"{reverse('map-points', args=[county])}?{_without_page(request)}",
    }
    return render(request, "register/map.html", context)


def _without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


@part_of_county_page("view_schools")
def points(request: HttpRequest) -> HttpResponse:
    """Return the schools within `?bbox=west,south,east,north` at `?zoom=`, grouped where they would lie on each other."""
    asked = cast("OfficeRequest", request)
    wanted, _ = _asked(asked)
    west, south, east, north = _box(request)
    located = wanted.schools.filter(lon__range=(west, east), lat__range=(south, north))
    schools = {school.school_code: school for school in located}
    verdicts = _verdicts(wanted.column, list(schools))
    sites = [
        Site(code, school.lon or 0.0, school.lat or 0.0, str(verdicts.get(code, "")))
        for code, school in schools.items()
    ]
    found = [_point(group, schools) for group in grouped(sites, _zoom(request))]
    return _answer({"points": found}, seconds=0)


@part_of_county_page("view_schools")
def outlines(request: HttpRequest) -> HttpResponse:
    """Return the county's own outlines and roads as one GeoJSON collection; each feature says its `level`."""
    code = cast("OfficeRequest", request).county.code
    held = County.objects.values_list("outlines", flat=True).get(code=code) or {}
    features = [_feature(feature) for outline in held.values() for feature in outline.get("features") or []]
    return _answer({"type": "FeatureCollection", "features": features}, seconds=300)


def _asked(asked: OfficeRequest) -> tuple[AskedSchools, list[StandardColumn]]:
    county = asked.county.code
    columns = find_standard_columns(county)
    return asked_schools(asked, find_reached_schools(asked.reach, county), county, columns), columns


def _verdicts(column: StandardColumn | None, codes: list[str]) -> dict[str, Verdict]:
    if column is None:
        return {}
    said = {code: said[column.id] for code, said in school_verdicts([column], codes).items()}
    return {code: verdict for code, verdict in said.items() if verdict != Verdict.NOT_APPLICABLE}


def _box(request: HttpRequest) -> Box:
    try:
        west, south, east, north = (float(part) for part in request.GET.get("bbox", "-180,-90,180,90").split(","))
    except ValueError:
        raise InvalidRequest("page_bad_request") from None
    if not (west <= east and south <= north):  # also where one is not a number
        raise InvalidRequest("page_bad_request")
    return west, south, east, north


def _zoom(request: HttpRequest) -> int:
    text = request.GET.get("zoom", "10")
    if not (text.isascii() and text.isdigit() and len(text) < 3 and int(text) in _ZOOMS):
        raise InvalidRequest("page_bad_request")
    return int(text)


def _point(group: Group, schools: dict[str, School]) -> dict[str, Any]:
    said = {Verdict(word): count for word, count in group.words.items() if word}
    words = wording()
    verdict = worst(said) if said else None
    place = {"lon": round(group.lon, 6), "lat": round(group.lat, 6), "verdict": verdict.value if verdict else ""}
    if len(group.keys) == 1:
        school = schools[group.keys[0]]
        return {
            **place,
            "name": school.name,
            "title": f"{school.name} · {words.verdict(verdict)}" if verdict else school.name,
            "word": words.verdict(verdict) if verdict else "",
            "kind": words.code("kind", school.kind),
            "url": reverse("school", args=[school.county_id, school.school_code]),
        }
    told = [f"{words.verdict(each)} {said[each]}" for each in reversed(ORDER) if each in said]
    title = gettext("{count} 所学校").format(count=len(group.keys))
    return {**place, "count": len(group.keys), "title": words.joined([title, *told]), "box": list(group.box)}


def _feature(feature: dict[str, Any]) -> dict[str, Any]:
    properties = feature.get("properties") or {}
    is_line = "Line" in str((feature.get("geometry") or {}).get("type"))
    level = "road" if is_line else str(properties.get("level") or "township")
    return {
        "type": "Feature",
        "properties": {"level": level, "name": str(properties.get("name") or "")},
        "geometry": feature.get("geometry"),
    }


def _answer(content: dict[str, Any], seconds: int) -> JsonResponse:
    answer = JsonResponse(content, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")})
    answer["Cache-Control"] = f"private, max-age={seconds}" if seconds else "private, no-store"
    return answer
