"""The world of the office's tests: two small counties with three years of snapshots, and people made where a test needs them."""

import tempfile
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

AT = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
HOME, OTHER = "509901", "509902"
PASSWORD = "a-long-password-for-tests"  # noqa: S105


def store_counties(into: Path) -> list[Path]:
    """Write two small counties' workbooks, import them into the snapshot store, and return the snapshot folders."""
    from xuezheng.register.demonstration.county import make_county, size_named
    from xuezheng.register.demonstration.neighbour import neighbour
    from xuezheng.register.demonstration.workbooks import write_workbooks
    from xuezheng.register.opening import read_sources
    from xuezheng.register.snapshot import store_snapshots

    county = make_county(1, size_named("small"))
    folders = []
    for made in (county, neighbour(county, OTHER, "临河县")):
        with tempfile.TemporaryDirectory() as folder:
            folders += store_snapshots(read_sources(write_workbooks(Path(folder), made)), into)
    return folders


def load_counties() -> None:
    """Enter both counties with their evaluations into the database: what `django_db` tests find there."""
    from django.conf import settings

    from xuezheng.ledger.actions import SYSTEM
    from xuezheng.register.actions import index_snapshot
    from xuezheng.standards.actions import evaluate_snapshot

    for folder in store_counties(settings.SNAPSHOT_STORE):
        for snapshot in index_snapshot(folder=folder, by=SYSTEM, at=AT):
            evaluate_snapshot(snapshot=snapshot, by=SYSTEM, at=AT)


def organisation(kind: str, county: str = HOME, code: str = "", name: str = "某单位"):
    """Make an organisation (or return the one that is there) and give it its path."""
    from xuezheng.people.models import Organisation

    made, created = Organisation.objects.get_or_create(kind=kind, county=county, code=code, defaults={"name": name})
    if created:
        made.path = f"/{made.pk}/"
        made.save()
    return made


def person(login: str, role: str, at: object = None, *, name: str = ""):
    """Make an account with one role at an organisation (the home county's where none is named)."""
    from xuezheng.people.models import Account, Appointment

    account = Account(login=login, name=name or login, created_at=AT)
    account.set_password(PASSWORD)
    account.save()
    Appointment.objects.create(
        account=account, organisation=at or organisation("county", HOME, HOME, "云溪县"), role=role,
        starts_on=date(2020, 1, 1),
    )  # fmt: skip
    return account
