"""Days as people write them: year, month and day, or none."""

from datetime import date

import pytest

from xuezheng.kernel.days import day_named


@pytest.mark.parametrize("text", ["2026-12-31", "2026年12月31日前", "2026.12.31", "2026/12/31 "])
def test_year_month_and_day_are_a_day_whatever_stands_between_them(text):
    assert day_named(text) == date(2026, 12, 31)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12月31日",
        "2026-02-30",
        "12/31/2026",
        "20261-12-31",
        f"{9**40}-12-31",
        "2026-12-31-1",
        "长期",
        "2026年12月底",
    ],
)
def test_anything_else_is_none(text):
    assert day_named(text) is None
