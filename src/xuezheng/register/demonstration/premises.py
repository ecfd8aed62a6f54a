"""Rooms, grounds and equipment by school and year: the rows of `school_year_facts`."""

from collections import defaultdict
from math import ceil
from random import Random

from xuezheng.register.demonstration.network import School
from xuezheng.register.demonstration.parameters import Parameters, Row, between, draw
from xuezheng.register.demonstration.staffing import COMPULSORY, Character

SHARES = {
    "nine_year": {"primary": 1.0, "junior": 1.1},
    "complete_secondary": {"junior": 1.0, "senior": 1.2},
    "twelve_year": {"primary": 1.0, "junior": 1.1, "senior": 1.32},
}
BUILT = {"teaching": "teaching_area_m2", "sports": "sports_area_m2"}
OTHER_LINES = {"teaching": 6.5, "sports": 9.0, "equipment": 3200.0, "multimedia": 2.4}
CLASSES_PER_ARTS_ROOM = 12
SMALL_MUSIC_ROOM_PART = 0.05


class Premises:
    """Makes the rows of `school_year_facts` from the rows of `stage_year`."""

    def __init__(self, parameters: Parameters, schools: list[School], characters: dict[str, Character]) -> None:
        self.parameters = parameters
        self.schools = {school.code: school for school in schools}
        self.characters = characters

    def rows(self, stage_rows: list[Row], seed: int) -> list[Row]:
        """Return one row for every school and year with pupils, in the order of its code and year."""
        stages: dict[str, dict[int, dict[str, Row]]] = defaultdict(lambda: defaultdict(dict))
        for row in stage_rows:
            stages[row["school_code"]][row["school_year"]][row["stage"]] = row
        short = self._short_kindergartens(stages, draw(seed, "short kindergartens"))
        rows = []
        for code, years in sorted(stages.items()):
            rng = draw(seed, f"premises {code}")
            if self.schools[code].kind == "kindergarten":
                rows.extend(self._kindergarten(code, years, short.get(code, {}), rng))
            else:
                rows.extend(self._school(code, years, rng))
        return rows

    def _school(self, code: str, years: dict[int, dict[str, Row]], rng: Random) -> list[Row]:
        school, character = self.schools[code], self.characters[code]
        reference = years[max(years)]
        latest = {item: self._latest(school, character, item, reference) for item in OTHER_LINES}
        indoor_part = rng.choice((0.0, 0.0, 0.1, 0.14)) if sum(r["pupils"] for r in reference.values()) > 500 else 0.0
        small_room = rng.random() < SMALL_MUSIC_ROOM_PART
        books_each, computers_each = rng.uniform(26, 36), rng.uniform(0.12, 0.2)
        rows = []
        for year, stages in years.items():
            state = {item: latest[item] * self._state(school, character, item, year) for item in latest}
            indoor = float(round(min(state["sports"] * indoor_part, 2400)))
            teaching = float(round(state["teaching"] + indoor))
            pupils = sum(row["pupils"] for row in stages.values())
            boarders = sum(row["boarders"] for row in stages.values())
            dormitory = float(round(boarders * 4.2))
            building = float(round(teaching * 1.42 + dormitory + pupils * 0.9))
            unsafe = 0.0 if school.in_town else max(0.0, between(0.06, -0.012, year, self.parameters.years))
            rows.append(
                {
                    "school_code": code,
                    "school_year": year,
                    "teaching_area_m2": teaching,
                    "indoor_sports_m2": indoor,
                    "sports_area_m2": float(round(state["sports"] - indoor + 0.5)),
                    "equipment_value_yuan": float(round(state["equipment"], -2)),
                    "multimedia_rooms": _rooms(state["multimedia"], character),
                    "computers": round(pupils * computers_each * between(0.55, 1, year, self.parameters.years)),
                    "books": round(pupils * books_each * between(0.6, 1, year, self.parameters.years)),
                    **self._arts_rooms(stages, year, enough=year >= character.ready - 2 and not small_room),
                    "site_area_m2": float(round(state["sports"] * 1.1 + building * 0.75 + pupils * 4)),
                    "building_area_m2": building,
                    "unsafe_area_m2": float(round(building * unsafe)),
                    "dormitory_area_m2": dormitory,
                }
            )
        return rows

    def _latest(self, school: School, character: Character, item: str, stages: dict[str, Row]) -> float:
        """Return what the school has in its latest year: a multiple of what its strictest stage asks for all of it."""
        shares = SHARES.get(school.kind, dict.fromkeys(stages, 1.0))
        asked = [
            self.parameters.lines.get(stage, OTHER_LINES)[item] / shares.get(stage, 1.0)
            for stage in stages
            if stage in COMPULSORY or len(stages) == 1
        ]
        weighted: float = sum(row["pupils"] * shares.get(stage, 1.0) for stage, row in stages.items())
        per = 100 if item == "multimedia" else 1
        line: float = character.line[item]
        return line * max(asked) * weighted / per

    def _state(self, school: School, character: Character, item: str, year: int) -> float:
        if school.opened.year > self.parameters.years.first:
            return 1.0 if item in BUILT else max(0.8, character.reached(item, year, self.parameters))
        if item in BUILT:
            return character.built(item, year)
        return character.reached(item, year, self.parameters)

    def _arts_rooms(self, stages: dict[str, Row], year: int, *, enough: bool) -> Row:
        classes = sum(row["classes"] for stage, row in stages.items() if stage in COMPULSORY) or 6
        asked = ceil(classes / CLASSES_PER_ARTS_ROOM)
        held = max(1, asked - (1 if year < self.parameters.years.last - 3 and classes > CLASSES_PER_ARTS_ROOM else 0))
        return {
            "music_rooms": held,
            "music_room_min_m2": 96.0 if enough else 76.0,
            "art_rooms": held,
            "art_room_min_m2": 91.0 if enough else 70.0,
        }

    def _short_kindergartens(
        self, stages: dict[str, dict[int, dict[str, Row]]], rng: Random
    ) -> dict[str, dict[str, float]]:
        """Draw the kindergartens that fall short of an area per child, among the fuller half."""
        latest = self.parameters.years.last
        open_ones = [c for c, years in stages.items() if self.schools[c].kind == "kindergarten" and latest in years]
        open_ones.sort(key=lambda c: (-stages[c][latest]["preschool"]["pupils"], c))
        fuller = open_ones[: max(len(open_ones) // 2, 1)]
        short: dict[str, dict[str, float]] = defaultdict(dict)
        for item, (low, high, count) in self.parameters.preschool.short.items():
            for code in rng.sample(fuller, min(count, len(fuller) // 2)):
                short[code][item] = rng.uniform(low, high)
        return dict(short)

    def _kindergarten(
        self, code: str, years: dict[int, dict[str, Row]], short: dict[str, float], rng: Random
    ) -> list[Row]:
        school, preschool, reach = self.schools[code], self.parameters.preschool, self._reach(short, rng)
        latest = years[max(years)]["preschool"]["pupils"]
        most = max(row["preschool"]["pupils"] for row in years.values())
        rows = []
        for year in years:
            pupils = years[year]["preschool"]["pupils"]
            grown = between(preschool.start, 1.0, year, self.parameters.years)
            areas = {}
            for item, line in preschool.lines.items():
                built = reach[item] * latest if item in short else max(reach[item] * most, preschool.least * latest)
                areas[item] = float(round(line * built * grown))
            areas["activity_area_m2"] = min(areas["activity_area_m2"], float(round(areas["building_area_m2"] * 0.92)))
            rows.append(
                {
                    "school_code": code,
                    "school_year": year,
                    "site_area_m2": float(round(areas["outdoor_play_area_m2"] * 1.5 + areas["building_area_m2"] * 0.6)),
                    "books": round(most * 9 * grown),
                    "computers": max(2, pupils // 30),
                    **areas,
                    "planned_on": "after" if school.opened.year > 2017 else "before",
                }
            )
        return rows

    def _reach(self, short: dict[str, float], rng: Random) -> dict[str, float]:
        """Draw what multiple of each line a kindergarten has; rooms for children fit into the building."""
        preschool = self.parameters.preschool
        reach = {item: short.get(item) or rng.uniform(*preschool.sound) for item in preschool.lines}
        activity, building = preschool.lines["activity_area_m2"], preschool.lines["building_area_m2"]
        if "building_area_m2" in short:
            reach["activity_area_m2"] = min(reach["activity_area_m2"], reach["building_area_m2"])
        else:
            reach["building_area_m2"] = max(
                reach["building_area_m2"], 1.15 * reach["activity_area_m2"] * activity / building
            )
        return reach


def _rooms(wanted: float, character: Character) -> int:
    return ceil(wanted) if character.line["multimedia"] >= 1 else round(wanted)
