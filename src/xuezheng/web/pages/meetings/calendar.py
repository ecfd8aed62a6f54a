"""The calendar of meetings: a month with the days that nobody works, a year as a list, and both as a calendar file."""

import calendar as days_of
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xuezheng.cases.calendar import current_calendar
from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.meetings.access import WRITING
from xuezheng.meetings.calendar_file import write_calendar
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.plans import stages_of
from xuezheng.meetings.queries.planning import find_in_calendar, find_without_day
from xuezheng.web.answers import file_answer
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import said

_YEARS = (1990, 2100)


@dataclass(frozen=True, slots=True)
class ShownMeeting:
    """A meeting as a row: how far it is in a word."""

    held: Meeting
    stage: str
    stage_name: str


@dataclass(frozen=True, slots=True)
class ShownDay:
    """A day of the month; `is_off` where nobody works, `is_made_up` a weekend day that is worked instead."""

    day: date
    is_off: bool
    is_made_up: bool
    is_here: bool
    is_today: bool
    meetings: list[ShownMeeting]


@county_page("view_cases")
def calendar(request: HttpRequest) -> HttpResponse:
    """Show the meetings of a month (`?month=2026-03`) or of a year (`?year=2026`)."""
    asked = cast("OfficeRequest", request)
    today = timezone.localdate(asked.at)
    year, month = _wanted(asked, today)
    first, last = _days(year, month)
    found = shown_meetings(find_in_calendar(asked.county.code, first, last), asked)
    context: dict[str, Any] = {
        "year": year, "month": month, "meetings": found, "weeks": _weeks(year, month, today, found) if month else [],
        "without_day": shown_meetings(find_without_day(asked.county.code), asked),
        "is_announced": current_calendar().is_announced(first), "months": range(1, 13),
        "earlier": _beside(year, month, -1), "later": _beside(year, month, 1),
        "may_write": asked.reach.can_in_county(WRITING, asked.county.code),
    }  # fmt: skip
    return render(request, "meetings/calendar.html", context)


@county_page("view_cases")
def calendar_file(request: HttpRequest) -> HttpResponse:
    """Hand out the meetings of a year as a calendar file for other programs."""
    asked = cast("OfficeRequest", request)
    year, _ = _wanted(asked, timezone.localdate(asked.at))
    first, last = _days(year, 0)
    found = find_in_calendar(asked.county.code, first, last).prefetch_related("agenda")
    content = write_calendar(list(found), asked.county.name, asked.at)
    return file_answer(content, f"meetings-{year}.ics", "text/calendar; charset=utf-8")


def shown_meetings(meetings: Iterable[Meeting], asked: OfficeRequest) -> list[ShownMeeting]:
    """Return meetings (with `has_minutes`) as rows."""
    names = load_meeting_words().stages
    found = []
    for held in meetings:
        stage = stages_of(held, asked.at, has_minutes=held.has_minutes)[-1]  # type: ignore[attr-defined]
        found.append(ShownMeeting(held, stage, said(names[stage])))
    return found


def _wanted(asked: OfficeRequest, today: date) -> tuple[int, int]:
    """Return year and month; the month is 0 where the whole year is wanted."""
    year, _, month = asked.GET.get("month", "").partition("-")
    if _number(year, _YEARS) and _number(month, (1, 12)):
        return _number(year, _YEARS), _number(month, (1, 12))
    if whole := _number(asked.GET.get("year", ""), _YEARS):
        return whole, 0
    return today.year, today.month


def _number(text: str, within: tuple[int, int]) -> int:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    return number if within[0] <= number <= within[1] else 0


def _days(year: int, month: int) -> tuple[date, date]:
    if not month:
        return date(year, 1, 1), date(year, 12, 31)
    return date(year, month, 1), date(year, month, days_of.monthrange(year, month)[1])


def _beside(year: int, month: int, step: int) -> str:
    """Return the query for the month or year before or after; empty beyond the years that the calendar knows."""
    number = year * 12 + month - 1 + step if month else (year + step) * 12
    if not _YEARS[0] <= number // 12 <= _YEARS[1]:
        return ""
    return f"month={number // 12}-{number % 12 + 1:02}" if month else f"year={year + step}"


def _weeks(year: int, month: int, today: date, found: list[ShownMeeting]) -> list[list[ShownDay]]:
    work = current_calendar()
    by_day: dict[date, list[ShownMeeting]] = {}
    for each in found:
        if each.held.held_on is not None:
            by_day.setdefault(each.held.held_on, []).append(each)
    return [
        [
            ShownDay(
                day, not work.is_working(day), work.is_working(day) and day.weekday() > 4, day.month == month, day == today,
                by_day.get(day, []),
            )
            for day in week
        ]
        for week in days_of.Calendar().monthdatescalendar(year, month)
    ]  # fmt: skip
