"""Every spoiled delivery of the demonstration gets its named refusal: exit status, file, cell and the value found."""

import sys

import pytest

from xuezheng.cli import main
from xuezheng.kernel.refusal import WarningsNotAccepted
from xuezheng.register.demonstration.plain_workbook import plain_workbook
from xuezheng.register.demonstration.sound_delivery import sound_delivery
from xuezheng.register.demonstration.spoiled import spoiled_deliveries

SPOILED = spoiled_deliveries(1)


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr(sys, "argv", ["xuezheng", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr()
    return ended.value.code or 0, said.out, said.err


def written(spoiled, folder):
    for name, content in spoiled.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / spoiled.name


def assert_told(spoiled, said):
    expected = spoiled.expected
    names = [name.rpartition("/")[2] for name in spoiled.files]
    lines = [line for line in said.splitlines() if any(name in line for name in names)]
    assert lines, said
    wanted = [part for part in (expected.sheet, expected.cell, expected.found) if part]
    assert any(all(part in line for part in wanted) for line in lines), (wanted, lines)


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda spoiled: spoiled.name)
def test_import_refuses_it_by_name(spoiled, tmp_path, monkeypatch, capsys):
    source = written(spoiled, tmp_path / "in")
    status, out, said = run(monkeypatch, capsys, "import", source, "--into", tmp_path / "store")
    assert status == spoiled.expected.refusal.exit_status, said
    assert out == ""
    assert not (tmp_path / "store").exists()
    assert_told(spoiled, said)


@pytest.mark.parametrize("spoiled", SPOILED, ids=lambda spoiled: spoiled.name)
def test_check_tells_it_and_goes_on_after_warnings(spoiled, tmp_path, monkeypatch, capsys):
    source = written(spoiled, tmp_path / "in")
    status, _, said = run(monkeypatch, capsys, "check", source, "--out", tmp_path / "copies")
    warns = spoiled.expected.refusal is WarningsNotAccepted
    assert status == (0 if warns else spoiled.expected.refusal.exit_status), said
    assert_told(spoiled, said)


@pytest.mark.parametrize(
    "spoiled",
    [spoiled for spoiled in SPOILED if spoiled.expected.refusal is WarningsNotAccepted],
    ids=lambda spoiled: spoiled.name,
)
def test_accepted_warnings_are_imported(spoiled, tmp_path, monkeypatch, capsys):
    source = written(spoiled, tmp_path / "in")
    status, out, said = run(monkeypatch, capsys, "import", source, "--into", tmp_path / "store", "--accept")
    assert status == 0, said
    assert out.strip()


def test_the_delivery_that_they_were_spoiled_from_is_sound(tmp_path, monkeypatch, capsys):
    path = tmp_path / "sound.xlsx"
    path.write_bytes(plain_workbook(sound_delivery(1).sheets))
    status, _, said = run(monkeypatch, capsys, "import", path, "--into", tmp_path / "store")
    assert status == 0, said
