"""Random small counties: figures often exactly at a line, now and then missing, schools of every kind."""

import random

import pytest

YEAR = 2023
STAGES = {
    "primary": ("primary",), "junior": ("junior",), "nine_year": ("primary", "junior"),
    "complete_secondary": ("junior", "senior"), "twelve_year": ("primary", "junior", "senior"),
    "teaching_point": ("primary",), "special": ("special",), "kindergarten": ("preschool",), "vocational": ("vocational",),
}  # fmt: skip
KINDS = ["primary"] * 4 + ["junior"] * 3 + ["nine_year"] * 2 + ["teaching_point"] * 2 + ["kindergarten"] * 3 + [*STAGES]
JUDGED = [
    f"cn-compulsory-2017.{i}" for i in ("G1", "G2", "G8", "G10", "G14", "G15", "Q3", "Q5", "Q6", "Q7", "Q8", "Q9")
]
JUDGED += [f"cn-preschool-2020.P2.{n}" for n in range(1, 11)] + ["cn-preschool-2020.P3.5"]
STATED = {
    "teacher_salary_average": (90, 100, 110), "civil_servant_salary_average": (90, 100), "nearby_enrolment_primary": (99.9, 100),
    "nearby_enrolment_junior": (94.9, 95), "senior_quota_share": (49, 50), "migrant_pupils_served": (84, 85), "migrant_pupils_eligible": (100,),
    "disabled_children_enrolled": (94, 95), "disabled_children": (100,), "monitoring_school_difference": (0.149, 0.15),
    "satisfaction_rate": (84.9, 85, 91.2), "public_kindergarten_funds_per_child": (499, 600), "private_kindergarten_aid_per_child": (500,),
    "nonestablishment_pay_ratio": (74, 75), "preschool_major_accidents": (0, 1), "primary_style_kindergartens": (0, 1),
    "preschool_satisfaction_rate": (84, 92),
}  # fmt: skip


class _Draws:
    """Draws for one county: every figure may be missing, and most are near or exactly at what is asked."""

    def __init__(self, seed):
        self.random = random.Random(seed)  # noqa: S311 - a seeded draw of figures, nothing secret
        self.missing = self.random.choice([0, 0, 0.03, 0.15])

    def one(self, options):
        return None if self.random.random() < self.missing else self.random.choice(list(options))

    def near(self, amount):
        factor = self.random.choice([0.5, 0.84, 0.85, 0.9, 1, 1, 1, 1.1, 1.5, 2.5])
        return None if self.random.random() < self.missing else round(amount * factor)


def _county(county, seed):
    draws = _Draws(seed)
    rows = {
        name: []
        for name in (
            "school",
            "stage_year",
            "school_year_facts",
            "class_year",
            "funds_year",
            "county_year",
            "population_year",
        )
    }
    for number in range(draws.random.randint(1, 7)):
        _school(rows, draws, f"{county}{number:04}", county)
    for key, options in STATED.items():
        rows["county_year"].append(
            {"county_code": county, "school_year": YEAR, "key": key, "value": str(draws.one(options))}
        )
    answers = [(key, ("是", "是", "是", "否", "未认定")) for key in JUDGED]
    answers += [(f"cn-compulsory-2017.V{n}", ("否", "否", "否", "否", "是")) for n in range(1, 7)]
    for key, options in answers:
        rows["county_year"].append(
            {"county_code": county, "school_year": YEAR, "key": key, "value": draws.one(options)}
        )
    for age in range(2, 7):
        region = {"region_code": f"{county}001201", "year": YEAR, "age": age, "basis": "resident"}
        rows["population_year"].append({**region, "children": draws.one((60, 100, 140))})
    return rows


def _school(rows, draws, code, county):
    kind = draws.random.choice(KINDS)
    school = {
        "school_code": code,
        "county_code": county,
        "kind": kind,
        "ownership": draws.one(["public"] * 3 + ["inclusive_private", "private"]),
    }
    rows["school"].append({**school, "location": draws.one(("city", "town", "rural", "rural"))})
    stages = [stage for stage in STAGES[kind] if draws.random.random() >= draws.missing / 3]
    if kind == "primary" and draws.random.random() < 0.2:
        stages.append("preschool")
    for stage in stages:
        _return(rows, draws, code, stage)
    pupils = sum(r["pupils"] or 0 for r in rows["stage_year"] if r["school_code"] == code)
    facts = {
        "teaching_area_m2": draws.near(5.5 * pupils), "indoor_sports_m2": draws.one((None, None, 0, round(pupils / 2))),
        "sports_area_m2": draws.near(8 * pupils), "equipment_value_yuan": draws.near(2200 * pupils), "multimedia_rooms": draws.near(0.024 * pupils),
        "computers": draws.near(pupils / 8), "books": draws.near(20 * pupils), "music_rooms": draws.one((0, 1, 2)), "art_rooms": draws.one((1, 2)),
        "music_room_min_m2": draws.one((95, 96, 96, 110)), "art_room_min_m2": draws.one((89, 90, 90, 95)),
        "outdoor_play_area_m2": draws.near(4 * pupils), "activity_area_m2": draws.near(8.17 * pupils), "building_area_m2": draws.near(10.44 * pupils),
        "planned_on": draws.one(("before", "after")),
    }  # fmt: skip
    if draws.random.random() >= draws.missing / 3:
        rows["school_year_facts"].append({"school_code": code, "school_year": YEAR, **facts})
    for item, yuan in (("public_funds", 720 * pupils), ("training", 36 * pupils), ("special_education", 6000 * pupils)):
        if item != "special_education" or kind == "special":
            counted = draws.one((pupils, max(pupils, 100)))
            rows["funds_year"].append(
                {
                    "school_code": code,
                    "fiscal_year": YEAR,
                    "item": item,
                    "source": "县级",
                    "yuan": draws.near(yuan),
                    "pupils_counted": counted,
                }
            )


def _return(rows, draws, code, stage):
    pupils = draws.one((0, 49, 50, 99, 100, 200, 200, 500, 1000, 1000, 2000, 2001))
    of = pupils or 0
    teachers = draws.near(of / 15)
    classes = draws.one((1, 2, 12, 13))
    rows["stage_year"].append(
        {
            "school_code": code, "school_year": YEAR, "stage": stage, "pupils": pupils, "classes": classes, "classes_over_limit": draws.one((None, 0, 0, 1)),
            "teachers": teachers, "teachers_certified": draws.one((teachers, teachers, 0)), "teachers_trained_360h": draws.one((teachers, teachers, 1)),
            "teachers_above_degree": draws.near(0.05 * of), "teachers_backbone": draws.near(0.01 * of), "teachers_pe_arts": draws.near(0.01 * of),
            "teachers_mid_title": draws.near(0.03 * of), "teachers_rotation_eligible": draws.one((10, 20)), "teachers_rotated": draws.one((1, 2)),
            "teachers_rotated_backbone": draws.one((0, 1)), "heads": draws.one((1, 2)), "heads_certified": draws.one((1, 2)),
            "cohort_entered": draws.one((100,)), "cohort_deaths": draws.one((0, 1)), "cohort_transferred_in": draws.one((0, 5)),
            "cohort_transferred_out": draws.one((0, 3)), "cohort_completed": draws.one((94, 95, 98)),
        }
    )  # fmt: skip
    if classes is not None and draws.random.random() < 0.4:
        grade = {"preschool": "small", "primary": "1"}.get(stage, "7")
        for number in range(classes if draws.random.random() < 0.8 else classes - 1):
            row = {"school_code": code, "school_year": YEAR, "stage": stage, "grade": grade, "class_no": str(number)}
            rows["class_year"].append({**row, "pupils": draws.one((25, 25, 45, 45, 45, 46))})


@pytest.fixture
def random_counties():
    """Return a function that makes the rows of so many counties from a seed."""

    def make(seed, count):
        made = [_county(f"{510000 + number}", f"{seed}/{number}") for number in range(count)]
        return {name: [row for rows in made for row in rows[name]] for name in made[0]}

    return make
