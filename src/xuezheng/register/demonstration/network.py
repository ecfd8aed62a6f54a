"""The county's schools: where they stand, what they are, when they opened and closed, and what they fall short of."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from math import hypot
from random import Random

from xuezheng.register.demonstration.geography import TOWN_TOWNSHIPS, Ground, Point, Village, place_in, river_y
from xuezheng.register.demonstration.parameters import NamedSchool, Parameters, Row, Size

POINT_UP_TO_GRADE = 4
LAST_CLOSING = 2024
_CODE_PREFIX = {"kindergarten": 1150, "teaching_point": 2150, "primary": 2150, "special": 5150, "vocational": 3650}
_SECONDARY_PREFIX = 3150
VILLAGE_KINDS = {"village_primary": "primary", "teaching_point": "teaching_point"}
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
        return self.township < TOWN_TOWNSHIPS

    def is_open(self, school_year: int) -> bool:
        """Whether it has pupils on 1 September of the school year."""
        day = date(school_year, 9, 1)
        return self.opened <= day < (self.closed or NEVER)


class Founding:
    """The ground schools stand on, what is drawn for them, and their codes: one series a group of kinds."""

    def __init__(self, ground: Ground, rng: Random) -> None:
        self.ground = ground
        self.rng = rng
        self._last: dict[int, int] = {}

    def code(self, kind: str) -> str:
        """Return the next school code of a kind."""
        prefix = _CODE_PREFIX.get(kind, _SECONDARY_PREFIX)
        self._last[prefix] = self._last.get(prefix, 0) + 1
        return f"{prefix}{self._last[prefix]:06d}"

    def place(self, township: int, near: Point, spread_km: float) -> Point:
        """Draw a place within the township, about `spread_km` around another."""
        x, y = (at + self.rng.uniform(-spread_km, spread_km) for at in near)
        return place_in(self.ground.townships[township], (x, y))


def found_schools(parameters: Parameters, size: Size, founding: Founding) -> list[School]:
    """Return all schools (kindergartens are founded apart) in the order of their codes."""
    schools = [_named(school, founding, role="town") for school in parameters.town_schools[: size.town_schools]]
    schools += _central_schools(size, founding)
    schools += _small_schools(size, schools, founding)
    schools += [_named(school, founding, role="senior") for school in parameters.seniors[: size.seniors]]
    schools.append(_named(parameters.special_school, founding, role="special"))
    schools.append(_named(parameters.vocational_school, founding, role="vocational"))
    _fall_short(parameters, schools, founding.rng)
    return sorted(schools, key=lambda school: school.code)


def _named(school: NamedSchool, founding: Founding, *, role: str) -> School:
    seat = founding.ground.townships[school.township - 1].seat
    return School(
        code=founding.code(school.kind),
        name=school.name,
        kind=school.kind,
        role=role,
        township=school.township - 1,
        place=founding.place(school.township - 1, seat, 1.1),
        opened=school.opened,
        ownership=school.ownership,
        boarding=school.boarding,
        weight=dict(school.weight),
        line=dict(school.line),
        class_limit=school.class_limit,
    )


def _central_schools(size: Size, founding: Founding) -> Iterator[School]:
    """Yield every rural township's central primary or nine-year school, and the junior schools between them."""
    townships = founding.ground.townships
    rural = range(TOWN_TOWNSHIPS, len(townships))
    remote = sorted(rural, key=lambda n: (hypot(*townships[n].seat), n), reverse=True)
    nine_year = set(remote[: 2 * size.nine_year : 2])
    junior = _spread(founding.ground, [n for n in rural if n not in nine_year], nine_year, size.rural_junior)
    for number in rural:
        if number in nine_year:
            yield _at_seat("九年制学校", "nine_year", number, founding)
            continue
        yield _at_seat("中心小学校", "central_primary", number, founding)
        if number in junior:
            yield _at_seat("初级中学校", "rural_junior", number, founding)


def _at_seat(called: str, role: str, number: int, founding: Founding) -> School:
    township, rng = founding.ground.townships[number], founding.rng
    kind = {"central_primary": "primary", "rural_junior": "junior"}.get(role, role)
    return School(
        code=founding.code(kind),
        name=f"{founding.ground.county.name}{township.name}{called}",
        kind=kind,
        role=role,
        township=number,
        place=founding.place(number, township.seat, 0.25),
        opened=date(rng.randint(1950, 1996), 9, 1),
        boarding=kind != "primary",
    )


def _spread(ground: Ground, townships: list[int], taken: set[int], count: int) -> set[int]:
    """Choose townships one by one, each saving children the most way to a junior school (greedy p-median).

    The county town and the nine-year schools are there from the start.
    """
    seats = [township.seat for township in ground.townships]
    near = {
        v: min(hypot(v.place[0] - seats[n][0], v.place[1] - seats[n][1]) for n in (0, *taken)) for v in ground.villages
    }
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


def _small_schools(size: Size, schools: list[School], founding: Founding) -> Iterator[School]:
    """Yield village schools and teaching points; the last of them were closed, one a year, and merged."""
    central = {s.township: s for s in schools if s.role in ("central_primary", "nine_year")}
    total = size.teaching_point + size.village_primary + size.closed
    roles = ["teaching_point"] * size.teaching_point + ["village_primary"] * size.village_primary
    roles += (["teaching_point", "village_primary", "teaching_point", "teaching_point"] * size.closed)[: size.closed]
    for number, village in enumerate(_far_villages(founding.ground, total)):
        small = _in_village(roles[number], village, founding)
        small.parent = central[village.township]
        if number >= total - size.closed:
            small.closed = date(LAST_CLOSING - (number - total + size.closed) % 8, 8, 31)
        yield small


def _in_village(role: str, village: Village, founding: Founding) -> School:
    kind, rng = VILLAGE_KINDS[role], founding.rng
    township = founding.ground.townships[village.township]
    called = "教学点" if kind == "teaching_point" else "小学校"
    return School(
        code=founding.code(kind),
        name=f"{founding.ground.county.name}{township.name}{village.name[:-1]}{called}",
        kind=kind,
        role=role,
        township=village.township,
        place=founding.place(village.township, village.place, 0.3),
        opened=date(rng.randint(1953, 1988), 9, 1),
    )


def _far_villages(ground: Ground, count: int) -> list[Village]:
    """Return the villages farthest from their township's seat, at most two of a township."""
    villages = [village for village in ground.villages if village.urban_rural == "220"]
    villages.sort(key=lambda village: (-_off_seat(village, ground), village.code))
    taken: Counter[int] = Counter()
    chosen = []
    for village in villages:
        taken[village.township] += 1
        if taken[village.township] <= 2:
            chosen.append(village)
    return chosen[:count]


def _off_seat(village: Village, ground: Ground) -> float:
    seat = ground.townships[village.township].seat
    return hypot(village.place[0] - seat[0], village.place[1] - seat[1])


def _fall_short(parameters: Parameters, schools: list[School], rng: Random) -> None:
    """Give the drawn rural schools their shortfalls, one each."""
    for shortfall in parameters.rural_short:
        open_ones = [s for s in schools if s.role == shortfall.of and s.closed is None and not s.line]
        for school in rng.sample(open_ones, min(shortfall.count, len(open_ones) // 2)):
            school.line = dict(shortfall.line)


def school_rows(schools: list[School], ground: Ground) -> list[Row]:
    """Return the table `school`."""
    rows = []
    for school in schools:
        lon, lat = ground.lon_lat(school.place)
        township = ground.townships[school.township]
        town = township.in_town or (township.name.endswith("镇") and school.role not in VILLAGE_KINDS)
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
