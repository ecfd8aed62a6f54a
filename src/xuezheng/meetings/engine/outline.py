"""Numbered texts: paragraphs with their level (一、 （一） 1. （1）), where they stand, and the sentences in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_NUMBERS = "一二三四五六七八九十"
_LEVELS = (
    re.compile(rf"(?:[{_NUMBERS}]{{1,3}}|第[{_NUMBERS}]{{1,3}})[、．.]\s*"),
    re.compile(rf"[（(][{_NUMBERS}]{{1,3}}[)）][、．.]?\s*"),
    re.compile(r"\d{1,3}[.．、](?!\d)\s*"),
    re.compile(r"(?:[（(]\d{1,3}[)）]|\d{1,3}[)）]|[①-⑳])\s*"),
)
# Where a paragraph goes on with a number inside it: …：（一）甲；（二）乙。 一是甲；二是乙。
_INSIDE = re.compile(
    rf"(?<=[：:；;。])\s*(?=[（(][{_NUMBERS}]{{1,3}}[)）]|[（(]\d{{1,2}}[)）]|[①-⑳]|\d{{1,2}}[.．、](?!\d)|[{_NUMBERS}]是)"
)
_ORDINAL = re.compile(rf"[{_NUMBERS}]是\s*")
ORDINAL_LEVEL = 5


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, `text` without its number; it begins at `start` of the whole text. `level` is 0 without a number."""

    text: str
    start: int
    level: int = 0
    number: str = ""

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.start + len(self.text)


def paragraphs_of(text: str) -> list[Paragraph]:
    """Return a text's paragraphs, cut where numbers stand inside; blank ones are left out."""
    found = []
    at = 0
    for line in text.split("\n"):
        for start, end in _parts(line):
            piece = line[start:end]
            bare = piece.strip()
            if bare:
                found.append(_numbered(bare, at + start + piece.index(bare)))
        at += len(line) + 1
    return found


def _parts(line: str) -> Iterator[tuple[int, int]]:
    start = 0
    for cut in _INSIDE.finditer(line):
        if cut.end() > start:
            yield start, cut.end()
            start = cut.end()
    yield start, len(line)


def _numbered(piece: str, start: int) -> Paragraph:
    for level, pattern in enumerate(_LEVELS, start=1):
        if mark := pattern.match(piece):
            return Paragraph(piece[mark.end() :], start + mark.end(), level, mark.group().strip())
    if mark := _ORDINAL.match(piece):
        return Paragraph(piece[mark.end() :], start + mark.end(), ORDINAL_LEVEL, mark.group().strip())
    return Paragraph(piece, start)


def sentences_of(text: str, start: int) -> list[tuple[str, int]]:
    """Return the sentences of a text that begins at `start`, each with its place and without its full stop."""
    found = []
    for match in re.finditer(r"[^。！!？?\n]+", text):
        bare = match.group().strip()
        if bare:
            found.append((bare, start + match.start() + match.group().index(bare)))
    return found
