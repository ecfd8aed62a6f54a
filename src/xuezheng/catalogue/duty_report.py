"""The wording of duty reports: sections, heads of tables, what is left to people."""

from functools import cache

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class LeftOpen(Entry):
    """A section that only people can write: its title and what is asked of them."""

    title: Words
    prompt: Words


class DutyReportWords(Entry):
    """Fixed wording by name (`{}` braces name what is filled in), exclusions by reason, and the sections left open."""

    version: int
    words: dict[str, Words]
    excluded: dict[str, Words]
    left_open: tuple[LeftOpen, ...]

    def say(self, wording: str, language: str, **filled: object) -> str:
        """Return a wording in `zh` or `en`, filled in."""
        return self.words[wording].in_language(language).format(**filled)


@cache
def load_duty_report_words() -> DutyReportWords:
    """Return the catalogue's wording; raises `InvalidRule` where the file does not fit its form."""
    return load_packaged(DutyReportWords, "duty_report.yaml")
