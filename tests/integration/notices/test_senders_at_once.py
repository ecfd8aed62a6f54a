"""Several workers at the same moment, on both databases: every message is made once and goes out at most once."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import postgres

SCRIPT = Path(__file__).with_name("racing_senders.py")


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_every_message_is_made_once_and_sent_at_most_once(tmp_path, vendor):
    settings = {
        "XUEZHENG_DATA": str(tmp_path), "XUEZHENG_LANGUAGE": "zh", "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings",
        "XUEZHENG_MAIL_HOST": "127.0.0.1", "XUEZHENG_MAIL_TLS": "no", "XUEZHENG_MAIL_FROM": "no-reply@example.org",
        "DATABASE_URL": "",
    }  # fmt: skip
    if vendor == "postgresql":
        if postgres.programs() is None:
            pytest.skip("PostgreSQL is not installed")
        import psycopg

        name = f"senders_{uuid.uuid4().hex[:8]}"
        with psycopg.connect(f"{postgres.address()}/postgres", autocommit=True) as server:
            server.execute(f"create database {name}")
        settings["DATABASE_URL"] = f"{postgres.address()}/{name}"
    ran = subprocess.run(
        [sys.executable, str(SCRIPT)], env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["vendor"] == vendor
    # Each of the 40 has two notices: whichever of the two mails took them, none is told twice and none is lost.
    assert told["counted"] == 80
    assert told["mails"] == told["different"] == told["made"] - 1
    assert (told["killed"], told["states"]) == ("unsure", ["sent", "unsure"])
