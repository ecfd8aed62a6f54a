"""Roles as data: what each is called, how far it reaches, and what it may do."""

from functools import cache
from typing import Literal

from pydantic import model_validator

from xuezheng.catalogue.loader import Entry, Words, load_packaged

OrganisationKind = Literal["city", "county", "office", "commission", "section", "member_unit", "township", "school"]


class Role(Entry):
    """One role: `reach` is how far its rights go from the organisation in which it is held.

    `held_in` are the kinds of organisation in which it can be given.
    """

    title: Words
    reach: Literal["county", "own"]
    held_in: tuple[OrganisationKind, ...]
    rights: frozenset[str]
    second_factor: Literal["required", "optional"] = "optional"


class Roles(Entry):
    """All roles and the rights that they are made of."""

    version: int
    organisations: dict[OrganisationKind, Words]
    rights: dict[str, Words]
    roles: dict[str, Role]

    @model_validator(mode="after")
    def _rights_are_known(self) -> "Roles":
        for name, role in self.roles.items():
            unknown = role.rights - set(self.rights)
            if unknown:
                raise ValueError(f"role {name} has rights that nobody defined: {sorted(unknown)}")
        return self


@cache
def load_roles() -> Roles:
    """Return the catalogue's roles."""
    return load_packaged(Roles, "roles.yaml")
