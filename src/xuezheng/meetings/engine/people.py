"""Who is named, where, and with which post."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from xuezheng.catalogue.bulletins import People
from xuezheng.meetings.engine.passages import Page

_HAN = re.compile(r"[\u3400-\u9fff]+")
_STOPS = ",，。;；:：\n!！"
_LEAD = re.compile(
    r"^(?:.{0,12}(?:上午|下午|晚上|当天|当日|当晚|会上|会前|会后|会议由|仪式由|活动由|分别由|同时|最后|随后|首先|其中)|由|受.{0,12}委托|和|及|与|以及|经|在|请|对|向|是)+"
)
_POST_REACH = 60
# How far a name is counted: more says nothing new, and a hostile page would make it slow.
_COUNTED = 20_000
_DOTTED = re.compile(r"([\u3400-\u9fff]{1,8})[·•][\u3400-\u9fff]{1,8}")
_LISTED = re.compile(r"([\u3400-\u9fff]{2,3})、")
_ROLL_JOINS = re.compile(r"[、,，;；\s。]+(?![^(（]*[)）])")
_ROLL_PIECE = re.compile(r"^([\u3400-\u9fff]{2,30})(?:[(（]([^()（）]{2,40})[)）])?$")


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at `start`..`end` of the text; its post begins at `begin` (equal to `start` without one)."""

    begin: int
    start: int
    end: int
    name: str
    post: str | None


def between(mentions: Sequence[Mention], start: int, end: int) -> list[Mention]:
    """Return the mentions whose name begins at `start` or after and before `end`."""
    first = bisect_left(mentions, start, key=lambda mention: mention.start)
    found = []
    for place in range(first, len(mentions)):
        if mentions[place].start >= end:
            break
        found.append(mentions[place])
    return found


class NameFinder:
    """Finds the people of one page by posts before names, lists of names, and names before verbs of speech."""

    def __init__(self, page: Page, words: People, verbs: tuple[str, ...]) -> None:
        self._text = page.text
        self._masked = page.masked
        self._page = page
        self._words = words
        self._followers = tuple({*words.followers, *verbs})
        self._long_posts = tuple(
            sorted((post for post in words.posts if post not in words.groups), key=len, reverse=True)
        )
        self._strong = tuple(word for word in self._followers if len(word) > 1)
        self._posts = frozenset(words.posts)
        self._post_lengths = sorted({len(post) for post in words.posts}, reverse=True)
        self._last = "".join({re.escape(post[-1]) for post in words.posts})

    def on_roll(self, line: str) -> list[tuple[str, str | None]]:
        """Return names and posts of a roll of minutes, what stands after its label: 甲(县委副书记)、乙 丙."""
        found = []
        for piece in _ROLL_JOINS.split(line):
            match = _ROLL_PIECE.match(piece)
            if not match:
                continue
            head, bracketed = match.groups()
            length = next((n for n in (4, 3, 2) if len(head) >= n and self._looks_like_name(head[-n:])), 0)
            if length:
                found.append((head[-length:], bracketed or head[:-length] or None))
        return found

    def _looks_like_name(self, text: str) -> bool:
        if text.startswith(self._words.not_names) or not _HAN.fullmatch(text):
            return False
        if text[:2] in self._words.compound_surnames:
            return len(text) in {3, 4}
        return (
            text[0] in self._words.surnames
            and len(text) in {2, 3}
            and not text.endswith((*self._words.posts, *self._words.never_ends))
        )

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Every mention in the order of the text, those who cannot have attended left out."""
        found: dict[int, Mention] = {}
        for mention in (*self._after_posts(), *self._before_posts(), *self._in_lists(), *self._before_verbs()):
            found.setdefault(mention.start, mention)
        for mention in self._again({mention.name for mention in found.values()}):
            found.setdefault(mention.start, mention)
        chosen = [found[start] for start in sorted(found)]
        return tuple(mention for mention in chosen if not self._is_elsewhere(mention))

    def _is_elsewhere(self, mention: Mention) -> bool:
        absent = mention.name in self._words.not_present
        return absent or (mention.post or "").endswith(self._words.not_present_posts)

    def _after_posts(self) -> Iterator[Mention]:
        pattern = re.compile(f"[{self._last}](?=[\u3400-\u9fff]{{2}})")
        taken = 0
        for place in pattern.finditer(self._masked):
            start = place.end()
            if start < taken or not self._ends_a_post(start):
                continue
            length = self._name_length(start) or self._unlisted_name_length(start)
            if not length:
                continue
            begin = self._post_begin(start)
            post: str | None = self._text[begin:start]
            if post in self._words.groups or str(post).endswith(self._words.groups):
                post = None
            yield Mention(begin, start, start + length, self._text[start : start + length], post)
            taken = start + length
            for mention in self._list_from(taken):
                yield mention
                taken = mention.end

    def _ends_a_post(self, end: int) -> bool:
        return any(self._masked[max(0, end - length) : end] in self._posts for length in self._post_lengths)

    def _list_from(self, start: int) -> Iterator[Mention]:
        """Yield names that go on a list: …局长甲、乙、丙."""
        while start < len(self._masked) and self._masked[start] == "、":
            length = self._name_length(start + 1, in_list=True) or self._between_names(start + 1)
            if not length:
                return
            start += 1
            yield Mention(start, start, start + length, self._text[start : start + length], None)
            start += length

    def _between_names(self, start: int) -> int:
        """Return the length of an item with a surname that is another word too, if a name follows it: 甲、田间、乙."""
        item = _LISTED.match(self._masked, start)
        if item and item.group(1)[0] in self._words.surnames and self._name_length(item.end(), in_list=True):
            return len(item.group(1))
        return 0

    def _before_posts(self) -> Iterator[Mention]:
        """Yield names that open a clause and are followed by their post: 杨林秀副市长出席."""
        for sentence in self._page.sentences:
            for clause in sentence.clauses:
                head = self._masked[clause.start : min(clause.end, clause.start + 16)]
                lead = _LEAD.match(head)
                start = clause.start + (lead.end() if lead else 0)
                length = self._named_before_post(start)
                if length:
                    post = next((p for p in self._long_posts if self._masked.startswith(p, start + length)), None)
                    yield Mention(start, start, start + length, self._text[start : start + length], post)

    def _named_before_post(self, start: int) -> int:
        head = self._masked[start : start + 4]
        if head[:1] not in self._words.surnames or not head or head.startswith(self._words.not_names):
            return 0
        for length in (3, 2):
            end = start + length
            name = self._masked[start:end]
            if not _HAN.fullmatch(name) or self._holds_other_words(name):
                continue
            post = next((p for p in self._long_posts if self._masked.startswith(p, end)), None)
            if post and self._masked.startswith((*self._followers, "深入", "高度"), end + len(post)):
                return length
        return 0

    def _in_lists(self) -> Iterator[Mention]:
        """Yield the names of clauses that are lists of attending people: 甲、乙、丙等区领导参加."""
        for sentence in self._page.sentences:
            for clause in sentence.clauses:
                masked = self._masked[clause.start : clause.end]
                if "、" not in masked or not any(word in masked for word in (*self._words.attending, "领导")):
                    continue
                length = self._name_length(clause.start, in_list=True)
                if length and self._masked[clause.start + length] == "、":
                    end = clause.start + length
                    rest = list(self._list_from(end))
                    if rest:
                        yield Mention(clause.start, clause.start, end, self._text[clause.start : end], None)
                        yield from rest

    def _before_verbs(self) -> Iterator[Mention]:
        """Yield names that open a clause and preside or speak, or follow 由."""
        verbs = "|".join(map(re.escape, self._words.after_bare_names))
        pattern = re.compile(rf"(?:由|^)([\u3400-\u9fff]{{2,4}}?)(?:同志)?(?={verbs})")
        for sentence in self._page.sentences:
            for clause in sentence.clauses:
                masked = self._masked[clause.start : min(clause.end, clause.start + 80)]
                for match in pattern.finditer(masked):
                    start = clause.start + match.start(1)
                    if self._name_length(start) == len(match.group(1)):
                        yield Mention(start, start, start + len(match.group(1)), match.group(1), None)

    def _again(self, names: set[str]) -> Iterator[Mention]:
        """Yield further mentions of known names of three and more characters, wherever they stand."""
        longer = sorted((name for name in names if len(name) >= 3), key=len, reverse=True)[:200]
        if longer:
            for found in re.finditer("|".join(map(re.escape, longer)), self._masked):
                yield Mention(found.start(), found.start(), found.end(), found.group(), None)

    def _name_length(self, start: int, *, in_list: bool = False) -> int:
        """Return the length of the name that begins at `start`, 0 where none does."""
        words, masked = self._words, self._masked
        head = masked[start : start + 4]
        if head[:2] in words.compound_surnames:
            lengths = [4, 3]
        elif head[:1] and head[0] in words.surnames:
            lengths = [3, 2]
        else:
            return 0
        if head.startswith(words.not_names):
            return 0
        good = [length for length in lengths if self._is_name(start, length, in_list=in_list)]
        if len(good) < 2:
            return good[0] if good else 0
        counts = Counter({length: masked.count(masked[start : start + length], 0, _COUNTED) for length in good})
        return max(
            good,
            key=lambda length: (
                self._stopped(start + length),
                counts[length] if length == good[0] else counts[length] - counts[good[0]],
                length,
            ),
        )

    def _unlisted_name_length(self, start: int) -> int:
        """Return the length of a name without a known surname: after a post, before a verb that only people have."""
        masked = self._masked
        dotted = _DOTTED.match(masked, start)
        if dotted:
            first, last = start + dotted.end(1) - dotted.start(1) + 1, dotted.end()
            ends = (
                end
                for end in range(first + 1, last + 1)
                if self._stopped(end) or masked.startswith(self._followers, end)
            )
            return next(ends, last) - start
        if masked.startswith((*self._words.not_names, *self._followers), start):
            return 0
        for length in (2, 3, 4, 5):
            name = masked[start : start + length]
            doing = masked.startswith(self._words.doings, start + length)
            # 布和出席: a conjunction that ends a name, since what follows needs a subject.
            head = name[:-1] if doing and name[-1:] in self._words.conjunctions else name
            if not _HAN.fullmatch(name) or self._holds_other_words(head):
                return 0
            if doing:
                return length
        return 0

    def _holds_other_words(self, name: str) -> bool:
        return any(character in self._words.never_in_names for character in name)

    def _stopped(self, end: int) -> bool:
        return end >= len(self._masked) or self._masked[end] in _STOPS + "、)）□ "

    def _is_name(self, start: int, length: int, *, in_list: bool) -> bool:
        name = self._masked[start : start + length]
        if len(name) < length or not _HAN.fullmatch(name):
            return False
        if name[1:] in self._posts or (length >= 3 and name[-1] in self._words.never_last):
            return False
        end = start + length
        if self._stopped(end):
            return not name.endswith(self._words.never_ends)
        if any(word in name[1:] for word in self._words.doings_in_names):
            return False
        if length == 3 and name[-1] in self._words.seldom_last and not self._masked.startswith(self._strong, end):
            return False
        return self._masked.startswith(self._followers, end) or (in_list and self._masked[end] == "等")

    def _post_begin(self, start: int) -> int:
        """Return where the post before a name begins: at a stop, after an earlier name's 、, after 由 and the like."""
        begin = start
        floor = max(0, start - _POST_REACH)
        while begin > floor and self._masked[begin - 1] not in _STOPS and self._text[begin - 1] not in "”。":
            begin -= 1
        piece = self._masked[begin:start]
        parts = piece.split("、")
        offset = begin
        for part in parts[:-1]:
            if part[-3:] and not part.endswith(self._words.posts):
                begin = offset + len(part) + 1
            offset += len(part) + 1
        lead = _LEAD.match(self._masked[begin:start])
        return begin + lead.end() if lead and begin + lead.end() < start else begin
