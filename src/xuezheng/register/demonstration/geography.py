"""The county's ground: a wobbly outline, townships as cells around their seats, villages, heights and roads.

Everything is first laid on a flat plane in kilometres (x east, y north of the middle). One smooth displacement
bends it on the way out: since a point's displacement depends on the point alone, borders stay shared without gaps.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from random import Random

from xuezheng.register.demonstration.parameters import CountySeat, Parameters, Size, draw

Point = tuple[float, float]
Ring = list[Point]

BORDER_STEP_KM = 0.9
KM_PER_DEGREE_LON = 111.32
KM_PER_DEGREE_LAT = 110.57
NEAR_SEAT = 0.82
TOWN_TOWNSHIPS = 3
"""The first three townships are the county town."""


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community: code, name, township (index), place on the plane, and whether the county town holds it."""

    code: str
    name: str
    township: int
    place: Point
    in_town: bool
    urban_rural: str


@dataclass(frozen=True, slots=True)
class Township:
    """A township or street: code, name, seat on the plane, and its cell's border on the plane."""

    code: str
    name: str
    seat: Point
    cell: Ring
    in_town: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """The county's townships and villages in order of their codes."""

    county: CountySeat
    townships: tuple[Township, ...]
    villages: tuple[Village, ...]

    def lon_lat(self, place: Point) -> Point:
        """Return a place of the plane as WGS 84 longitude and latitude, six decimals."""
        x, y = _bent(place)
        lon = self.county.lon + x / (KM_PER_DEGREE_LON * cos(radians(self.county.lat)))
        return round(lon, 6), round(self.county.lat + y / KM_PER_DEGREE_LAT, 6)


def river_y(x: float) -> float:
    """Return where the river runs at `x`: it crosses the county from west to east through the county town."""
    return 5.5 * sin(x / 9.5) + 2.5 * sin(x / 4.1)


def height_m(place: Point) -> float:
    """Return the height above sea level in metres: low along the river, ridges across it."""
    x, y = place
    off_river = abs(y - river_y(x))
    ridges = 130 * (1 + sin(x / 3.3 + y / 6.0)) * min(off_river / 6, 1)
    return 190 + 38 * off_river + ridges


def road_km(start: Point, end: Point) -> float:
    """Return the length of the road: mountains wind it."""
    return hypot(start[0] - end[0], start[1] - end[1]) * (1.22 + 0.42 * _ruggedness(start, end)) + 0.15


def car_minutes(start: Point, end: Point) -> float:
    """Return minutes by car: about 46 km/h in the valley, 20 on mountain roads, and two to set out."""
    return 2 + road_km(start, end) / (46 - 26 * _ruggedness(start, end)) * 60


def walk_minutes(start: Point, end: Point) -> float:
    """Return minutes on foot: 4.5 km/h, and one minute more for ten metres of climb (Naismith's rule)."""
    steps = [(start[0] + (end[0] - start[0]) * i / 6, start[1] + (end[1] - start[1]) * i / 6) for i in range(7)]
    heights = [height_m(step) for step in steps]
    climb = sum(max(b - a, 0) for a, b in pairwise(heights))
    return walk_km(start, end) / 4.5 * 60 + climb / 10


def walk_km(start: Point, end: Point) -> float:
    """Return the length of the footpath, shorter than the road."""
    return hypot(start[0] - end[0], start[1] - end[1]) * (1.12 + 0.2 * _ruggedness(start, end)) + 0.1


def _ruggedness(start: Point, end: Point) -> float:
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    mean = (height_m(start) + height_m(middle) + height_m(end)) / 3
    return min(max((mean - 230) / 700, 0.0), 1.0)


def lay_ground(parameters: Parameters, size: Size, seed: int) -> Ground:
    """Return the county's townships and villages; the first three townships are the county town."""
    rng = draw(seed, "ground")
    outline = _outline(parameters.county, rng)
    seats = _seats(outline, size.rural_townships, rng)
    names = [*parameters.names.townships, *_township_names(parameters, size.rural_townships, rng)]
    townships = tuple(
        Township(
            code=f"{parameters.county.code}{number + 1:03d}",
            name=names[number],
            seat=seat,
            cell=_cell(number, seats, outline),
            in_town=number < TOWN_TOWNSHIPS,
        )
        for number, seat in enumerate(seats)
    )
    return Ground(parameters.county, townships, tuple(_villages(parameters, size, townships, rng)))


def _outline(county: CountySeat, rng: Random) -> Ring:
    waves = [(k, rng.uniform(0.02, 0.085) / k**0.5, rng.uniform(0, 2 * pi)) for k in (2, 3, 4, 5, 7)]
    ring = []
    for step in range(160):
        angle = 2 * pi * step / 160
        reach = 1 + sum(size * sin(k * angle + phase) for k, size, phase in waves)
        ring.append((county.radius_east_km * reach * cos(angle), county.radius_north_km * reach * sin(angle)))
    return ring


def _seats(outline: Ring, rural: int, rng: Random) -> list[Point]:
    seats: list[Point] = [(0.0, river_y(0.0)), (2.6, river_y(2.6) - 1.6), (-1.2, river_y(-1.2) + 3.0)]
    apart, tries = 9.5, 0
    while len(seats) < 3 + rural:
        place = (rng.uniform(-40, 40), rng.uniform(-34, 34))
        tries += 1
        if tries % 120 == 0:
            apart *= 0.97
        reach = (place[0] * 1.1, place[1] * 1.1)
        valley = abs(place[1] - river_y(place[0])) < 7
        if not _inside(reach, outline) or (not valley and rng.random() < 0.4):
            continue
        if all(hypot(place[0] - x, place[1] - y) > apart for x, y in seats):
            seats.append(place)
    return seats[:3] + sorted(seats[3:], key=lambda seat: (hypot(seat[0], seat[1]), seat))


def _township_names(parameters: Parameters, count: int, rng: Random) -> list[str]:
    names = parameters.names
    first, second = list(names.first), list(names.second)
    rng.shuffle(first)
    made = []
    for i in range(count):
        head, tail = first[i % len(first)], second[(i * 7 + i // len(second)) % len(second)]
        made.append(head + (tail if tail != head else second[0]))
    return [f"{name}{'镇' if i < count * 0.55 else '乡'}" for i, name in enumerate(made)]


def _cell(number: int, seats: list[Point], outline: Ring) -> Ring:
    """Clip the outline by the half-plane nearer to this seat, for every other seat (Sutherland and Hodgman 1974)."""
    ring, (x0, y0) = outline, seats[number]
    for other, (x1, y1) in enumerate(seats):
        if other == number:
            continue
        a, b = x1 - x0, y1 - y0
        limit = (x1 * x1 + y1 * y1 - x0 * x0 - y0 * y0) / 2
        clipped: Ring = []
        for index, here in enumerate(ring):
            before = ring[index - 1]
            side_here, side_before = limit - a * here[0] - b * here[1], limit - a * before[0] - b * before[1]
            if (side_here >= 0) != (side_before >= 0):
                part = side_before / (side_before - side_here)
                clipped.append((before[0] + (here[0] - before[0]) * part, before[1] + (here[1] - before[1]) * part))
            if side_here >= 0:
                clipped.append(here)
        ring = clipped
    return ring


def _villages(parameters: Parameters, size: Size, townships: tuple[Township, ...], rng: Random) -> list[Village]:
    names = parameters.names
    town_count = max(3, size.villages // 10)
    rural = townships[3:]
    quota = [1.0 + rng.random() for _ in rural]
    counts = _shared_out(size.villages - town_count, quota, least=2)
    communities = list(names.communities)
    villages: list[Village] = []
    for index, township in enumerate(townships):
        count = town_count // 3 + (index < town_count % 3) if township.in_town else counts[index - 3]
        used: set[str] = set()
        for number in range(count):
            first = number == 0
            if township.in_town:
                name, urban, suffix = f"{communities.pop(0)}社区", "121", 1
            elif first:
                name, suffix = f"{township.name[:-1]}社区", 1
                urban = "121" if township.name.endswith("镇") else "210"
            else:
                name, urban, suffix = _village_name(parameters, used, rng), "220", 201
            place = township.seat if first else _place_within(township, rng)
            code = f"{township.code}{suffix + number - (suffix == 201):03d}"
            villages.append(Village(code, name, index, place, township.in_town, urban))
    return villages


def _village_name(parameters: Parameters, used: set[str], rng: Random) -> str:
    names = parameters.names
    while True:
        name = f"{rng.choice(names.village_first)}{rng.choice(names.village_second)}村"
        if name not in used:
            used.add(name)
            return name


def _place_within(township: Township, rng: Random) -> Point:
    """Draw a place in the cell, kept off its border; in the county town close to the seat."""
    reach = 2.2 if township.in_town else 99
    xs, ys = [x for x, _ in township.cell], [y for _, y in township.cell]
    while True:
        place = (rng.uniform(min(xs), max(xs)), rng.uniform(min(ys), max(ys)))
        off = (place[0] - township.seat[0], place[1] - township.seat[1])
        if not _inside(place, township.cell) or hypot(*off) > reach:
            continue
        return (township.seat[0] + off[0] * NEAR_SEAT, township.seat[1] + off[1] * NEAR_SEAT)


def place_in(township: Township, place: Point) -> Point:
    """Return the place, drawn towards the township's seat until it is well within the township."""
    x, y = place[0] - township.seat[0], place[1] - township.seat[1]
    while not _inside((township.seat[0] + x / NEAR_SEAT, township.seat[1] + y / NEAR_SEAT), township.cell):
        x, y = x * NEAR_SEAT, y * NEAR_SEAT
    return township.seat[0] + x, township.seat[1] + y


def _shared_out(total: int, quota: list[float], *, least: int) -> list[int]:
    """Share `total` by `quota`, at least `least` each, the largest remainders first."""
    spare = total - least * len(quota)
    exact = [spare * part / sum(quota) for part in quota]
    counts = [int(part) for part in exact]
    order = sorted(range(len(quota)), key=lambda i: (counts[i] - exact[i], i))
    for index in order[: spare - sum(counts)]:
        counts[index] += 1
    return [count + least for count in counts]


def _inside(place: Point, ring: Ring) -> bool:
    x, y = place
    inside = False
    for index, (x1, y1) in enumerate(ring):
        x0, y0 = ring[index - 1]
        if (y1 > y) != (y0 > y) and x < (x0 - x1) * (y - y1) / (y0 - y1) + x1:
            inside = not inside
    return inside


def _bent(place: Point) -> Point:
    x, y = place
    return (
        x + 0.75 * sin(y / 1.9 + 0.4) + 0.30 * sin(x / 0.9 + y / 0.7),
        y + 0.75 * sin(x / 2.1 + 1.3) + 0.30 * sin(y / 0.8 - x / 1.1),
    )
