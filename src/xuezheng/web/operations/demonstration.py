"""Loading the demonstration into an installation of its own, in a process beside the one that writes the report.

python -m xuezheng.web.operations.demonstration load      migrates, indexes and evaluates what is stored and not yet in
python -m xuezheng.web.operations.demonstration people    makes the people, or new passwords, and prints them as JSON
"""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from functools import partial
from pathlib import Path

from xuezheng.kernel.refusal import InvalidRequest, Refusal


def load(at: datetime) -> None:
    """Bring the database up to date, and enter and evaluate every stored snapshot that it does not hold yet.

    At the first time the people of the demonstration walk their course, too, in days before `at`; the newest school year
    is entered in its midst. Where people stand already, theirs is what they have done since.
    Raises `InvalidRequest` for a database in which real people or counties stand.
    """
    from django.conf import settings
    from django.core.management import call_command

    from xuezheng.people.models import Account
    from xuezheng.register.models import County, Snapshot
    from xuezheng.web.operations.demonstration_course import installed_at, walk_course
    from xuezheng.web.operations.server import collect_static_files

    _refuse_real_installation()  # first: somebody's own database is not even brought up to date
    call_command("migrate", interactive=False, verbosity=0)
    held = set(Snapshot.objects.values_list("folder", flat=True))
    folders = [folder for folder in sorted(Path(settings.SNAPSHOT_STORE).iterdir()) if not folder.name.startswith(".")]
    missing = [folder for folder in folders if folder.name not in held]
    if missing and not Account.objects.exists() and folders[-1] in missing:
        *earlier, newest = missing
        _enter(earlier, installed_at(at))
        walk_course(county=County.objects.get(code=_county_code()), at=at, enter_newest_year=partial(_enter, [newest]))
    else:
        _enter(missing, at)
    collect_static_files()


def _enter(folders: list[Path], at: datetime) -> None:
    """Enter snapshots, and evaluate every one that is not evaluated yet."""
    from xuezheng.ledger.actions import SYSTEM
    from xuezheng.register.actions import index_snapshot
    from xuezheng.register.models import Snapshot
    from xuezheng.standards.actions import evaluate_snapshot

    for folder in folders:
        index_snapshot(folder=folder, by=SYSTEM, at=at)
    for snapshot in Snapshot.objects.filter(evaluations__isnull=True).order_by("school_year"):
        evaluate_snapshot(snapshot=snapshot, by=SYSTEM, at=at)


def _refuse_real_installation() -> None:
    from django.db import connection

    from xuezheng.people.models import Account
    from xuezheng.register.models import County
    from xuezheng.web.operations.people import DEMONSTRATION_LOGINS

    others = (Account.objects.exclude(login__in=DEMONSTRATION_LOGINS), County.objects.exclude(code=_county_code()))
    present = set(connection.introspection.table_names())
    if any(rows.model._meta.db_table in present and rows.exists() for rows in others):
        raise InvalidRequest("demonstration_not_empty")


def people(at: datetime) -> list[dict[str, object]]:
    """Make the demonstration's people with fresh passwords, and return them."""
    from xuezheng.ledger.actions import SYSTEM
    from xuezheng.register.models import County
    from xuezheng.web.operations.people import create_demonstration_people

    county = County.objects.get(code=_county_code())
    made = create_demonstration_people(county=county, by=SYSTEM, at=at)
    return [{**asdict(shown), "sees": shown.sees.model_dump()} for shown in made]


def _county_code() -> str:
    from xuezheng.register.demonstration.parameters import load_parameters

    return load_parameters().county.code


def main(task: str) -> None:
    """Do one of the two; a refusal is printed on standard error as its code and parameters, and ends with 19."""
    import django

    django.setup()
    from django.utils import timezone

    try:
        if task == "people":
            sys.stdout.write(json.dumps(people(timezone.now()), ensure_ascii=False))
        else:
            load(timezone.now())
    except Refusal as refusal:
        sys.stdout.write(json.dumps({"code": refusal.code, "params": refusal.params}, ensure_ascii=False))
        sys.exit(refusal.exit_status)


if __name__ == "__main__":
    main(sys.argv[1])
