"""Which meeting it was: title, name, ordinal, day, organiser; and when and by whom the page was published."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from xuezheng.catalogue.bulletins import Agenda, Repair
from xuezheng.meetings.engine.bulletin import Ordinal
from xuezheng.meetings.engine.passages import Page

_DAY = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)年)?(?P<month>1[0-2]|0?[1-9])月(?P<day>3[01]|[12]\d|0?[1-9])(?:[—\-~～至到](?:3[01]|[12]\d|0?[1-9]))?[日号]"
)
_CHINESE_DAY = re.compile(
    r"(?P<year>[二一〇零○OＯ][〇零○OＯ九一二三四五六七八]{3})年(?P<month>十[一二]?|[一二三四五六七八九])月(?P<day>三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])日"
)
_PUBLISHED = re.compile(
    r"(?P<year>(?:19|20)\d\d)(?:年|-|/|\.)(?P<month>1[0-2]|0?[1-9])(?:月|-|/|\.)(?P<day>3[01]|[12]\d|0?[1-9])"
)
_DAY_FIRST = re.compile(
    r"(?<!\d)(?P<day>3[01]|[12]\d|0?[1-9])[./-](?P<month>1[0-2]|0?[1-9])[./-](?P<year>(?:19|20)\d\d)(?!\d)"
)
_FOOTER_LINES = 3
_ORDINAL = re.compile(
    r"(?:(?P<year>(?:19|20)\d\d)年(?:度)?(?P<between>[^,，。;；:：\n]{0,30}?))?(?:第|届)(?P<n>[一二三四五六七八九十百\d]{1,4})次[^,，。;；\n]{0,14}?会"
)
_TELEGRAM = re.compile(
    r"^[^。\n]{0,40}?(?P<day>\d{1,2}月\d{1,2}日)?(?:电|讯)[(（][^()（）]{0,60}[)）]|^[^。\n]{0,40}?(?P<bare>\d{1,2}月\d{1,2}日)[讯电]"
)
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "O": 0,
    "Ｏ": 0,
    "两": 2,
}
_YEAR = re.compile(r"((?:19|20)\d\d)(?:年|-\d{4})")
_CHINESE_YEAR = re.compile(r"([二一][〇零○九][〇零○九一二三四五六七八]{2})年")
_TODAY = re.compile(r"[今昨](?:日|天)?(?:上午|下午|晚|晨|日|天)")
_LEAST_BODY = 25
_HEADER_LINES = 8
_LONGEST_HEADER = 120


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is known of the meeting and of the page."""

    title: str | None
    meeting: str | None
    organiser: str | None
    ordinal: Ordinal | None
    date: str | None
    published_on: str | None
    source: str | None
    reporters: tuple[str, ...]
    editor: str | None
    body_line: int


def number_of(text: str) -> int:
    """Return a number up to 999 written in Arabic or Chinese figures."""
    if text.isdigit():
        return int(text)
    total, digit = 0, 0
    for character in text:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS.get(character, 0)
    return total + digit


def _days_before(day: str, days: int) -> str | None:
    """Return the day so many days before another; None where no calendar has that one: 2024-02-31."""
    try:
        return (date.fromisoformat(day) - timedelta(days=days)).isoformat()
    except (ValueError, OverflowError):
        return None


class OccasionFinder:
    """Reads the header and the opening sentences of one page."""

    def __init__(self, page: Page, agenda: Agenda, repair: Repair) -> None:
        self._page = page
        self._agenda = agenda
        self._repair = repair
        self._lines = [page.text[start:end] for start, end in page.lines]
        names = "|".join(sorted(map(re.escape, agenda.meeting_words), key=len, reverse=True))
        self._meeting_word = re.compile(rf"(?:{names})议?")
        self._convening = re.compile("|".join(sorted(map(re.escape, agenda.convening), key=len, reverse=True)))

    def read(self) -> Occasion:
        """Return what header and opening say."""
        body = self._body_line()
        title = self._title(body)
        published = self._published(body)
        opening = self._opening(body)
        meeting = self._meeting(opening, title)
        ordinal = self._ordinal(opening, title, meeting)
        return Occasion(
            title=title,
            meeting=meeting,
            organiser=self._organiser(opening, meeting),
            ordinal=ordinal,
            date=self._date(opening, body, published, title, meeting, ordinal),
            published_on=published,
            source=self._labelled(self._repair.source_labels, 20),
            reporters=self._reporters(),
            editor=next(iter(self._names(self._repair.editor_labels)), None),
            body_line=body,
        )

    def _body_line(self) -> int:
        """Return the number of the first line that is a paragraph rather than header."""
        published = [
            number
            for number, line in enumerate(self._lines[:_HEADER_LINES])
            if _PUBLISHED.search(line) and self._is_short(line)
        ]
        after = published[-1] if published else -1
        for number, line in enumerate(self._lines):
            if number <= after:
                continue
            if "。" in line and (len(line) >= 60 or (len(line) >= 12 and line[-1] in "。”)）;；!！:：")):
                return number
            if (
                len(line) >= _LEAST_BODY
                and re.search(r"[,，;；].*[,，;；]", line)
                and not (_PUBLISHED.search(line[:60]) and self._is_short(line))
            ):
                return number
        return (
            0
            if len(self._lines) == 1
            else next((n for n, line in enumerate(self._lines) if len(line) >= _LEAST_BODY), 0)
        )

    def _is_short(self, line: str) -> bool:
        """Say whether a line with a day can be header: it tells of no meeting held on that day."""
        told = re.search(r"\d日[^,，]{0,6}[,，]", line) and self._convening.search(line)
        return len(line) <= _LONGEST_HEADER and "。" not in line and not told

    def _title(self, body: int) -> str | None:
        candidates = [line for line in self._lines[:body] if 6 <= len(line) <= 80 and not self._is_label(line)]
        named = [line for line in candidates if self._meeting_word.search(line) or line.endswith("会")]
        if named:
            return (
                re.sub(
                    r"(?:发布|来源|时间|日期).*$",
                    "",
                    re.sub(r"^【[^】]{0,6}】|^[(（][^()（）]{0,4}[)）]|^\d{4}-\d{1,2}-\d{1,2}", "", named[-1]),
                )
                or None
            )
        return candidates[-1] if candidates and not _PUBLISHED.search(candidates[-1]) else None

    def _is_label(self, line: str) -> bool:
        labels = (*self._repair.publication_labels, *self._repair.source_labels, *self._repair.reporter_labels)
        return (
            (line.startswith((*labels, *self._agenda.labels)) and (":" in line or "：" in line))
            or "首页" in line
            or ">" in line
        )

    def _opening(self, body: int) -> str:
        """Return the body's first paragraph without its dateline (某网3月30日讯(记者 某))."""
        line = self._lines[body] if body < len(self._lines) else ""
        following = self._lines[body + 1] if len(line) < 60 and body + 1 < len(self._lines) else ""
        line = line[:600] + following[:300]
        telegram = _TELEGRAM.match(line)
        return line[telegram.end() :] if telegram else line

    def _published(self, body: int) -> str | None:
        lines = [*self._lines[:body], *self._lines[body + 1 :]] if len(self._lines) > 1 else []
        header = [line for line in lines if len(line) <= 160]
        labelled = [line for line in header if any(label in line for label in self._repair.publication_labels)]
        last = [line for line in self._lines[body + 1 :][-_FOOTER_LINES:] if self._is_short(line)]
        for line in (*labelled, *self._lines[:body], *last):
            found = _PUBLISHED.search(line) or _DAY_FIRST.search(line)
            if found:
                return f"{int(found['year']):04d}-{int(found['month']):02d}-{int(found['day']):02d}"
        return None

    def _date(
        self,
        opening: str,
        body: int,
        published: str | None,
        title: str | None,
        meeting: str | None,
        ordinal: Ordinal | None,
    ) -> str | None:
        day = self._minutes_day() or self._day(opening)
        if day is None:
            return self._relative_day(body, published)
        year, month, number = day
        if year is None and published:
            later = (month, number) > (int(published[5:7]), int(published[8:10]))
            year = int(published[:4]) - later
        if year is None and ordinal and ordinal.year:
            year = ordinal.year
        if year is None:
            year = self._year_named(title, meeting)
        return f"{year:04d}-{month:02d}-{number:02d}" if year else f"{month:02d}-{number:02d}"

    def _day(self, opening: str) -> tuple[int | None, int, int] | None:
        """Return year, month, day of the opening's sentence that convenes the meeting, else of its first sentence."""
        sentences = re.split(r"[。\n]", opening)[:4]
        convening = [sentence for sentence in sentences if self._convening.search(sentence) or "主持" in sentence]
        for sentence in (*convening, *sentences[:2]):
            found = _DAY.search(sentence)
            if found:
                return int(found["year"]) if found["year"] else None, int(found["month"]), int(found["day"])
            chinese = _CHINESE_DAY.search(sentence)
            if chinese:
                year = int("".join(str(_DIGITS.get(c, 0)) for c in chinese["year"]))
                return year, number_of(chinese["month"]), number_of(chinese["day"])
            numeric = _PUBLISHED.search(sentence)
            if numeric:
                return int(numeric["year"]), int(numeric["month"]), int(numeric["day"])
            if any(word in sentence for word in self._agenda.undated):
                return None
        later = _DAY.search(opening)
        return (
            (int(later["year"]) if later["year"] else None, int(later["month"]), int(later["day"])) if later else None
        )

    def _minutes_day(self) -> tuple[int | None, int, int] | None:
        labels = tuple(label for label, kind in self._agenda.labels.items() if kind == "date")
        rolls = tuple(label for label, kind in self._agenda.labels.items() if kind in {"chair", "attendees", "place"})
        if not any(line.startswith(rolls) and line[:8].count(":") + line[:8].count("：") for line in self._lines[:30]):
            return None
        for line in self._lines[:30]:
            if line.startswith(labels) and (found := _DAY.search(line) or _PUBLISHED.search(line)):
                return int(found["year"]) if found["year"] else None, int(found["month"]), int(found["day"])
        return None

    def _relative_day(self, body: int, published: str | None) -> str | None:
        """Return the day of a text that says 今日 or 昨日, or has its dateline's day only."""
        line = self._lines[body] if body < len(self._lines) else ""
        telegram = _TELEGRAM.match(line)
        if any(word in line[:120] for word in self._agenda.undated):
            return None
        ago = 1 if "昨" in line[:80] else 0
        day = telegram and (telegram["day"] or telegram["bare"])
        if not day:
            return _days_before(published, ago) if published and _TODAY.search(line, 0, 80) else None
        month, number = map(int, re.findall(r"\d+", day))
        if ago:
            return None
        return f"{published[:4]}-{month:02d}-{number:02d}" if published else f"{month:02d}-{number:02d}"

    def _year_named(self, title: str | None, meeting: str | None) -> int | None:
        for text in (meeting, title):
            found = _YEAR.search(text or "")
            if found:
                return int(found.group(1))
        return None

    def _meeting(self, opening: str, title: str | None) -> str | None:
        for sentence in re.split(r"[。\n]", opening)[:3]:
            for clause in re.split(r"[,，;；]", sentence):
                if not self._convening.search(clause) and not self._meeting_word.search(clause):
                    continue
                named = self._name_in(clause)
                if named:
                    return named
        return self._name_in(title or "")

    def _name_in(self, clause: str) -> str | None:
        after = re.search(
            r"(?:主持召开|组织召开|召开了?|举行了?)([^,，。]{2,60}?(?:" + self._meeting_word.pattern + r"))", clause
        )
        if after:
            return after.group(1)
        before = re.search(r"^(.*?)(?:在[^,，。]{2,30})?(?:隆重|胜利|顺利|圆满)?(?:召开|举行)", clause)
        text = before.group(1) if before else ""
        text = re.sub(r"^.*?(?:\d日|上午|下午|晚上|当天)[,，]?", "", text)
        last = None
        for word in self._meeting_word.finditer(text):
            last = word
        return text[: last.end()] if last else None

    def _ordinal(self, opening: str, title: str | None, meeting: str | None) -> Ordinal | None:
        head = re.split(r"听取|审议|学习|传达|贯彻", opening)[0]
        for told in (meeting, title, head):
            text = _CHINESE_YEAR.sub(lambda year: "".join(str(_DIGITS[c]) for c in year.group(1)) + "年", told or "")
            found = _ORDINAL.search(text)
            if found is None:
                continue
            year = int(found["year"]) if found["year"] else None
            if year is None:
                before = text[: found.start()]
                years = re.findall(r"((?:19|20)\d\d)年(?!\d{1,2}月)", before)
                year = int(years[-1]) if years else None
            return Ordinal(year, number_of(found["n"]))
        return None

    def _organiser(self, opening: str, meeting: str | None) -> str | None:
        bodies = "|".join(map(re.escape, self._agenda.bodies))
        for text in (meeting or "", re.split(r"[。]", opening)[0]):
            found = re.search(
                rf"(?:^|\d年(?:度)?|[日午,，]|召开)([^,，。\d]{{0,20}}(?:{bodies}))(?=第|召开|组织|举行|\d|全体|会议|$)",
                text,
            )
            if found:
                return found.group(1)
        place = re.search(r"([\u3400-\u9fff]{2,6}[县区市州旗])(?:组织)?(?:召开|举行)", opening)
        return f"{place.group(1)}人民政府" if place else None

    def _labelled(self, labels: tuple[str, ...], longest: int) -> str | None:
        for line in self._lines:
            if len(line) > 200:
                continue
            for label in labels:
                found = re.search(rf"{re.escape(label)}[:：]\s*([^\s:：|()（）]{{2,{longest}}})", line)
                if found:
                    return re.split(r"发布|时间|日期|作者|编辑|浏览|访问|阅读|字体|供稿", found.group(1))[0] or None
        return None

    def _reporters(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._names(self._repair.reporter_labels[:-1])))

    def _names(self, labels: tuple[str, ...]) -> list[str]:
        """Return names after labels; a name of two characters may be written apart (古 越)."""
        names: list[str] = []
        alternatives = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
        everybody = "|".join(map(re.escape, (*self._repair.reporter_labels, *self._repair.editor_labels)))
        for found in re.finditer(
            rf"(?:{alternatives})[:：]?\s?(?=([\u3400-\u9fff](?:[\u3400-\u9fff \u3000、]){{1,30}}))", self._page.text
        ):
            pieces = re.sub(rf"(?:{everybody}|报道|摄|云上编辑).*$", "", found.group(1)).replace("、", " ").split()
            merged: list[str] = []
            for piece in pieces:
                if len(piece) == 1 and merged and len(merged[-1]) == 1:
                    merged[-1] += piece
                else:
                    merged.append(piece)
            names += [name for name in merged if 2 <= len(name) <= 4]
        return names
