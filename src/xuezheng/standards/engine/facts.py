"""What `county_year` values say: numbers, and yes or no, as offices write them."""

import re
from functools import cache

from xuezheng.catalogue.register import load_register_schema

# The same pattern is used by the SQL engine; both must read a value alike.
NUMBER_PATTERN = r"^\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*%?\s*$"
_NUMBER = re.compile(NUMBER_PATTERN)


def stated_number(text: object) -> float | None:
    """Return the number that a county's statement gives, a trailing % dropped; None where it gives none."""
    found = _NUMBER.match(str(text)) if text is not None else None
    return float(found.group(1)) if found else None


def stated_answer(text: object) -> bool | None:
    """Return whether a judged item was answered yes or no; None where it is not yet judged."""
    answer = str(text).strip().lower() if text is not None else ""
    if answer in yes_words():
        return True
    return False if answer in no_words() else None


@cache
def yes_words() -> tuple[str, ...]:
    """Return the words that answer a judged item with yes: the register's own, in small letters."""
    reading = load_register_schema().reading
    return tuple(dict.fromkeys(word.lower() for word in (*reading.yes, *reading.met)))


@cache
def no_words() -> tuple[str, ...]:
    """Return the words that answer a judged item with no."""
    reading = load_register_schema().reading
    return tuple(dict.fromkeys(word.lower() for word in (*reading.no, *reading.not_met)))
