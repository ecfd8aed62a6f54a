"""The tree of organisations: making, renaming, moving and closing units, and entering a county's townships and schools."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from xuezheng.kernel.refusal import Contradiction, InvalidRequest
from xuezheng.ledger.actions import Actor, Recorder, recording
from xuezheng.people.access import not_ended
from xuezheng.people.models import Appointment, Organisation

Kind = Organisation.Kind
_DEEPEST = 8
# Which kinds can stand under which: a school under a county or a township, never the other way round.
_UNDER: Mapping[str, frozenset[str]] = {
    Kind.CITY: frozenset(),
    Kind.COUNTY: frozenset({Kind.CITY}),
    Kind.OFFICE: frozenset({Kind.CITY, Kind.COUNTY, Kind.COMMISSION}),
    Kind.COMMISSION: frozenset({Kind.CITY, Kind.COUNTY}),
    Kind.SECTION: frozenset({Kind.OFFICE, Kind.COMMISSION, Kind.MEMBER_UNIT, Kind.SECTION}),
    Kind.MEMBER_UNIT: frozenset({Kind.CITY, Kind.COUNTY}),
    Kind.TOWNSHIP: frozenset({Kind.COUNTY}),
    Kind.SCHOOL: frozenset({Kind.COUNTY, Kind.COMMISSION, Kind.TOWNSHIP}),
}
_TOP = frozenset({Kind.CITY, Kind.COUNTY})


@dataclass(frozen=True, slots=True)
class Unit:
    """A township or school to be entered: `township` is the code of the township that a school stands in, or empty."""

    code: str
    name: str
    township: str = ""


@dataclass(frozen=True, slots=True)
class Seeded:
    """What `seed_organisations` did."""

    county: Organisation
    created: int
    renamed: int


def create_organisation(
    *,
    kind: str,
    name: str,
    parent_id: int | None,
    by: Actor,
    at: datetime,
    code: str = "",
    protocol_order: int = 0,
    county: str = "",
) -> Organisation:
    """Make an organisation under another; its county is its parent's.

    `county` is only for a county itself, which may stand at the top or under a city. Raises `InvalidRequest` for a
    place where this kind cannot stand, and `Contradiction` for a code that is taken.
    """
    with recording(by, at) as recorder:
        parent = _locked(parent_id) if parent_id is not None else None
        belongs = county if kind == Kind.COUNTY else parent.county if parent else ""
        if kind == Kind.COUNTY and not code:
            code = county
        _check_place(kind, parent)
        _check_code(kind, belongs, code)
        made = Organisation.objects.create(
            kind=kind, name=name.strip(), parent=parent, county=belongs, code=code, protocol_order=protocol_order
        )
        made.path = _path(made, parent)
        made.save(update_fields=["path"])
        recorder.event("people.create_organisation", "organisation", made.pk, county=belongs, after=_told(made))
    return made


def change_organisation(
    *, organisation_id: int, name: str, protocol_order: int, by: Actor, at: datetime, reason: str = ""
) -> Organisation:
    """Rename an organisation, or give it another place in the protocol order."""
    with recording(by, at) as recorder:
        organisation = _locked(organisation_id)
        before = _told(organisation)
        organisation.name, organisation.protocol_order = name.strip(), protocol_order
        if _told(organisation) == before:
            return organisation
        organisation.save(update_fields=["name", "protocol_order"])
        recorder.event(
            "people.change_organisation", "organisation", organisation.pk, county=organisation.county,
            before=before, after=_told(organisation), reason=reason,
        )  # fmt: skip
    return organisation


def move_organisation(
    *, organisation_id: int, parent_id: int | None, by: Actor, at: datetime, reason: str = ""
) -> Organisation:
    """Put an organisation, with everything under it, under another one of the same county.

    Raises `InvalidRequest` for a place under itself, of another county, or where this kind cannot stand.
    """
    with recording(by, at) as recorder:
        organisation = _locked(organisation_id)
        parent = _locked(parent_id) if parent_id is not None else None
        _check_place(organisation.kind, parent)
        if parent is not None:
            if parent.path and organisation.path and parent.path.startswith(organisation.path):
                raise InvalidRequest("organisation_under_itself", name=organisation.name)
            if parent.county != organisation.county and parent.kind != Kind.CITY:
                raise InvalidRequest("organisation_other_county", name=parent.name)
        before = _told(organisation)
        old_path = organisation.path or _path(organisation, organisation.parent)
        organisation.parent = parent
        organisation.path = _path(organisation, parent)
        below = list(Organisation.objects.filter(path__startswith=old_path).exclude(pk=organisation.pk))
        for one in below:
            one.path = organisation.path + (one.path or "").removeprefix(old_path)
        organisation.save(update_fields=["parent", "path"])
        Organisation.objects.bulk_update(below, ["path"], batch_size=200)
        recorder.event(
            "people.move_organisation", "organisation", organisation.pk, county=organisation.county,
            before=before, after=_told(organisation), reason=reason,
        )  # fmt: skip
    return organisation


def close_organisation(*, organisation_id: int, by: Actor, at: datetime, reason: str) -> Organisation:
    """Close an organisation: it stays in the record, and nothing can be held in it any more.

    Raises `InvalidRequest` while units under it are open or somebody holds a role in it.
    """
    with recording(by, at) as recorder:
        organisation = _locked(organisation_id)
        children = organisation.children.filter(is_active=True).count()
        if children:
            raise InvalidRequest("organisation_has_units", name=organisation.name, number=children)
        held = Appointment.objects.filter(organisation=organisation).filter(not_ended(timezone.localdate(at))).count()
        if held:
            raise InvalidRequest("organisation_has_people", name=organisation.name, number=held)
        _set_active(organisation, "people.close_organisation", recorder, reason, is_active=False)
    return organisation


def reopen_organisation(*, organisation_id: int, by: Actor, at: datetime, reason: str) -> Organisation:
    """Open a closed organisation again."""
    with recording(by, at) as recorder:
        organisation = _locked(organisation_id)
        _set_active(organisation, "people.reopen_organisation", recorder, reason, is_active=True)
    return organisation


def seed_organisations(
    *,
    county: Unit,
    townships: Sequence[Unit],
    schools: Sequence[Unit],
    by: Actor,
    at: datetime,
) -> Seeded:
    """Enter a county with its townships and schools as organisations, by their codes; can be repeated at will.

    What is there keeps its place and its people and takes the given name; what is missing is made; nothing is closed.
    A school stands under its township where that is among `townships`, else under the county.
    """
    with recording(by, at) as recorder:
        cities = Organisation.objects.filter(kind=Kind.CITY, is_active=True)[:2]
        root = _top(county, cities[0] if len(cities) == 1 else None)
        created, renamed = _enter(Kind.TOWNSHIP, townships, {}, root.organisation)
        parents = {one.code: one for one in _of(Kind.TOWNSHIP, county.code)}
        more_created, more_renamed = _enter(Kind.SCHOOL, schools, parents, root.organisation)
        created, renamed = created + more_created + root.created, renamed + more_renamed + root.renamed
        recorder.event(
            "people.seed_organisations", "organisation", root.organisation.pk, county=county.code,
            after={"townships": len(townships), "schools": len(schools), "created": created, "renamed": renamed},
        )  # fmt: skip
    return Seeded(root.organisation, len(created), len(renamed))


@dataclass(frozen=True, slots=True)
class _Root:
    organisation: Organisation
    created: list[str]
    renamed: list[str]


def _top(county: Unit, city: Organisation | None) -> _Root:
    root = Organisation.objects.filter(kind=Kind.COUNTY, county=county.code, code=county.code).first()
    if root is None:
        root = Organisation.objects.create(
            kind=Kind.COUNTY, county=county.code, code=county.code, name=county.name, parent=city
        )
        root.path = _path(root, city)
        root.save(update_fields=["path"])
        return _Root(root, [county.code], [])
    if root.name == county.name:
        return _Root(root, [], [])
    root.name = county.name
    root.save(update_fields=["name"])
    return _Root(root, [], [county.code])


def _of(kind: str, county: str) -> Iterable[Organisation]:
    return Organisation.objects.filter(kind=kind, county=county).exclude(code="")


def _enter(
    kind: str, units: Sequence[Unit], parents: Mapping[str, Organisation], root: Organisation
) -> tuple[list[str], list[str]]:
    there = {one.code: one for one in _of(kind, root.county)}
    renamed = [one for one in units if one.code in there and one.name and there[one.code].name != one.name]
    for unit in renamed:
        there[unit.code].name = unit.name
    Organisation.objects.bulk_update([there[unit.code] for unit in renamed], ["name"], batch_size=200)
    new = [unit for unit in units if unit.code not in there]
    made = Organisation.objects.bulk_create(
        [
            Organisation(
                kind=kind, county=root.county, code=unit.code, name=unit.name or unit.code,
                parent=parents.get(unit.township, root),
            )
            for unit in new
        ],
        batch_size=200,
    )  # fmt: skip
    for one in made:
        one.path = _path(one, one.parent)
    Organisation.objects.bulk_update(made, ["path"], batch_size=200)
    return [unit.code for unit in new], [unit.code for unit in renamed]


def _locked(organisation_id: int) -> Organisation:
    return Organisation.objects.select_for_update().get(pk=organisation_id)


def _path(organisation: Organisation, parent: Organisation | None) -> str:
    return f"{parent.path if parent else '/'}{organisation.pk}/"


def _check_place(kind: str, parent: Organisation | None) -> None:
    if parent is None:
        if kind not in _TOP:
            raise InvalidRequest("organisation_needs_parent")
        return
    if parent.kind not in _UNDER[kind]:
        raise InvalidRequest("organisation_wrong_place", name=parent.name)
    if not parent.is_active:
        raise InvalidRequest("organisation_closed", name=parent.name)
    if (parent.path or "").count("/") > _DEEPEST:
        raise InvalidRequest("organisation_too_deep", deepest=_DEEPEST)


def _check_code(kind: str, county: str, code: str) -> None:
    if code and Organisation.objects.filter(kind=kind, county=county, code=code).exists():
        raise Contradiction("organisation_code_taken", found=code)


def _told(organisation: Organisation) -> dict[str, object]:
    return {
        "kind": str(organisation.kind), "name": organisation.name, "code": organisation.code,
        "parent": organisation.parent_id, "protocol_order": organisation.protocol_order,
        "is_active": organisation.is_active,
    }  # fmt: skip


def _set_active(organisation: Organisation, action: str, recorder: Recorder, reason: str, *, is_active: bool) -> None:
    if not reason.strip():
        raise InvalidRequest("reason_missing")
    if organisation.is_active == is_active:
        return
    before = _told(organisation)
    organisation.is_active = is_active
    organisation.save(update_fields=["is_active"])
    recorder.event(
        action, "organisation", organisation.pk, county=organisation.county,
        before=before, after=_told(organisation), reason=reason.strip(),
    )  # fmt: skip
