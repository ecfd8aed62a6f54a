"""The one place that decides who reaches what.

A person's appointments become grants: rights over an area. Outside your area a thing does not exist (`OutsideArea`,
shown as 404); inside it, without the right, it is refused (`NotAllowed`, shown as 403). Everything that fetches rows
for a person filters by an `Area` from here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.db.models import Q

from xuezheng.catalogue.roles import Role, load_roles
from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.ledger.actions import Actor
from xuezheng.people.models import Account, Appointment, Organisation

COUNTY_DIGITS = 6


class OutsideArea(NotFound):
    """Something outside a person's area: for them it does not exist."""


class NotAllowed(InvalidRequest):
    """Something inside a person's area that their roles do not allow."""


@dataclass(frozen=True, slots=True)
class Area:
    """Whole counties, the schools of townships, and single schools (`county/code`). `everywhere` holds all."""

    counties: frozenset[str] = frozenset()
    townships: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()
    everywhere: bool = False

    def __or__(self, other: "Area") -> "Area":
        return Area(
            self.counties | other.counties,
            self.townships | other.townships,
            self.schools | other.schools,
            self.everywhere or other.everywhere,
        )

    def __bool__(self) -> bool:
        return bool(self.everywhere or self.counties or self.townships or self.schools)

    def holds_county(self, county: str) -> bool:
        """Whether the whole county lies in the area."""
        return self.everywhere or county in self.counties

    def touches_county(self, county: str) -> bool:
        """Whether the county or some of its schools lie in the area."""
        return (
            self.holds_county(county)
            or any(code.startswith(county) for code in self.townships)
            or any(key.startswith(f"{county}/") for key in self.schools)
        )

    def holds_school(self, county: str, township: str | None, school: str) -> bool:
        """Whether a school lies in the area."""
        return (
            self.holds_county(county)
            or (township is not None and township in self.townships and township.startswith(county))
            or f"{county}/{school}" in self.schools
        )

    def county_rows(self, field: str = "county") -> Q:
        """Return the condition for rows of whole counties in the area."""
        return Q() if self.everywhere else Q(**{f"{field}__in": self.counties})

    def school_rows(self, county: str = "county", township: str = "township_code", school: str = "school_code") -> Q:
        """Return the condition for rows of schools in the area, by the names of their columns."""
        if self.everywhere:
            return Q()
        found = Q(**{f"{county}__in": self.counties})
        for code in sorted(self.townships):
            found |= Q(**{county: code[:COUNTY_DIGITS], township: code})
        for key in sorted(self.schools):
            county_code, _, code = key.partition("/")
            found |= Q(**{county: county_code, school: code})
        return found


@dataclass(frozen=True, slots=True)
class Grant:
    """The rights that one appointment gives over an area."""

    role: str
    rights: frozenset[str]
    area: Area


@dataclass(frozen=True)
class Reach:
    """What somebody reaches. Nobody's is empty: a stranger has no grants."""

    account: Account | None
    grants: tuple[Grant, ...] = ()

    @cached_property
    def area(self) -> Area:
        """Everything that some right of theirs covers."""
        return _union(grant.area for grant in self.grants)

    @cached_property
    def rights(self) -> frozenset[str]:
        """All rights that they have somewhere."""
        return frozenset(right for grant in self.grants for right in grant.rights)

    @cached_property
    def roles(self) -> frozenset[str]:
        """All roles that they hold somewhere."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def actor(self) -> Actor:
        """The person as the ledger names them."""
        if self.account is None:
            return Actor("stranger")
        return Actor(f"account:{self.account.pk}", self.account.name)

    def area_of(self, right: str) -> Area:
        """Return the area over which they have a right."""
        return _union(grant.area for grant in self.grants if right in grant.rights)

    def can_in_county(self, right: str, county: str) -> bool:
        """Whether they have a right over a whole county."""
        return self.area_of(right).holds_county(county)

    def require(self, right: str) -> None:
        """Refuse with `NotAllowed` who does not have a right anywhere."""
        if right not in self.rights:
            raise NotAllowed("not_allowed", right=right)

    def require_county(self, right: str, county: str) -> None:
        """Refuse with `OutsideArea` who has nothing to do with the whole county, with `NotAllowed` who lacks the right."""
        if not self.area.holds_county(county):
            raise OutsideArea("outside_area")
        if not self.can_in_county(right, county):
            raise NotAllowed("not_allowed", right=right)

    def require_part_of_county(self, right: str, county: str) -> None:
        """Let pass who has the right over some part of the county; what they then see is filtered by `area_of`."""
        if not self.area.touches_county(county):
            raise OutsideArea("outside_area")
        if not self.area_of(right).touches_county(county):
            raise NotAllowed("not_allowed", right=right)

    def require_school(self, right: str, county: str, township: str | None, school: str) -> None:
        """Refuse with `OutsideArea` a school that they do not reach, with `NotAllowed` a right that they lack there."""
        if not self.area.holds_school(county, township, school):
            raise OutsideArea("outside_area")
        if not self.area_of(right).holds_school(county, township, school):
            raise NotAllowed("not_allowed", right=right)


STRANGER = Reach(None)


def reach_of(account: Account, on: date) -> Reach:
    """Return what somebody reaches on a day: by their own appointments and by those they stand in for."""
    if not account.is_active:
        return Reach(account)
    held = (
        Appointment.objects.filter(in_force(on), account=account)
        .filter(organisation__is_active=True)
        .select_related("organisation", "deputy_of")
    )
    grants = []
    for appointment in held:
        role = load_roles().roles.get(appointment.role)
        principal = appointment.deputy_of
        # A deputy holds no more, and no longer, than the one they stand in for.
        if role is None or (principal is not None and not is_in_force(principal, on)):
            continue
        grants.append(Grant(appointment.role, role.rights, _area(role, appointment.organisation)))
    return Reach(account, tuple(grants))


def not_ended(on: date) -> Q:
    """Return the condition for appointments that hold on a day or will."""
    return Q(ends_on__isnull=True) | Q(ends_on__gte=on)


def in_force(on: date) -> Q:
    """Return the condition for appointments that hold on a day."""
    return Q(starts_on__lte=on) & not_ended(on)


def is_in_force(appointment: Appointment, on: date) -> bool:
    """Whether an appointment holds on a day."""
    return appointment.starts_on <= on and (appointment.ends_on is None or appointment.ends_on >= on)


def _area(role: Role, organisation: Organisation) -> Area:
    kind = Organisation.Kind
    if organisation.kind == kind.CITY:
        return Area(everywhere=True)
    if role.reach == "county" or organisation.kind == kind.COUNTY:
        return Area(counties=frozenset({organisation.county})) if organisation.county else Area()
    if organisation.kind == kind.TOWNSHIP:
        return Area(townships=frozenset({organisation.code}))
    if organisation.kind == kind.SCHOOL:
        return Area(schools=frozenset({f"{organisation.county}/{organisation.code}"}))
    return Area()


def _union(areas: Iterable[Area]) -> Area:
    total = Area()
    for area in areas:
        total |= area
    return total
