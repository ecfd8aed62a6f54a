"""The education year: what each month asks for, and what a province changes."""

from datetime import date

import pytest

from xuezheng.catalogue.education_year import EducationYear, Task, load_education_year

WORDS = {"zh": "事", "en": "thing"}


def task(begins, ends):
    return Task.model_validate(
        {"from": begins, "to": ends, "title": WORDS, "ask": WORDS, "who": WORDS, "source": WORDS, "mark": "M"}
    )


def titles(county, month):
    return [found.title.en for found in load_education_year(county).in_month(month)]


def test_september_begins_with_the_inspection_that_is_under_way_then_the_reference_day_and_the_statistics():
    assert titles("110101", 9) == [
        "Opening inspection of the autumn term", "Reference day", "Annual education statistics",
    ]  # fmt: skip


def test_every_month_asks_for_something():
    assert [month for month in range(1, 13) if not titles("110101", month)] == []


def test_the_statistics_are_open_from_the_reference_day_to_the_twentieth():
    statistics = load_education_year("110101").tasks["annual_statistics"]
    days = [date(2026, 8, 31), date(2026, 9, 1), date(2026, 9, 20), date(2026, 9, 21)]
    assert [statistics.is_open(day) for day in days] == [False, True, True, False]


def test_a_window_may_run_over_the_new_year():
    winter = task("12-15", "01-20")
    assert [month for month in range(1, 13) if winter.touches_month(month)] == [1, 12]
    assert winter.is_open(date(2026, 12, 31))
    assert winter.is_open(date(2027, 1, 20))
    assert not winter.is_open(date(2027, 1, 21))


def test_a_province_changes_its_own_counties_only():
    assert titles("509901", 12) == ["Yearly self-evaluation (to the municipality)"]
    assert titles("110101", 12) == ["Yearly self-evaluation"]
    assert set(load_education_year("509901").tasks) == set(load_education_year("110101").tasks)


@pytest.mark.parametrize("day", ["2-1", "13-01", "00-10", "09-32", "September", ""])
def test_a_day_that_is_none_is_refused(day):
    with pytest.raises(ValueError, match="a day is written as month-day"):
        task(day, "12-31")


def test_every_task_says_where_it_comes_from_in_both_languages():
    year = load_education_year("509901")
    assert isinstance(year, EducationYear)
    for held in year.tasks.values():
        for words in (held.title, held.ask, held.who, held.source):
            assert words.zh.strip()
            assert words.en.strip()
