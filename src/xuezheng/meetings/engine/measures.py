"""Whether a directive can be measured, which units it names, and to which areas of work it belongs."""

import re
from collections.abc import Iterable

from xuezheng.catalogue.bulletins import Areas, Measures, Topic
from xuezheng.meetings.engine.passages import MASK

_CHINESE = "一二两三四五六七八九十百千万半几"
# A year names a period of work; only its end or a day in it is a limit.
_YEARS = re.compile(r"(?:19|20)\d\d(?:[—\-~至](?:19|20)?\d\d)?年(?:度)?(?![底前内末]|\d{1,2}月|之前)")
_TWO_MATTERS = re.compile(r"暨|和(?!谐)|与")
_LEAST_MATTER = 4
_ALL_SAFETY = "safety-general"
_LONGEST_UNIT = 24
_SHORTEST_UNIT = 3
_LISTING = frozenset("、和及与")
# A figure or a zero inside a quotation counts: “四个100%”, “零溺亡”.
_TELLING = re.compile(r"零\w{2}|\d+%")
_TITLES = re.compile(r"《[^《》]*》|“[^“”]{0,12}”")


class MeasureFinder:
    """Says whether a number, a deadline, a period or a share binds a directive."""

    def __init__(self, words: Measures) -> None:
        counted = _alternatives(words.counted)
        periods = _alternatives(words.chinese_periods)
        limits = _alternatives(words.chinese_limits)
        building = _alternatives(words.building_verbs)
        self._pattern = re.compile(
            rf"\d+(?:\.\d+)?(?:[—\-~至]\d+)?[多余]?(?:{counted})"
            rf"|[{_CHINESE}]{{1,4}}(?:{periods})(?:{limits})"
            rf"|(?:{_alternatives(words.least)})[^,，]{{0,8}}[\d{_CHINESE}]"
            rf"|(?:{building})[^,，]{{0,14}}?[{_CHINESE}]{{1,4}}(?:所|个|名|套|间)"
            rf"|(?:{_alternatives((*words.recurring, *words.shares, *words.ends, *words.zeros))})"
            rf"|\d{{1,2}}月(?:底|初|中旬|上旬|下旬)?(?:前|底|内|之前)"
        )

    def is_measurable(self, text: str) -> bool:
        """Say whether `text` binds itself to something that can be counted or dated."""
        plain = _TITLES.sub(lambda title: title.group() if _TELLING.search(title.group()) else "", text)
        return self._pattern.search(_YEARS.sub("", plain)) is not None


class AreaFinder:
    """Names the areas of work of a directive."""

    def __init__(self, words: Areas, institutions: tuple[str, ...]) -> None:
        self._institutions = institutions
        self._areas = [
            (code, area.terms, area.weak, area.shaded_by)
            for code, area in words.areas.items()
            if area.terms or area.weak
        ]
        self._shades = {code: area.shaded_by for code, area in words.areas.items()}
        self._topics = words.topics
        self._framing = frozenset(words.framing)
        self._hazards = frozenset(words.hazards)
        self._agencies = re.compile(_alternatives(words.agencies))

    def topics(self, heading: str) -> tuple[str, ...]:
        """Return the areas that a meeting's name or title says it is about."""
        return tuple(code for code, topic in self._topics.items() if self._is_about(code, topic, heading))

    def pervading(self, heading: str) -> frozenset[str]:
        """Return the areas to which each directive of the meeting belongs: none where it is about two matters.

        中考组织暨校园消防安全 asks for both; what is said of the one is not said of the other.
        """
        parts = [part for part in _TWO_MATTERS.split(heading) if len(part) >= _LEAST_MATTER]
        return frozenset(
            code
            for code, topic in self._topics.items()
            if topic.pervades and parts and all(self._is_about(code, topic, part) for part in parts)
        )

    def _is_about(self, code: str, topic: Topic, heading: str) -> bool:
        shaded = _without(heading, self._shades[code])
        return any(term in shaded for term in topic.terms)

    def named(self, text: str) -> tuple[set[str], set[str]]:
        """Return the areas of which `text` names a term, and the area of its longest weak term (several where equal)."""
        bare = self._agencies.sub(MASK, text)
        strong: set[str] = set()
        weak: dict[str, int] = {}
        for code, terms, hints, shades in self._areas:
            shaded = _without(bare, shades)
            if any(term in shaded for term in terms):
                strong.add(code)
            elif hint := max((len(term) for term in hints if term in shaded), default=0):
                weak[code] = hint
        longest = max(weak.values(), default=0)
        return strong, {code for code, length in weak.items() if length == longest}

    def areas(
        self,
        text: str,
        topics: Iterable[str],
        pervading: frozenset[str] = frozenset(),
        subject: str = "",
        nearby: Iterable[str] = (),
    ) -> tuple[str, ...]:
        """Return the areas of a directive of a meeting about `topics`, sorted; `other` where there is none.

        `pervading`, where it is a single area, is one that each directive of the meeting belongs to. The `subject`, who
        is to do it, decides only where no institution stands there: 教师要…, but not 公安、消防部门要…. What says only how
        a matter is led or supervised (`framing`) belongs to the meeting's one topic, too. Where nothing is named, the
        meeting's topics are meant, else what was spoken of just before (`nearby`).
        """
        body = text.removeprefix(subject) if subject.endswith(self._institutions) else text
        found, weak = self.named(body)
        about = set(topics)
        if len(pervading) == 1:
            found |= pervading
            if pervading <= self._hazards and not found & self._hazards - pervading:
                found.discard(_ALL_SAFETY)
        found = found or weak
        if found <= self._framing and len(about) == 1:
            found |= about
        return tuple(sorted(found or about or set(nearby))) or ("other",)


def _without(text: str, shades: tuple[str, ...]) -> str:
    """Return `text` with the phrases masked in which a term does not count."""
    for shade in shades:
        if shade in text:
            text = text.replace(shade, MASK)
    return text


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


class UnitFinder:
    """Names the units that a directive makes responsible."""

    def __init__(self, words: Measures) -> None:
        self._ends = words.unit_ends
        self._institutions = words.institution_ends
        self.heads = words.unit_heads
        self._joins = words.unit_joins

    def is_unit(self, text: str) -> bool:
        """Say whether `text` reads as a unit or a group of units."""
        bare = re.sub(r"□+$", "", text)
        return 2 <= len(bare) <= 60 and bare.endswith(self._ends)

    def joined(self, subject: str, rest: str) -> str:
        """Return the subject of a directive with the units that join it: 甲局 + 会同乙局… → 甲局、乙局."""
        for join in self._joins[:1]:
            if rest.startswith(join):
                partner = self.leading(rest[len(join) :])
                if partner:
                    return f"{subject}、{partner}"
        return subject

    def leading(self, text: str) -> str:
        """Return the unit, or list of units, with which `text` begins, or an empty text."""
        longest = next((n for n in range(min(len(text), _LONGEST_UNIT), 1, -1) if text[:n].endswith(self._ends)), 0)
        for length in range(_SHORTEST_UNIT, longest):
            if not text[:length].endswith(self._institutions):
                continue
            if text[length] not in _LISTING and not self._goes_on(text, length):
                return text[:length]
        return text[:longest]

    def _goes_on(self, text: str, length: int) -> bool:
        """Say whether the name of an institution is not complete at `length`: 教育委|员会, 公安|局, 政府|办公室."""
        return any(
            text.startswith(end, begin) and begin + len(end) > length
            for begin in (length - 1, length)
            for end in self._institutions
        )
