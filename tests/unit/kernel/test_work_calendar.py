"""The work calendar against a plain reference that walks day by day, and against days that everybody remembers."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xuezheng.catalogue.work_calendar import load_work_calendar
from xuezheng.kernel.refusal import InvalidRule
from xuezheng.kernel.work_calendar import (
    Limit,
    Pause,
    Unit,
    WorkCalendar,
    end_of,
    last_day,
    local_day,
    start_of,
)

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = load_work_calendar()
# A year's days are laid out when they are first asked for: on a busy machine that is slow, and says nothing.
settings.register_profile("calendar", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
DAYS = st.dates(date(2018, 1, 1), date(2026, 12, 31))
MOMENTS = st.datetimes(datetime(2018, 1, 1), datetime(2026, 6, 30), timezones=st.just(ZONE))  # noqa: DTZ001


def walk(start, count):
    """The plain reference: one day after the other."""
    day, step = start, 1 if count > 0 else -1
    while count:
        day += timedelta(days=step)
        if day in CALENDAR.made_up or (day.weekday() < 5 and day not in CALENDAR.off):
            count -= step
    return day


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@settings(settings.get_profile("calendar"))
@given(DAYS, st.integers(-400, 400))
def test_adding_agrees_with_walking(start, count):
    assert CALENDAR.add_working_days(start, count) == walk(start, count)


@settings(settings.get_profile("calendar"))
@given(DAYS, st.integers(1, 300))
def test_counting_undoes_adding(start, count):
    assert CALENDAR.count_working_days(start, CALENDAR.add_working_days(start, count)) == count


@settings(settings.get_profile("calendar"))
@given(DAYS, DAYS)
def test_counting_agrees_with_walking(first, last):
    day, count = first, 0
    while day < last:
        day += timedelta(days=1)
        count += day in CALENDAR.made_up or (day.weekday() < 5 and day not in CALENDAR.off)
    assert CALENDAR.count_working_days(first, last) == count


@settings(settings.get_profile("calendar"))
@given(MOMENTS, st.integers(1, 60), st.lists(st.tuples(st.integers(0, 80 * 24), st.integers(0, 20 * 24)), max_size=4))
def test_pauses_move_the_end_by_the_working_days_at_whose_end_the_clock_stood(start, amount, stops):
    pauses = [Pause(start + timedelta(hours=since), start + timedelta(hours=since + length)) for since, length in stops]
    day, left = local_day(start), amount
    while left:
        day += timedelta(days=1)
        stood = any(pause.since < end_of(day) <= pause.until for pause in pauses)
        left -= CALENDAR.is_working(day) and not stood
    assert CALENDAR.due(start, Limit(amount, Unit.WORKING_DAYS), pauses).at == end_of(day)


@settings(settings.get_profile("calendar"))
@given(DAYS, st.integers(1, 40))
def test_warning_and_lateness_stand_on_either_side_of_the_end(day, amount):
    due = end_of(day)
    for unit in Unit:
        limit = Limit(amount, unit)
        assert CALENDAR.before(due, limit) < due < CALENDAR.after(due, limit)
    assert CALENDAR.before(due, Limit(amount, Unit.WORKING_DAYS)) == start_of(walk(day, -amount))
    assert CALENDAR.after(due, Limit(amount, Unit.WORKING_DAYS)) == end_of(walk(day, amount))


def test_made_up_weekends_are_worked_and_holidays_are_not():
    assert CALENDAR.is_working(date(2026, 2, 14))
    assert CALENDAR.is_working(date(2026, 10, 10))
    assert not CALENDAR.is_working(date(2026, 2, 23))
    assert not CALENDAR.is_working(date(2020, 1, 31))
    # Announced on a Friday before the Spring Festival of 2026, five working days end on the second one after it.
    friday = at("2026-02-13 16:00")
    due = CALENDAR.due(friday, Limit(5, Unit.WORKING_DAYS)).at
    assert due == at("2026-02-28 00:00")
    assert last_day(due) == date(2026, 2, 27)


@pytest.mark.parametrize(
    ("year", "days"),
    [
        (2018, 250),
        (2019, 250),
        (2020, 249),
        (2021, 250),
        (2022, 249),
        (2023, 249),
        (2024, 251),
        (2025, 248),
        (2026, 248),
    ],
)
def test_years_have_as_many_working_days_as_announced(year, days):
    assert CALENDAR.count_working_days(date(year - 1, 12, 31), date(year, 12, 31)) == days


def test_a_day_ends_at_midnight_and_hours_end_to_the_minute():
    start = at("2026-03-02 09:30")
    assert CALENDAR.due(start, Limit(1, Unit.CALENDAR_DAYS)).at == at("2026-03-04 00:00")
    assert CALENDAR.due(start, Limit(2, Unit.HOURS)).at == at("2026-03-02 11:30")
    stopped = [Pause(at("2026-03-02 10:00"), at("2026-03-02 10:45"))]
    assert CALENDAR.due(start, Limit(2, Unit.HOURS), stopped).at == at("2026-03-02 12:15")


def test_a_pause_that_goes_on_the_same_day_loses_nothing():
    stopped = [Pause(at("2026-03-04 09:00"), at("2026-03-04 17:00"))]
    assert CALENDAR.due(at("2026-03-02 09:00"), Limit(3, Unit.WORKING_DAYS), stopped).at == at("2026-03-06 00:00")


def test_a_set_day_moves_by_the_days_that_the_clock_stood_still():
    stopped = [Pause(at("2026-03-04 09:00"), at("2026-03-06 17:00"))]
    assert CALENDAR.postponed(date(2026, 3, 6), Unit.WORKING_DAYS, stopped).at == at("2026-03-11 00:00")
    assert CALENDAR.postponed(date(2026, 3, 6), Unit.CALENDAR_DAYS, stopped).at == at("2026-03-09 00:00")
    assert CALENDAR.postponed(date(2026, 3, 6), Unit.WORKING_DAYS, []).at == at("2026-03-07 00:00")


def test_a_clock_that_stands_still_has_no_end():
    stopped = [Pause(at("2026-03-04 09:00"))]
    for unit in Unit:
        with pytest.raises(ValueError, match="stands still"):
            CALENDAR.due(at("2026-03-02 09:00"), Limit(3, unit), stopped)


def test_beyond_the_last_file_monday_to_friday_count_and_the_answer_says_so():
    known = CALENDAR.due(at("2026-12-20 09:00"), Limit(5, Unit.WORKING_DAYS))
    beyond = CALENDAR.due(at("2026-12-28 09:00"), Limit(5, Unit.WORKING_DAYS))
    assert not known.provisional
    assert beyond.provisional
    assert beyond.at == at("2027-01-05 00:00")
    assert not CALENDAR.due(at("2026-12-28 09:00"), Limit(5, Unit.CALENDAR_DAYS)).provisional


def test_a_file_that_arrives_moves_the_end_and_makes_it_certain(tmp_path):
    (tmp_path / "2027.yaml").write_text(
        "year: 2027\nsource: 通知\nholidays: {2027-01-01: 元旦}\nmade_up: {2027-01-03: 元旦}\n", encoding="utf-8"
    )
    arrived = load_work_calendar(tmp_path).due(at("2026-12-28 09:00"), Limit(5, Unit.WORKING_DAYS))
    assert not arrived.provisional
    assert arrived.at == at("2027-01-05 00:00")
    assert load_work_calendar(tmp_path).due(at("2026-12-28 09:00"), Limit(4, Unit.WORKING_DAYS)).at == at(
        "2027-01-04 00:00"
    )


def test_an_offices_own_file_takes_the_place_of_the_catalogues(tmp_path):
    (tmp_path / "2026.yaml").write_text("year: 2026\nsource: 本县\nholidays: {}\nmade_up: {}\n", encoding="utf-8")
    assert load_work_calendar(tmp_path).is_working(date(2026, 1, 1))
    assert not CALENDAR.is_working(date(2026, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        "year: 2027\nsource: x\nholidays: {2026-01-01: 元旦}\nmade_up: {}\n",
        "year: 2027\nsource: x\nholidays: {}\nmade_up: {2027-01-04: 元旦}\n",
        "year: 2027\nsource: x\nholidays: {2027-01-03: 元旦}\nmade_up: {2027-01-03: 元旦}\n",
    ],
)
def test_a_file_whose_days_make_no_sense_is_refused(tmp_path, text):
    (tmp_path / "2027.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidRule):
        load_work_calendar(tmp_path)


def test_an_empty_calendar_counts_monday_to_friday():
    assert WorkCalendar().add_working_days(date(2026, 1, 2), 1) == date(2026, 1, 5)
