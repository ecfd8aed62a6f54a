"""The doors of the pages: each page says here who may come in, and no page stands outside."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from xuezheng.people.access import OutsideArea, Reach
from xuezheng.people.models import Account
from xuezheng.register.models import County, School

View = Callable[..., HttpResponse]
_METHODS = ("GET", "HEAD", "POST")


class OfficeRequest(HttpRequest):
    """A request as pages get it: signed in, with the clock, the person's reach and, where named, county and school."""

    at: datetime
    reach: Reach
    county: County
    school: School
    account: Account


LetIn = Callable[[OfficeRequest, dict[str, Any]], None]


def public_page(view: View) -> View:
    """Open a page to everybody, signed in or not."""
    return _marked(view, "public", None)


def signed_in_page(view: View) -> View:
    """Guard a page about the person themselves: signing in is enough."""
    return _door("signed-in", None, lambda _request, _named: None)(view)


def page(right: str) -> Callable[[View], View]:
    """Guard a page for who has a right somewhere; what it shows is filtered by `reach.area_of(right)`."""
    return _door("right", right, lambda request, _named: request.reach.require(right))


def county_page(right: str) -> Callable[[View], View]:
    """Guard a page about a whole county, by `county` in its address: `request.county` is set."""

    def let_in(request: OfficeRequest, named: dict[str, Any]) -> None:
        county = named.pop("county")
        request.reach.require_county(right, county)
        request.county = _county(county)

    return _door("county", right, let_in)


def part_of_county_page(right: str) -> Callable[[View], View]:
    """Guard a page about those schools of a county that the person reaches: the view filters by `reach.area_of(right)`."""

    def let_in(request: OfficeRequest, named: dict[str, Any]) -> None:
        county = named.pop("county")
        request.reach.require_part_of_county(right, county)
        request.county = _county(county)

    return _door("part-of-county", right, let_in)


def school_page(right: str) -> Callable[[View], View]:
    """Guard a page about one school, by `county` and `school` in its address: `request.county` and `request.school` are set."""

    def let_in(request: OfficeRequest, named: dict[str, Any]) -> None:
        county, code = named.pop("county"), named.pop("school")
        school = School.objects.select_related("county").filter(county_id=county, school_code=code).first()
        if school is None:
            raise OutsideArea("outside_area")
        request.reach.require_school(right, county, school.township_code, code)
        request.county, request.school = school.county, school

    return _door("school", right, let_in)


def _door(kind: str, right: str | None, let_in: LetIn) -> Callable[[View], View]:
    """Return a door: who is not signed in is led away; `let_in` refuses, or takes what it sets out of the address."""

    def door(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **named: Any) -> HttpResponse:
            away = _sign_in(request)
            if away is not None:
                return away
            if request.method not in _METHODS:
                return HttpResponseNotAllowed(_METHODS)
            let_in(cast("OfficeRequest", request), named)
            return view(request, **named)

        return _marked(guarded, kind, right)

    return door


def _sign_in(request: HttpRequest) -> HttpResponse | None:
    if isinstance(request.user, Account):
        cast("OfficeRequest", request).account = request.user
        return None
    return redirect_to_login(request.get_full_path())


def _county(code: str) -> County:
    county = County.objects.filter(code=code).defer("outlines").first()
    if county is None:
        raise OutsideArea("outside_area")
    return county


def _marked(view: View, door: str, right: str | None) -> View:
    """Write the door on the view, so that a test finds every page that has none."""
    view.door = door  # type: ignore[attr-defined]
    view.right = right  # type: ignore[attr-defined]
    return view
