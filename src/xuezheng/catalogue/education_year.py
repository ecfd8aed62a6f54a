"""The education year as data: what each part of it asks of a county office, extended by a province where it differs."""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, Literal

from pydantic import Field, field_validator

from xuezheng.catalogue.loader import Entry, Words, data_folder, read_yaml, validated

_NATIONAL = "education_year.yaml"
_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_PROVINCE_DIGITS = 2


class Task(Entry):
    """One thing that the year asks for: from and to are `MM-DD`, both included; a window may run over the new year."""

    begins: str = Field(alias="from")
    ends: str = Field(alias="to")
    title: Words
    ask: Words
    who: Words
    source: Words
    mark: Literal["F", "P", "S", "M"]

    @field_validator("begins", "ends")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        if not _DAY.fullmatch(value):
            raise ValueError(f"a day is written as month-day, such as 09-01, not {value!r}")
        return value

    def is_open(self, on: date) -> bool:
        """Whether a day lies in the window."""
        day = f"{on:%m-%d}"
        if self.begins <= self.ends:
            return self.begins <= day <= self.ends
        return day >= self.begins or day <= self.ends

    def touches_month(self, month: int) -> bool:
        """Whether some day of a month (1 to 12) lies in the window."""
        first, last = int(self.begins[:2]), int(self.ends[:2])
        return first <= month <= last if self.begins <= self.ends else month >= first or month <= last


class EducationYear(Entry):
    """All tasks by their ids. `province` is the first two digits of the county codes that the file is for; empty is the nation."""

    version: int
    province: str
    extends: str = ""
    tasks: Mapping[str, Task]

    def in_month(self, month: int) -> list[Task]:
        """Return what a month asks for, by the day on which it begins, then as the file has it."""
        found = [task for task in self.tasks.values() if task.touches_month(month)]
        # What began before the month stands first: it has been waiting longest.
        return sorted(found, key=lambda task: (int(task.begins[:2]) == month, task.begins))


@cache
def load_education_year(county: str) -> EducationYear:
    """Return the year as a county has it, by its code: the nation's, with what its province changes laid over it.

    Raises `InvalidRule` for a file that does not fit.
    """
    national = read_yaml(data_folder() / _NATIONAL)
    for path in sorted(data_folder().glob("education_year-*.yaml")):
        own = read_yaml(path)
        if own.get("province") == county[:_PROVINCE_DIGITS]:
            return validated(EducationYear, _laid_over(national, own), path.name)
    return validated(EducationYear, national, _NATIONAL)


def _laid_over(national: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {**national, **own, "tasks": {**national["tasks"], **own["tasks"]}}
