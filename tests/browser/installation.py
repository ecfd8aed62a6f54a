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
    from django.urls import NoReverseMatch, reverse

    from xuezheng.people.models import Account

    Account.objects.update(password=encoded)
    known = {"urls": {}}
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
                person(
                    f"{role}-{size}-{number}", role, school if role == "school_head" else county, name=f"{role}{number}"
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
