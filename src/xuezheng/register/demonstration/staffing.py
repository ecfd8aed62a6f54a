"""Staff by school, stage and year: the rows of `stage_year`."""

from math import ceil
from random import Random

from xuezheng.register.demonstration.classes import Classes, count_over_limit
from xuezheng.register.demonstration.enrolment import Enrolment
from xuezheng.register.demonstration.network import School
from xuezheng.register.demonstration.parameters import Parameters, Row, between, draw

COMPULSORY = ("primary", "junior")
COHORT = (
    "cohort_entered",
    "cohort_deaths",
    "cohort_transferred_in",
    "cohort_transferred_out",
    "cohort_completed",
)
ELIGIBLE_PART, ROTATED_PART, ROTATED_BACKBONE_PART = 0.38, 0.118, 0.24
CERTIFIED_FROM = {
    "primary": 0.975,
    "junior": 0.98,
    "senior": 0.985,
    "vocational": 0.9,
    "special": 0.96,
    "preschool": 0.78,
}


class Character:
    """What stays with a school over the years: its luck, drawn once."""

    def __init__(self, parameters: Parameters, school: School, rng: Random) -> None:
        sound = parameters.sound_town if school.in_town else parameters.sound_rural
        if school.role in ("rural_junior", "nine_year"):
            sound = sound | parameters.sound_rural_junior
        self.line = {item: rng.uniform(*reach) for item, reach in sound.items()} | school.line
        self.start = parameters.start_town if school.in_town else parameters.start_rural
        self.habit = rng.uniform(0.9, 1.1)
        first = parameters.years.first
        self.ready = rng.randint(*(parameters.ready_town if school.in_town else parameters.ready_rural))
        self.degree = rng.gauss(0, 0.012 if school.in_town else 0.02)
        self.title = rng.uniform(0.44, 0.6)
        self.steps = sorted(rng.sample(range(first + 1, max(self.ready, first + 3) + 1), 3))

    def reached(self, item: str, year: int, parameters: Parameters) -> float:
        """Return which part of its latest state an item had reached in a year."""
        part = between(0, 1, year, parameters.years.model_copy(update={"last": self.ready}))
        return self.start[item] + (1 - self.start[item]) * part

    def built(self, item: str, year: int) -> float:
        """Return the same for what is built: it grows in three steps."""
        done = sum(step <= year for step in self.steps) / len(self.steps)
        return self.start[item] + (1 - self.start[item]) * done


def draw_characters(parameters: Parameters, schools: list[School], seed: int) -> dict[str, Character]:
    """Return the character of every school by its code."""
    return {school.code: Character(parameters, school, draw(seed, f"character {school.code}")) for school in schools}


class StageYears:
    """Makes the rows of `stage_year` from enrolment, classes and characters."""

    def __init__(self, parameters: Parameters, schools: list[School], characters: dict[str, Character]) -> None:
        self.parameters = parameters
        self.schools = {school.code: school for school in schools}
        self.characters = characters
        private = [school.code for school in schools if school.kind == "kindergarten" and school.ownership != "public"]
        self._lacking = frozenset(private[:: max(1, len(private) // parameters.preschool.uncertified)])

    def rows(self, enrolment: Enrolment, classes: Classes, years: range, seed: int) -> list[Row]:
        """Return one row for every school, stage and year with pupils."""
        rng, rows = draw(seed, "staffing"), []
        for code, stage, year in sorted(classes):
            if year not in years:
                continue
            row = self._pupils(code, stage, year, sum(enrolment[code, stage, year].values()), rng)
            formed = classes[code, stage, year]
            row |= {"classes": len(formed), "classes_over_limit": count_over_limit(self.parameters, stage, formed)}
            row |= self._staff(row, rng)
            if stage == "junior":
                row |= self._retention(code, year, enrolment, rng)
            rows.append(row)
        return rows

    def _pupils(self, code: str, stage: str, year: int, pupils: int, rng: Random) -> Row:
        school = self.schools[code]
        parts = {
            "boarders": _boarding_part(school, stage),
            "migrant_pupils": between(0.09, 0.15, year, self.parameters.years) if school.in_town else 0.015,
            "left_behind_pupils": 0.11 if school.in_town else between(0.43, 0.31, year, self.parameters.years),
            "disabled_pupils": 0.0058 if stage in COMPULSORY else 0.002,
        }
        row: Row = {"school_code": code, "school_year": year, "stage": stage, "pupils": pupils}
        for column, part in parts.items():
            row[column] = min(pupils, round(pupils * part * rng.uniform(0.9, 1.1)))
        if stage == "special":
            row["disabled_pupils"] = pupils
        return row

    def _staff(self, row: Row, rng: Random) -> Row:
        stage, year, pupils = row["stage"], row["school_year"], row["pupils"]
        staffing, years = self.parameters.staffing[stage], self.parameters.years
        character = self.characters[row["school_code"]]
        if stage == "preschool":
            teachers = self._kindergarten_teachers(row)
        else:
            level = between(0.93, 1.0, year, years)
            needed = staffing.per_class * row["classes"] + pupils / staffing.pupils_per_teacher
            teachers = max(row["classes"], round(needed * level))
        degree = between(staffing.above_degree_from, staffing.above_degree_to, year, years) + character.degree
        staff: Row = {
            "staff": teachers + 1 + round(teachers * (0.55 if stage == "preschool" else 0.07)),
            "teachers": teachers,
            "teachers_certified": self._certified(row, teachers),
            "teachers_above_degree": min(teachers, round(teachers * min(degree, 1.0))),
            "teachers_backbone": self._specialists(row, "backbone", teachers),
            "teachers_pe_arts": self._specialists(row, "pe_arts", teachers),
            "teachers_mid_title": round(teachers * character.title * (0.35 if stage == "preschool" else 1)),
        }
        if stage == "preschool":
            heads = 1 if pupils < 150 else 2
            return staff | {
                "heads": heads,
                "heads_certified": heads if year >= years.first + 4 else heads - (pupils < 60),
            }
        if stage in (*COMPULSORY, "special"):
            staff |= self._rotation(teachers, rng)
        staff["teachers_trained_360h"] = round(teachers * between(0.78, 1.0, year, years))
        return staff

    def _specialists(self, row: Row, item: str, teachers: int) -> int:
        """Return so many that a sound school is above its line in the latest year, and a short one below it."""
        stage, year = row["stage"], row["school_year"]
        character = self.characters[row["school_code"]]
        line = self.parameters.lines.get(stage, {"backbone": 0.8, "pe_arts": 0.5})[item]
        wanted = character.line[item] * line * row["pupils"] / 100 * character.reached(item, year, self.parameters)
        short = character.line[item] < 1 or year < character.ready
        count = int(wanted) if short else ceil(wanted)
        return min(count, teachers * 2 // 5)

    def _certified(self, row: Row, teachers: int) -> int:
        """Return who is certified: all in the latest year, but for one teacher in a few private kindergartens."""
        first, years = CERTIFIED_FROM[row["stage"]], self.parameters.years
        latest = 0.93 if row["stage"] == "vocational" else 1.0
        missing = 1 - between(first, latest, row["school_year"], years)
        held = teachers - min(teachers, round(teachers * missing))
        return min(held, teachers - 1) if row["school_code"] in self._lacking else held

    def _kindergarten_teachers(self, row: Row) -> int:
        per_teacher: float = between(19.5, 13.2, row["school_year"], self.parameters.years)
        per_teacher *= self.characters[row["school_code"]].habit
        pupils, classes = int(row["pupils"]), int(row["classes"])
        return max(ceil(pupils / per_teacher), classes, 2)

    def _rotation(self, teachers: int, rng: Random) -> Row:
        eligible = round(teachers * ELIGIBLE_PART)
        rotated = min(eligible, int(eligible * ROTATED_PART + rng.random()))
        backbone = min(rotated, int(rotated * ROTATED_BACKBONE_PART + rng.random()))
        return {
            "teachers_rotation_eligible": eligible,
            "teachers_rotated": rotated,
            "teachers_rotated_backbone": backbone,
        }

    def _retention(self, code: str, year: int, enrolment: Enrolment, rng: Random) -> Row:
        """Follow the cohort that finished last summer back to its entry; a new school has none yet."""
        entered = enrolment.get((code, "junior", year - 3), {}).get("7", 0)
        completed = enrolment.get((code, "junior", year - 1), {}).get("9", 0)
        if not entered or not completed:
            return dict.fromkeys(COHORT, 0)
        deaths = 1 if rng.random() < entered / 4000 else 0
        lost = round(entered * between(0.034, 0.011, year, self.parameters.years) * rng.uniform(0.6, 1.4))
        balance = completed - entered + deaths + lost
        came = max(balance, 0) + round(entered * rng.uniform(0.005, 0.02))
        return {
            "cohort_entered": entered,
            "cohort_deaths": deaths,
            "cohort_transferred_in": came,
            "cohort_transferred_out": came - balance,
            "cohort_completed": completed,
        }


def _boarding_part(school: School, stage: str) -> float:
    if stage in ("senior", "vocational", "special"):
        return 0.72
    if stage == "junior":
        return 0.58 if school.boarding and not school.in_town else (0.3 if school.boarding else 0.0)
    if stage == "primary":
        return 0.16 if school.boarding else (0.05 if school.role == "central_primary" else 0.0)
    return 0.0
