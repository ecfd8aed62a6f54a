"""Who is told: people by the appointments that are in force, deputies too, each as near to the matter as there is somebody.

A unit's notices go to those who handle cases at the unit itself; where nobody does, to the nearest unit above it that
has somebody who does. Otherwise a commission's people would be told of every case of each of its sections.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from xuezheng.catalogue.notices import load_notices
from xuezheng.catalogue.roles import load_roles
from xuezheng.people.access import in_force, is_in_force
from xuezheng.people.models import Appointment, Organisation

Kind = Organisation.Kind
_WHOLE = (Kind.COUNTY, Kind.CITY)


@dataclass(slots=True)
class Audiences:
    """People by unit and county on a day; what was looked up once is not looked up again."""

    on: date
    _units: dict[tuple[str, int], frozenset[int]] = field(default_factory=dict)
    _counties: dict[tuple[frozenset[str], str], frozenset[int]] = field(default_factory=dict)

    def at_units(self, units: Collection[int], right: str = "handle_cases") -> dict[int, frozenset[int]]:
        """Return who holds a right at each unit, else at the nearest one above it; two queries for all of them."""
        unknown = {unit for unit in units if (right, unit) not in self._units}
        if unknown:
            for unit, held in _near(unknown, _roles_with(right), self.on).items():
                self._units[right, unit] = held
        return {unit: self._units[right, unit] for unit in units}

    def in_county(self, county: str, *rights: str) -> frozenset[int]:
        """Return who holds all of some rights over a county; the city's people where the county has nobody."""
        wanted = frozenset.intersection(*(_roles_with(right) for right in rights))
        return self._of_county(wanted, county)

    def leaders(self, county: str) -> frozenset[int]:
        """Return the leaders of a county, as the catalogue names their roles."""
        return self._of_county(frozenset(load_notices().leader_roles), county)

    def verifiers(self, county: str, unit: int | None) -> frozenset[int]:
        """Return the duty inspectors of a unit; where there is none, who supervises and verifies in the county."""
        own = frozenset(name for name in _roles_with("verify_cases") if load_roles().roles[name].reach == "own")
        if unit is not None:
            key = ("verify_cases own", unit)
            if key not in self._units:
                self._units[key] = _near({unit}, own, self.on)[unit]
            if self._units[key]:
                return self._units[key]
        return self.in_county(county, "supervise_cases", "verify_cases") or self.in_county(county, "verify_cases")

    def _of_county(self, roles: frozenset[str], county: str) -> frozenset[int]:
        key = (roles, county)
        if key not in self._counties:
            self._counties[key] = _over(roles, county, self.on)
        return self._counties[key]


def _roles_with(right: str) -> frozenset[str]:
    return frozenset(name for name, role in load_roles().roles.items() if right in role.rights)


def _near(units: Iterable[int], roles: frozenset[str], on: date) -> dict[int, frozenset[int]]:
    """Return who holds one of some roles at each unit, or at the nearest above it that is not a whole county."""
    ways = {
        unit: [
            unit,
            *(int(part) for part in reversed((path or "").strip("/").split("/")) if part and int(part) != unit),
        ]
        for unit, path in Organisation.objects.filter(pk__in=list(units)).values_list("pk", "path")
    }
    wanted = {step for way in ways.values() for step in way}
    held: dict[int, set[int]] = {}
    whole = set()
    for appointment in _held(roles, on, Q(organisation__in=wanted)):
        held.setdefault(appointment.organisation_id, set()).add(appointment.account_id)
        if appointment.organisation.kind in _WHOLE:
            whole.add(appointment.organisation_id)
    return {
        unit: frozenset(
            next(
                (held[step] for step in ways.get(unit, ()) if step in held and (step == unit or step not in whole)), ()
            )
        )
        for unit in units
    }


def _over(roles: frozenset[str], county: str, on: date) -> frozenset[int]:
    reaching = {name for name in roles if load_roles().roles[name].reach == "county"}
    held = [
        (appointment.organisation.kind, appointment.account_id)
        for appointment in _held(roles, on, Q(organisation__county__in=("", county)))
        if appointment.organisation.kind in _WHOLE or appointment.role in reaching
    ]
    own = frozenset(account for kind, account in held if kind != Kind.CITY)
    return own or frozenset(account for kind, account in held if kind == Kind.CITY)


def _held(roles: frozenset[str], on: date, where: Q) -> list[Appointment]:
    """Return appointments in force, of open accounts at open organisations; a deputy's only while the other's holds."""
    rows = Appointment.objects.filter(
        in_force(on), where, role__in=roles, account__is_active=True, organisation__is_active=True
    ).select_related("organisation", "deputy_of")
    return [row for row in rows if row.deputy_of is None or is_in_force(row.deputy_of, on)]
