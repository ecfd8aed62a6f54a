"""Pupils by school, school year and grade: every cohort goes where its village's school is, and on from there."""

from collections import defaultdict
from math import hypot

from xuezheng.register.demonstration.geography import Ground, car_minutes, walk_minutes
from xuezheng.register.demonstration.network import POINT_UP_TO_GRADE, School
from xuezheng.register.demonstration.parameters import Parameters, between, draw
from xuezheng.register.demonstration.population import Population

Enrolment = dict[tuple[str, str, int], dict[str, int]]
"""Pupils by grade for every (school code, stage, school year); grades as the register writes them."""

PRIMARY_GRADES, JUNIOR_GRADES, SENIOR_GRADES = range(1, 7), range(7, 10), range(10, 13)
NEW_SCHOOL_UP_TO_GRADE = 3
SENIOR_PART, VOCATIONAL_PART = 0.55, 0.20
RURAL_ROLES = {
    "primary": ("central_primary", "nine_year", "village_primary", "teaching_point"),
    "junior": ("rural_junior", "nine_year"),
}
SMALL_PART = {"teaching_point": 0.42, "village_primary": 0.80}
SMALL_REACH_MINUTES = {"teaching_point": 15, "village_primary": 55}
SPECIAL_PART = 0.0017


class Flows:
    """Adds up who goes where; `enrolment` gives the whole."""

    def __init__(self, parameters: Parameters, ground: Ground, population: Population, schools: list[School]) -> None:
        self.parameters = parameters
        self.ground = ground
        self.population = population
        self.schools = schools
        self._near: dict[tuple[int, str], list[School]] = {}
        self._pupils: dict[tuple[str, str, int], dict[int, float]] = defaultdict(lambda: defaultdict(float))

    def enrolment(self, years: range, seed: int) -> Enrolment:
        """Return pupils by school, stage, school year and grade, kindergartens included."""
        for year in years:
            for grade in (*PRIMARY_GRADES, *JUNIOR_GRADES):
                self._compulsory(year, grade)
            self._after_junior(year)
            self._special(year)
        enrolment: Enrolment = {}
        for key, grades in sorted(self._pupils.items()):
            enrolment[key] = {str(grade): round(count) for grade, count in sorted(grades.items())}
        self._kindergartens(enrolment, years, seed)
        return enrolment

    def _compulsory(self, year: int, grade: int) -> None:
        stage = "primary" if grade in PRIMARY_GRADES else "junior"
        entry, to_town = year - grade + (1 if stage == "primary" else 7), 0.0
        for index, village in enumerate(self.ground.villages):
            children = self.population.at_grade(index, year, 5 + grade) * 0.995
            leaving = 0.0 if village.in_town or stage == "primary" else self._junior_to_town(index, entry)
            to_town += children if village.in_town else children * leaving
            if village.in_town:
                continue
            for school, part in self._rural_schools(index, year, grade, stage):
                self._pupils[school.code, stage, year][grade] += children * (1 - leaving) * part
        self._share_town(year, grade, stage, to_town)

    def _junior_to_town(self, village: int, entry: int) -> float:
        residence = self.parameters.residence
        here, town = self.ground.villages[village].place, self.ground.townships[0].seat
        if car_minutes(here, town) < car_minutes(here, self._nearest(village, "junior")[0].place):
            return residence.junior_beside_town
        part = between(residence.junior_to_town_from, residence.junior_to_town_to, entry, self.parameters.years)
        return part * (1.35 - min(hypot(*here) / 30, 0.7))

    def _rural_schools(self, village: int, year: int, grade: int, stage: str) -> list[tuple[School, float]]:
        """Return the village's schools and their parts: a small school near takes some, the central one the rest."""
        main, small = None, None
        for school in self._nearest(village, stage):
            if not school.is_open(year):
                continue
            if school.role not in SMALL_PART:
                main = main or school
            elif small is None and self._reaches(school, village, grade):
                small = school
        if main is None:
            raise AssertionError("every rural township has a central school")
        if small is None:
            return [(main, 1.0)]
        return [(small, SMALL_PART[small.role]), (main, 1 - SMALL_PART[small.role])]

    def _reaches(self, school: School, village: int, grade: int) -> bool:
        if school.kind == "teaching_point" and grade > POINT_UP_TO_GRADE:
            return False
        return walk_minutes(self.ground.villages[village].place, school.place) <= SMALL_REACH_MINUTES[school.role]

    def _nearest(self, village: int, stage: str) -> list[School]:
        """Return the village's schools, nearest first: primary within the township, junior over the county."""
        if (village, stage) not in self._near:
            here = self.ground.villages[village]
            minutes = walk_minutes if stage == "primary" else car_minutes
            near = [
                school
                for school in self.schools
                if school.role in RURAL_ROLES[stage] and (stage == "junior" or school.township == here.township)
            ]
            near.sort(key=lambda school: (minutes(here.place, school.place), school.code))
            self._near[village, stage] = near
        return self._near[village, stage]

    def _share_town(self, year: int, grade: int, stage: str, pupils: float) -> None:
        """Share a grade of the county town's pupils by weight; a new school takes the lower grades first."""
        first_grade = 1 if stage == "primary" else 7
        parts = {}
        for school in self.schools:
            if not (school.in_town and stage in school.weight and school.is_open(year)):
                continue
            oldest = school.opened.year - (NEW_SCHOOL_UP_TO_GRADE if stage == "primary" else 2) + 1
            if year - (grade - first_grade) >= oldest:
                parts[school.code] = school.weight[stage]
        for code, part in parts.items():
            self._pupils[code, stage, year][grade] += pupils * part / sum(parts.values())

    def _after_junior(self, year: int) -> None:
        open_ones = [school for school in self.schools if "senior" in school.weight and school.is_open(year)]
        vocational = next(school for school in self.schools if school.kind == "vocational")
        for grade in SENIOR_GRADES:
            villages = range(len(self.ground.villages))
            young = sum(self.population.at_grade(index, year, min(5 + grade, 17)) for index in villages)
            for school in open_ones:
                part = school.weight["senior"] / sum(other.weight["senior"] for other in open_ones)
                self._pupils[school.code, "senior", year][grade] += young * SENIOR_PART * part
            self._pupils[vocational.code, "vocational", year][grade] += young * VOCATIONAL_PART

    def _special(self, year: int) -> None:
        special = next(school for school in self.schools if school.kind == "special")
        for grade in range(1, 10):
            young = sum(self.population.at_grade(index, year, 5 + grade) for index in range(len(self.ground.villages)))
            self._pupils[special.code, "special", year][grade] += max(young * SPECIAL_PART, 3)

    def _kindergartens(self, enrolment: Enrolment, years: range, seed: int) -> None:
        """Share children of 3 to 5 between public, inclusive and private kindergartens near them."""
        preschool, rng = self.parameters.preschool, draw(seed, "kindergarten pupils")
        kindergartens = [school for school in self.schools if school.kind == "kindergarten"]
        taste = {school.code: rng.lognormvariate(0, 0.18) for school in kindergartens}
        for year in years:
            gross = between(preschool.gross_from, preschool.gross_to, year, self.parameters.years)
            public = between(preschool.public_from, preschool.public_to, year, self.parameters.years)
            private = between(preschool.private_from, preschool.private_to, year, self.parameters.years)
            part = {"public": public, "private": private, "inclusive_private": 1 - public - private}
            open_ones = [school for school in kindergartens if school.is_open(year)]
            weight = {s.code: s.weight["preschool"] * taste[s.code] * self._fullness(s, year) for s in open_ones}
            for age, grade in ((3, "small"), (4, "middle"), (5, "large")):
                children = sum(self.population.at_grade(i, year, age) for i in range(len(self.ground.villages)))
                for school in open_ones:
                    peers = sum(weight[s.code] for s in open_ones if s.ownership == school.ownership)
                    count = children * gross * part[school.ownership] * weight[school.code] / peers
                    enrolment.setdefault((school.code, "preschool", year), {})[grade] = round(count)

    def _fullness(self, school: School, year: int) -> float:
        """Let the town's kindergartens hold their children while the villages' empty; one that will close, first."""
        fading = 1.0 if school.closed is None else min(1.0, 0.35 + 0.2 * (school.closed.year - year))
        return fading * between(0.92, 1.1, year, self.parameters.years) if school.in_town else fading
