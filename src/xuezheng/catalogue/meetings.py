"""The wording of the office documents of meetings."""

from functools import cache

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class MeetingWords(Entry):
    """Fixed wording by name; `{}` braces in it name what is filled in."""

    version: int
    words: dict[str, Words]

    def say(self, name: str, language: str, **filled: object) -> str:
        """Return a wording in `zh` or `en`, filled in."""
        return self.words[name].in_language(language).format(**filled)


@cache
def load_meeting_words() -> MeetingWords:
    """Return the catalogue's wording; raises `InvalidRule` where the file does not fit its form."""
    return load_packaged(MeetingWords, "meetings.yaml")
