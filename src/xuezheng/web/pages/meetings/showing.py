"""Meetings as pages show them: the text with its proposals marked, areas in words, decisions with their lights."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from xuezheng.catalogue.bulletins import load_bulletin_words
from xuezheng.meetings.models import Proposal
from xuezheng.web.language import page_language, said
from xuezheng.web.pages.cases.showing import ShownCase, indicator_title, shown


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of the text; `proposal` is the one that stands there. `is_first` where its first span begins."""

    text: str
    proposal: Proposal | None = None
    number: int = 0
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal with its number on the page, its areas in words and its case as a row."""

    held: Proposal
    number: int
    areas: str
    is_ticked: bool = False
    row: ShownCase | None = None
    indicator: str = ""


def pieces(text: str, proposals: Iterable[ShownProposal]) -> list[Piece]:
    """Return a text cut where proposals begin and end; of two that overlap the later one begins where the first ends."""
    spans = sorted((start, end, shown.number, shown) for shown in proposals for start, end in shown.held.spans)
    found: list[Piece] = []
    at, seen = 0, set()
    for start, end, number, held in spans:
        begin, stop = max(start, at), min(end, len(text))
        if stop <= begin:
            continue
        if begin > at:
            found.append(Piece(text[at:begin]))
        found.append(Piece(text[begin:stop], held.held, number, number not in seen))
        seen.add(number)
        at = stop
    if at < len(text):
        found.append(Piece(text[at:]))
    return found


def area_choices() -> list[tuple[str, str]]:
    """Return the areas of work, in the catalogue's order."""
    return [(code, said(area)) for code, area in load_bulletin_words().areas.areas.items()]


def shown_proposals(proposals: Iterable[Proposal], at: datetime, ticked: Iterable[int] = ()) -> list[ShownProposal]:
    """Return proposals as a page shows them, numbered in order."""
    areas, chosen = dict(area_choices()), set(ticked)
    return [
        ShownProposal(
            held,
            number,
            (", " if page_language() == "en" else "、").join(areas.get(code, code) for code in held.areas),
            held.pk in chosen,
            shown(held.case, at) if held.case is not None and not held.case.is_restricted else None,
            indicator_title(held.indicator) if held.indicator else "",
        )
        for number, held in enumerate(proposals, start=1)
    ]
