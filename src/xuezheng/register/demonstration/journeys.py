"""Ways to school: the rows of `travel`, from every village to its nearest schools of each stage."""

from xuezheng.register.demonstration.geography import (
    Ground,
    Village,
    car_minutes,
    road_km,
    walk_km,
    walk_minutes,
)
from xuezheng.register.demonstration.network import School
from xuezheng.register.demonstration.parameters import Row

NEAREST = {"preschool": 2, "primary": 2, "junior": 2, "senior": 1}
LONGEST_WALK_MINUTES = 120
STAGES_OF_KIND = {
    "kindergarten": ("preschool",),
    "teaching_point": ("primary",),
    "primary": ("primary",),
    "junior": ("junior",),
    "nine_year": ("primary", "junior"),
    "complete_secondary": ("junior", "senior"),
    "twelve_year": ("primary", "junior", "senior"),
    "senior": ("senior",),
}


def travel_rows(ground: Ground, schools: list[School], school_year: int) -> list[Row]:
    """Return minutes and kilometres by car, and on foot where that takes at most two hours, to the nearest open schools."""
    rows: list[Row] = []
    for village in ground.villages:
        chosen: dict[str, School] = {}
        for stage, count in NEAREST.items():
            near = [s for s in schools if s.is_open(school_year) and stage in STAGES_OF_KIND.get(s.kind, ())]
            near.sort(key=lambda school: (car_minutes(village.place, school.place), school.code))
            chosen |= {school.code: school for school in near[:count]}
        for code in sorted(chosen):
            rows.extend(_ways(village, chosen[code]))
    return rows


def _ways(village: Village, school: School) -> list[Row]:
    car, walk = car_minutes(village.place, school.place), walk_minutes(village.place, school.place)
    ways = [("car", car, road_km(village.place, school.place))]
    if walk <= LONGEST_WALK_MINUTES:
        ways.append(("walk", walk, walk_km(village.place, school.place)))
    return [
        {
            "region_code": village.code,
            "school_code": school.code,
            "mode": mode,
            "minutes": round(minutes, 1),
            "km": round(km, 2),
        }
        for mode, minutes, km in ways
    ]
