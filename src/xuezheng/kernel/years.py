"""School years: named by the calendar year in which they begin (2023 = 2023-09-01 to 2024-08-31)."""

from datetime import date

FIRST_YEAR = 1949
LAST_YEAR = 2199


def reference_day(school_year: int) -> date:
    """Return the day as of which a school year's stock figures are counted: 1 September."""
    return date(school_year, 9, 1)
