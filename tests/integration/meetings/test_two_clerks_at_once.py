"""Two clerks act on one meeting at the same moment, on PostgreSQL: one wins, the other is told, nothing is done twice."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

import postgres

SCRIPT = Path(__file__).with_name("racing_clerks.py")
ROUNDS = 8


def test_one_clerk_wins_and_the_other_is_told(tmp_path):
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    import psycopg

    address, name = postgres.address(), f"clerks_{uuid.uuid4().hex[:8]}"
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
    # Who comes so late that the first has ended is told by what stands, not by the version.
    assert set(told["outcomes"]) <= {
        "record meeting_changed+won", "agenda meeting_changed+won", "confirm meeting_changed+won",
        "attach meeting_changed+won", "attach bulletin_entered_before+won", "number document_number_taken+won",
        "paper paper_changed+won", "paper paper_same_file+won",
    }  # fmt: skip
    assert sum(told["outcomes"].values()) == 6 * ROUNDS
    assert told["cases"] == told["confirmed"] == 2 * ROUNDS
    assert (told["items"], told["numbers"], told["versions"], told["breaks"]) == (ROUNDS, ROUNDS, 2 * ROUNDS, 0)
    assert all("甲" in said or "乙" in said or "使用" in said for said in told["sentences"])
