"""The cockpit's map: every school by its worst verdict, drawn on the server from the county's own outlines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import cast

from django.http import HttpRequest, HttpResponse

from xuezheng.documents.map_file import map_file
from xuezheng.documents.maps import Site
from xuezheng.kernel.refusal import NotFound
from xuezheng.kernel.verdict import Verdict, worst
from xuezheng.register.models import County, School
from xuezheng.standards.models import Evaluation, StoredVerdict
from xuezheng.web.gate import OfficeRequest, county_page

MAX_LABELS = 24


@county_page("view_county")
def county_map(request: HttpRequest, version: str) -> HttpResponse:
    """Return the map for the evaluations that `version` names (`12-15-18`); they never change, so browsers keep it."""
    county = cast("OfficeRequest", request).county
    wanted = [int(number) for number in version.split("-") if number.isdecimal() and len(number) < 12]
    held = Evaluation.objects.filter(county=county, pk__in=wanted).order_by("pk").values_list("pk", flat=True)
    drawn = _drawn(county.code, tuple(held))
    if drawn is None:
        raise NotFound("page_not_found")
    answer = HttpResponse(drawn, content_type="image/svg+xml")
    answer["Cache-Control"] = "private, max-age=31536000, immutable"
    return answer


def map_version(evaluations: Iterable[Evaluation]) -> str:
    """Return what names the map of some evaluations in its address."""
    return "-".join(str(number) for number in sorted(evaluation.pk for evaluation in evaluations))


@lru_cache(maxsize=32)
def _drawn(county: str, evaluations: tuple[int, ...]) -> bytes | None:
    """Draw the map; nothing where no school has a place. Evaluations never change, so a drawing is kept."""
    held = County.objects.get(code=county)
    verdicts = _worst_verdicts(evaluations)
    failing = sum(verdict is Verdict.NOT_MET for verdict in verdicts.values())
    sites = [
        Site(lon, lat, verdicts[code], _label(name, held.name) if _is_labelled(verdicts[code], failing) else "")
        for code, name, lon, lat in School.objects.filter(county=held)
        .order_by("school_code")
        .values_list("school_code", "name", "lon", "lat")
        if lon is not None
        and lat is not None
        and verdicts.get(code, Verdict.NOT_APPLICABLE) is not Verdict.NOT_APPLICABLE
    ]
    if not sites:
        return None
    return map_file(sites, held.outlines, county=county, width=640, max_height=460)


def _worst_verdicts(evaluations: tuple[int, ...]) -> Mapping[str, Verdict]:
    found: dict[str, list[Verdict]] = defaultdict(list)
    rows = StoredVerdict.objects.filter(evaluation__in=evaluations, level="school").order_by("id")
    for subject, verdict in rows.values_list("subject", "verdict"):
        found[subject].append(Verdict(verdict))
    return {subject: worst(verdicts) for subject, verdicts in found.items()}


def _is_labelled(verdict: Verdict, failing: int) -> bool:
    return verdict is Verdict.NOT_MET and failing <= MAX_LABELS


def _label(name: str, county: str) -> str:
    return name.removeprefix(county) or name
