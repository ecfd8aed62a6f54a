"""The wording of the week on one page, and how much fits on it."""

from functools import cache

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class DigestWords(Entry):
    """Fixed wording by name, the lines that a page holds, and the most rows that any section is given."""

    version: int
    most_lines: int
    most_rows: int
    words: dict[str, Words]

    def say(self, name: str, language: str, **filled: object) -> str:
        """Return a wording in `zh` or `en`, filled in."""
        return self.words[name].in_language(language).format(**filled)


@cache
def load_digest_words() -> DigestWords:
    """Return the catalogue's wording of the weekly page."""
    return load_packaged(DigestWords, "digest.yaml")
