"""The door to reading bulletins for pages, commands and the API: the catalogue's words are filled in."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from xuezheng.catalogue.bulletins import load_bulletin_words
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import Refusal
from xuezheng.meetings.engine import reading
from xuezheng.meetings.engine.bulletin import Bulletin
from xuezheng.meetings.files import bulletin_text


def read_bulletin(text: str) -> Bulletin:
    """Return what a pasted bulletin says; see `meetings.engine.reading.read_bulletin`.

    Raises `NotFound` (`meeting_not_found`) where the text tells of no meeting, `TooLarge` beyond 100,000 characters.
    """
    return reading.read_bulletin(text, load_bulletin_words())


def as_json(bulletin: Bulletin) -> dict[str, Any]:
    """Return a bulletin as values for JSON; keys as in the classes, `text` is the repaired text."""
    return asdict(bulletin)


def read_bulletin_file(path: Path, name: str = "") -> Bulletin:
    """Return what a bulletin's file says; `name` is the file's name as delivered.

    Raises `UnusableFile`, `TooLarge` and `NotFound` as reading a file and a text do.
    """
    try:
        return read_bulletin(bulletin_text(path, name))
    except Refusal as refusal:
        if refusal.place is not None:
            raise
        raise type(refusal)(refusal.code, place=Place(name or path.name), **refusal.params) from refusal
