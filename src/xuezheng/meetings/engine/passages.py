"""A repaired text as lines, sentences and clauses, with what stands in quotation marks and brackets masked."""

import re
from dataclasses import dataclass, field

MASK = "□"
_PAIRS = {
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "(": ")",
    "（": "）",
    "【": "】",
    "[": "]",
}
_CLOSERS = frozenset(_PAIRS.values())
_ENDS = re.compile(r"[。！？；!;\n]|\?(?=[\u3400-\u9fff\n]|$)")
_AFTERWARDS = re.compile(r"[,，]?([\u3400-\u9fff、]{3,30})[,，。]")
_COMMAS = re.compile(r"[,，:：]")
_NUMBER = re.compile(
    r"\s*[?？•●◆★▲■◎○—\-·]*\s*"
    r"(?:[一二三四五六七八九十]{1,2}(?=要(?!求))|[一二三四五六七八九十]{1,2}是|[一二三四五六七八九十]{1,3}、"
    r"|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}(?:[.．](?!\d)|、)|[①-⑳]|第[一二三四五六七八九十]{1,2}[,，、]|其[一二三四五六][,，、])*"
)
_LABEL = re.compile(r"[一二三四五六七八九十]{1,3}、|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}[.．、]|[①-⑳]")


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of text up to a comma, colon or the sentence's end; `delimiter` is what follows, empty at the end."""

    start: int
    end: int
    delimiter: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A run of text up to 。 ； ！ or the line's end. `ending` is that mark; `start` is after a number mark.

    `level` tells marks of different levels apart (一、 （一） 1.).
    `numbered` says that a number mark stood before, `labelled` that it was one of a heading (一、 (一) 1.).
    """

    start: int
    end: int
    ending: str
    line: int
    numbered: bool
    labelled: bool
    clauses: tuple[Clause, ...]
    level: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A repaired text: `masked` is as long as `text`, with `MASK` for what is quoted or in brackets.

    `spoken` has, by the offset of a quotation's mark, where it is told who said it: “…。”某某强调。
    """

    text: str
    masked: str
    lines: tuple[tuple[int, int], ...]
    sentences: tuple[Sentence, ...]
    spoken: dict[int, tuple[int, int]] = field(default_factory=dict)


def page_of(text: str, speech_verbs: tuple[str, ...]) -> Page:
    """Return a repaired text as a page. A quotation that directly follows one of `speech_verbs` is not masked."""
    spoken: dict[int, tuple[int, int]] = {}
    masked = _masked(text, speech_verbs, spoken)
    lines = []
    start = 0
    for line in text.split("\n"):
        lines.append((start, start + len(line)))
        start += len(line) + 1
    sentences = [
        sentence
        for number, (begin, end) in enumerate(lines)
        for sentence in _sentences(text, masked, begin, end, number)
    ]
    return Page(text, masked, tuple(lines), tuple(sentences), spoken)


def _masked(text: str, speech_verbs: tuple[str, ...], told: dict[int, tuple[int, int]]) -> str:
    characters = list(text)
    open_marks: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        if character == "\n":
            open_marks.clear()
        elif character in _PAIRS:
            open_marks.append((_PAIRS[character], place))
        elif character in _CLOSERS and open_marks:
            while open_marks and open_marks[-1][0] != character:
                open_marks.pop()
            if open_marks:
                _mask(characters, text, open_marks.pop()[1], place, speech_verbs, told)
    return "".join(characters)


def _mask(
    characters: list[str],
    text: str,
    begin: int,
    end: int,
    speech_verbs: tuple[str, ...],
    told: dict[int, tuple[int, int]],
) -> None:
    afterwards = _AFTERWARDS.match(text, end + 1, end + 40) if text[begin] == "“" and end - begin > 20 else None
    if (
        afterwards
        and text[begin - 1 : begin] in {"", "\n", "。"}
        and afterwards.group(1).endswith((*speech_verbs, "说", "表示"))
    ):
        told[begin] = afterwards.span(1)
    spoken = begin in told or (
        text[begin] == "“"
        and end - begin > 20
        and text[begin - 1] in ":：,，"
        and text[: begin - 1].endswith(speech_verbs)
    )
    if spoken:
        characters[begin] = characters[end] = MASK
    elif characters[begin] != MASK:
        characters[begin : end + 1] = MASK * (end + 1 - begin)


def _sentences(text: str, masked: str, begin: int, end: int, line: int) -> list[Sentence]:
    found = []
    start = begin
    for mark in _ENDS.finditer(masked, begin, end):
        if mark.start() > start:
            found.append(_sentence(text, masked, start, mark.start(), mark.group(), line))
        start = mark.end()
    if start < end:
        found.append(_sentence(text, masked, start, end, "", line))
    return found


def _sentence(text: str, masked: str, start: int, end: int, ending: str, line: int) -> Sentence:
    head = _NUMBER.match(text, start, end)
    begin = head.end() if head else start
    marked = begin > start and bool(re.search(r"[一二三四五六七八九十\d①-⑳]", text[start:begin]))
    labelled = marked and bool(_LABEL.search(text, start, begin))
    level = re.sub(r"[一二三四五六七八九十\d①-⑳]+", "", text[start:begin].strip()) if marked else ""
    return Sentence(begin, end, ending, line, marked, labelled, clauses_of(masked, begin, end), level)


def clauses_of(masked: str, start: int, end: int) -> tuple[Clause, ...]:
    """Return the clauses between two offsets."""
    clauses = []
    for comma in _COMMAS.finditer(masked, start, end):
        if comma.start() > start:
            clauses.append(Clause(start, comma.start(), comma.group()))
        start = comma.end()
    if start < end:
        clauses.append(Clause(start, end, ""))
    return tuple(clauses)


def number_length(text: str, start: int, end: int) -> int:
    """Return the length of a number mark (一是, 二要, (三), 4.) that stands at `start`."""
    head = _NUMBER.match(text, start, end)
    return head.end() - start if head else 0
