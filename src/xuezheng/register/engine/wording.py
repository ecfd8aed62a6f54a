"""Words as offices write them, folded so that width, case, spaces, numbering and punctuation do not matter."""

import re
import unicodedata
from functools import lru_cache

_PUNCTUATION = re.compile(r"[\s_·•.,，、。:：;；/\\()（）\[\]【】〔〕{}<>《》〈〉\"'“”‘’*★☆#\-—–~|]+")
_BRACKETS = re.compile(r"[(\[【〔{]([^()\[\]【】〔〕{}]*)[)\]】〕}]")
_OF_WHICH = re.compile(r"^\s*(?:其\s*中\s*[:：]?|of which\s*[:：]?)\s*", re.IGNORECASE)
_NUMBERING = re.compile(
    r"^\s*(?:附件\s*\d*\s*|表\s*\d+(?:-\d+)?\s*|[(（]?\d{1,3}[)）.、．\s_-]+|[(（]?[一二三四五六七八九十]{1,3}[)）、.．]\s*|[*★#]+\s*)+"
)
_YEARS = re.compile(r"(?:19|20)\d{2}(?:\s*[-—–~至/]\s*(?:(?:19|20)?\d{2}))?\s*(?:学年度|学年|年度|年)?")
_TABLE_SUFFIX = re.compile(r"(?:统计表|一览表|明细表|汇总表|登记表|信息表|情况表|数据表|报表|表)$")


@lru_cache(maxsize=65536)
def folded(text: str) -> str:
    """Return a text without what writers vary: full width, case, spaces, line breaks and punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=16384)
def without_brackets(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a header without its brackets, and what stood in them ("占地面积（亩）": "占地面积", ("亩",))."""
    narrow = unicodedata.normalize("NFKC", text)
    inside = tuple(match.strip() for match in _BRACKETS.findall(narrow))
    return _BRACKETS.sub(" ", narrow).strip(), inside


@lru_cache(maxsize=16384)
def without_decoration(text: str) -> str:
    """Return a header or sheet name without numbering and "其中：" before it."""
    return _NUMBERING.sub("", _OF_WHICH.sub("", unicodedata.normalize("NFKC", text).strip())).strip()


@lru_cache(maxsize=4096)
def plain_name(text: str) -> str:
    """Return a sheet or file name folded, without numbering, years and "表": "1.学校2023" becomes "学校"."""
    plain = _YEARS.sub("", without_decoration(text))
    plain, _ = without_brackets(plain)
    return _TABLE_SUFFIX.sub("", folded(_NUMBERING.sub("", plain)))


def year_in(text: str) -> int | None:
    """Return the school year that a title, sheet or file name states ("2023—2024学年", "2023学年", "学校2023")."""
    narrow = unicodedata.normalize("NFKC", text)
    pair = re.search(r"(?<!\d)((?:19|20)\d{2})\s*[-—–~至/]\s*((?:19|20)\d{2})(?!\d)", narrow)
    if pair:
        first, second = int(pair[1]), int(pair[2])
        return first if second == first + 1 else None
    years = {int(year) for year in re.findall(r"(?<!\d)((?:19|20)\d{2})(?!\d)(?!\s*年\s*\d{1,2}\s*月)", narrow)}
    return years.pop() if len(years) == 1 else None
