"""The work calendar: working days with holidays and made-up weekends, limits in days or hours, and clocks that stop.

Days are Asia/Shanghai days. The day on which something starts is not counted; a limit in days ends at 24:00 of its
last day, which is 0:00 of the day after. A year for which no arrangement is known counts Monday to Friday, and every
answer that rests on such a year says that it is provisional.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_SATURDAY = 5


class Unit(StrEnum):
    """What a limit counts in."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many hours, calendar days or working days."""

    amount: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that was computed; `provisional` where it rests on days whose year has no arrangement yet."""

    at: datetime
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """A time during which a clock stood still; `until` is None while it still does."""

    since: datetime
    until: datetime | None = None


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are worked: `off` are holidays, `made_up` weekends worked instead, `years` those that are announced."""

    off: frozenset[date] = field(default_factory=frozenset)
    made_up: frozenset[date] = field(default_factory=frozenset)
    years: frozenset[int] = field(default_factory=frozenset)

    def is_working(self, day: date) -> bool:
        """Whether a day is worked; by the weekday alone in a year without arrangement."""
        return day in self.made_up or (day.weekday() < _SATURDAY and day not in self.off)

    def is_announced(self, day: date) -> bool:
        """Whether the arrangement of the day's year is known."""
        return day.year in self.years

    def add_working_days(self, start: date, days: int) -> date:
        """Return the `days`-th working day after `start`, or before it for a negative number; 0 is `start` itself."""
        if days == 0:
            return start
        step, left, year = (1, days, start.year) if days > 0 else (-1, -days, start.year)
        while True:
            worked = _working_days(self, year)
            if step > 0:
                first = bisect_right(worked, start)
                if first + left <= len(worked):
                    return worked[first + left - 1]
                left -= len(worked) - first
            else:
                last = bisect_left(worked, start)
                if left <= last:
                    return worked[last - left]
                left -= last
            year += step

    def count_working_days(self, after: date, until: date) -> int:
        """Return how many working days lie after `after` and not after `until`; 0 where `until` is not later."""
        if until <= after:
            return 0
        total = 0
        for year in range(after.year, until.year + 1):
            worked = _working_days(self, year)
            total += bisect_right(worked, until) - bisect_right(worked, after)
        return total

    def covers(self, first: date, last: date) -> bool:
        """Whether the arrangements of all years from `first` to `last` are known."""
        return all(year in self.years for year in range(first.year, last.year + 1))

    def due(self, start: datetime, limit: Limit, pauses: Sequence[Pause] = ()) -> Moment:
        """Return when a limit that starts at `start` ends; what counts in days ends at 24:00.

        Hours stand still exactly while a clock is paused. Of days, those do not count at whose end it stood still:
        what is paused and goes on the same day loses nothing. Pauses must have ended.
        """
        if limit.unit is Unit.HOURS:
            return Moment(_due_hours(start, limit.amount, pauses))
        return self.extended(local_day(start), limit, pauses)

    def extended(self, first: date, limit: Limit, pauses: Sequence[Pause] = ()) -> Moment:
        """Return the end of a limit in days that is counted from the day after `first`."""
        last = self._count_on(first, limit.amount, limit.unit)
        stopped = _stopped_days(pauses)
        while True:  # a pause inside the limit moves its end, and the end may then take in another pause
            lost = sum(1 for day in stopped if first < day <= last and self._counts(day, limit.unit))
            moved = self._count_on(first, limit.amount + lost, limit.unit)
            if moved == last:
                break
            last = moved
        uncertain = limit.unit is Unit.WORKING_DAYS and not self.covers(first, last)
        return Moment(end_of(last), uncertain)

    def postponed(self, last: date, unit: Unit, pauses: Sequence[Pause] = ()) -> Moment:
        """Return the end of a deadline that was set as the day `last`, moved by the days that its clock stood still."""
        lost, moved = -1, last
        stopped = _stopped_days(pauses)
        counted = Unit.WORKING_DAYS if unit is Unit.WORKING_DAYS else Unit.CALENDAR_DAYS
        while True:
            now_lost = sum(1 for day in stopped if day <= moved and self._counts(day, counted))
            if now_lost == lost:
                break
            lost, moved = now_lost, self._count_on(last, now_lost, counted)
        uncertain = counted is Unit.WORKING_DAYS and lost > 0 and not self.covers(last, moved)
        return Moment(end_of(moved), uncertain)

    def before(self, due: datetime, limit: Limit) -> datetime:
        """Return the moment that lies a limit before `due`.

        Hours exactly; days from 0:00 of the day so many days before the last day.
        """
        if limit.unit is Unit.HOURS:
            return due - timedelta(hours=limit.amount)
        return start_of(self._count_on(last_day(due), -limit.amount, limit.unit))

    def after(self, due: datetime, limit: Limit) -> datetime:
        """Return the moment that lies a limit after `due`.

        Hours exactly; days at the end of the so-many-th day after the last day.
        """
        if limit.unit is Unit.HOURS:
            return due + timedelta(hours=limit.amount)
        return end_of(self._count_on(last_day(due), limit.amount, limit.unit))

    def _counts(self, day: date, unit: Unit) -> bool:
        return unit is Unit.CALENDAR_DAYS or self.is_working(day)

    def _count_on(self, day: date, amount: int, unit: Unit) -> date:
        return self.add_working_days(day, amount) if unit is Unit.WORKING_DAYS else day + amount * _DAY


def local_day(moment: datetime) -> date:
    """Return the day in Asia/Shanghai; the moment must know its time zone."""
    return moment.astimezone(SHANGHAI).date()


def start_of(day: date) -> datetime:
    """Return 0:00 of a day."""
    return datetime.combine(day, time(), SHANGHAI)


def end_of(day: date) -> datetime:
    """Return 24:00 of a day, which is 0:00 of the day after."""
    return start_of(day + _DAY)


def last_day(due: datetime) -> date:
    """Return the last day of a deadline: the day that ends at `due`, or the day in which it lies."""
    return local_day(due - timedelta(microseconds=1))


def _due_hours(start: datetime, hours: int, pauses: Sequence[Pause]) -> datetime:
    due = start + timedelta(hours=hours)
    for pause in sorted(pauses, key=lambda held: held.since):
        if pause.until is None:
            raise ValueError("a clock that stands still has no end")
        begun = max(pause.since, start)
        if begun < due and pause.until > begun:
            due += pause.until - begun
    return due


def _stopped_days(pauses: Sequence[Pause]) -> tuple[date, ...]:
    """Return the days at whose end a clock stood still, in order."""
    days: set[date] = set()
    for pause in pauses:
        if pause.until is None:
            raise ValueError("a clock that stands still has no end")
        day, until = local_day(pause.since), local_day(pause.until)
        while day < until:
            days.add(day)
            day += _DAY
    return tuple(sorted(days))


@lru_cache(maxsize=256)
def _working_days(calendar: WorkCalendar, year: int) -> tuple[date, ...]:
    day, days = date(year, 1, 1), []
    while day.year == year:
        if calendar.is_working(day):
            days.append(day)
        day += _DAY
    return tuple(days)
