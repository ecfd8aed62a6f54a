"""The schools that stand nearest to one, by the straight line."""

from dataclasses import dataclass

from django.db.models import QuerySet

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.engine.distance import kilometres
from xuezheng.register.models import School


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A school beside another one: how far in kilometres by the straight line, and which stages both have."""

    school: School
    km: float
    stages: tuple[str, ...]


def find_neighbours(school: School, among: QuerySet[School], limit: int = 6) -> list[Neighbour]:
    """Return the open schools of the same county nearest to a school that have a stage in common with it.

    `among` are the schools that the asking person reaches. Schools without coordinates are left out; a school that
    has none itself has no neighbours.
    """
    if school.lon is None or school.lat is None:
        return []
    stages = _stages(school)
    others = among.filter(county_id=school.county_id, lon__isnull=False, lat__isnull=False, closed_on__isnull=True)
    others = others.only("county_id", "school_code", "name", "kind", "stages", "lon", "lat", "pupils")
    found = [
        Neighbour(other, kilometres((school.lon, school.lat), (other.lon or 0, other.lat or 0)), shared)
        for other in others.exclude(pk=school.pk)
        if (shared := tuple(stage for stage in stages if stage in _stages(other)))
    ]
    return sorted(found, key=lambda neighbour: (neighbour.km, neighbour.school.school_code))[:limit]


def _stages(school: School) -> tuple[str, ...]:
    if school.stages:
        return tuple(school.stages.split(","))
    kinds = load_register_schema().stages_of_kind
    return kinds[school.kind].expected if school.kind in kinds else ()
