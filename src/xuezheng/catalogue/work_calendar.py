"""The yearly files of the work calendar, those of the catalogue and those that an office lays beside them."""

from datetime import date
from pathlib import Path

from pydantic import model_validator

from xuezheng.catalogue.loader import Entry, data_folder, read_yaml, validated
from xuezheng.kernel.work_calendar import WorkCalendar

_SATURDAY = 5


class YearOfDays(Entry):
    """One year's arrangement: the days of its holidays and the weekends worked instead, each with its occasion."""

    year: int
    source: str
    holidays: dict[date, str]
    made_up: dict[date, str]

    @model_validator(mode="after")
    def _days_make_sense(self) -> "YearOfDays":
        strange = [day for day in (*self.holidays, *self.made_up) if day.year != self.year]
        if strange:
            raise ValueError(f"not in {self.year}: {_days(strange)}")
        both = sorted(self.holidays.keys() & self.made_up.keys())
        if both:
            raise ValueError(f"both holiday and made up: {_days(both)}")
        weekdays = [day for day in self.made_up if day.weekday() < _SATURDAY]
        if weekdays:
            raise ValueError(f"made up, but no Saturday or Sunday: {_days(weekdays)}")
        return self


def load_work_calendar(own: Path | None = None) -> WorkCalendar:
    """Return the calendar of all yearly files; a file of an office's folder `own` takes the place of the catalogue's.

    Raises `InvalidRule` for a file that is not a year's arrangement.
    """
    years = _read(data_folder() / "work_calendar")
    if own is not None and own.is_dir():
        years |= _read(own)
    return WorkCalendar(
        off=frozenset(day for year in years.values() for day in year.holidays),
        made_up=frozenset(day for year in years.values() for day in year.made_up),
        years=frozenset(years),
    )


def _read(folder: Path) -> dict[int, YearOfDays]:
    found = (validated(YearOfDays, read_yaml(path), path.name) for path in sorted(folder.glob("*.yaml")))
    return {year.year: year for year in found}


def _days(days: list[date]) -> str:
    return ", ".join(day.isoformat() for day in days)
