"""What `county_year` values say: numbers, and yes or no, as offices write them."""

import re

# The same pattern is used by the SQL engine; both must read a value alike.
NUMBER_PATTERN = r"^\s*(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)\s*%?\s*$"
YES = ("是", "有", "达标", "合格", "yes", "y", "true", "1", "√")
NO = ("否", "无", "未达标", "不合格", "no", "n", "false", "0", "×")
_NUMBER = re.compile(NUMBER_PATTERN)


def stated_number(text: object) -> float | None:
    """Return the number that a county's statement gives, a trailing % dropped; None where it gives none."""
    found = _NUMBER.match(str(text)) if text is not None else None
    return float(found.group(1)) if found else None


def stated_answer(text: object) -> bool | None:
    """Return whether a judged item was answered yes or no; None where it is not yet judged."""
    answer = str(text).strip().lower() if text is not None else ""
    if answer in YES:
        return True
    return False if answer in NO else None
