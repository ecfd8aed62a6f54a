"""Supervision papers as data: who may issue which, on what basis, from which state of a case, and what people write."""

from functools import cache
from typing import Literal

from pydantic import Field, model_validator

from xuezheng.catalogue.case_kinds import Phase
from xuezheng.catalogue.loader import Entry, Words, load_packaged

Condition = Literal["late", "sent_back", "escalated", "reopened"]
Mark = Literal["F", "P", "M"]


class PaperGrade(Entry):
    """A grade: its words, shape and sign, and from how many working days late it is given (None: not late)."""

    title: Words
    when: Words
    shape: Literal["circle", "triangle", "cross"]
    sign: str
    from_working_days_late: int | None = None


class PaperRule(Entry):
    """A rule that a paper rests on, and how sure the catalogue is of it."""

    text: Words
    mark: Mark


class PaperField(Entry):
    """What only people can write in a paper: its title and what is asked of them."""

    id: str
    title: Words
    prompt: Words


class DraftedWhen(Entry):
    """From which phases of a case a paper can be drafted, and what else must hold of it (one of `any_of`)."""

    phases: tuple[Phase, ...]
    any_of: tuple[Condition, ...] = ()


class PaperKind(Entry):
    """One kind of paper; issuers, grades and rules by their names in the file."""

    title: Words
    heading: Words
    opening: Words
    issuers: tuple[str, ...] = Field(min_length=1)
    basis: tuple[str, ...] = Field(min_length=1)
    when: DraftedWhen
    is_graded: bool = False
    fields: tuple[PaperField, ...]


class SupervisionPapers(Entry):
    """All kinds of papers with the words that they share."""

    version: int
    marks: dict[Mark, Words]
    conditions: dict[Condition, Words]
    grades: dict[str, PaperGrade]
    issuers: dict[str, Words]
    rules: dict[str, PaperRule]
    kinds: dict[str, PaperKind]
    words: dict[str, Words]

    @model_validator(mode="after")
    def _names_are_known(self) -> "SupervisionPapers":
        faults = [
            f"{name} names {kind!r}"
            for name, held in self.kinds.items()
            for kind, known in ((held.issuers, self.issuers), (held.basis, self.rules))
            if set(kind) - set(known)
        ]
        if sum(grade.from_working_days_late is None for grade in self.grades.values()) != 1:
            faults.append("one grade, and no other, is for what is not late")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def say(self, wording: str, language: str, **filled: object) -> str:
        """Return a wording in `zh` or `en`, filled in."""
        return self.words[wording].in_language(language).format(**filled)


@cache
def load_supervision_papers() -> SupervisionPapers:
    """Return the catalogue's papers; raises `InvalidRule` where the file does not fit its form."""
    return load_packaged(SupervisionPapers, "supervision_papers.yaml")
