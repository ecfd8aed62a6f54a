"""`xuezheng demo`: one command from nothing to a report."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

STANDARDS = ("cn-compulsory-2017", "cn-compulsory-2012", "cn-preschool-2020")


def demonstrate(folder, *options, language="en"):
    return subprocess.run(
        [sys.executable, "-m", "xuezheng", "demo", "--no-serve", "--into", str(folder), *options],
        env={"XUEZHENG_LANGUAGE": language, "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    return folder, demonstrate(folder / "here", "--size", "small")


def test_it_ends_with_the_path_of_the_report(shown):
    folder, done = shown
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == str(folder / "here" / "report.html")


def test_verdicts_go_to_stdout_and_progress_to_stderr(shown):
    _, done = shown
    for standard in STANDARDS:
        assert any(line.startswith(f"{standard}  ") for line in done.stdout.splitlines())
    assert [line[:3] for line in done.stderr.splitlines() if line[1:3] == "/4"] == ["1/4", "2/4", "3/4", "4/4"]


def test_the_page_stands_by_itself_and_shows_the_years(shown):
    folder, _ = shown
    page = (folder / "here" / "report.html").read_text("utf-8")
    assert 'src="http' not in page
    assert "<link" not in page
    assert page.count("<h2") >= 3
    assert "2023" in page


def test_each_standard_has_a_document_and_a_workbook(shown):
    folder, _ = shown
    for standard in STANDARDS:
        for form in ("docx", "xlsx"):
            assert (folder / "here" / f"{standard}.{form}").read_bytes()[:2] == b"PK"


def test_every_school_year_is_a_snapshot(shown):
    folder, _ = shown
    years = sorted(path.name.split("-")[0] for path in (folder / "here" / "data" / "snapshots").iterdir())
    assert years == ["2023", "2024", "2025"]


def test_what_it_leaves_behind_can_be_deleted(shown):
    folder, _ = shown
    folders = [path for path in (folder / "here").rglob("*") if path.is_dir()]
    assert all(path.stat().st_mode & 0o200 for path in folders)


def test_an_unknown_size_and_a_file_in_the_way_are_refused(tmp_path):
    refused = demonstrate(tmp_path / "a", "--size", "huge")
    assert (refused.returncode, refused.stdout) == (19, "")
    assert "huge" in refused.stderr
    (tmp_path / "b").write_text("in the way", encoding="utf-8")
    refused = demonstrate(tmp_path / "b")
    assert (refused.returncode, refused.stdout) == (19, "")


def test_the_office_is_loaded_with_every_year_and_people_who_have_been_at_work(shown):
    folder, _ = shown
    with sqlite3.connect(folder / "here" / "data" / "xuezheng.sqlite3") as database:
        count = lambda table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: E731
        assert (count("register_snapshot"), count("standards_evaluation")) == (3, 9)
        assert count("people_account") == 11
        states = {state for (state,) in database.execute("SELECT state FROM cases_case WHERE kind = 'decision'")}
        assert {"opened", "handed_out", "in_hand", "reported", "verified", "closed"} == states
        before, now = database.execute(
            "SELECT indicator_before ->> 'school_year', max(school_year) FROM cases_case, standards_evaluation"
            " WHERE cases_case.state = 'closed' AND kind = 'decision'"
        ).fetchone()
        assert (before, now) == (2024, 2025)


def test_another_start_uses_what_is_there_and_another_seed_is_refused(shown):
    folder, done = shown
    again = demonstrate(folder / "here", "--size", "small")
    assert (again.returncode, again.stdout) == (0, done.stdout)
    assert "1/4" not in again.stderr
    refused = demonstrate(folder / "here", "--size", "small", "--seed", "2")
    assert (refused.returncode, refused.stdout) == (19, "")


def test_the_office_starts_lets_its_people_in_and_ends_with_everything_it_started(shown):
    folder, _ = shown
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        office = start(folder, port)
        lines = list(until_the_last(office.stdout))
        address = next(line.strip() for line in lines if line.startswith("http://"))
        assert address != f"http://127.0.0.1:{port}/"
        slips = dict(re.findall(r"(\w+) +(\w{4}-\w{4}-\w{4}-\w{4}) ", "".join(lines)))
        assert {"office", "planner", "statistician", "section", "head", "collector", "inspector", "auditor"} <= set(
            slips
        )
        assert signed_in(address, "planner", slips["planner"]) == 302
        assert signed_in(address, "planner", slips["auditor"]) == 400
        ready = json.load(urllib.request.urlopen(f"{address}ready/"))  # noqa: S310 - our own address
        assert ready == {"ready": True, "database": "ok", "migrations": "ok", "worker": "ok"}
        office.send_signal(signal.SIGINT)
        _, said = office.communicate(timeout=60)
    assert "Ended." in said
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{address}health/")  # noqa: S310 - our own address


def test_where_one_of_its_parts_is_killed_the_office_says_which_and_ends(shown):
    folder, _ = shown
    office = start(folder, 8000)
    list(until_the_last(office.stdout))
    children = Path(f"/proc/{office.pid}/task/{office.pid}/children").read_text("ascii").split()
    worker = next(int(child) for child in children if b"\0worker\0" in Path(f"/proc/{child}/cmdline").read_bytes())
    os.kill(worker, signal.SIGKILL)
    _, said = office.communicate(timeout=60)
    assert office.returncode == 19
    assert "xuezheng worker ended by itself (exit status -9)" in said
    assert not any(Path(f"/proc/{child}").exists() for child in children)


def start(folder, port):
    return subprocess.Popen(
        [sys.executable, "-m", "xuezheng", "demo", "--into", str(folder / "here"), "--size", "small", "--port", str(port)],
        env={"XUEZHENG_LANGUAGE": "en", "PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def until_the_last(lines):
    for line in lines:
        yield line
        if line.startswith("Administrator "):
            return


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


def signed_in(address, login, password):
    jar = urllib.request.HTTPCookieProcessor()
    browser = urllib.request.build_opener(jar, Stay())
    page = browser.open(f"{address}sign-in/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    form = urllib.parse.urlencode({"login": login, "password": password, "csrfmiddlewaretoken": token}).encode()
    try:
        return browser.open(f"{address}sign-in/", form).status
    except urllib.error.HTTPError as answer:
        return answer.code
