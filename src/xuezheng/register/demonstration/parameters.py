"""What the demonstration county is made of: its names, numbers and sizes, read from the catalogue."""

from datetime import date
from functools import cache
from random import Random
from typing import Any

from pydantic import Field

from xuezheng.catalogue.loader import Entry, load_packaged

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Range = tuple[float, float]


class CountySeat(Entry):
    """The county's code, name, and the ellipse around its middle (WGS 84 degrees, kilometres) that it fills."""

    code: str
    name: str
    lon: float
    lat: float
    radius_east_km: float
    radius_north_km: float


class Years(Entry):
    """School years: the first and latest delivered, the first with a roster of teachers, the last projected births."""

    first: int
    last: int
    roster_first: int
    projected_last: int


class Size(Entry):
    """How large a county is made. `births` scales the county's births; the counts are schools and villages."""

    first_year: int
    rural_townships: int
    villages: int
    town_schools: int
    nine_year: int
    rural_junior: int
    village_primary: int
    teaching_point: int
    closed: int
    seniors: int
    kindergartens: int
    births: float


class Residence(Entry):
    """Where children live and learn: parts between 0 and 1, in the first and the latest year."""

    town_births_from: float
    town_births_to: float
    away_least: float
    away_most: float
    away_start: float
    to_county_town: float
    junior_beside_town: float
    junior_to_town_from: float
    junior_to_town_to: float


class Names(Entry):
    """Names and syllables; everything made of them is invented."""

    townships: tuple[str, ...]
    first: tuple[str, ...]
    second: tuple[str, ...]
    village_first: tuple[str, ...]
    village_second: tuple[str, ...]
    communities: tuple[str, ...]
    kindergartens: tuple[str, ...]


class NamedSchool(Entry):
    """A school of the county town: `weight` is its part of the town's pupils by stage, `line` its drawn shortfalls."""

    name: str
    kind: str
    township: int
    weight: dict[str, float]
    opened: date
    ownership: str = "public"
    boarding: bool = False
    class_limit: int = 0
    line: dict[str, float] = Field(default_factory=dict)


class RuralShortfall(Entry):
    """How many rural schools of a role fall short, and of what multiple of the line."""

    of: str
    count: int
    line: dict[str, float]


class Staffing(Entry):
    """Teachers of a stage: `per_class`, one more for so many pupils, and the part above the required degree."""

    per_class: float
    pupils_per_teacher: float
    above_degree_from: float
    above_degree_to: float


class Preschool(Entry):
    """Preschool coverage and shares in the first and latest year, and what kindergartens have per child."""

    gross_from: float
    gross_to: float
    public_from: float
    public_to: float
    private_from: float
    private_to: float
    lines: dict[str, float]
    sound: Range
    least: float
    start: float
    short: dict[str, tuple[float, float, int]]
    uncertified: int


class CountyNumber(Entry):
    """A county figure in the first and the latest year, and the document that states it."""

    first: float = Field(alias="from")
    last: float = Field(alias="to")
    decimals: int
    document: str


class JudgedItem(Entry):
    """Since when an item is judged met (`never` for a veto that has not happened), and on what document."""

    document: str
    met_since: int = 0
    never: bool = False
    unjudged_latest: bool = False


class Parameters(Entry):
    """Everything in `demonstration.yaml`."""

    version: int
    county: CountySeat
    years: Years
    sizes: dict[str, Size]
    births: dict[int, int]
    residence: Residence
    names: Names
    town_schools: tuple[NamedSchool, ...]
    seniors: tuple[NamedSchool, ...]
    special_school: NamedSchool
    vocational_school: NamedSchool
    rural_short: tuple[RuralShortfall, ...]
    lines: dict[str, dict[str, float]]
    sound_town: dict[str, Range]
    sound_rural: dict[str, Range]
    sound_rural_junior: dict[str, Range]
    start_town: dict[str, float]
    start_rural: dict[str, float]
    ready_town: tuple[int, int]
    ready_rural: tuple[int, int]
    staffing: dict[str, Staffing]
    class_limits: dict[str, int]
    preschool: Preschool
    public_funds_yuan: dict[str, dict[int, int]]
    subjects: dict[str, tuple[str, ...]]
    pe_arts: tuple[str, ...]
    county_numbers: dict[str, CountyNumber]
    county_counts: dict[str, str]
    judged: dict[str, JudgedItem]


@cache
def load_parameters() -> Parameters:
    """Return the demonstration county's parameters."""
    return load_packaged(Parameters, "demonstration.yaml")


def draw(seed: int, topic: str) -> Random:
    """Return the generator of one topic: the same seed and topic draw the same, whatever else was drawn before."""
    return Random(f"{seed}/{topic}")  # noqa: S311 - invented figures, no secret depends on them


def between(first: float, last: float, year: int, years: Years) -> float:
    """Return the value of `year` on the straight line from the first to the latest school year, held beyond both."""
    part = (year - years.first) / (years.last - years.first)
    return first + (last - first) * min(max(part, 0.0), 1.0)
