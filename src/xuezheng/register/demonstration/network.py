"""The county's schools: where they stand, what they are, when they opened and closed, and what they fall short of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import hypot
from random import Random

from xuezheng.register.demonstration.geography import Ground, Point, Village, river_y
from xuezheng.register.demonstration.parameters import NamedSchool, Parameters, Row, Size, draw

POINT_UP_TO_GRADE = 4
_CODE_PREFIX = {"kindergarten": 1150, "teaching_point": 2150, "primary": 2150, "special": 5150, "vocational": 3650}
_SECONDARY_PREFIX = 3150
_SMALL_KIND = {"village_primary": "primary", "teaching_point": "teaching_point"}
NEVER = date(2199, 12, 31)


@dataclass(slots=True)
class School:
    """One school; `role` says why it is there (town, central_primary, village_primary, rural_junior …)."""

    code: str
    name: str
    kind: str
    role: str
    township: int
    place: Point
    opened: date
    ownership: str = "public"
    boarding: bool = False
    closed: date | None = None
    parent: "School | None" = None
    weight: dict[str, float] = field(default_factory=dict)
    line: dict[str, float] = field(default_factory=dict)
    class_limit: int = 0

    @property
    def in_town(self) -> bool:
        """Whether it is one of the county town's."""
        return self.role == "town"

    def is_open(self, school_year: int) -> bool:
        """Whether it has pupils on 1 September of the school year."""
        day = date(school_year, 9, 1)
        return self.opened <= day < (self.closed or NEVER)


class Register:
    """Gives schools their codes: one series a group of kinds, in the order of founding the list."""

    def __init__(self) -> None:
        self._last: dict[int, int] = {}

    def code(self, kind: str) -> str:
        """Return the next school code of a kind."""
        prefix = _CODE_PREFIX.get(kind, _SECONDARY_PREFIX)
        self._last[prefix] = self._last.get(prefix, 0) + 1
        return f"{prefix}{self._last[prefix]:06d}"


def found_schools(parameters: Parameters, size: Size, ground: Ground, seed: int) -> list[School]:
    """Return all schools and kindergartens in the order of their codes."""
    rng, codes = draw(seed, "network"), Register()
    schools = [_named(school, ground, codes, rng, role="town") for school in parameters.town_schools[: size.town_schools]]
    schools += _central_schools(size, ground, codes, rng)
    schools += _small_schools(size, ground, schools, codes, rng)
    schools += [_named(school, ground, codes, rng, role="senior") for school in parameters.seniors[: size.seniors]]
    schools.append(_named(parameters.special_school, ground, codes, rng, role="special"))
    schools.append(_named(parameters.vocational_school, ground, codes, rng, role="vocational"))
    _fall_short(parameters, schools, rng)
    schools += _kindergartens(parameters, size, ground, codes, rng)
    return sorted(schools, key=lambda school: school.code)


def _named(school: NamedSchool, ground: Ground, codes: Register, rng: Random, *, role: str) -> School:
    seat = ground.townships[school.township - 1].seat
    return School(
        code=codes.code(school.kind),
        name=school.name,
        kind=school.kind,
        role=role,
        township=school.township - 1,
        place=(seat[0] + rng.uniform(-1.1, 1.1), seat[1] + rng.uniform(-0.9, 0.9)),
        opened=school.opened,
        ownership=school.ownership,
        boarding=school.boarding,
        weight=dict(school.weight),
        line=dict(school.line),
        class_limit=school.class_limit,
    )


def _central_schools(size: Size, ground: Ground, codes: Register, rng: Random) -> Iterator[School]:
    """Yield every rural township's central primary or nine-year school, and the junior schools of the larger ones."""
    rural = range(3, len(ground.townships))
    remote = sorted(rural, key=lambda n: (hypot(*ground.townships[n].seat), n), reverse=True)
    nine_year = set(remote[: 2 * size.nine_year : 2])
    junior = _spread(ground, [n for n in rural if n not in nine_year], nine_year, size.rural_junior)
    for number in rural:
        name = ground.townships[number].name
        if number in nine_year:
            yield _at_seat(f"云溪县{name}九年制学校", "nine_year", "nine_year", number, ground, codes, rng, boarding=True)
            continue
        yield _at_seat(f"云溪县{name}中心小学校", "primary", "central_primary", number, ground, codes, rng)
        if number in junior:
            yield _at_seat(f"云溪县{name}初级中学校", "junior", "rural_junior", number, ground, codes, rng, boarding=True)


def _spread(ground: Ground, townships: list[int], taken: set[int], count: int) -> set[int]:
    """Choose townships one by one, each saving children the most way to a junior school (greedy p-median).

    The county town and the nine-year schools are there from the start.
    """
    seats = [township.seat for township in ground.townships]
    near = {v: min(hypot(v.place[0] - seats[n][0], v.place[1] - seats[n][1]) for n in (0, *taken)) for v in ground.villages}
    chosen: set[int] = set()
    for _ in range(min(count, len(townships))):
        ways = {n: {v: hypot(v.place[0] - seats[n][0], v.place[1] - seats[n][1]) for v in near} for n in townships}
        saved = {n: sum(max(near[v] - way, 0) * _children(v) for v, way in ways[n].items()) for n in townships}
        best = max((n for n in townships if n not in chosen), key=lambda n: (saved[n], -n))
        near = {v: min(near[v], ways[best][v]) for v in near}
        chosen.add(best)
    return chosen


def _children(village: Village) -> float:
    """Return roughly how many children a village has: more in the valley, none that counts in the county town."""
    return 0.0 if village.in_town else 1 + 0.9 / (1 + (abs(village.place[1] - river_y(village.place[0])) / 4) ** 2)


def _at_seat(
    name: str, kind: str, role: str, number: int, ground: Ground, codes: Register, rng: Random, *, boarding: bool = False
) -> School:
    seat = ground.townships[number].seat
    place = (seat[0] + rng.uniform(-0.25, 0.25), seat[1] + rng.uniform(-0.25, 0.25))
    opened = date(rng.randint(1950, 1996), 9, 1)
    return School(codes.code(kind), name, kind, role, number, place, opened, boarding=boarding)


def _small_schools(size: Size, ground: Ground, schools: list[School], codes: Register, rng: Random) -> Iterator[School]:
    """Yield village schools and teaching points; the last of them were closed, two in some years, and merged."""
    central = {s.township: s for s in schools if s.role in ("central_primary", "nine_year")}
    far = sorted(_far_villages(ground), key=lambda village: (-_off_seat(village, ground), village.code))
    roles = ["teaching_point"] * size.teaching_point + ["village_primary"] * size.village_primary
    roles += ["teaching_point", "village_primary", "teaching_point", "teaching_point"] * size.closed
    taken: dict[int, int] = {}
    total = size.teaching_point + size.village_primary + size.closed
    chosen = [village for village in far if taken.setdefault(village.township, 0) < 2 and _take(taken, village)][:total]
    for number, village in enumerate(chosen):
        role, parent = roles[number], central[village.township]
        kind, point = _SMALL_KIND[role], role == "teaching_point"
        place = (village.place[0] + rng.uniform(-0.3, 0.3), village.place[1] + rng.uniform(-0.3, 0.3))
        name = f"云溪县{ground.townships[village.township].name}{village.name[:-1]}{'教学点' if point else '小学校'}"
        small = School(codes.code(kind), name, kind, role, village.township, place, date(rng.randint(1953, 1988), 9, 1))
        small.parent = parent
        if number >= total - size.closed:
            small.closed = date(2024 - (number - total + size.closed) % 8, 8, 31)
        yield small


def _far_villages(ground: Ground) -> Iterator[Village]:
    return (village for village in ground.villages if not village.in_town and village.urban_rural == "220")


def _off_seat(village: Village, ground: Ground) -> float:
    seat = ground.townships[village.township].seat
    return hypot(village.place[0] - seat[0], village.place[1] - seat[1])


def _take(taken: dict[int, int], village: Village) -> bool:
    taken[village.township] += 1
    return True


def _fall_short(parameters: Parameters, schools: list[School], rng: Random) -> None:
    """Give the drawn rural schools their shortfalls, one each."""
    for shortfall in parameters.rural_short:
        open_ones = [s for s in schools if s.role == shortfall.of and s.closed is None and not s.line]
        for school in rng.sample(open_ones, min(shortfall.count, len(open_ones) // 2)):
            school.line = dict(shortfall.line)


def _kindergartens(
    parameters: Parameters, size: Size, ground: Ground, codes: Register, rng: Random
) -> Iterator[School]:
    """Yield a public kindergarten for every township, then others where children are, most of them in the town."""
    names, rural = parameters.names.kindergartens, list(range(3, len(ground.townships)))
    for number in rural:
        name = f"云溪县{ground.townships[number].name}中心幼儿园"
        yield _kindergarten(name, "public", number, 0.75 + 0.5 * rng.random(), ground, codes, rng)
    town_public = max(2, round((size.kindergartens - len(rural)) * 0.21))
    for number in range(town_public):
        name = f"云溪县第{'一二三四五六七八九十'[number]}幼儿园" if number < 10 else f"云溪县新城第{'一二三四五六七八九十'[(number - 10) % 10]}{'附属' if number >= 20 else ''}幼儿园"
        yield _kindergarten(name, "public", number % 3, 1.7 + rng.random(), ground, codes, rng)
    rest = size.kindergartens - len(rural) - town_public
    for number in range(rest + max(1, size.closed + 2)):
        ownership = "private" if number % 4 == 3 else "inclusive_private"
        township = number % 3 if number % 2 else rural[(number * 5) % len(rural)]
        weight = (1.1 + 0.9 * rng.random()) if township < 3 else (0.35 + 0.4 * rng.random())
        label = f"{ground.townships[township].name[:-1] if township > 2 else ''}{names[number % len(names)]}"
        label += "" if number < len(names) or township > 2 else "二三四五六七八"[number // len(names) - 1] + "园"
        school = _kindergarten(f"云溪县{label}幼儿园", ownership, township, weight, ground, codes, rng)
        school.opened = date(rng.choice((2004, 2008, 2011, 2013, 2015, 2018, 2020)), 9, 1)
        if number >= rest:
            school.closed = date(2025 - (number - rest) % 4, 7, 31)
            school.opened = date(2012, 9, 1)
        yield school


def _kindergarten(
    name: str, ownership: str, number: int, weight: float, ground: Ground, codes: Register, rng: Random
) -> School:
    seat, spread = ground.townships[number].seat, 1.6 if number < 3 else 0.5
    place = (seat[0] + rng.uniform(-spread, spread) * 0.8, seat[1] + rng.uniform(-spread, spread) * 0.7)
    opened = date(rng.choice((1988, 1996, 2005, 2010, 2012, 2013, 2016, 2019)), 9, 1)
    role = "town" if number < 3 else "rural_kindergarten"
    code = codes.code("kindergarten")
    return School(code, name, "kindergarten", role, number, place, opened, ownership, weight={"preschool": weight})


def school_rows(schools: list[School], ground: Ground) -> list[Row]:
    """Return the table `school`."""
    rows = []
    for school in schools:
        lon, lat = ground.lon_lat(school.place)
        township = ground.townships[school.township]
        town = township.in_town or (township.name.endswith("镇") and school.role not in _SMALL_KIND)
        rows.append(
            {
                "school_code": school.code,
                "name": school.name,
                "county_code": ground.county.code,
                "township_code": township.code,
                "kind": school.kind,
                "ownership": school.ownership,
                "location": "town" if town else "rural",
                "lon": lon,
                "lat": lat,
                "boarding": school.boarding,
                "opened": school.opened,
                "closed": school.closed,
                "parent_code": school.parent.code if school.parent and school.kind == "teaching_point" else None,
            }
        )
    return rows


def change_rows(schools: list[School]) -> list[Row]:
    """Return `school_change`: village schools merged into their township's."""
    merged = [school for school in schools if school.closed and school.parent]
    return [
        {"code_from": s.code, "code_to": s.parent.code, "on": s.closed, "kind": "merged"} for s in merged if s.parent
    ]
