"""Meetings: the wording of their office documents, how these are numbered, what items, answers and states are called."""

from functools import cache

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class DocumentNumber(Entry):
    """How a kind of document is numbered: a series for each county and year, and its written form."""

    title: Words
    form: str

    def written(self, year: int, place: str, sequence: int) -> str:
        """Return a number as it is written; `place` is the county in short."""
        return self.form.format(year=year, place=place, sequence=sequence)


class MeetingWords(Entry):
    """Fixed wording by name; `{}` braces in it name what is filled in."""

    version: int
    words: dict[str, Words]
    numbers: dict[str, DocumentNumber]
    item_kinds: dict[str, Words]
    roles: dict[str, Words]
    answers: dict[str, Words]
    paper_states: dict[str, Words]
    stages: dict[str, Words]

    def say(self, name: str, language: str, **filled: object) -> str:
        """Return a wording in `zh` or `en`, filled in."""
        return self.words[name].in_language(language).format(**filled)


@cache
def load_meeting_words() -> MeetingWords:
    """Return the catalogue's wording; raises `InvalidRule` where the file does not fit its form."""
    return load_packaged(MeetingWords, "meetings.yaml")
