"""Who reaches which case, and as what.

Whoever may see the county's cases sees all that are not restricted; a unit's people see the cases that it leads or
assists. A restricted case is seen by those named on it alone: its units, whoever opened it, its readers.
"""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from xuezheng.cases.engine.case import ActorFacts
from xuezheng.cases.models import Case
from xuezheng.catalogue.roles import load_roles
from xuezheng.people.access import NotAllowed, OutsideArea, Reach, is_in_force
from xuezheng.people.models import Account, Appointment, Organisation

SEEING = ("view_cases", "open_cases", "supervise_cases", "force_close_cases")
"""The rights that show all cases of a whole county."""
WHOLE = ("county", "city")
"""The kinds of organisations that are no units, but what units belong to."""


def find_units(county: str) -> QuerySet[Organisation]:
    """Return the units of a county that cases can be handed to, in protocol order."""
    units = Organisation.objects.filter(county=county, is_active=True).exclude(kind__in=WHOLE)
    return units.order_by("protocol_order", "kind", "code", "pk")


def units_of(reach: Reach, on: date) -> list[int]:
    """Return the ids of the organisations whose cases somebody handles: where they hold the right, and below."""
    if reach.account is None or "handle_cases" not in reach.rights:
        return []
    return list(_below(_held(reach.account, "handle_cases", on)))


def signing_units(reach: Reach, on: date) -> list[int]:
    """Return the ids of the organisations for which somebody signs: where they hold the right, and nothing below."""
    if reach.account is None or "sign_duty_reports" not in reach.rights:
        return []
    return [organisation.pk for organisation in _held(reach.account, "sign_duty_reports", on)]


def _held(account: Account, right: str, on: date) -> list[Organisation]:
    roles = [name for name, role in load_roles().roles.items() if right in role.rights]
    held = Appointment.objects.filter(
        account=account, role__in=roles, starts_on__lte=on, organisation__is_active=True
    ).select_related("organisation", "deputy_of")
    return [
        appointment.organisation
        for appointment in held
        if is_in_force(appointment, on) and (appointment.deputy_of is None or is_in_force(appointment.deputy_of, on))
    ]


def _below(organisations: list[Organisation]) -> QuerySet[Organisation, int]:
    """Return ids of organisations with what stands under them; of a whole county only itself, or its head led all."""
    wanted = Q(pk__in=[organisation.pk for organisation in organisations])
    for organisation in organisations:
        if organisation.path and organisation.kind not in WHOLE:
            wanted |= Q(path__startswith=organisation.path)
    return Organisation.objects.filter(wanted).values_list("pk", flat=True)


def visible_cases(reach: Reach, on: date) -> QuerySet[Case]:
    """Return the cases that somebody sees, in no order."""
    if reach.account is None:
        return Case.objects.none()
    units = units_of(reach, on)
    named = Q(lead_unit__in=units) | Q(pk__in=assisted_by(units)) | Q(opened_by=reach.account)
    named |= Q(pk__in=Case.objects.filter(readers__account=reach.account).values("pk"))
    open_to = Q()
    for right in (*SEEING, "verify_cases"):
        area = reach.area_of(right)
        if area.everywhere:
            return Case.objects.filter(Q(is_restricted=False) | named)
        open_to |= Q(county__in=area.counties) if area.counties else Q()
    verified = verifiable(reach)
    seen = (open_to or Q(pk__in=[])) | verified
    return Case.objects.filter((Q(is_restricted=False) & seen) | named)


def assisted_by(units: list[int]) -> QuerySet[Any, int]:
    """Return the ids of the cases that units assist."""
    return Case.assisting_units.through.objects.filter(organisation__in=units).values_list("case_id", flat=True)


def verifiable(reach: Reach) -> Q:
    """Return the condition for cases whose lead unit lies in the area where somebody verifies."""
    area = reach.area_of("verify_cases")
    if area.everywhere:
        return Q()
    found = Q(county__in=area.counties)
    found |= Q(lead_unit__kind="township", lead_unit__code__in=area.townships)
    schools = [key.partition("/") for key in sorted(area.schools)]
    for county, _, code in schools:
        found |= Q(lead_unit__kind="school", lead_unit__county=county, lead_unit__code=code)
    for township in sorted(area.townships):
        found |= Q(lead_unit__kind="school", lead_unit__parent__code=township)
    return found


def get_case(reach: Reach, county: str, case: int, on: date) -> Case:
    """Return one case that somebody sees, by its county and id; raises `OutsideArea` for any other."""
    found = (
        visible_cases(reach, on)
        .filter(county=county, pk=case)
        .select_related("lead_unit", "county", "parent", "opened_by", "bulk")
        .defer("county__outlines")
        .first()
    )
    if found is None:
        raise OutsideArea("outside_area")
    return found


def require_supervisor(by: Reach, county: str) -> Account:
    """Return the account of who supervises a county's cases; raises `NotAllowed` for anybody else."""
    if by.account is None or not by.can_in_county("supervise_cases", county):
        raise NotAllowed("not_allowed", right="supervise_cases")
    return by.account


def actor_facts(reach: Reach, case: Case, on: date) -> ActorFacts:
    """Return how somebody stands to a case: what the machine decides by."""
    relations = set()
    if reach.can_in_county("supervise_cases", case.county_id):
        relations.add("supervisor")
    if reach.can_in_county("force_close_cases", case.county_id):
        relations.add("forcer")
    units = units_of(reach, on)
    if case.lead_unit_id in units:
        relations.add("lead_unit")
    if units and case.assisting_units.filter(pk__in=units).exists():
        relations.add("assisting_unit")
    if "verify_cases" in reach.rights and Case.objects.filter(verifiable(reach), pk=case.pk).exists():
        relations.add("inspector")
    return ActorFacts(reach.actor.id, frozenset(relations))
