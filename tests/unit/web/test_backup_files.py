"""Which files of the data folder belong to a backup."""

from django.db import connections

from xuezheng.web.operations.backup.making import included_files


def test_a_database_s_name_hides_no_store_that_begins_with_the_same_letters(tmp_path, settings, monkeypatch):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setitem(connections["default"].settings_dict, "NAME", "snap")
    for name in ("snapshots/one/school.parquet", "evidence/ab/abc", "static/page.css", "serve.log", "secret-key"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert {path.as_posix() for path in included_files(with_secret_key=False)} == {
        "snapshots/one/school.parquet", "evidence/ab/abc",
    }  # fmt: skip


def test_the_embedded_database_is_not_taken_as_a_file(tmp_path, settings, monkeypatch):
    settings.DATA_FOLDER = tmp_path
    monkeypatch.setitem(connections["default"].settings_dict, "NAME", str(tmp_path / "x.sqlite3"))
    for name in ("x.sqlite3-wal", "x.sqlite3-shm", "heads-of-chain.json"):
        (tmp_path / name).write_text("x", encoding="utf-8")
    found = {path.as_posix() for path in included_files(with_secret_key=False)}
    assert "heads-of-chain.json" in found
    if connections["default"].vendor == "sqlite":
        assert found == {"heads-of-chain.json"}
