"""Make an installation for the browser tests: `python installation.py FOLDER`, with `XUEZHENG_DATA` set to the folder.

Two small counties with planted records, everybody who visits, and for each flow people of its own, so that flows do not
meet. What the tests need to know of it is written to `known.json`.
"""

import json
import sys
from pathlib import Path

import django

PASSWORD = "a-long-password-for-tests"  # noqa: S105
FLOW_ROLES = (
    "statistician",
    "office",
    "administrator",
    "section_officer",
    "school_head",
    "auditor",
    "planner",
    "leader",
)
SIZES = (360, 1280)


def main(folder: Path) -> None:
    """Fill the folder."""
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from world import load_counties

    load_counties()
    from addresses import ADDRESSES, VISITORS
    from planted import make_visitor, plant

    encoded = _encoded_password()
    places = {county: plant(county) for county in ("509901", "509902")}
    for name, visitor in VISITORS.items():
        make_visitor(name, visitor)
    flow_people()
    way_people()
    from django.urls import NoReverseMatch, reverse

    from xuezheng.people.models import Account

    Account.objects.update(password=encoded)
    known = {"urls": {name: f"/jobs/{number}/" for name, number in waiting_jobs().items()}}
    for name, address in ADDRESSES.items():
        try:
            known["urls"][name] = reverse(name, kwargs=dict(address.kwargs(places["509901"])))
        except NoReverseMatch as problem:  # the table and the addresses disagree: test_doors says so
            known["urls"][name] = f"/?{problem}"
    (folder / "known.json").write_text(json.dumps(known, ensure_ascii=False, indent=1), "utf-8")


def _encoded_password() -> str:
    """One argon2 hash for everybody: a hundred of them would take ten seconds."""
    from django.contrib.auth.hashers import make_password

    return make_password(PASSWORD)


def flow_people() -> None:
    """Two people of every role for every width: `statistician-360-1`."""
    from addresses import OTHER_SCHOOL
    from world import HOME, organisation, person

    county = organisation("county", HOME, HOME, "云溪县")
    school = organisation("school", HOME, OTHER_SCHOOL, "云溪县雾溪镇中心小学校")
    for size in SIZES:
        for role in FLOW_ROLES:
            for number in (1, 2, 3):
                unit = school if role == "school_head" else county
                person(f"{role}-{size}-{number}", role, unit, name=f"{role}{number}")
        fresh = person(f"fresh-{size}", "planner", county, name="新来者")
        fresh.must_change_password = True
        fresh.save()
        person(f"locked-{size}", "planner", county, name="记性差者")
        person(f"careful-{size}", "planner", county, name="谨慎者")
        person(f"leaver-{size}", "planner", county, name=f"离任者{size}")
        person(f"successor-{size}", "leader", county, name=f"接任者{size}")


def way_people() -> None:
    """Those who walk a bulletin the whole way: the office, a unit, who verifies, who imports."""
    from world import HOME, organisation, person

    county = organisation("county", HOME, HOME, "云溪县")
    unit = organisation("member_unit", HOME, "W1", "县教育督导室")
    person("way-clerk", "office", county, name="督办员")
    person("way-unit", "unit_officer", unit, name="经办员")
    person("way-verifier", "section_officer", county, name="核查员")
    person("way-statistician", "statistician", county, name="统计员")


def waiting_jobs() -> dict[str, int]:
    """For every width one job that failed, and one that waits until long after the tests."""
    from datetime import timedelta

    from world import AT, HOME
    from xuezheng.people.models import Account
    from xuezheng.web.models import Job

    made = {}
    for size in SIZES:
        by = Account.objects.get(login=f"statistician-{size}-3")
        held = {
            "kind": "register.check_import",
            "county": HOME,
            "account": by,
            "actor": f"account:{by.pk}",
            "requested_at": AT,
        }
        failed = Job.objects.create(
            state="failed", failure_code="page_not_found", run_after=AT, arguments={"import": 0}, **held
        )
        waiting = Job.objects.create(
            state="queued", run_after=AT + timedelta(days=30_000), arguments={"import": 0}, **held
        )
        made |= {f"failed-job-{size}": failed.pk, f"waiting-job-{size}": waiting.pk}
    return made


if __name__ == "__main__":
    main(Path(sys.argv[1]))
