"""Children by village, year and age: births that fall, villages that empty, a county town that fills.

A birth cohort keeps its village's share of births for life (the registered figures); the resident figures take
away those who live elsewhere and add to the county town those who came.
"""

from math import hypot
from random import Random

from xuezheng.register.demonstration.geography import Ground, river_y
from xuezheng.register.demonstration.parameters import Parameters, Row, Size, between, draw

FIRST_BIRTHS = 1997
OLDEST = 18


class Population:
    """The children of every village: `registered` and `resident` by village index, year and age (not rounded)."""

    def __init__(self, parameters: Parameters, size: Size, ground: Ground, seed: int) -> None:
        self.parameters = parameters
        self.ground = ground
        rng = draw(seed, "population")
        self._weights = [_weight(village.place, village.in_town, rng) for village in ground.villages]
        self._away_latest = [self._away(index, rng) for index in range(len(ground.villages))]
        self.births = self._births(size, rng)
        self._newcomers: dict[tuple[int, int], float] = {}

    def registered(self, village: int, year: int, age: int) -> float:
        """Return children of the village's household register; a few in a thousand are lost or move each year."""
        return self.births[village, year - age] * (1 - 0.0015 * age)

    def resident(self, village: int, year: int, age: int) -> float:
        """Return children who live in the village: without those away, in the town with those who came."""
        here = self.registered(village, year, age)
        if not self.ground.villages[village].in_town:
            return here * (1 - self._away_part(village, year))
        return here * 0.97 + self._came(year, age) * self._town_part(village)

    def at_grade(self, village: int, school_year: int, age: int) -> float:
        """Return residents of `age` on 1 September: one third was born in the last months of the year before."""
        return (2 * self.resident(village, school_year, age) + self.resident(village, school_year, age + 1)) / 3

    def rows(self, years: range) -> list[Row]:
        """Return `population_year`: every village, year, age 0 to 18, registered and resident."""
        rows: list[Row] = []
        for index, village in enumerate(self.ground.villages):
            for year in years:
                for age in range(OLDEST + 1):
                    for basis, count in (("registered", self.registered), ("resident", self.resident)):
                        children = round(count(index, year, age))
                        rows.append(
                            {
                                "region_code": village.code,
                                "year": year,
                                "age": age,
                                "basis": basis,
                                "children": children,
                            }
                        )
        return rows

    def births_rows(self, first: int, last: int, projected_last: int) -> list[Row]:
        """Return `births_year`: actual up to the latest year, then a projection of the whole county and townships."""
        rows: list[Row] = []
        for year in range(first, last + 1):
            for index, village in enumerate(self.ground.villages):
                rows.append(_births_row(village.code, year, round(self.births[index, year]), projected=False))
        for year in range(last + 1, projected_last + 1):
            for number, township in enumerate(self.ground.townships):
                of = [index for index, village in enumerate(self.ground.villages) if village.township == number]
                births = sum(self.births[index, year] for index in of)
                rows.append(_births_row(township.code, year, round(births), projected=True))
        return rows

    def _births(self, size: Size, rng: Random) -> dict[tuple[int, int], float]:
        town = [index for index, village in enumerate(self.ground.villages) if village.in_town]
        rural = [index for index, village in enumerate(self.ground.villages) if not village.in_town]
        residence, births = self.parameters.residence, {}
        for year in range(FIRST_BIRTHS - 4, self.parameters.years.projected_last + 1):
            total = self.parameters.births[max(year, FIRST_BIRTHS)] * size.births
            part = between(residence.town_births_from, residence.town_births_to, year, self.parameters.years)
            for group, share in ((town, part), (rural, 1 - part)):
                noisy = [self._weights[i] * rng.lognormvariate(0, 0.10) for i in group]
                for index, weight in zip(group, noisy, strict=True):
                    births[index, year] = total * share * weight / sum(noisy)
        return births

    def _away(self, village: int, rng: Random) -> float:
        place = self.ground.villages[village].place
        residence = self.parameters.residence
        far = min(hypot(*place) / 30, 1) * 0.55 + min(abs(place[1] - river_y(place[0])) / 16, 1) * 0.45
        away = residence.away_least + (residence.away_most - residence.away_least) * far
        return min(max(away + rng.gauss(0, 0.03), 0.08), 0.7)

    def _away_part(self, village: int, year: int) -> float:
        return self._away_latest[village] * between(
            self.parameters.residence.away_start, 1, year, self.parameters.years
        )

    def _came(self, year: int, age: int) -> float:
        """Return the rural children who live in the county town, the whole of it."""
        if (year, age) not in self._newcomers:
            away = sum(
                self.registered(index, year, age) * self._away_part(index, year)
                for index, village in enumerate(self.ground.villages)
                if not village.in_town
            )
            self._newcomers[year, age] = away * self.parameters.residence.to_county_town
        return self._newcomers[year, age]

    def _town_part(self, village: int) -> float:
        if not hasattr(self, "_town_total"):
            self._town_total = sum(
                weight for weight, each in zip(self._weights, self.ground.villages, strict=True) if each.in_town
            )
        return self._weights[village] / self._town_total


def _weight(place: tuple[float, float], in_town: bool, rng: Random) -> float:
    if in_town:
        return rng.lognormvariate(0, 0.35)
    valley = 1 + 0.9 / (1 + (abs(place[1] - river_y(place[0])) / 4) ** 2)
    return valley * rng.lognormvariate(0, 0.38)


def _births_row(code: str, year: int, births: int, *, projected: bool) -> Row:
    return {"region_code": code, "year": year, "projected": projected, "births": births}
