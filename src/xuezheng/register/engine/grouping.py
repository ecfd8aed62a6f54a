"""Points on a map, those that would lie on each other at a zoom drawn as one group."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import asinh, floor, pi, radians, tan

TILE_PX = 256
CELL_PX = 52
# From here on points stand alone: two schools in one building are told apart in the list.
ALONE_FROM_ZOOM = 17


@dataclass(frozen=True, slots=True)
class Site:
    """A place on the map: longitude and latitude in degrees, and the word by which groups are counted."""

    key: str
    lon: float
    lat: float
    word: str


@dataclass(frozen=True, slots=True)
class Group:
    """Sites drawn as one: where (their middle), which, how many of each word, and the box that holds them."""

    lon: float
    lat: float
    keys: tuple[str, ...]
    words: Counter[str]
    box: tuple[float, float, float, float]


def grouped(sites: Iterable[Site], zoom: int) -> list[Group]:
    """Return sites grouped by a grid of `CELL_PX` screen pixels at a web map's zoom, in order of their cells.

    The grid lies still: moving the map regroups nothing.
    """
    cells: dict[tuple[int, int] | str, list[Site]] = {}
    for site in sites:
        cells.setdefault(site.key if zoom >= ALONE_FROM_ZOOM else _cell(site, zoom), []).append(site)
    return [_group(cells[cell]) for cell in sorted(cells, key=str)]


def _cell(site: Site, zoom: int) -> tuple[int, int]:
    scale = TILE_PX * 2**zoom / CELL_PX
    x = (site.lon + 180) / 360
    y = (1 - asinh(tan(radians(site.lat))) / pi) / 2
    return floor(y * scale), floor(x * scale)


def _group(sites: list[Site]) -> Group:
    lons, lats = [site.lon for site in sites], [site.lat for site in sites]
    return Group(
        lon=sum(lons) / len(sites),
        lat=sum(lats) / len(sites),
        keys=tuple(site.key for site in sites),
        words=Counter(site.word for site in sites),
        box=(min(lons), min(lats), max(lons), max(lats)),
    )
