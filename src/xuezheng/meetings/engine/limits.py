"""Limits as people word them: the day where it is certain, and whether there is none by intent (长期, 每月)."""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from xuezheng.catalogue.sources import LimitWords

_CLOCK = re.compile(r"[T\s]+\d{1,2}:\d{2}(?::\d{2})?$")
_WHOLE = re.compile(r"(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?")
_DAY = re.compile(r"(?:(\d{2,4})年)?(\d{1,2})月(\d{1,2})[日号]")
_POINT_DAY = re.compile(r"(\d{1,2})\.(\d{2})")
_MONTH = re.compile(r"(?:(\d{2,4})年)?(\d{1,2})月份?")
_POINT_MONTH = re.compile(r"(20\d\d)[-/.](\d{1,2})")
_YEAR_END = re.compile(r"(?:(20\d\d)|今|本)?年(?:底|末|内|终)")
_QUARTER = re.compile(r"(?:(20\d\d)年)?第?([一二三四1-4])季度(?:末|底)?")
_HALF = re.compile(r"(?:(20\d\d)年)?(上|下)半年")
_RANGE = re.compile(r"至|到|[—–~～]+|-(?=\d{1,2}月|\d{4}年)")
# "Before September" may mean its first or its last day.
_UNCLEAR = re.compile(r"\d月份?(?:之|以)?前")
_SERIAL = re.compile(r"[45]\d{4}")
_EPOCH = date(1899, 12, 30)
_CENTURY = 2000
_QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit as written (`words`), its last day where that is certain, and whether it has none by intent."""

    words: str = ""
    due_on: date | None = None
    is_standing: bool = False

    @property
    def is_unclear(self) -> bool:
        """Whether there are words that neither name a day nor say that there is none."""
        return bool(self.words) and self.due_on is None and not self.is_standing


def limit_of(text: str, words: LimitWords, *, year: int | None = None, since: date | None = None) -> Limit:
    """Return a limit as it is worded in `text`.

    `year` is the year that the source is of: where the text names none it is taken, unless the day would lie before
    `since`, the day of the source. A number such as 46295 is the day that Excel counts so.
    """
    said = " ".join(text.split())
    core = _core(said, words)
    for piece in (core, _RANGE.split(core)[-1]):
        for candidate in dict.fromkeys((piece, _without_tails(piece, words))):
            found = None if _UNCLEAR.fullmatch(piece) else _day_in(candidate, words, year)
            if found is None:
                continue
            day, is_year_named = found
            is_past = since is not None and not is_year_named and day < since
            return Limit(said, None if is_past else day)
    return Limit(said, None, any(word in core for word in words.standing))


def _core(text: str, words: LimitWords) -> str:
    plain = _CLOCK.sub("", unicodedata.normalize("NFKC", text))
    plain = re.sub(r"\s|[。,，;；]$", "", plain)
    for head in sorted(words.heads, key=len, reverse=True):
        plain = plain.removeprefix(head)
    return plain


def _without_tails(text: str, words: LimitWords) -> str:
    for _ in range(3):
        before = text
        for tail in words.tails:
            text = text.removesuffix(tail)
        if text == before:
            break
    return text


def _day_in(text: str, words: LimitWords, year: int | None) -> tuple[date, bool] | None:
    """Return the day and whether the text names its year itself."""
    if _SERIAL.fullmatch(text):
        return _EPOCH + timedelta(days=int(text)), True
    named, month, day = _parts(text, words)
    full = named or year
    if month is None or full is None:
        return None
    full += _CENTURY if full < 100 else 0
    try:
        last = calendar.monthrange(full, month)[1]
        return date(full, month, day or last), bool(named)
    except (ValueError, IndexError):
        return None


def _parts(text: str, words: LimitWords) -> tuple[int | None, int | None, int]:
    """Return year, month and day; a day of 0 is the month's last."""
    if whole := _WHOLE.fullmatch(text):
        return int(whole[1]), int(whole[2]), int(whole[3])
    if day := _DAY.fullmatch(text):
        return _number(day[1]), int(day[2]), int(day[3])
    if point := _POINT_DAY.fullmatch(text):
        return None, int(point[1]), int(point[2])
    for part, last in words.month_parts.items():
        if text.endswith(part) and (month := _MONTH.fullmatch(text.removesuffix(part))):
            return _number(month[1]), int(month[2]), last
    if month := _MONTH.fullmatch(text):
        return _number(month[1]), int(month[2]), 0
    if month := _POINT_MONTH.fullmatch(text):
        return int(month[1]), int(month[2]), 0
    return _period(text)


def _period(text: str) -> tuple[int | None, int | None, int]:
    if end := _YEAR_END.fullmatch(text):
        return _number(end[1]), 12, 31
    if quarter := _QUARTER.fullmatch(text):
        return _number(quarter[1]), _QUARTERS[quarter[2]], 0
    if half := _HALF.fullmatch(text):
        return _number(half[1]), 6 if half[2] == "上" else 12, 0
    return None, None, 0


def _number(text: str | None) -> int | None:
    return int(text) if text else None
