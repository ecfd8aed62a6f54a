"""The demonstration's bulletin, and where each of its clauses is done."""

from functools import cache

from pydantic import model_validator

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class Screen(Entry):
    """A page by the name of its address."""

    address: str
    title: Words


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


@cache
def load_demonstration_meeting() -> DemonstrationMeeting:
    """Return the bulletin; raises `InvalidRule` where the file does not fit its form."""
    return load_packaged(DemonstrationMeeting, "demonstration_meeting.yaml")
