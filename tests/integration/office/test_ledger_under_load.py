"""Many writers at once: every event is there, in one chain without gaps, on the database of this run."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import postgres

WRITERS, EACH = 4, 25

PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""
WRITE = f"""
import sys, django; django.setup()
from datetime import UTC, datetime
from xuezheng.ledger.actions import Actor, recording
from xuezheng.people.models import Organisation
for number in range({EACH}):
    with recording(Actor("account:" + sys.argv[1]), datetime.now(UTC)) as recorder:
        made = Organisation.objects.create(kind="section", name=f"{{sys.argv[1]}}-{{number}}")
        recorder.event("people.create_organisation", "organisation", made.pk)
        recorder.event("people.change_organisation", "organisation", made.pk)
"""
CHECK = """
import django; django.setup()
from collections import Counter
from xuezheng.ledger.models import Event
from xuezheng.ledger.queries import find_breaks, get_head
from xuezheng.people.models import Organisation
numbers = list(Event.objects.order_by("number").values_list("number", flat=True))
pairs = Counter(Event.objects.values_list("subject_id", flat=True))
print(find_breaks() == [], numbers == list(range(1, len(numbers) + 1)), get_head()[0], Organisation.objects.count(), set(pairs.values()))
"""


def database_of_this_run(folder):
    """The address of an empty database: a file, or a new database on the run's PostgreSQL server."""
    if not postgres.is_asked_for():
        return f"sqlite:///{folder / 'load.sqlite3'}"
    import psycopg

    name = f"load_{uuid.uuid4().hex[:12]}"
    address = postgres.address()
    with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    return f"{address}/{name}"


def test_writers_at_the_same_time_make_one_chain(tmp_path):
    source = Path(__file__).resolve().parents[3] / "src"
    environment = os.environ | {
        "DATABASE_URL": database_of_this_run(tmp_path), "XUEZHENG_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings", "PYTHONPATH": str(source),
    }  # fmt: skip

    def python(code, *arguments):
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.PIPE, text=True
        )

    def done(process):
        told, _ = process.communicate()
        assert process.returncode == 0
        return told

    done(python(PREPARE))
    for writer in [python(WRITE, str(number)) for number in range(WRITERS)]:
        done(writer)
    total = WRITERS * EACH
    assert done(python(CHECK)).split("\n")[0] == f"True True {2 * total} {total} {{2}}"
