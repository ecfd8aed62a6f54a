"""Backup and restore, rehearsed as an administrator does it: on SQLite and PostgreSQL, in every direction."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from pathlib import Path

import psycopg
import pytest

import postgres
from world import HOME, store_counties

needs_postgres = pytest.mark.skipif(postgres.programs() is None, reason="PostgreSQL is not installed")

FILL = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from pathlib import Path
from django.conf import settings
from django.utils import timezone
from world import person
from xuezheng.ledger.actions import Actor, recording
from xuezheng.register.actions import index_snapshot
from xuezheng.standards.actions import evaluate_snapshot
from xuezheng.ledger.actions import SYSTEM
for folder in sorted(Path(settings.SNAPSHOT_STORE).iterdir()):
    for snapshot in index_snapshot(folder=folder, by=SYSTEM, at=timezone.now()):
        evaluate_snapshot(snapshot=snapshot, by=SYSTEM, at=timezone.now(), standards=["cn-compulsory-2017"])
account = person("planner", "planner", name="张三")
with recording(Actor(f"account:{account.pk}", account.name), timezone.now()) as recorder:
    recorder.event("people.note", "account", account.pk, county="509901", reason="姓名“张三”、0.1 与 1e-9", after={"share": 0.1, "tiny": 1e-9})
(Path(settings.EVIDENCE_STORE) / "ab").mkdir(parents=True)
(Path(settings.EVIDENCE_STORE) / "ab" / "abcd").write_bytes(b"evidence")
"""
COUNT = """
import django; django.setup()
import json
from django.apps import apps
from xuezheng.ledger.queries import find_breaks, get_head
from xuezheng.people.models import Account
counts = {m._meta.label: m._base_manager.count() for m in apps.get_models() if m._meta.app_label in ("ledger", "people", "register", "standards")}
made = Account.objects.create(login="after", name="after", created_at="2026-01-01T00:00:00Z")
print(json.dumps({"counts": counts, "head": get_head(), "breaks": len(find_breaks()), "next": made.pk}))
made.delete()
"""


class Installation:
    """An installation of its own: a data folder and a database, worked on by the command line alone."""

    def __init__(self, folder, database=""):
        self.data, self.name = folder / "data", ""
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "XUEZHENG_DATA": str(self.data),
            "XUEZHENG_LANGUAGE": "en", "DATABASE_URL": database, "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings",
        }  # fmt: skip

    def run(self, *command, script=None):
        arguments = [sys.executable, "-c", script] if script else [sys.executable, "-m", "xuezheng", *map(str, command)]
        return subprocess.run(arguments, env=self.environment, capture_output=True, text=True, check=False, cwd="/")

    def done(self, *command, script=None):
        found = self.run(*command, script=script)
        assert found.returncode == 0, found.stderr
        return found.stdout

    def told(self):
        return json.loads(self.done(script=COUNT))


def new_database(name, like="template1"):
    with psycopg.connect(f"{postgres.address()}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
    return f"{postgres.address()}/{name}"


@pytest.fixture
def on(tmp_path):
    """Make empty installations by kind, `on("sqlite")`, or ones like another, `on("postgres", like=filled("postgres"))`."""
    made = []

    def make(kind, like=None):
        folder = tmp_path / f"{len(made)}-{kind}"
        folder.mkdir()
        made.append(folder)
        name = f"backup_{os.getpid()}_{len(made)}"
        database = new_database(name, like.name if like else "template1") if kind == "postgres" else ""
        if like:
            shutil.copytree(like.data, folder / "data")
        return Installation(folder, database)

    yield make
    let_delete(tmp_path)


def let_delete(folder):
    for path in [path for path in folder.rglob("*") if path.is_dir()]:
        path.chmod(0o755)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Give an installation with a county, findings, a person, events and evidence: made once a kind, not to be changed."""
    root, made = tmp_path_factory.mktemp("filled"), {}

    def give(kind):
        if kind not in made:
            (root / kind).mkdir()
            name = f"filled_{os.getpid()}"
            made[kind] = Installation(root / kind, new_database(name) if kind == "postgres" else "")
            made[kind].name = name
            store_counties(made[kind].data / "snapshots")
            made[kind].done(script=FILL)
            made[kind].shown = made[kind].told()
        return made[kind]

    yield give
    let_delete(root)


def files_of(installation):
    found = {}
    for top in ("snapshots", "evidence"):
        for path in sorted((installation.data / top).rglob("*")):
            if path.is_file():
                found[path.relative_to(installation.data).as_posix()] = (path.read_bytes(), path.stat().st_mode)
    return found


DIRECTIONS = [
    ("sqlite", "sqlite"),
    pytest.param("sqlite", "postgres", marks=needs_postgres),
    pytest.param("postgres", "sqlite", marks=needs_postgres),
    pytest.param("postgres", "postgres", marks=needs_postgres),
]


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
def test_what_was_backed_up_is_there_after_the_restore(on, filled, tmp_path, source, target):
    first, second = on(source, like=filled(source)), on(target)
    first.done("backup", tmp_path / "all.zip")
    assert (tmp_path / "all.zip").stat().st_mode & 0o077 == 0
    second.done("restore", tmp_path / "all.zip")
    before, after = filled(source).shown, second.told()
    own = {"ledger.Event": 2, "ledger.Payload": 2}  # the backup and the restore stand in the ledger
    assert after["counts"] == {name: count + own.get(name, 0) for name, count in before["counts"].items()}
    assert (after["breaks"], after["next"]) == (0, before["next"])  # numbers go on from the highest
    assert files_of(second) == files_of(first)
    assert not (second.data / "secret-key").samefile(first.data / "secret-key")
    assert (second.data / "secret-key").read_text() != (first.data / "secret-key").read_text()


def test_a_backup_overwrites_no_file(on, tmp_path):
    installation = on("sqlite")
    installation.done("migrate")
    (tmp_path / "there.zip").write_text("mine")
    refused = installation.run("backup", tmp_path / "there.zip")
    assert refused.returncode == 19
    assert (tmp_path / "there.zip").read_text() == "mine"


def test_the_signing_key_is_in_it_only_when_asked_for(on, tmp_path):
    first = on("sqlite")
    first.done("migrate")
    first.done("backup", tmp_path / "without.zip")
    first.done("backup", "--with-secret-key", tmp_path / "with.zip")
    key = (first.data / "secret-key").read_text()
    for name, expected in (("without.zip", False), ("with.zip", True)):
        with zipfile.ZipFile(tmp_path / name) as archive:
            members = b"".join(archive.read(member) for member in archive.namelist())
        assert (key.encode() in members) == expected


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=needs_postgres)])
def test_an_installation_in_use_is_replaced_only_when_asked_and_kept_aside(on, filled, tmp_path, kind):
    installation, was = on(kind, like=filled(kind)), filled(kind).shown
    installation.done("backup", tmp_path / "all.zip")
    refused = installation.run("restore", tmp_path / "all.zip")
    assert refused.returncode == 19
    assert "--replace" in refused.stderr
    installation.done("create-administrator", "later", "--county", HOME)
    installation.done("restore", "--replace", tmp_path / "all.zip")
    now = installation.told()
    assert now["counts"]["people.Account"] == was["counts"]["people.Account"]
    assert now["breaks"] == 0
    (aside,) = installation.data.glob("replaced-*")
    assert (aside / "evidence" / "ab" / "abcd").read_bytes() == b"evidence"
    assert (aside / ("xuezheng.sqlite3" if kind == "sqlite" else "before.zip")).is_file()
    assert (installation.data / "evidence" / "ab" / "abcd").read_bytes() == b"evidence"


def altered(source, target, change):
    """Write an archive anew with its members changed by `change(name, content)`; None leaves one out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def in_manifest(edit):
    def change(name, content):
        if name != "manifest.json":
            return content
        manifest = json.loads(content)
        edit(manifest)
        return json.dumps(manifest).encode()

    return change


ALTERATIONS = {
    "a row changed": (lambda n, c: c.replace(b"planner", b"plannet") if "people.account" in n else c, 10),
    "a member left out": (lambda n, c: None if "people.account." in n else c, 10),
    "a path that leads outside": (in_manifest(lambda m: m["files"][0].update(path="../outside")), 10),
    "an absolute path": (in_manifest(lambda m: m["files"][0].update(path="/outside")), 10),
    "another format": (in_manifest(lambda m: m.update(version=99)), 10),
    "a newer version": (in_manifest(lambda m: m["migrations"].append("people.9999_from_the_future")), 10),
    "no manifest": (lambda n, c: None if n == "manifest.json" else c, 10),
    "another head of the chain": (in_manifest(lambda m: m["ledger"].update(number=3)), 10),
}


@pytest.fixture(scope="module")
def archive(tmp_path_factory, filled):
    file = tmp_path_factory.mktemp("archive") / "all.zip"
    filled("sqlite").done("backup", file)
    return file


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    installation = Installation(tmp_path_factory.mktemp("empty"))
    installation.done("migrate")
    return installation


@pytest.mark.parametrize("name", ALTERATIONS)
def test_an_altered_backup_is_refused_and_nothing_is_touched(empty, archive, tmp_path, name):
    change, status = ALTERATIONS[name]
    refused = empty.run("restore", altered(archive, tmp_path / "altered.zip", change))
    assert refused.returncode == status, refused.stderr
    with sqlite3.connect(empty.data / "xuezheng.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM people_account").fetchone() == (0,)
    assert sorted(path.name for path in empty.data.iterdir() if "sqlite3" not in path.name) == ["secret-key"]
    assert not list(empty.data.parent.glob("outside"))


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=needs_postgres)])
def test_a_failed_restore_puts_the_former_installation_back(on, archive, filled, tmp_path, kind):
    installation = on(kind, like=filled(kind))
    was, files = filled(kind).shown, files_of(installation)
    broken = altered(archive, tmp_path / "broken.zip", ALTERATIONS["another head of the chain"][0])
    assert installation.run("restore", "--replace", broken).returncode == 10
    now = installation.told()
    assert now["breaks"] == 0
    assert now["counts"]["people.Account"] == was["counts"]["people.Account"]
    assert files_of(installation) == files


def test_something_else_is_no_backup(on, tmp_path):
    installation = on("sqlite")
    installation.done("migrate")
    (tmp_path / "text.zip").write_text("not a zip file")
    assert installation.run("restore", tmp_path / "text.zip").returncode == 10
    assert installation.run("restore", tmp_path / "absent.zip").returncode == 18
