"""Points on a map, those that would lie on each other at a zoom drawn as one group."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import asinh, floor, pi, radians, tan

TILE_PX = 256
CELL_PX = 52
# A group's mark as it is drawn: nearer than this they would cover each other.
WIDE_PX, HIGH_PX = 42, 26
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
    """Return sites grouped at a web map's zoom: by a grid of screen pixels first, then cells whose middles lie close.

    The grid lies still, so moving the map regroups nothing but what its edge cuts. From `ALONE_FROM_ZOOM` on every
    site stands alone.
    """
    if zoom >= ALONE_FROM_ZOOM:
        return [_group([site]) for site in sites]
    pixels = TILE_PX * 2**zoom
    cells: dict[tuple[int, int], list[Site]] = {}
    for site in sites:
        x, y = _on_screen(site.lon, site.lat, pixels)
        cells.setdefault((floor(y / CELL_PX), floor(x / CELL_PX)), []).append(site)
    return _together(sorted(cells.items()), pixels)


def _together(cells: Iterable[tuple[tuple[int, int], list[Site]]], pixels: int) -> list[Group]:
    """Join each cell with the first one before it whose middle is so close that their marks would overlap."""
    joined: list[tuple[float, float, list[Site]]] = []
    for _, sites in cells:
        group = _group(sites)
        x, y = _on_screen(group.lon, group.lat, pixels)
        near = next(
            (at for at, (left, top, _) in enumerate(joined) if abs(x - left) < WIDE_PX and abs(y - top) < HIGH_PX), None
        )
        if near is None:
            joined.append((x, y, sites))
        else:
            together = [*joined[near][2], *sites]
            middle = _group(together)
            joined[near] = (*_on_screen(middle.lon, middle.lat, pixels), together)
    return [_group(sites) for _, _, sites in joined]


def _on_screen(lon: float, lat: float, pixels: int) -> tuple[float, float]:
    """Return a place on the square of the whole world in web Mercator, in pixels from its upper left corner."""
    return (lon + 180) / 360 * pixels, (1 - asinh(tan(radians(lat))) / pi) / 2 * pixels


def _group(sites: list[Site]) -> Group:
    lons, lats = [site.lon for site in sites], [site.lat for site in sites]
    return Group(
        lon=sum(lons) / len(sites),
        lat=sum(lats) / len(sites),
        keys=tuple(site.key for site in sites),
        words=Counter(site.word for site in sites),
        box=(min(lons), min(lats), max(lons), max(lats)),
    )
