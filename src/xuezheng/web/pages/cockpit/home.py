"""The first page after signing in: it leads to where somebody's work is."""

from dataclasses import dataclass
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_lazy

from xuezheng.catalogue.standard import load_standard
from xuezheng.people.access import Reach
from xuezheng.register.demonstration.parameters import load_parameters
from xuezheng.register.models import County
from xuezheng.register.queries import find_counties, find_schools_in
from xuezheng.standards.models import Evaluation
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.operations.meeting import find_demonstration_meeting
from xuezheng.web.pages.meetings.clauses import clauses_shown
from xuezheng.web.templatetags.design import wording

# Where somebody's work is who looks at no county and no school: the first right that they have decides.
_DOORS = (
    ("read_audit", "audit", gettext_lazy("审计记录")),
    ("manage_people", "people", gettext_lazy("机构与人员")),
    ("view_operations", "operations", gettext_lazy("运行状况")),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """A county among several: its newest verdicts."""

    county: County
    verdicts: list[tuple[str, int, str]]


@signed_in_page
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the one county, school or duty that somebody works with, or show the choice.

    Where the demonstration is loaded, show what its meeting said and where it is done.
    """
    asked = cast("OfficeRequest", request)
    reach = asked.reach
    demonstrated = _demonstrated_county(reach)
    if demonstrated is not None:
        context = clauses_shown(asked, demonstrated) | {"ways": _ways(reach, demonstrated)}
        return render(request, "meetings/clauses.html", context)
    counties = list(find_counties(reach.area_of("view_county")))
    if len(counties) == 1:
        # An auditor reads the county's verdicts, too; their work is the trail.
        only_audit = reach.roles == {"auditor"}
        return redirect((only_audit and _address("audit")) or reverse("cockpit", args=(counties[0].code,)))
    if counties:
        return render(request, "cockpit/home.html", {"tiles": _tiles(counties)})
    return _own_place(reach) or render(request, "cockpit/home.html", {"doors": _doors(reach)})


def _demonstrated_county(reach: Reach) -> County | None:
    """Return the demonstration's county where somebody has to do with it and its meeting stands there."""
    code = load_parameters().county.code
    if not reach.area.touches_county(code) or find_demonstration_meeting(code) is None:
        return None
    return County.objects.filter(code=code).defer("outlines").first()


def _ways(reach: Reach, county: County) -> list[tuple[str, str]]:
    """Return where somebody's own work is in the demonstration's county: addresses with what they are called."""
    ways = []
    if reach.can_in_county("view_county", county.code):
        ways.append((reverse("cockpit", args=(county.code,)), gettext("驾驶舱")))
    if reach.rights & {"handle_cases", "supervise_cases", "verify_cases"}:
        ways.append((reverse("work"), gettext("我的工作")))
    schools = list(find_schools_in(reach.area_of("view_schools"))[:2])
    if len(schools) == 1:
        ways.append((reverse("school", args=(county.code, schools[0].school_code)), schools[0].name))
    return ways + _doors(reach)


def _own_place(reach: Reach) -> HttpResponse | None:
    """Return the way to the one school, to the schools, or to the one duty; nothing where there is none or several."""
    schools = list(find_schools_in(reach.area_of("view_schools"))[:2])
    if len(schools) == 1:
        return redirect("school", county=schools[0].county_id, school=schools[0].school_code)
    if schools:
        return redirect("schools", county=schools[0].county_id)
    doors = _doors(reach)
    return redirect(doors[0][0]) if doors else None


def _doors(reach: Reach) -> list[tuple[str, str]]:
    found = [(_address(name), str(label)) for right, name, label in _DOORS if right in reach.rights]
    return [(address, label) for address, label in found if address]


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _tiles(counties: list[County]) -> list[Tile]:
    """Return the counties by code, each with its newest verdicts; one query for all of them."""
    say = wording()
    newest: dict[tuple[str, str], tuple[int, str]] = {}
    rows = Evaluation.objects.filter(county__in=counties, is_current=True).order_by("standard", "school_year")
    for county, standard, year, verdict in rows.values_list("county_id", "standard", "school_year", "verdict"):
        newest[county, standard] = (year, verdict)
    return [
        Tile(
            county,
            [
                (say.of(load_standard(standard).title), year, verdict)
                for (code, standard), (year, verdict) in sorted(newest.items())
                if code == county.code
            ],
        )
        for county in counties
    ]
