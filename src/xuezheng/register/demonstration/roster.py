"""Teachers one by one: a roster that ages, retires, hires and rotates, and always adds up to `stage_year`.

A year's step: some retire or leave, others come until the school's count is right; degrees, recognition, titles
and certificates are then raised or let lapse until every count is right; last, teachers of the same profile
change places between schools, which no count notices: that is the year's rotation.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xuezheng.register.demonstration.geography import Ground
from xuezheng.register.demonstration.network import School
from xuezheng.register.demonstration.parameters import Parameters, Row, draw

if TYPE_CHECKING:
    from collections.abc import Callable

ROTATES_AFTER_YEARS = 6
ROTATED_PART, BACKBONE_PART = 0.126, 0.25
RETIRES_AT, LEAVES_YEARLY = 59, 0.025
ROTATING_STAGES = ("primary", "junior", "special")
FLAGS = {
    "above_degree": "teachers_above_degree",
    "backbone": "teachers_backbone",
    "pe_arts": "teachers_pe_arts",
    "mid_title": "teachers_mid_title",
    "certified": "teachers_certified",
}
DEGREES = {
    "primary": (["bachelor"] * 14 + ["college"] * 5 + ["master"], ["secondary"]),
    "junior": (["bachelor"] * 19 + ["master"], ["college"]),
    "senior": (["master"], ["bachelor"]),
    "vocational": (["master"], ["bachelor"]),
    "special": (["bachelor"] * 3 + ["college"], ["secondary"]),
    "preschool": (["college"] * 11 + ["bachelor"] * 9, ["secondary"]),
}
MID_TITLES, LOW_TITLES = ["first"] * 70 + ["senior"] * 29 + ["senior_full"], ["second"] * 6 + ["third", "none", "none"]
BACKBONES = ["county"] * 15 + ["city"] * 4 + ["province"]

Group = tuple[str, str]
"""A school code and a stage."""


@dataclass(slots=True)
class Teacher:
    """One teacher under a pseudonym; the five flags are what `stage_year` counts."""

    teacher_id: str
    birth_year: int
    sex: str
    since: int
    home: str
    rural_years: int
    exempt: bool
    establishment: bool
    subject: str
    degree: str = ""
    title: str = ""
    backbone_level: str = "none"
    above_degree: bool = False
    backbone: bool = False
    pe_arts: bool = False
    mid_title: bool = False
    certified: bool = True

    def profile(self) -> tuple[bool, ...]:
        """Return the flags: teachers of one profile are interchangeable in the counts."""
        return tuple(getattr(self, flag) for flag in FLAGS)


class Roster:
    """The county's teachers, moved on year by year."""

    def __init__(self, parameters: Parameters, ground: Ground, schools: list[School], seed: int) -> None:
        self.parameters = parameters
        self.ground = ground
        self.schools = {school.code: school for school in schools}
        self.rng = draw(seed, "roster")
        self.groups: dict[Group, list[Teacher]] = {}
        self._leavers: dict[str, list[Teacher]] = defaultdict(list)
        self._count = 0

    def rows(self, stage_rows: list[Row], first: int, last: int) -> list[Row]:
        """Return `teacher_year` from `first`; sets the rotation columns of those years' stage rows to what happened."""
        rows: list[Row] = []
        by_year: dict[int, list[Row]] = defaultdict(list)
        for row in stage_rows:
            by_year[row["school_year"]].append(row)
        for year in range(max(first - 1, min(by_year)), last + 1):
            self._step(by_year[year], year)
            if year >= first:
                rows.extend(self._year_rows(year))
        return rows

    def _step(self, stage_rows: list[Row], year: int) -> None:
        present = {(row["school_code"], row["stage"]) for row in stage_rows}
        for group in sorted(set(self.groups) - present):
            self._leavers[group[1]].extend(self.groups.pop(group))
        had_roster = bool(self.groups)
        for row in stage_rows:
            self._leave(row, year)
        for row in stage_rows:
            self._hire(row, year)
            self._match_flags(row, year)
        self._leavers.clear()
        if had_roster:
            self._rotate([row for row in stage_rows if row["stage"] in ROTATING_STAGES], year)

    def _leave(self, row: Row, year: int) -> None:
        group = (row["school_code"], row["stage"])
        staying: list[Teacher] = []
        for teacher in self.groups.get(group, []):
            if year - teacher.birth_year > RETIRES_AT:
                continue
            if self.rng.random() < LEAVES_YEARLY:
                self._leavers[group[1]].append(teacher)
            else:
                staying.append(teacher)
        while len(staying) > row["teachers"]:
            self._leavers[group[1]].append(staying.pop(self.rng.randrange(len(staying))))
        self.groups[group] = staying

    def _hire(self, row: Row, year: int) -> None:
        group = (row["school_code"], row["stage"])
        teachers, pool = self.groups[group], self._leavers[group[1]]
        founding = not teachers
        while len(teachers) < row["teachers"]:
            if pool and self.rng.random() < 0.6:
                teacher = pool.pop(self.rng.randrange(len(pool)))
                teacher.since = year
            else:
                teacher = self._new(self.schools[group[0]], group[1], year, founding=founding)
            teachers.append(teacher)

    def _new(self, school: School, stage: str, year: int, *, founding: bool) -> Teacher:
        rng = self.rng
        self._count += 1
        age = min(58, max(23, round(rng.gauss(40, 9)))) if founding else rng.randint(22, 30)
        served = max(0, min(age - 22, round(rng.expovariate(1 / 7)))) if founding else 0
        since = max(year - served, school.opened.year)
        town = self.ground.townships[rng.randrange(3)].code
        home = self.ground.townships[school.township].code if rng.random() < 0.45 else town
        women = {"preschool": 0.96, "primary": 0.68}.get(stage, 0.52)
        return Teacher(
            teacher_id=f"T{self._count:06d}",
            birth_year=year - age,
            sex="female" if rng.random() < women else "male",
            since=since,
            home=home,
            rural_years=0 if school.in_town and rng.random() < 0.6 else rng.randint(0, age - 22),
            exempt=rng.random() < 0.09,
            establishment=school.ownership == "public" and rng.random() < (0.55 if stage == "preschool" else 0.94),
            subject=rng.choice(self.parameters.subjects[stage]),
        )

    def _match_flags(self, row: Row, year: int) -> None:
        teachers = self.groups[row["school_code"], row["stage"]]
        order: dict[str, Callable[[Teacher], float]] = {
            "above_degree": lambda t: -t.birth_year + self.rng.uniform(-12, 12),
            "mid_title": lambda t: t.birth_year + self.rng.uniform(-6, 6),
            "backbone": lambda t: abs(year - t.birth_year - 41) + self.rng.uniform(0, 14),
            "pe_arts": lambda t: -t.since + self.rng.uniform(0, 20),
            "certified": lambda t: t.birth_year + self.rng.uniform(-9, 9),
        }
        for flag, column in FLAGS.items():
            have = [teacher for teacher in teachers if getattr(teacher, flag)]
            lack = sorted((teacher for teacher in teachers if not getattr(teacher, flag)), key=order[flag])
            for teacher in lack[: max(0, row[column] - len(have))]:
                setattr(teacher, flag, True)
            have.sort(key=order[flag], reverse=True)
            for teacher in have[: max(0, len(have) - row[column])]:
                setattr(teacher, flag, False)
        for teacher in teachers:
            self._spell_out(teacher, row["stage"])

    def _spell_out(self, teacher: Teacher, stage: str) -> None:
        """Make degree, title, recognition and subject say what the flags say; what already fits stays."""
        rng, (above, below) = self.rng, DEGREES[stage]
        if (teacher.degree in above) != teacher.above_degree or not teacher.degree:
            teacher.degree = rng.choice(above if teacher.above_degree else below)
        if (teacher.title in MID_TITLES) != teacher.mid_title or not teacher.title:
            teacher.title = rng.choice(MID_TITLES if teacher.mid_title else LOW_TITLES)
        if (teacher.backbone_level != "none") != teacher.backbone:
            teacher.backbone_level = rng.choice(BACKBONES) if teacher.backbone else "none"
        arts = set(self.parameters.pe_arts)
        if (teacher.subject in arts) != teacher.pe_arts:
            others = [subject for subject in self.parameters.subjects[stage] if subject not in arts]
            teacher.subject = rng.choice(self.parameters.pe_arts if teacher.pe_arts else others)

    def _rotate(self, stage_rows: list[Row], year: int) -> None:
        """Let teachers of one stage and profile change places between schools; write what happened into the rows."""
        moving: dict[tuple[object, ...], list[tuple[Group, Teacher]]] = defaultdict(list)
        for row in stage_rows:
            group = (row["school_code"], row["stage"])
            public = self.schools[group[0]].ownership == "public"
            eligible = [
                t for t in self.groups[group] if year - t.since >= ROTATES_AFTER_YEARS and not t.exempt and public
            ]
            row |= {"teachers_rotation_eligible": len(eligible), "teachers_rotated": 0, "teachers_rotated_backbone": 0}
            count = int(len(eligible) * ROTATED_PART + self.rng.random())
            backbone = int(count * BACKBONE_PART + self.rng.random())
            chosen = self._sample([t for t in eligible if t.backbone], backbone)
            chosen += self._sample([t for t in eligible if not t.backbone], count - len(chosen))
            for teacher in chosen:
                moving[group[1], teacher.profile()].append((group, teacher))
        rows = {(row["school_code"], row["stage"]): row for row in stage_rows}
        for places in moving.values():
            self._exchange(places, rows, year)

    def _exchange(self, places: list[tuple[Group, Teacher]], rows: dict[Group, Row], year: int) -> None:
        shift = len(places) // 2
        for index, (group, teacher) in enumerate(places):
            target = places[(index + shift) % len(places)][0]
            arrives = target != group
            if arrives:
                self.groups[group].remove(teacher)
                self.groups[target].append(teacher)
                teacher.since = year
                rows[target]["teachers_rotated"] += 1
                rows[target]["teachers_rotated_backbone"] += teacher.backbone

    def _sample(self, teachers: list[Teacher], count: int) -> list[Teacher]:
        return self.rng.sample(teachers, min(count, len(teachers)))

    def _year_rows(self, year: int) -> list[Row]:
        rows = []
        for (code, stage), teachers in sorted(self.groups.items()):
            for teacher in teachers:
                if not self.schools[code].in_town:
                    teacher.rural_years = min(teacher.rural_years + 1, year - teacher.birth_year - 21)
                rows.append(self._row(teacher, code, stage, year))
        return rows

    def _row(self, teacher: Teacher, code: str, stage: str, year: int) -> Row:
        return {
            "teacher_id": teacher.teacher_id,
            "school_code": code,
            "school_year": year,
            "stage": stage,
            "subject": teacher.subject,
            "subject_2": _second_subject(teacher, stage),
            "birth_year": teacher.birth_year,
            "sex": teacher.sex,
            "degree": teacher.degree,
            "title": teacher.title,
            "backbone_level": teacher.backbone_level,
            "certified": teacher.certified,
            "establishment": teacher.establishment,
            "at_school_since": teacher.since,
            "home_township_code": teacher.home,
            "rural_years": teacher.rural_years,
            "rotation_exempt": teacher.exempt,
            "wishes": self._wishes(teacher, code, stage),
        }

    def _wishes(self, teacher: Teacher, code: str, stage: str) -> str | None:
        """One in sixteen rural teachers names one or two schools of the county town."""
        number = int(teacher.teacher_id[1:])
        if stage not in ROTATING_STAGES or self.schools[code].in_town or number % 16:
            return None
        town = [s.code for s in self.schools.values() if s.in_town and stage in s.weight and s.ownership == "public"]
        return ";".join(sorted({town[number % len(town)], town[(number // 7) % len(town)]}))


def _second_subject(teacher: Teacher, stage: str) -> str | None:
    """Let a third of the primary teachers of Chinese or mathematics teach morality or labour beside."""
    if stage != "primary" or teacher.subject not in ("语文", "数学") or int(teacher.teacher_id[1:]) % 3:
        return None
    return "道德与法治" if teacher.subject == "语文" else "劳动"
