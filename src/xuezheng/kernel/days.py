"""Days as people write them."""

import re
from datetime import date

_PARTS = 3
_FIRST_YEAR = 1949


def day_named(text: str) -> date | None:
    """Return the day that year, month and day in figures name, whatever stands between them; None for anything else."""
    numbers = [int(part) for part in re.findall(r"[0-9]{1,4}", text)]
    if len(numbers) != _PARTS or numbers[0] < _FIRST_YEAR:
        return None
    try:
        return date(*numbers)
    except ValueError:
        return None
