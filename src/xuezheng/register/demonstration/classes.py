"""Classes: every grade of every school cut into classes near its limit of the year; the rows of `class_year`."""

from math import ceil
from random import Random

from xuezheng.register.demonstration.enrolment import Enrolment
from xuezheng.register.demonstration.network import School
from xuezheng.register.demonstration.parameters import Parameters, Row, between, draw

MIXED_UP_TO = 28
CROWDED_FROM = {"primary": 62, "junior": 64, "senior": 66, "vocational": 60, "special": 16, "preschool": 1.35}
CROWDED_PART = 0.85
KINDERGARTEN_GRADES = ("small", "middle", "large", "mixed")

Classes = dict[tuple[str, str, int], list[tuple[str, int]]]
"""For every (school code, stage, school year) its classes as (grade, pupils)."""


def form_classes(parameters: Parameters, schools: list[School], enrolment: Enrolment, seed: int) -> Classes:
    """Return the classes of every school and stage; their pupils add up to the enrolment exactly."""
    rng, classes = draw(seed, "classes"), {}
    by_code = {school.code: school for school in schools}
    crowded = {school.code: 1 + max(0.0, rng.uniform(-0.7, 0.3)) for school in schools if school.kind == "kindergarten"}
    for (code, stage, year), grades in enrolment.items():
        school = by_code[code]
        total = sum(grades.values())
        kept = {"mixed": total} if stage == "preschool" and total <= MIXED_UP_TO else grades
        formed: list[tuple[str, int]] = []
        for grade, pupils in kept.items():
            limit = _limit(parameters, school, stage, grade, year) * crowded.get(code, 1.0)
            formed.extend((grade, size) for size in _cut(pupils, limit, rng))
        if formed:
            classes[code, stage, year] = formed
    return classes


def limit_of(parameters: Parameters, stage: str, grade: str) -> int:
    """Return the most pupils that a class of this stage and grade may have."""
    return parameters.class_limits[grade if stage == "preschool" else stage]


def count_over_limit(parameters: Parameters, stage: str, classes: list[tuple[str, int]]) -> int:
    """Return how many of the classes have more pupils than allowed."""
    return sum(pupils > limit_of(parameters, stage, grade) for grade, pupils in classes)


def class_rows(classes: Classes, years: range) -> list[Row]:
    """Return `class_year`."""
    rows: list[Row] = []
    for (code, stage, year), formed in classes.items():
        if year not in years:
            continue
        numbers: dict[str, int] = {}
        for grade, pupils in formed:
            numbers[grade] = numbers.get(grade, 0) + 1
            rows.append(
                {
                    "school_code": code,
                    "school_year": year,
                    "stage": stage,
                    "grade": grade,
                    "class_no": str(numbers[grade]),
                    "pupils": pupils,
                }
            )
    return rows


def _limit(parameters: Parameters, school: School, stage: str, grade: str, year: int) -> float:
    """Classes were crowded once, in the county town most, and came down to the limit three years before the latest."""
    limit = float(school.class_limit or limit_of(parameters, stage, grade))
    years = parameters.years
    reached = years.model_copy(update={"last": years.last - 3})
    once = limit * CROWDED_FROM[stage] if stage == "preschool" else max(CROWDED_FROM[stage], limit)
    if not school.in_town and stage != "preschool":
        once = max(once * CROWDED_PART, limit)
    return between(once, limit, year, reached)


def _cut(pupils: int, limit: float, rng: Random) -> list[int]:
    """Cut a grade into as few classes as the limit allows, nearly equal; a pupil more here is one less there."""
    if pupils == 0:
        return []
    count = ceil(pupils / limit)
    sizes = [pupils // count + (index < pupils % count) for index in range(count)]
    for index in range(0, count - 1, 2):
        moved = rng.randint(0, 2)
        if sizes[index] + moved <= limit and sizes[index + 1] - moved > 0:
            sizes[index] += moved
            sizes[index + 1] -= moved
    return sizes
