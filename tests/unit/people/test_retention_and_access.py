"""Retention periods applied, departures closed in time, organisations from the register, and who reaches what."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.utils import timezone

from world import AT, HOME, organisation, person
from xuezheng.catalogue.retention import load_retention
from xuezheng.catalogue.roles import load_roles
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import SYSTEM, recording
from xuezheng.ledger.models import Event, Payload
from xuezheng.ledger.queries import find_breaks, get_head
from xuezheng.people.access import reach_of
from xuezheng.people.actions import (
    NewAccount,
    Unit,
    UnusableRoster,
    apply_retention,
    appoint,
    close_departed,
    create_accounts,
    hand_over,
    move_organisation,
    seed_organisations,
)
from xuezheng.people.models import Account, Organisation, SignedInSession
from xuezheng.people.passwords import fresh_password, hash_of_fresh

pytestmark = pytest.mark.django_db
TODAY = AT.date()


def seeded(*schools, county="599901"):
    return seed_organisations(
        county=Unit(county, "试县"), townships=[Unit(f"{county}001", "一镇"), Unit(f"{county}002", "二镇")],
        schools=schools, by=SYSTEM, at=AT,
    )  # fmt: skip


def test_the_register_enters_a_county_once_and_then_only_what_is_new():
    first = seeded(Unit("1", "甲校", "599901001"), Unit("2", "乙校", "599901002"), Unit("3", "丙校"))
    assert (first.created, first.renamed) == (6, 0)
    school = Organisation.objects.get(county="599901", kind="school", code="1")
    assert school.parent.code == "599901001"
    assert school.path == f"{school.parent.path}{school.pk}/"
    assert Organisation.objects.get(county="599901", code="3").parent == first.county
    again = seeded(Unit("1", "甲新校", "599901001"), Unit("4", "丁校", "599901002"))
    assert (again.created, again.renamed) == (1, 1)
    school.refresh_from_db()
    assert school.name == "甲新校"
    assert Organisation.objects.filter(county="599901", kind="school").count() == 4


def test_what_was_moved_by_hand_stays_where_it_was_put():
    seeded(Unit("1", "甲校", "599901001"))
    school = Organisation.objects.get(county="599901", kind="school")
    second = Organisation.objects.get(county="599901", code="599901002")
    move_organisation(organisation_id=school.pk, parent_id=second.pk, by=SYSTEM, at=AT)
    seeded(Unit("1", "甲校", "599901001"))
    school.refresh_from_db()
    assert school.parent == second


def test_a_subtree_moves_with_its_paths_and_never_under_itself():
    top = seeded().county
    township, other = Organisation.objects.filter(county="599901", kind="township").order_by("code")
    seeded(Unit("1", "甲校", "599901001"))
    with pytest.raises(InvalidRequest):
        move_organisation(organisation_id=township.pk, parent_id=other.pk, by=SYSTEM, at=AT)
    school = Organisation.objects.get(county="599901", kind="school")
    assert school.path.startswith(township.path)
    assert top.path == f"/{top.pk}/"


def test_two_hundred_and_fifty_accounts_are_one_step_with_passwords_of_their_own():
    units = [organisation("school", HOME, f"77{n:08d}", f"第{n}校") for n in range(250)]
    rows = [NewAccount(unit.code, unit.name, unit.pk, "school_collector") for unit in units]
    slips = create_accounts(accounts=rows, by=SYSTEM, at=AT)
    assert len({slip.password for slip in slips}) == 250
    assert Account.objects.get(login=slips[7].login).check_password(slips[7].password)
    assert Event.objects.filter(action="people.create_account").count() == 250
    assert all(slip.password not in str(body) for slip in slips[:9] for body in Payload.objects.values_list("body"))


def test_a_fresh_password_is_easy_to_read_hard_to_guess_and_hashed_lightly_until_it_is_changed(settings):
    settings.PASSWORD_HASHERS = ["xuezheng.people.passwords.CappedArgon2"]
    password = fresh_password()
    assert len(password) == 19
    assert not set(password) & set("0o1li")
    account = Account(login="x", name="x", created_at=AT, password=hash_of_fresh(password))
    assert account.password.startswith("argon2$argon2id$v=19$m=4096,t=1")
    account.save()
    assert account.check_password(password)
    assert not account.check_password("wrong")
    account.refresh_from_db()
    assert "m=102400" in account.password  # made strong with the first right password


def test_what_is_over_its_time_goes_and_the_chain_stays_whole():
    long_ago = AT - timedelta(days=load_retention().kinds["event_payloads"].days + 1)
    with recording(SYSTEM, long_ago) as recorder:
        recorder.event("people.appoint", "account", "1", county=HOME, after={"name": "旧"})
    old = get_head()[0]
    account = person("planner", "planner")
    SignedInSession.objects.create(
        account=account, session_key="old", started_at=AT - timedelta(days=40), last_seen_at=AT - timedelta(days=40)
    )
    attempt = AccessAttempt.objects.create(username="x", failures_since_start=1)
    AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=AT - timedelta(days=181))
    counts = apply_retention(at=AT)
    assert (counts["event_payloads"], counts["sessions"], counts["sign_in_attempts"]) == (1, 1, 1)
    assert not Payload.objects.filter(event_id=old).exists()
    assert find_breaks() == []
    before = get_head()
    assert not any(apply_retention(at=AT).values())
    assert get_head() == before


def test_a_name_or_an_address_that_no_column_holds_is_a_fault_of_its_row():
    school = organisation("school", HOME, "1190000001", "第一小学")
    rows = [
        NewAccount("long.name", "长" * 61, school.pk, "school_head", row=2),
        NewAccount("no.address", "甲", school.pk, "school_head", email="甲乙丙", row=3),
        NewAccount("long.address", "甲", school.pk, "school_head", email=f"a@{'b' * 60}.{'c' * 250}.cn", row=4),
    ]
    with pytest.raises(UnusableRoster) as refused:
        create_accounts(accounts=rows, by=SYSTEM, at=AT)
    assert [(fault.row, fault.code) for fault in refused.value.faults] == [
        (2, "name_long"), (3, "email_form"), (4, "email_form"),
    ]  # fmt: skip


def test_who_leaves_later_is_closed_by_the_night_after_the_last_day():
    account, successor = person("leaving", "planner"), person("successor", "leader")
    appointment, last = account.appointments.get(), TODAY + timedelta(days=10)
    hand_over(
        account_id=account.pk,
        leaves_on=last,
        successors={appointment.pk: successor.pk},
        by=SYSTEM,
        at=AT,
        reason="调离",
    )
    account.refresh_from_db()
    assert account.is_active
    assert "planner" in reach_of(account, last).roles
    assert "planner" not in reach_of(account, last + timedelta(days=1)).roles
    assert "planner" not in reach_of(successor, last).roles
    assert "planner" in reach_of(successor, last + timedelta(days=1)).roles
    close_departed(at=AT + timedelta(days=10))
    account.refresh_from_db()
    assert account.is_active
    close_departed(at=AT + timedelta(days=11))
    account.refresh_from_db()
    assert not account.is_active


def test_a_successor_who_holds_the_role_there_already_gets_it_from_the_day_after_and_no_second_time():
    leaving, for_good, for_a_while = (person(login, "planner") for login in ("leaving", "for.good", "for.a.while"))
    until = TODAY + timedelta(days=30)
    for_a_while.appointments.update(ends_on=until)
    held = leaving.appointments.get()
    appoint(
        account_id=leaving.pk, organisation_id=held.organisation_id, role="leader", starts_on=TODAY, by=SYSTEM, at=AT
    )
    other = leaving.appointments.get(role="leader")
    appoint(
        account_id=for_a_while.pk, organisation_id=held.organisation_id, role="leader", starts_on=TODAY,
        ends_on=until, by=SYSTEM, at=AT,
    )  # fmt: skip
    hand_over(
        account_id=leaving.pk, leaves_on=TODAY, successors={held.pk: for_good.pk, other.pk: for_a_while.pk},
        by=SYSTEM, at=AT, reason="调离",
    )  # fmt: skip
    assert for_good.appointments.count() == 1
    days = for_a_while.appointments.filter(role="leader").order_by("starts_on").values_list("starts_on", "ends_on")
    assert list(days) == [(TODAY, until), (until + timedelta(days=1), None)]


@pytest.mark.parametrize("role", sorted(load_roles().roles))
def test_a_role_can_be_held_where_the_catalogue_says_and_nowhere_else(role):
    account = person("somebody", "leader")
    for kind in load_roles().organisations:
        unit = organisation(kind, "" if kind == "city" else HOME, f"r{kind}"[:12], "某处")
        given = {"account_id": account.pk, "organisation_id": unit.pk, "role": role, "starts_on": TODAY}
        if kind in load_roles().roles[role].held_in:
            appoint(**given, by=SYSTEM, at=AT)
        else:
            with pytest.raises(InvalidRequest, match="role_not_held_here"):
                appoint(**given, by=SYSTEM, at=AT)


@pytest.mark.parametrize("role", sorted(load_roles().roles))
def test_what_a_role_reaches_ends_where_its_organisation_ends(role):
    kind = load_roles().roles[role].held_in[-1]
    account = person("somebody", role, organisation(kind, HOME, f"{HOME}003" if kind == "township" else "1150000001"))
    reach = reach_of(account, timezone.localdate(AT))
    assert reach.rights == load_roles().roles[role].rights
    assert not reach.area.everywhere
    assert not reach.area.touches_county("509902")
    whole = load_roles().roles[role].reach == "county"
    assert reach.area.holds_county(HOME) == whole
    assert reach.area.holds_school(HOME, f"{HOME}003", "1150000001")
    assert reach.area.holds_school(HOME, f"{HOME}009", "1150000009") == whole
