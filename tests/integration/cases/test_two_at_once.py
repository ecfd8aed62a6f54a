"""Two people act on one case at the same moment, on PostgreSQL: one wins, the other is told, nothing is lost."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import postgres

SCRIPT = Path(__file__).with_name("racing_office.py")


def test_one_wins_and_the_others_are_told_what_changed(tmp_path):
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    import psycopg

    address, name = postgres.address(), f"racing_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{address}/postgres", autocommit=True) as server:
        server.execute(f"create database {name}")
    settings = {
        "DATABASE_URL": f"{address}/{name}", "XUEZHENG_DATA": str(tmp_path), "XUEZHENG_LANGUAGE": "zh",
        "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings",
    }  # fmt: skip
    ran = subprocess.run(
        [sys.executable, str(SCRIPT)], env=os.environ | settings, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    told = json.loads(ran.stdout.splitlines()[-1])
    assert told["vendor"] == "postgresql"
    assert told["numbers"] == list(range(1, 9))
    # Who opens a sub-case after the voiding has ended is told that the case is closed; during it, that it changed.
    assert set(told["outcomes"]) - {"nested StepRefused+won"} <= {
        "decided CaseChanged+won", "ended CaseChanged+CaseChanged+won", "nested CaseChanged+won"
    }  # fmt: skip
    assert {outcome.split()[0] for outcome in told["outcomes"]} == {"decided", "ended", "nested"}
    assert (told["lost"], told["orphans"], told["undecided"], told["breaks"]) == ([], 0, 0, 0)
    assert told["events"] == told["steps"]
    assert all("延期" in said for said in told["sentences"])
