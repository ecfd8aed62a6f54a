"""Every address of the office in one table: its door, written down a second time by hand, and how to try it.

A new address that is not in the table fails `tests/architecture/test_doors.py`. The tests of access, of query counts
and of the pages in a browser all walk this table. What a row says is what must hold, not what the code says: rights and
areas are worked out here anew (`expected_status`), so that a wrong door in the code is found.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace

from world import HOME, OTHER

SCHOOL, SCHOOL_TOWNSHIP = "2150000001", "509901001"
OTHER_SCHOOL, OTHER_SCHOOL_TOWNSHIP = "2150000003", "509901004"
STANDARD, INDICATOR = "cn-compulsory-2017", "R1"

Kwargs = Callable[[SimpleNamespace], Mapping[str, object]]


def nothing(_place: SimpleNamespace) -> dict[str, object]:
    return {}


@dataclass(frozen=True)
class Address:
    """One address. `door` and `right` say who may come in; `kwargs` gives its parts for the records of one county.

    `get` and `post` are the statuses for those who may (none: that method is not for this address). `queries` are the
    query strings to try, `grows` names the rows (`growth.py`) of a list page, `page` whether people look at it.
    """

    door: str
    right: str = ""
    kwargs: Kwargs = nothing
    get: tuple[int, ...] = (200,)
    post: tuple[int, ...] = ()
    data: Kwargs = nothing
    queries: tuple[str, ...] = ("",)
    grows: str = ""
    page: bool = True
    school_in: str = ""  # the part of the address that names a school which the visitor must reach, too


def in_county(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county}


def in_school(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "school": SCHOOL}


def in_standard(place: SimpleNamespace) -> dict[str, object]:
    return {"county": place.county, "standard": STANDARD}


def in_indicator(place: SimpleNamespace) -> dict[str, object]:
    return in_standard(place) | {"indicator": INDICATOR}


def of_school(place: SimpleNamespace) -> dict[str, object]:
    return in_indicator(place) | {"subject": SCHOOL}


def posted(door: str, right: str = "", kwargs: Kwargs = nothing, **more: object) -> Address:
    """An address that is only written to."""
    more = {"get": (), "post": (200, 302, 400), "page": False} | more
    return Address(door, right, kwargs, **more)


ADDRESSES: dict[str, Address] = {
    # cockpit
    "home": Address("signed-in", get=(200, 302), page=False),
    "cockpit": Address("county", "view_county", in_county),
    # standards
    "standards": Address("county", "view_county", in_county, grows="evaluations"),
    "standard": Address("county", "view_county", in_standard, queries=("", "?year=2024")),
    "indicator": Address("part-of-county", "view_schools", in_indicator, queries=("", "?year=2024"), grows="findings"),
    "explanation": Address("part-of-county", "view_schools", of_school, school_in="subject"),
    "what-if": Address("county", "explore_what_if", in_standard),
    "judged-items": Address("county", "view_county", in_standard, grows="judged"),
    "self-assessment": Address("county", "view_county", in_standard),
    # register
    "schools": Address("part-of-county", "view_schools", in_county, grows="schools"),
    "school": Address("school", "view_schools", in_school),
    # people
    "sign-in": Address("public", post=(200, 400)),
    "sign-out": posted("public"),
    # design
    "style": Address("signed-in"),
    "style-chart": Address("signed-in", page=False),
    "choose-language": posted("public", data=lambda _: {"language": "en", "next": "/"}),
}


@dataclass(frozen=True)
class Visitor:
    """Somebody who tries addresses: the role that they hold, and where."""

    role: str = ""
    kind: str = ""
    county: str = ""
    code: str = ""
    signed_in: bool = True


VISITORS: dict[str, Visitor] = {
    "stranger": Visitor(signed_in=False),
    "without_appointment": Visitor(),
    "head": Visitor("school_head", "school", HOME, SCHOOL),
    "head_of_another_school": Visitor("school_head", "school", HOME, OTHER_SCHOOL),
    "head_in_another_county": Visitor("school_head", "school", OTHER, SCHOOL),  # the same school code over there
    "township": Visitor("township_officer", "township", HOME, SCHOOL_TOWNSHIP),
    "another_township": Visitor("township_officer", "township", HOME, OTHER_SCHOOL_TOWNSHIP),
    "reader": Visitor("leader", "county", HOME, HOME),
    "planner": Visitor("planner", "county", HOME, HOME),
    "statistician": Visitor("statistician", "county", HOME, HOME),
    "section_officer": Visitor("section_officer", "county", HOME, HOME),
    "office": Visitor("office", "county", HOME, HOME),
    "administrator": Visitor("administrator", "county", HOME, HOME),
    "auditor": Visitor("auditor", "county", HOME, HOME),
    "statistician_of_another_county": Visitor("statistician", "county", OTHER, OTHER),
    "office_of_another_county": Visitor("office", "county", OTHER, OTHER),
    "auditor_of_another_county": Visitor("auditor", "county", OTHER, OTHER),
    "city": Visitor("leader", "city", "", "500000"),
}

# Who may do what, written again by hand: a right that slips into a role is found here.
_READERS = {"leader", "planner", "statistician", "section_officer", "office", "auditor"}
MAY: dict[str, set[str]] = {
    "view_county": _READERS,
    "view_schools": _READERS | {"township_officer", "school_head", "school_collector", "duty_inspector"},
    "explore_what_if": {"planner", "statistician", "section_officer", "office"},
    "import_register": {"statistician"},
    "judge_items": {"statistician", "section_officer"},
    "sign_assessment": {"statistician", "section_officer", "office"},
    "request_unlock": {"statistician", "office"},
    "manage_people": {"administrator", "office"},
    "export_people": {"administrator", "office"},
    "approve": {"administrator", "office"},
    "read_audit": {"auditor"},
    "view_operations": {"administrator", "office", "statistician"},
}

LEVELS = {"school": 1, "township": 2, "county": 3, "city": 4}


def holds_county(visitor: Visitor, county: str) -> bool:
    """Whether a visitor's appointment covers a whole county."""
    return visitor.kind == "city" or (visitor.kind == "county" and visitor.county == county)


def holds_school(visitor: Visitor, county: str, school: str, township: str) -> bool:
    """Whether a visitor's appointment covers a school; `township` is the school's."""
    return (
        holds_county(visitor, county)
        or (visitor.kind == "township" and visitor.county == county and visitor.code == township)
        or (visitor.kind == "school" and (visitor.county, visitor.code) == (county, school))
    )


def expected_status(address: Address, visitor: Visitor, county: str, kwargs: Mapping[str, object], allowed: int) -> int:
    """The status that a visitor must get at an address about a county's records: `allowed` where they may come in."""
    may = visitor.role in MAY.get(address.right, ())
    if address.door == "public":
        return allowed
    if not visitor.signed_in:
        return 302
    if address.door == "signed-in":
        return allowed if not kwargs else 404
    if address.door == "right":
        if not may:
            return 403
        return allowed if not kwargs or holds_county(visitor, county) else 404
    if address.door == "county":
        inside = holds_county(visitor, county)
    elif address.door == "part-of-county":
        inside = holds_county(visitor, county) or (visitor.county == county and visitor.kind in ("township", "school"))
    else:
        township = county + SCHOOL_TOWNSHIP[6:]
        inside = holds_school(visitor, county, str(kwargs["school"]), township)
    if inside and address.school_in:
        inside = holds_school(visitor, county, str(kwargs[address.school_in]), county + SCHOOL_TOWNSHIP[6:])
    return 404 if not inside else allowed if may else 403
