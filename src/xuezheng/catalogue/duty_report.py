"""The wording of duty reports: sections, heads of tables, what is left to people."""

from functools import cache

from pydantic import model_validator

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class LeftOpen(Entry):
    """A section that only people can write: its title and what is asked of them."""

    id: str
    title: Words
    prompt: Words


class DutyReportWords(Entry):
    """Fixed wording by name (`{}` braces name what is filled in), exclusions by reason, and the sections left open.

    `states` and `steps` are what a report in a round can be and what is done with it.
    """

    version: int
    words: dict[str, Words]
    excluded: dict[str, Words]
    states: dict[str, Words]
    steps: dict[str, Words]
    left_open: tuple[LeftOpen, ...]

    @model_validator(mode="after")
    def _sections_have_names_of_their_own(self) -> "DutyReportWords":
        if len({section.id for section in self.left_open}) != len(self.left_open):
            raise ValueError("two sections left open have the same id")
        return self

    def say(self, wording: str, language: str, **filled: object) -> str:
        """Return a wording in `zh` or `en`, filled in."""
        return self.words[wording].in_language(language).format(**filled)


@cache
def load_duty_report_words() -> DutyReportWords:
    """Return the catalogue's wording; raises `InvalidRule` where the file does not fit its form."""
    return load_packaged(DutyReportWords, "duty_report.yaml")
