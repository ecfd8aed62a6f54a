"""`xuezheng demo`: one command from nothing to a report."""

import subprocess
import sys

import pytest

STANDARDS = ("cn-compulsory-2017", "cn-compulsory-2012", "cn-preschool-2020")


def demonstrate(folder, *options, language="en"):
    return subprocess.run(
        [sys.executable, "-m", "xuezheng", "demo", "--into", str(folder), *options],
        env={"XUEZHENG_LANGUAGE": language, "PATH": "/usr/bin:/bin"},
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
    years = sorted(path.name.split("-")[0] for path in (folder / "here" / "snapshots").iterdir())
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
