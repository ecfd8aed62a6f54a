"""`xuezheng audit` at a console: the head, verification, search, export."""

import csv
import logging

import pytest
from typer.testing import CliRunner

from unguarded import as_if_no_guard
from world import AT, HOME, person
from xuezheng.cli.app import app
from xuezheng.kernel.refusal import Contradiction, InvalidRequest, UnusableFile
from xuezheng.ledger.actions import SYSTEM, Actor, export_head, recording
from xuezheng.ledger.models import Event
from xuezheng.ledger.queries import get_head

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def heads(settings, tmp_path):
    settings.HEAD_STORE = tmp_path / "heads"
    return settings.HEAD_STORE


def run(*arguments):
    return CliRunner().invoke(app, ["audit", *arguments])


def note(by=SYSTEM, **more):
    with recording(by, AT) as recorder:
        recorder.event("people.appoint", "account", "7", county=HOME, **more)
    return get_head()[0]


def test_the_head_is_printed_and_written(heads):
    note()
    number, digest = get_head()
    answer = run("head", "--write")
    assert answer.stdout == f"{number}\t{digest}\n"
    assert len(list(heads.glob("*.json"))) == 1


def test_a_chain_that_holds_is_said_to(heads):
    note()
    export_head(folder=heads, by=SYSTEM, at=AT)
    answer = run("verify")
    assert answer.exit_code == 0
    assert Event.objects.latest("number").action == "ledger.verify"


def test_a_chain_that_was_changed_ends_with_its_class_and_names_the_place(heads, tmp_path):
    number = note()
    elsewhere = export_head(folder=tmp_path / "elsewhere", by=SYSTEM, at=AT)
    as_if_no_guard("UPDATE ledger_event SET digest = %s WHERE number = %s", "f" * 64, number)
    answer = run("verify", "--against", str(elsewhere))
    assert isinstance(answer.exception, Contradiction)
    assert answer.exception.exit_status == 14
    assert f"{number}\tdigest" in answer.stdout
    assert f"{number}\tanchor" in answer.stdout
    assert not heads.exists()


def test_a_file_that_is_no_head_is_refused(tmp_path):
    (tmp_path / "x.json").write_text("[]", encoding="utf-8")
    assert isinstance(run("verify", "--against", str(tmp_path / "x.json")).exception, UnusableFile)


def test_events_are_searched_by_who_what_and_subject():
    account = person("zhao", "planner")
    number = note(Actor(f"account:{account.pk}"))
    note()
    for wanted in (
        ("--by", "zhao"),
        ("--by", "zhao", "--action", "people."),
        ("--by", "zhao", "--subject", "account:7"),
    ):
        lines = run("search", *wanted).stdout.splitlines()
        assert [line.split("\t")[0] for line in lines] == [str(number)]
    assert run("search", "--by", "zhao", "--until", "2001-01-01").stdout == ""


def test_an_export_holds_no_personal_data_and_is_an_event(tmp_path):
    note(after={"name": "秘密姓名"})
    out = tmp_path / "audit.csv"
    assert run("export", str(out), "--county", HOME).exit_code == 0
    text = out.read_text("utf-8-sig")
    assert "秘密姓名" not in text
    assert {row["county"] for row in csv.DictReader(text.splitlines())} == {HOME}
    assert Event.objects.latest("number").action == "ledger.export_events"
    assert isinstance(run("export", str(tmp_path / "audit.pdf")).exception, InvalidRequest)


def test_a_command_in_a_process_where_django_stands_leaves_the_log_as_it_is():
    handlers = list(logging.getLogger().handlers)
    run("verify")
    assert logging.getLogger().handlers == handlers
