"""Notices as data: what each kind says, who is told of which step, and how it goes out unless somebody wishes otherwise."""

from functools import cache
from typing import Literal

from pydantic import model_validator

from xuezheng.catalogue.loader import Entry, Words, load_packaged

Audience = Literal["lead_unit", "assisting_units", "supervisors", "verifiers", "leaders"]
MailWay = Literal["never", "daily", "now"]


class NoticeKind(Entry):
    """One kind of notice: its name in the settings, what it says of one subject and of many, and how it goes out."""

    title: Words
    one: Words
    many: Words | None = None
    mail: MailWay
    robot: bool


class Telling(Entry):
    """Who is told what of a step."""

    kind: str
    to: Audience


class Notices(Entry):
    """All kinds of notices and what goes out about them. `leader_roles` are the roles that `leaders` stands for."""

    version: int
    leader_roles: tuple[str, ...]
    gathered_from: int
    kinds: dict[str, NoticeKind]
    steps: dict[str, tuple[Telling, ...]]
    words: dict[str, Words]

    @model_validator(mode="after")
    def _steps_tell_what_is_known(self) -> "Notices":
        unknown = {told.kind for tellings in self.steps.values() for told in tellings} - set(self.kinds)
        if unknown:
            raise ValueError(f"steps tell of kinds that nobody defined: {sorted(unknown)}")
        return self

    def say(self, name: str, language: str, **filled: object) -> str:
        """Return one of the fixed wordings, filled in."""
        return self.words[name].in_language(language).format(**filled)


@cache
def load_notices() -> Notices:
    """Return the catalogue's notices."""
    return load_packaged(Notices, "notices.yaml")
