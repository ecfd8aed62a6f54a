"""Where one directive begins and ends within a speaker's run."""

import re
from dataclasses import dataclass, replace

from xuezheng.catalogue.bulletins import Speech
from xuezheng.meetings.engine.measures import UnitFinder
from xuezheng.meetings.engine.passages import MASK, Clause, Page, clauses_of, number_length

_LEAST = 4
_LEAST_ALONE = 8
_LONGEST_SUBJECT = 60
_LABEL_LENGTH = 26
_ITEM_LENGTH = 14
# 县教育局通报了…, 三所学校作交流发言: told, not asked for.
_REPORTS = re.compile(r"(?:通报|汇报|介绍|传达|宣读|解读|作)了|作[^,，]{0,8}(?:发言|汇报|报告)$")
_COPULA = re.compile(r"是(?!否)")
# 已通过省检的要…, 对于发现的漏洞要…: whoever or whatever is meant.
_ADDRESSED = re.compile(r"(?:已|未|没有|尚未|凡|还没有)[^,，]{2,14}的(?:还|更|就)?$|对于?[^,，]{2,16}$")
# …是必须答好的考卷: what must be done is named, not asked for.
_NAMED = re.compile(r"的[^,，]{0,4}$|(?:底线|任务|责任|课题|红线|职责)$")


@dataclass(frozen=True, slots=True)
class Span:
    """A directive's place in the text."""

    start: int
    end: int
    implicit: bool
    heading: bool
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a sentence before it is looked into.

    `decided`: what stands here is decided. `asked`: a verb that asks stands directly before (要求各校…), `demanded`: with
    a comma (要求，…). `parallel`: the part before the semicolon was a directive. `numbered` and `labelled`: a number mark
    stood before, of an item (一是) or of a heading (一、). `followed`: the passage goes on.
    """

    decided: bool = False
    asked: bool = False
    demanded: bool = False
    parallel: bool = False
    numbered: bool = False
    labelled: bool = False
    followed: bool = False

    @property
    def label_length(self) -> int:
        """Up to how many characters a sentence here may be a heading."""
        return _LABEL_LENGTH if self.labelled else _ITEM_LENGTH if self.numbered else 0


@dataclass(frozen=True, slots=True)
class Opening:
    """A clause that opens a directive: `at_head` where the mark itself opens it, else `subject` stands before it."""

    at_head: bool
    subject: str
    mark: str
    rest: str


class DirectiveFinder:
    """Finds the directives of one page's sentences."""

    def __init__(self, page: Page, words: Speech, units: UnitFinder) -> None:
        self._page = page
        self._words = words
        self._units = units
        self._adverbs = tuple(sorted(words.before_opener, key=len, reverse=True))
        self._openers = tuple(sorted(words.openers, key=len, reverse=True))
        strong = [opener for opener in self._openers if len(opener) > 1 and opener not in words.openers_at_head_only]
        self._inner = re.compile("|".join([*map(re.escape, strong), "要", "须"]))
        self._marks = re.compile("|".join(sorted(map(re.escape, words.marks), key=len, reverse=True)))
        self._imperatives = tuple(sorted(words.imperatives, key=len, reverse=True))
        self._continuing = tuple(words.continuing)

    def spans(self, start: int, end: int, setting: Setting) -> list[Span]:
        """Return the directives between two offsets of one sentence."""
        for clause in clauses_of(self._page.masked, start, end):
            if clause.delimiter in {":", "："} and number_length(self._page.text, clause.end + 1, end) > 0:
                start, setting = clause.end + 1, replace(setting, asked=False)
        mark = number_length(self._page.text, start, end)
        start += mark
        setting = replace(setting, numbered=setting.numbered or mark > 1)
        clauses = clauses_of(self._page.masked, start, end)
        if not clauses:
            return []
        openings: list[Opening | None] = []
        for clause in clauses:
            openings.append(self._opening(clause, first=not any(openings)))
        first = next((number for number, opening in enumerate(openings) if opening), None)
        if first is None:
            return self._unmarked(clauses, setting)
        opening = openings[first]
        begin = self._with_condition(clauses, first, opening)
        spans: list[Span] = []
        if opening is not None and self._opens_apart(opening):
            spans = self._head(clauses, first)
        else:
            begin = self._with_request(clauses, begin)
        if setting.decided and first and not spans and not self._is_background(clauses[0]):
            begin = 0
        paired = False
        for number in range(first, len(clauses)):
            piece = self._piece(clauses[number])
            if number > first and self._opens_anew(openings[number], piece, paired=paired):
                spans.append(self._span(clauses, begin, number - 1, openings, first))
                begin = first = number
                paired = False
            paired = paired or any(word in piece for word in self._words.after_pair)
        spans.append(self._span(clauses, begin, len(clauses) - 1, openings, first))
        short = setting.followed and end - start <= setting.label_length
        return [
            Span(span.start, span.end, span.implicit, span.heading or short, span.units)
            for span in spans
            if span.end - span.start >= _LEAST
        ]

    def opens(self, clause: Clause) -> bool:
        """Say whether a clause opens a directive."""
        return self._opening(clause, first=True) is not None

    def _piece(self, clause: Clause) -> str:
        return self._page.masked[clause.start : clause.end]

    def _opening(self, clause: Clause, *, first: bool) -> Opening | None:
        piece = self._piece(clause)
        bare = self._without_adverbs(piece)
        if piece.startswith(self._words.not_marks) or bare.startswith(self._words.not_marks):
            return None
        mark = next((word for word in self._openers if bare.startswith(word)), None)
        if mark and not self._is_other_word(bare, 0) and not self._other_word(bare, mark):
            return Opening(True, "", mark, bare[len(mark) :])
        for found in self._inner.finditer(piece, 0, _LONGEST_SUBJECT):
            before, mark = piece[: found.start()], found.group()
            if mark == "要" and (
                self._is_other_word(piece, found.start()) or before.endswith(self._words.not_ending_in_opener)
            ):
                continue
            if piece.startswith(self._words.not_marks, found.start()) or before.endswith(self._words.not_before_marks):
                continue
            subject = self._subject_of(before)
            if subject and self._is_subject(subject, mark, first=first):
                return Opening(False, subject, mark, piece[found.end() :])
            if mark == "要":
                break
        return None

    def _is_other_word(self, piece: str, at: int) -> bool:
        """Say whether 要 at `at` begins another word: 要求, 要点, but not 要求真务实, 要点燃."""
        return piece.startswith(self._words.not_openers, at) and not piece.startswith(self._words.openers_after_all, at)

    def _other_word(self, bare: str, mark: str) -> bool:
        """Say whether a one-character mark begins another word: 应急, 需求, 请示."""
        return len(mark) == 1 and bare.startswith(self._words.opener_other_words)

    def _without_adverbs(self, piece: str) -> str:
        while True:
            adverb = next((word for word in self._adverbs if piece.startswith(word)), None)
            if adverb is None:
                return piece
            piece = piece[len(adverb) :]

    def _subject_of(self, before: str) -> str:
        """Return what stands before 要 without adverbs at either end."""
        subject = self._without_adverbs(before)
        while True:
            adverb = next((word for word in self._adverbs if subject.endswith(word)), None)
            if adverb is None:
                return subject
            subject = subject[: -len(adverb)]

    def _is_subject(self, subject: str, mark: str, *, first: bool) -> bool:
        if self._units.is_unit(subject) and not _COPULA.search(subject):
            return True
        if mark == "要" and _ADDRESSED.match(subject):
            return True
        if mark != "要" or not first:
            return (
                subject.startswith(self._words.subject_heads)
                and len(subject) <= 10
                and not _COPULA.search(subject)
                and not subject.endswith("的")
            )
        return len(subject) <= 16 and not _COPULA.search(subject) and not subject.endswith(("的", "不", "地", "了"))

    def _opens_anew(self, opening: Opening | None, piece: str, *, paired: bool) -> bool:
        """Say whether a clause after the first opens a new directive: a new 要, or a unit and 要."""
        if opening is None:
            return False
        if opening.at_head:
            if piece.startswith(self._continuing) and (paired or not piece.startswith("还要")):
                return False
            return opening.mark in self._words.openers_after_comma
        addressed = self._units.is_unit(opening.subject) or _ADDRESSED.match(opening.subject) is not None
        return addressed and opening.mark in self._words.openers_after_comma

    def _with_condition(self, clauses: tuple[Clause, ...], first: int, opening: Opening | None) -> int:
        """Return the clause where the directive begins: a condition directly before it belongs to it."""
        if (
            first
            and self._piece(clauses[first - 1]).startswith(self._words.conditions)
            and clauses[first - 1].delimiter in ",，"
        ):
            return first - 1
        alone = opening is not None and opening.at_head and opening.mark not in self._words.openers_after_comma
        if (
            alone
            and first == 1
            and len(clauses) == 2
            and not self._is_past(clauses[0])
            and clauses[1].end - clauses[1].start <= _LEAST_ALONE
        ):
            return 0
        return first

    def _opens_apart(self, opening: Opening) -> bool:
        """Say whether a first mark opens a directive of its own, apart from a request before it: 要, unit and 要."""
        return opening.mark in self._words.openers_after_comma and (
            opening.at_head or self._units.is_unit(opening.subject)
        )

    def _with_request(self, clauses: tuple[Clause, ...], begin: int) -> int:
        """Return where a directive begins whose mark (必须, 不得, 都要) goes on with a request or a subject before it."""
        begin = next(
            (n for n in range(begin) if self._belongs_before(clauses, n) or self._is_decision(clauses[n])), begin
        )
        while begin and self._is_topic(clauses[begin - 1]):
            begin -= 1
        return begin

    def _is_topic(self, clause: Clause) -> bool:
        """Say whether a clause is only a subject: 仍在使用炉灶的教学点."""
        piece = self._piece(clause)
        return (
            self._units.is_unit(piece) or bool(re.search(r"的[\u3400-\u9fff]{2,6}$", piece))
        ) and not self._is_background(clause)

    def _head(self, clauses: tuple[Clause, ...], first: int) -> list[Span]:
        """Return what the clauses before the first mark ask for by themselves: imperatives that are no background."""
        if first == 0 or self._with_condition(clauses, first, None) == 0 or not self._is_imperative(clauses, 0):
            return []
        start, end = clauses[0].start, clauses[first - 1].end
        return [Span(start, end, True, False, ())] if end - start >= _LEAST_ALONE else []

    def _span(
        self, clauses: tuple[Clause, ...], begin: int, last: int, openings: list[Opening | None], first: int
    ) -> Span:
        start, end = clauses[begin].start, clauses[last].end
        opening = openings[first]
        units: list[str] = []
        if opening and not opening.at_head and self._units.is_unit(opening.subject):
            at = clauses[begin].start + self._piece(clauses[begin]).find(opening.subject)
            subject = self._page.text[at : at + len(opening.subject)] if at >= clauses[begin].start else opening.subject
            units.append(self._units.joined(subject, opening.rest))
        units += self._charged(clauses[begin : last + 1])
        while end > start and self._page.text[end - 1] in "”’ 、":
            if self._page.text[end - 1] in "”’" and self._page.text.count("“", start, end) >= self._page.text.count(
                "”", start, end
            ):
                break
            end -= 1
        return Span(start, end, False, False, tuple(dict.fromkeys(units)))

    def _charged(self, clauses: tuple[Clause, ...]) -> list[str]:
        """Return the units that 由 or 请 charges."""
        units = []
        for clause in clauses:
            piece = self._piece(clause)
            for head in self._units.heads:
                at = piece.find(head)
                if (
                    at >= 0
                    and (at == 0 or piece[at - 1] not in "理自事缘")
                    and (unit := self._units.leading(piece[at + len(head) :]))
                ):
                    units.append(unit)
        return units

    def _is_imperative(self, clauses: tuple[Clause, ...], number: int) -> bool:
        piece = self._without_adverbs(self._piece(clauses[number])).lstrip(MASK)
        if not piece.startswith(self._imperatives) or piece.startswith(self._words.not_imperatives):
            return False
        if re.match(r".{1,6}了(?!解)", piece) or piece.endswith(self._words.time_ends):
            return False
        plain = piece
        for word in self._words.not_background:
            plain = plain.replace(word, "")
        if any(word in plain for word in self._words.background_links):
            return False
        following = self._piece(clauses[number + 1]) if number + 1 < len(clauses) else ""
        return not following.startswith(("是", "事关", "关系", "关乎", "取得", "成效", "既是", "不仅是"))

    def _unmarked(self, clauses: tuple[Clause, ...], setting: Setting) -> list[Span]:
        """Return the directive of a sentence in which no clause opens with a mark."""
        last = len(clauses) - 1
        end = clauses[last].end
        if setting.followed and end - clauses[0].start <= setting.label_length:
            return []
        if setting.asked:
            unit = self._units.leading(self._piece(clauses[0]))
            return [Span(clauses[0].start, end, True, False, (unit,) if unit else ())]
        if (setting.decided or setting.demanded or setting.parallel) and not self._is_background(clauses[0]):
            unmarked = not any(map(self._is_marked, clauses))
            return [Span(clauses[0].start, end, unmarked, False, tuple(self._charged(clauses)))]
        marked = next((number for number, clause in enumerate(clauses) if self._is_marked(clause)), None)
        if marked is not None:
            begin = next((n for n in range(marked) if self._is_imperative(clauses, n)), marked)
            while begin and self._belongs_before(clauses, begin - 1):
                begin -= 1
            if self._is_pledge(clauses[: begin + 1]):
                return []
            return [Span(clauses[begin].start, end, False, False, tuple(self._charged(clauses)))]
        charged = next((number for number, clause in enumerate(clauses) if self._is_decision(clause)), None)
        if charged is not None:
            begin = next((n for n in range(charged) if self._is_imperative(clauses, n)), charged)
            while begin and self._belongs_before(clauses, begin - 1):
                begin -= 1
            units = self._charged(clauses) or [self._units.leading(self._piece(clauses[begin]))]
            return [Span(clauses[begin].start, end, True, False, tuple(unit for unit in units if unit))]
        begin = next((number for number in range(len(clauses)) if self._is_imperative(clauses, number)), -1)
        short = setting.numbered and setting.followed and end - clauses[0].start <= _ITEM_LENGTH
        if begin == 0 or (begin == 1 and not _COPULA.search(self._piece(clauses[0])) and not self._is_past(clauses[0])):
            if begin and (setting.numbered or self._piece(clauses[0]).startswith(self._words.conditions)):
                begin = 0
            return [] if short else [Span(clauses[begin].start, end, True, False, ())]
        if (
            (setting.numbered or setting.decided)
            and not short
            and not self._is_past(clauses[0])
            and not _COPULA.search(self._piece(clauses[0]))
        ):
            return [Span(clauses[0].start, end, True, False, tuple(self._charged(clauses)))]
        return []

    def _is_pledge(self, clauses: tuple[Clause, ...]) -> bool:
        """Say whether a unit tells what it will do before what is marked: 县教育局将从严整改，绝不护短."""
        for clause in clauses:
            unit, will, rest = self._piece(clause).partition("将")
            if (
                will
                and rest
                and (unit in self._words.ourselves or (self._units.is_unit(unit) and not rest.startswith("被")))
            ):
                return True
        return False

    def _is_background(self, clause: Clause) -> bool:
        return self._is_past(clause) or bool(
            _COPULA.search(self._piece(clause)) or any(word in self._piece(clause) for word in self._words.concerns)
        )

    def _is_past(self, clause: Clause) -> bool:
        piece = self._piece(clause)
        return bool(re.search(r"近年来|去年|以来|今年上半年|已经|取得|[^除为]了$|^(?:目前|当前|过去)", piece)) or bool(
            _REPORTS.search(piece)
        )

    def _is_marked(self, clause: Clause) -> bool:
        piece = self._piece(clause)
        for mark in self._marks.finditer(piece):
            if piece.startswith(self._words.not_marks, mark.start()):
                continue
            before, after = piece[: mark.start()], piece[mark.end() :]
            if mark.group() == "不得" and (not after or before.endswith(self._words.not_before_marks)):
                continue
            if mark.group() == "坚决" and before.endswith("不"):
                continue
            if mark.group() == "不能" and _COPULA.search(after):
                continue
            if "是" in before and _NAMED.search(after):
                continue
            return True
        return False

    def _is_decision(self, clause: Clause) -> bool:
        piece = self._piece(clause)
        if piece.startswith(("由", "自", "从", "原则同意", "同意", "责成", "授权")):
            return any(verb in piece for verb in self._words.decision_verbs)
        unit = self._units.leading(piece)
        return (
            bool(unit)
            and len(piece) > len(unit)
            and piece[len(unit) :].startswith(self._words.unit_verbs)
            and not self._is_past(clause)
        )

    def _belongs_before(self, clauses: tuple[Clause, ...], number: int) -> bool:
        piece = self._piece(clauses[number])
        if piece.startswith(self._words.conditions) or self._is_imperative(clauses, number):
            return True
        return piece.endswith(("的", "事项", "者")) and not _COPULA.search(piece)
