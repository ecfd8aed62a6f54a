"""Reading people: organisations, accounts, appointments, and what needs two people. Everything is narrowed to an area."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.sessions.models import Session
from django.db.models import Case, Count, Exists, OuterRef, Prefetch, Q, QuerySet, When

from xuezheng.people.access import Area, OutsideArea, in_force, not_ended
from xuezheng.people.models import AccessToken, Account, Appointment, Approval, Organisation, SignedInSession

Kind = Organisation.Kind
_TOKENS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Branch:
    """One organisation of the tree with what stands under it, in protocol order; `people` hold a role in it."""

    organisation: Organisation
    people: int
    children: list["Branch"]


def find_organisations(area: Area) -> QuerySet[Organisation]:
    """Return the organisations of an area's counties (all of them where it is everywhere)."""
    return Organisation.objects.filter(area.county_rows()) if area else Organisation.objects.none()


def find_open_organisations(area: Area, county: str = "") -> QuerySet[Organisation]:
    """Return an area's organisations in which roles can be held, by kind and protocol order."""
    found = find_organisations(area).filter(is_active=True)
    return (found.filter(county=county) if county else found).order_by("county", "kind", "protocol_order", "code", "id")


def get_organisation(area: Area, number: int) -> Organisation:
    """Return an organisation of an area; raises `OutsideArea` for any other."""
    found = find_organisations(area).select_related("parent").filter(pk=number).first()
    if found is None:
        raise OutsideArea("outside_area")
    return found


def find_tree(area: Area, county: str, on: date) -> list[Branch]:
    """Return a county's organisations as a tree, those without a parent in it first; two queries whatever its size."""
    held = Appointment.objects.filter(in_force(on), organisation__county=county, account__is_active=True)
    people = {one["organisation"]: one["n"] for one in held.values("organisation").annotate(n=Count("account"))}
    rows = list(find_organisations(area).filter(county=county).order_by("-is_active", "protocol_order", "code", "id"))
    branches = {one.pk: Branch(one, people.get(one.pk, 0), []) for one in rows}
    top: list[Branch] = []
    for one in rows:
        above = branches.get(one.parent_id or 0)
        (above.children if above else top).append(branches[one.pk])
    return top


def find_people_of(area: Area, organisation: Organisation, on: date) -> QuerySet[Appointment]:
    """Return who holds a role in an organisation of the area on a day or will, by role."""
    return (
        Appointment.objects.filter(area.county_rows("organisation__county"), organisation=organisation)
        .filter(not_ended(on), account__is_active=True)
        .select_related("account", "deputy_of__account")
        .order_by("role", "account__name")
    )


def find_accounts(area: Area, *, text: str = "", role: str = "", state: str = "open", on: date) -> QuerySet[Account]:
    """Return the accounts that hold or held a role in an area, with those roles (`held`), by login.

    `state` is open, closed or all; `text` is part of a name, a login or an organisation's name.
    """
    here = Appointment.objects.filter(area.county_rows("organisation__county"), account=OuterRef("pk"))
    if role:
        here = here.filter(in_force(on), role=role)
    found = Account.objects.filter(Exists(here)) if area else Account.objects.none()
    if text:
        by_unit = Exists(here.filter(organisation__name__icontains=text))
        found = found.filter(Q(name__icontains=text) | Q(login__icontains=text) | by_unit)
    if state in ("open", "closed"):
        found = found.filter(is_active=state == "open")
    return found.prefetch_related(_held_in(area, on)).order_by("login")


def find_all_held(area: Area, county: str) -> QuerySet[Appointment]:
    """Return every appointment in a county of the area, with account and organisation: what an export lists."""
    return (
        Appointment.objects.filter(area.county_rows("organisation__county"), organisation__county=county)
        .select_related("account", "organisation")
        .order_by("account__login", "starts_on", "id")
    )


def get_account(area: Area, number: int) -> Account:
    """Return an account that holds or held a role in the area; raises `OutsideArea` for any other."""
    here = Appointment.objects.filter(area.county_rows("organisation__county"), account=OuterRef("pk"))
    found = Account.objects.filter(Exists(here), pk=number).first() if area else None
    if found is None:
        raise OutsideArea("outside_area")
    return found


def is_manageable(area: Area, account: Account, on: date) -> bool:
    """Whether all roles that somebody holds or will hold lie in the area.

    Who manages one county must not get at an account that reaches another: a reset password would open it.
    """
    held = account.appointments.filter(not_ended(on))
    return not held.exclude(area.county_rows("organisation__county")).exists()


def find_appointments(area: Area, account: Account) -> QuerySet[Appointment]:
    """Return the roles of somebody that lie in an area, the newest first."""
    return (
        account.appointments.filter(area.county_rows("organisation__county"))
        .select_related("organisation", "deputy_of__account")
        .order_by("-starts_on", "-id")
    )


def get_appointment(area: Area, number: int) -> Appointment:
    """Return an appointment in an area; raises `OutsideArea` for any other."""
    found = (
        Appointment.objects.filter(area.county_rows("organisation__county"), pk=number)
        .select_related("account", "organisation")
        .first()
        if area
        else None
    )
    if found is None:
        raise OutsideArea("outside_area")
    return found


def find_sessions(account: Account, at: datetime) -> QuerySet[SignedInSession]:
    """Return where somebody is signed in at a moment, the last seen first; sessions that ran out are none."""
    living = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    return account.signed_in_sessions.filter(Exists(living)).order_by("-last_seen_at")


def find_tokens(account: Account) -> QuerySet[AccessToken]:
    """Return somebody's access tokens, the newest first, with those that are over until they are removed."""
    return AccessToken.objects.filter(account=account)[:_TOKENS_SHOWN]


def count_schools_without_account(area: Area, county: str, on: date) -> int:
    """Return how many open schools of a county have nobody with a role in them."""
    held = Appointment.objects.filter(not_ended(on), account__is_active=True)
    return (
        find_organisations(area)
        .filter(kind=Kind.SCHOOL, county=county, is_active=True)
        .exclude(code="")
        .exclude(pk__in=held.values("organisation"))
        .count()
    )


def find_counties_of(area: Area) -> QuerySet[Organisation]:
    """Return the counties of an area as organisations, by code."""
    return find_organisations(area).filter(kind=Kind.COUNTY).order_by("code")


def find_approvals(area: Area, account: Account) -> QuerySet[Approval]:
    """Return the requests of an area, and one's own wherever they are, open ones first and the newest first."""
    scope = Q(requested_by=account)
    if area:
        scope |= area.county_rows()
    return (
        (Approval.objects.all() if area.everywhere else Approval.objects.filter(scope))
        .select_related("requested_by", "decided_by")
        .annotate(closed=Case(When(outcome=Approval.Outcome.OPEN, then=0), default=1))
        .order_by("closed", "-requested_at", "-id")
    )


def get_approval(area: Area, number: int) -> Approval:
    """Return a request of an area; raises `OutsideArea` for any other."""
    found = (
        Approval.objects.filter(area.county_rows(), pk=number).select_related("requested_by", "decided_by").first()
        if area
        else None
    )
    if found is None:
        raise OutsideArea("outside_area")
    return found


def find_granted(
    *, kind: str, subject_kind: str, subject_id: object, county: str, requested_by: Account, at: datetime
) -> Approval | None:
    """Return the grant that this person can use now for this subject, or None: pass its id to `use_approval`."""
    return (
        Approval.objects.filter(
            kind=kind,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            county=county,
            requested_by=requested_by,
            outcome=Approval.Outcome.GRANTED,
            expires_at__gt=at,
        )
        .order_by("-decided_at")
        .first()
    )


def find_open(*, kind: str, subject_kind: str, subject_id: object, county: str, at: datetime) -> Approval | None:
    """Return the newest request for this subject that still waits for a decision, whoever asked, or None."""
    return (
        Approval.objects.filter(
            kind=kind,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            county=county,
            outcome=Approval.Outcome.OPEN,
            expires_at__gt=at,
        )
        .select_related("requested_by")
        .first()
    )


def find_actors(text: str) -> tuple[str, ...]:
    """Return the ledger's names of those whose login is or whose name holds a text: `account:7`, or the system's own."""
    if text in ("system", "command-line", "stranger"):
        return (text,)
    found = Account.objects.filter(Q(login=text) | Q(name__icontains=text)).values_list("pk", flat=True)[:200]
    return tuple(f"account:{number}" for number in found) or ("nobody",)


def find_names(actors: set[str]) -> dict[str, str]:
    """Return what the accounts behind the ledger's names are called, by those names."""
    numbers = [int(actor.partition(":")[2]) for actor in actors if actor.startswith("account:")]
    return {
        f"account:{number}": name for number, name in Account.objects.filter(pk__in=numbers).values_list("pk", "name")
    }


def _held_in(area: Area, on: date) -> "Prefetch[str, QuerySet[Appointment], str]":
    held = (
        Appointment.objects.filter(area.county_rows("organisation__county"))
        .filter(not_ended(on))
        .select_related("organisation")
    )
    return Prefetch("appointments", queryset=held, to_attr="held")
