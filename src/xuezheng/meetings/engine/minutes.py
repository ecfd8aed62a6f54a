"""Minutes: their number, who was present, and what was decided item by item."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from xuezheng.catalogue.sources import SourceWords
from xuezheng.meetings.engine.items import Item
from xuezheng.meetings.engine.limits import Limit, limit_of
from xuezheng.meetings.engine.outline import Paragraph, paragraphs_of, sentences_of
from xuezheng.meetings.engine.responsible import Responsible, ResponsibleFinder

_NUMBER = re.compile(
    r"((?:[\u3400-\u9fff]{1,12})?[〔\[［【(（]20\d\d[〕\]］】)）]\s*第?\d{1,4}\s*[号期]|20\d\d年第\s*\d{1,4}\s*[期号]|第\s*\d{1,4}\s*期)"
)
_DAY = re.compile(r"(20\d\d)年(\d{1,2})月(\d{1,2})日")
_YEAR = re.compile(r"(20\d\d)")
_NAMES_APART = re.compile(r"(?:[、，,；;\n\t　]|\s+)(?![^（(]*[)）])")
_HEADER = 12
_LEAST_TEXT = 4
_FIRST_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes as read. `number` is as written (云教组纪〔2026〕3号); who was present, sat in, or was excused, each as written."""

    title: str
    number: str
    held_on: date | None
    present: tuple[str, ...]
    observers: tuple[str, ...]
    absent: tuple[str, ...]
    items: tuple[Item, ...]


def read_minutes(text: str, words: SourceWords, title: str = "", held_on: date | None = None) -> Minutes:
    """Return what minutes say; spans refer to `text`. `held_on` is the day of the meeting where it is known already.

    Items are what stands behind 会议议定, 决定, 同意, 原则通过 …, sentence by sentence or number by number, until the next
    matter or what the meeting heard. Limits without a year are of the meeting's.
    """
    return _Reading(text, words, title, held_on).read()


class _Reading:
    def __init__(self, text: str, words: SourceWords, title: str, held_on: date | None) -> None:
        self._text = text
        self._words = words
        self._title = title
        self._finder = ResponsibleFinder(words.units)
        minutes = words.minutes
        self._paragraphs = paragraphs_of(text)
        self._day = held_on or _first_day(text)
        year = _YEAR.search(title) or _YEAR.search(text[:300])
        self._year = self._day.year if self._day else int(year[1]) if year else None
        subjects = "|".join(map(re.escape, minutes.subjects))
        deciding, approving = _either(minutes.decision_verbs), _either(minutes.approving_verbs)
        self._decides = re.compile(
            rf"(?:经[^，。：:]{{0,10}}[，,])?(?:{subjects})?[^，。：:《》]{{0,10}}?(?:{deciding})(?:了)?(?:如下|以下|下列)?(?:[^，。：:]{{0,4}}?事项|意见)?(?:如下)?\s*[:：，,]?\s*"
        )
        self._subject_approves = re.compile(rf"(?:{subjects})[^，。：:《》]{{0,10}}?(?=(?:{approving}))")
        self._approves = re.compile(rf"(?:{approving})")
        self._afterwards = re.compile(
            rf"[，,；;](?:经[^，,]{{0,10}}[，,])?(?:会议)?(?:一致|研究|并)*(?=(?:{deciding}|{approving}))"
        )
        self._tells = re.compile(rf"(?:{subjects})[^，。：:]{{0,6}}?(?:{_either(minutes.other_verbs)})")
        self._announces = re.compile(
            rf"[，,；;]?(?:并)?(?:会议)?(?:{deciding})(?:了)?(?:如下|以下|下列)(?:[^，。：:]{{0,4}}事项|意见)[:：]?$"
        )
        self._subject = re.compile(rf"(?:{subjects})")
        self._items: list[Item] = []

    def read(self) -> Minutes:
        rolls = self._rolls()
        self._decisions()
        found = _NUMBER.search(" ".join(one.text for one in self._paragraphs[:_HEADER]))
        number = re.sub(r"\s", "", found[1]) if found else ""
        return Minutes(
            self._title, number, self._day, rolls["present"], rolls["observers"], rolls["absent"], tuple(self._items)
        )

    def _rolls(self) -> dict[str, tuple[str, ...]]:
        """Take the lists of people out of the paragraphs, with the lines that only go on with names."""
        labels = self._words.minutes.labels
        kinds = {label: kind for kind, several in labels.items() for label in several}
        mark = re.compile(rf"({_either(kinds)})\s*[:：]\s*")
        found: dict[str, list[str]] = {kind: [] for kind in labels}
        left: list[Paragraph] = []
        current = ""
        for paragraph in self._paragraphs:
            label = mark.match(re.sub(r"^(\S)\s+(\S)(?=\s*[:：])", r"\1\2", paragraph.text))
            if label:
                current = kinds[label[1]]
                plain = re.sub(r"^(\S)\s+(\S)(?=\s*[:：])", r"\1\2", paragraph.text)
                found[current] += _names(plain[label.end() :])
            elif current in ("present", "observers", "absent") and _is_roll(paragraph):
                found[current] += _names(paragraph.text)
            else:
                current = ""
                left.append(paragraph)
        self._paragraphs = left
        return {kind: tuple(dict.fromkeys(names)) for kind, names in found.items()}

    def _decisions(self) -> None:
        deciding = False
        section = ""
        for place, paragraph in enumerate(self._paragraphs):
            if paragraph.level == _FIRST_LEVEL and not self._is_item_level(place):
                section = paragraph.text.strip(" 。：:")
                deciding = any(word in section for word in self._words.minutes.decided_headings)
                if "。" not in paragraph.text:
                    continue
                section = section.partition("。")[0]
            deciding = self._read_paragraph(paragraph, section, deciding=deciding)

    def _is_item_level(self, place: int) -> bool:
        """Whether the highest numbers are the items themselves: nothing is numbered or decided below them."""
        heading = self._paragraphs[place].text
        following = next(iter(self._paragraphs[place + 1 :]), None)
        is_last_level = following is None or following.level == _FIRST_LEVEL
        return is_last_level and not self._decides.match(heading) and self._announced

    @property
    def _announced(self) -> bool:
        """Whether what was decided is announced before the first number: …，议定事项如下：."""
        first = next((one.start for one in self._paragraphs if one.level), len(self._text))
        before = self._text[:first]
        return any(word in before[-120:] for word in (*self._words.minutes.decided_headings, "纪要如下", "如下"))

    def _read_paragraph(self, paragraph: Paragraph, section: str, *, deciding: bool) -> bool:
        numbered = paragraph.level > 0
        deciding = deciding or (numbered and paragraph.level == _FIRST_LEVEL and self._announced)
        sentences = sentences_of(paragraph.text, paragraph.start)
        if paragraph.level == _FIRST_LEVEL and sentences and sentences[0][0] == section:
            sentences, numbered = sentences[1:], False
        for order, (sentence, start) in enumerate(sentences):
            said, at, deciding = self._decided(sentence, start, deciding=deciding)
            if not deciding or not said:
                continue
            if self._is_only_responsible(said) and self._items:
                self._add_responsible(said)
            elif numbered and order > 0 and self._items and said == sentence:
                self._add_details(said)
            else:
                self._add(said, at, paragraph.number if order == 0 else "", section)
        return deciding

    def _decided(self, sentence: str, start: int, *, deciding: bool) -> tuple[str, int, bool]:
        """Return what a sentence decides, where that begins, and whether decisions go on after it."""
        head = self._decides.match(sentence)
        if (
            head
            and head.end()
            and (self._subject.match(sentence) or sentence[: head.end()].strip().endswith(("：", ":")))
        ):
            return sentence[head.end() :], start + head.end(), True
        approves = self._subject_approves.match(sentence)
        if approves:
            return sentence[approves.end() :], start + approves.end(), True
        later = self._afterwards.search(sentence)
        if later and (self._subject.match(sentence) or self._tells.match(sentence)):
            rest = sentence[later.end() :]
            head = self._decides.match(rest) if not self._approves.match(rest) else None
            cut = later.end() + (head.end() if head else 0)
            return sentence[cut:], start + cut, True
        if self._tells.match(sentence):
            return "", start, False
        return sentence, start, deciding

    def _is_only_responsible(self, text: str) -> bool:
        return all(self._finder.is_only_responsible(clause) for clause in re.split(r"[，,；;]", text)) or (
            self._finder.is_labelled(text)
        )

    def _add(self, said: str, at: int, number: str, section: str) -> None:
        said = self._announces.sub("", said)
        blocks = self._finder.blocks(said)
        labelled = blocks[-1][2] if blocks else Responsible()
        words = said[: blocks[0][0]] if blocks else said
        in_words = self._finder.in_sentence(words)
        responsible = Responsible(
            labelled.lead or in_words.lead, labelled.units or in_words.units, labelled.limit or in_words.limit,
            labelled.people,
        )  # fmt: skip
        text = self._without_responsible(words).strip(" 　；;，,：:")
        if len(text) < _LEAST_TEXT:
            return
        begin = at + said.index(text)
        self._items.append(
            Item(
                text=text, span=(begin, begin + len(text)), number=number, section=section, lead=responsible.lead,
                units=responsible.units, limit=self._limit(responsible.limit), details=responsible.people,
            )
        )  # fmt: skip

    def _without_responsible(self, text: str) -> str:
        """Cut the clauses at the end that only name units and limit; where nothing else is said, all of it stays."""
        clauses = list(re.finditer(r"[^，,；;]+", text))
        keep = len(clauses)
        while keep and self._finder.is_only_responsible(clauses[keep - 1].group()):
            keep -= 1
        return text[: clauses[keep - 1].end()] if keep else text

    def _add_responsible(self, said: str) -> None:
        labelled = self._finder.labelled(said) if self._finder.is_labelled(said) else self._finder.in_sentence(said)
        last = self._items[-1]
        lead = last.lead or labelled.lead
        units = tuple(
            unit for unit in dict.fromkeys([*last.units, labelled.lead, *labelled.units]) if unit and unit != lead
        )
        limit = last.limit if last.limit.words else self._limit(labelled.limit)
        self._items[-1] = replace(last, lead=lead, units=units, limit=limit)

    def _add_details(self, said: str) -> None:
        last = self._items[-1]
        blocks = self._finder.blocks(said)
        words = said[: blocks[0][0]] if blocks else said
        responsible = blocks[-1][2] if blocks else self._finder.in_sentence(said)
        details = "。".join(part for part in (last.details, words) if part)
        self._items[-1] = replace(
            last, details=details, lead=last.lead or responsible.lead, units=last.units or responsible.units,
            limit=last.limit if last.limit.words else self._limit(responsible.limit),
        )  # fmt: skip

    def _limit(self, words: str) -> Limit:
        return limit_of(words, self._words.limits, year=self._year, since=self._day)


def _is_roll(paragraph: Paragraph) -> bool:
    return not paragraph.level and len(paragraph.text) <= 60 and not re.search(r"[。：:]", paragraph.text)


def _names(text: str) -> list[str]:
    return [name for each in _NAMES_APART.split(text) if (name := each.strip(" 。　"))]


def _first_day(text: str) -> date | None:
    for found in _DAY.finditer(text):
        try:
            return date(int(found[1]), int(found[2]), int(found[3]))
        except ValueError:
            continue
    return None


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
