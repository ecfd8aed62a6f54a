"""The demonstration's bulletin, and where each of its clauses is done."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from types import MappingProxyType

from pydantic import Field, model_validator

from xuezheng.catalogue.loader import Entry, Words, load_packaged

_NUMERALS = "一二三四五六七"


class Screen(Entry):
    """A page by the name of its address; `given` are parts of the address that nothing else says, `query` follows it."""

    address: str
    title: Words
    given: Mapping[str, str] = Field(default_factory=lambda: MappingProxyType({}))
    query: str = ""


class ClauseDone(Entry):
    """A clause of the bulletin, word for word, and the screens where it is done."""

    words: str
    screens: tuple[Screen, ...]


class DemonstrationMeeting(Entry):
    """The bulletin and its clauses in the order of the text."""

    version: int
    text: str
    clauses: tuple[ClauseDone, ...]

    @model_validator(mode="after")
    def _clauses_stand_in_the_text(self) -> "DemonstrationMeeting":
        places = [self.text.find(clause.words) for clause in self.clauses]
        if -1 in places or places != sorted(places):
            raise ValueError("clauses stand in the text, word for word and in its order")
        if not all(clause.screens for clause in self.clauses):
            raise ValueError("each clause is done somewhere")
        return self

    def text_on(self, held: date, published: date) -> str:
        """Return the bulletin of a meeting held on a day and published on another."""
        return self.text.format(
            year=held.year,
            ordinal=numeral(ordinal_of(held)),
            held=f"{held.year}年{held.month}月{held.day}日",
            published=published.isoformat(),
        )


def ordinal_of(day: date) -> int:
    """Return which meeting of its year one on this day is: the demonstration's group meets every two months."""
    return (day.month + 1) // 2


def numeral(number: int) -> str:
    """Return a small number as titles of meetings write it."""
    return _NUMERALS[number - 1]


@cache
def load_demonstration_meeting() -> DemonstrationMeeting:
    """Return the bulletin; raises `InvalidRule` where the file does not fit its form."""
    return load_packaged(DemonstrationMeeting, "demonstration_meeting.yaml")
