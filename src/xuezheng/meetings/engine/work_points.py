"""Yearly work points: numbered headings, and under them items with the units responsible in brackets."""

import re
from dataclasses import dataclass, replace

from xuezheng.catalogue.sources import SourceWords
from xuezheng.meetings.engine.items import Item
from xuezheng.meetings.engine.limits import limit_of
from xuezheng.meetings.engine.outline import Paragraph, paragraphs_of, sentences_of
from xuezheng.meetings.engine.responsible import Responsible, ResponsibleFinder

_YEAR = re.compile(r"(20\d\d)\s*年")
_LONGEST_HEADING = 24
_LEAST_TEXT = 3


@dataclass(frozen=True, slots=True)
class WorkPoints:
    """Work points as read: the year that they are for (None where no title names it), their title, the items in order."""

    title: str
    year: int | None
    items: tuple[Item, ...]


@dataclass
class _Leaf:
    """A numbered paragraph with what follows it unnumbered; `inherited` is what the heading above says of units."""

    head: Paragraph
    body: list[Paragraph]
    sections: tuple[str, ...]
    inherited: Responsible


def read_work_points(text: str, words: SourceWords, title: str = "") -> WorkPoints:
    """Return the items of work points; spans refer to `text`.

    An item is a numbered paragraph with no numbered one below it, or what stands before a bracket that names units. What
    a heading's bracket says goes for its items without one. Sections that say how to think (总体要求) hold no items.
    """
    return _Reading(text, words, title).read()


class _Reading:
    def __init__(self, text: str, words: SourceWords, title: str) -> None:
        self._words = words
        self._finder = ResponsibleFinder(words.units)
        self._paragraphs = paragraphs_of(text)
        self._title = title
        year = _YEAR.search(title) or _YEAR.search(text[:400])
        self._year = int(year[1]) if year else None

    def read(self) -> WorkPoints:
        items = [item for leaf in self._leaves() for item in self._items(leaf)]
        return WorkPoints(self._title, self._year, tuple(items))

    def _leaves(self) -> list[_Leaf]:
        found: list[_Leaf] = []
        above: list[tuple[int, str, Responsible]] = []
        for place, paragraph in enumerate(self._paragraphs):
            if paragraph.level:
                above = [entry for entry in above if entry[0] < paragraph.level]
                if self._has_below(place):
                    blocks = self._finder.blocks(paragraph.text)
                    said = blocks[-1][2] if blocks else Responsible()
                    heading = paragraph.text[: blocks[0][0]] if blocks else paragraph.text
                    above.append((paragraph.level, heading.strip(" 。：:"), said))
                    found.append(self._leaf(Paragraph("", paragraph.end), above))
                    continue
                found.append(self._leaf(paragraph, above))
            elif found:
                found[-1].body.append(paragraph)
            elif self._finder.blocks(paragraph.text):
                found.append(self._leaf(paragraph, above))
        return [leaf for leaf in found if not self._is_general(leaf)]

    def _leaf(self, head: Paragraph, above: list[tuple[int, str, Responsible]]) -> _Leaf:
        inherited = next((said for _, _, said in reversed(above) if said), Responsible())
        return _Leaf(head, [], tuple(heading for _, heading, _ in above), inherited)

    def _has_below(self, place: int) -> bool:
        level = self._paragraphs[place].level
        following = next((one.level for one in self._paragraphs[place + 1 :] if one.level), 0)
        return following > level

    def _is_general(self, leaf: _Leaf) -> bool:
        headings = (*leaf.sections, leaf.head.text[:_LONGEST_HEADING])
        return any(heading.startswith(self._words.work_points.general) for heading in headings)

    def _items(self, leaf: _Leaf) -> list[Item]:
        """Return the items of a leaf: one for each bracket with units; a leaf that only introduces is none."""
        pieces: list[tuple[list[Paragraph], Responsible]] = []
        pending: list[Paragraph] = []
        for paragraph in (leaf.head, *leaf.body):
            if not paragraph.text:
                continue
            if self._finder.is_labelled(paragraph.text):
                pieces, pending = self._closed(pieces, pending, self._finder.labelled(paragraph.text))
                continue
            at = 0
            for start, end, said in self._finder.blocks(paragraph.text):
                pending = self._with(pending, paragraph, at, start)
                pieces, pending = self._closed(pieces, pending, said)
                at = end
            pending = self._with(pending, paragraph, at, len(paragraph.text))
        if pieces and pending:
            # Words behind the last bracket belong to it, unless an item could stand on them.
            pieces[-1] = ([*pieces[-1][0], *pending], pieces[-1][1])
        elif pending and leaf.head.text and leaf.head.level:
            pieces.append((pending, Responsible()))
        found = [self._item(leaf, parts, said or leaf.inherited, several=len(pieces) > 1) for parts, said in pieces]
        return [item for item in found if item is not None]

    @staticmethod
    def _closed(
        pieces: list[tuple[list[Paragraph], Responsible]], pending: list[Paragraph], said: Responsible
    ) -> tuple[list[tuple[list[Paragraph], Responsible]], list[Paragraph]]:
        """Close an item with what a bracket says; a second bracket right behind the first adds to it."""
        if pending:
            return [*pieces, (pending, said)], []
        if pieces:
            parts, before = pieces[-1]
            units = tuple(
                dict.fromkeys([*before.units, *([said.lead] if before.lead and said.lead else []), *said.units])
            )
            joined = replace(
                before, lead=before.lead or said.lead, units=units, limit=before.limit or said.limit,
                people="；".join(part for part in (before.people, said.people) if part),
            )  # fmt: skip
            return [*pieces[:-1], (parts, joined)], []
        return pieces, []

    @staticmethod
    def _with(pending: list[Paragraph], paragraph: Paragraph, start: int, end: int) -> list[Paragraph]:
        raw = paragraph.text[start:end]
        bare = raw.strip(" 　。；;")
        if len(bare) < _LEAST_TEXT:
            return pending
        number = paragraph.number if start == 0 else ""
        return [*pending, Paragraph(bare, paragraph.start + start + raw.index(bare), paragraph.level, number)]

    def _item(self, leaf: _Leaf, parts: list[Paragraph], said: Responsible, *, several: bool) -> Item | None:
        sentences = [sentence for part in parts for sentence in sentences_of(part.text, part.start)]
        sections = leaf.sections
        if several and len(sentences) > 1 and parts[0].number and len(sentences[0][0]) <= _LONGEST_HEADING:
            # （一）加强党建。推进甲。（责任科室：…）落实乙。（责任科室：…）: the first sentence heads them all.
            sections, sentences = (*sections, sentences[0][0]), sentences[1:]
        if not sentences:
            return None
        text, start = sentences[0]
        whole = "。".join(sentence for sentence, _ in sentences)
        said = said or self._finder.in_sentence(whole)
        details = "。".join(sentence for sentence, _ in sentences[1:])
        return Item(
            text=text, span=(start, start + len(text)), number=parts[0].number, section=" · ".join(sections),
            details="\n".join(part for part in (details, said.people) if part), lead=said.lead, units=said.units,
            limit=limit_of(said.limit or self._finder.only_limit(whole), self._words.limits, year=self._year),
        )  # fmt: skip
