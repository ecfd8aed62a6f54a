import json

import pyarrow as pa
import pytest

from xuezheng.kernel.refusal import InvalidRequest, NotFound, UnusableFile
from xuezheng.register.delivery import RefusedDelivery, read_delivery
from xuezheng.register.opening import read_sources
from xuezheng.register.snapshot import digest, find_snapshot, open_snapshot, store_snapshots
from xuezheng.tables.parquet import write_parquet

SCHOOLS = "学校标识码,学校名称,县区代码,学校类别\n2150000001,一小,509901,小学\n"
RETURNS = "学校标识码,学年,学段,在校生数\n2150000001,2022,小学,410\n2150000001,2023,小学,400\n"
FUNDS = "学校标识码,财政年度,经费项目,金额\n2150000001,2021,公用经费,1\n2150000001,2022,公用经费,2\n2150000001,2023,公用经费,3\n"


@pytest.fixture
def delivery(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in {"学校": SCHOOLS, "学段年报": RETURNS, "经费": FUNDS}.items():
        (folder / f"{name}.csv").write_text(text, encoding="gb18030")
    return read_delivery([folder])


def test_one_snapshot_a_school_year_with_its_rows_its_originals_and_its_manifest(delivery, tmp_path):
    folders = store_snapshots(delivery, tmp_path / "store")
    assert [folder.name[:5] for folder in folders] == ["2022-", "2023-"]
    held = open_snapshot(folders[1])
    assert held.table("stage_year").column("pupils").to_pylist() == [400]
    assert held.table("funds_year").column("fiscal_year").to_pylist() == [2022, 2023]
    assert held.table("school").num_rows == 1
    assert held.place("stage_year", 0, "pupils").cell == "D3"
    assert folders[1].name == f"2023-{held.snapshot}" == f"2023-{digest(held)}"
    manifest = json.loads((folders[1] / "manifest.json").read_text("utf-8"))
    kept = {(folders[1] / "originals" / original["stored"]).read_bytes() for original in manifest["originals"]}
    assert kept == {path.read_bytes() for path in delivery.originals}


def test_the_same_content_is_stored_once_and_sources_have_the_same_digest(delivery, tmp_path):
    first = store_snapshots(delivery, tmp_path / "store")
    assert store_snapshots(delivery, tmp_path / "store") == first
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == [folder.name for folder in first]
    assert delivery.holdings.snapshot == open_snapshot(first[1]).snapshot
    assert read_sources([tmp_path / "in"], school_year=2022).holdings.snapshot == open_snapshot(first[0]).snapshot


def test_only_the_year_asked_for_is_stored(delivery, tmp_path):
    [folder] = store_snapshots(delivery, tmp_path / "store", school_year=2022)
    assert folder.name.startswith("2022-")


def test_a_store_gives_the_newest_year_or_the_one_asked_for(delivery, tmp_path):
    store = tmp_path / "store"
    old, new = store_snapshots(delivery, store)
    assert find_snapshot(store) == new
    assert find_snapshot(store, 2022) == old
    assert read_sources([store]).holdings.table("stage_year").column("school_year").to_pylist() == [2023]
    with pytest.raises(NotFound):
        find_snapshot(store, 1999)


def test_of_two_snapshots_of_a_year_the_one_stored_last_is_the_newest(delivery, tmp_path):
    store = tmp_path / "store"
    [first] = store_snapshots(delivery, store, school_year=2023)
    (tmp_path / "in" / "学段年报.csv").write_text(RETURNS.replace("400", "401"), encoding="utf-8")
    [second] = store_snapshots(read_delivery([tmp_path / "in"]), store, school_year=2023)
    assert first != second
    assert find_snapshot(store) == second


def test_snapshots_are_read_only(delivery, tmp_path):
    [folder] = store_snapshots(delivery, tmp_path / "store", school_year=2023)
    assert {oct(path.stat().st_mode & 0o777) for path in folder.rglob("*") if path.is_file()} == {"0o444"}
    assert oct(folder.stat().st_mode & 0o777) == "0o555"


def test_an_altered_snapshot_is_refused(delivery, tmp_path):
    [folder] = store_snapshots(delivery, tmp_path / "store", school_year=2023)
    held = open_snapshot(folder).table("stage_year")
    altered = held.set_column(held.column_names.index("pupils"), "pupils", pa.array([399]))
    folder.chmod(0o755)
    (folder / "stage_year.parquet").chmod(0o644)
    write_parquet(altered, folder / "stage_year.parquet")
    with pytest.raises(UnusableFile) as refused:
        open_snapshot(folder)
    assert refused.value.code == "snapshot_altered"


def test_a_snapshot_in_part_is_refused(delivery, tmp_path):
    [folder] = store_snapshots(delivery, tmp_path / "store", school_year=2023)
    folder.chmod(0o755)
    (folder / "school.parquet").unlink()
    with pytest.raises(UnusableFile):
        open_snapshot(folder)


def test_nothing_is_stored_of_a_delivery_with_errors_or_without_a_school_year(tmp_path):
    path = tmp_path / "学校.csv"
    path.write_text(SCHOOLS, encoding="utf-8")
    with pytest.raises(InvalidRequest):
        store_snapshots(read_delivery([path]), tmp_path / "store")
    path.write_text(SCHOOLS.replace("2150000001", "215"), encoding="utf-8")
    with pytest.raises(RefusedDelivery):
        store_snapshots(read_delivery([path]), tmp_path / "store")
    assert not (tmp_path / "store").exists()


def test_a_store_within_the_delivered_folder_is_not_delivered_again(delivery, tmp_path):
    store_snapshots(delivery, tmp_path / "in" / "store")
    again = read_delivery([tmp_path / "in"])
    assert again.errors == ()
    assert again.holdings.snapshot == delivery.holdings.snapshot


@pytest.mark.parametrize("scheme", [0, None])
def test_a_snapshot_digested_by_another_version_is_no_altered_one(delivery, tmp_path, scheme):
    [folder] = store_snapshots(delivery, tmp_path / "store", school_year=2023)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    older = {**manifest, "digest": "0123456789abcdef", "digest_scheme": scheme}
    moved = folder.with_name("2023-0123456789abcdef")
    folder.chmod(0o755)
    (folder / "manifest.json").chmod(0o644)
    (folder / "manifest.json").write_text(json.dumps(older), "utf-8")
    folder.rename(moved)
    with pytest.raises(UnusableFile) as refused:
        open_snapshot(moved)
    assert refused.value.code == "snapshot_of_other_version"
    [again] = store_snapshots(delivery, tmp_path / "store", school_year=2023)
    assert find_snapshot(tmp_path / "store") == again


def test_a_snapshot_stored_before_they_were_numbered_comes_first(delivery, tmp_path):
    [folder] = store_snapshots(delivery, tmp_path / "store", school_year=2023)
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    del manifest["number"], manifest["digest_scheme"]
    folder.chmod(0o755)
    (folder / "manifest.json").chmod(0o644)
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    assert open_snapshot(folder).snapshot == delivery.holdings.snapshot
    (tmp_path / "in" / "学段年报.csv").write_text(RETURNS.replace("400", "401"), encoding="utf-8")
    [newer] = store_snapshots(read_delivery([tmp_path / "in"]), tmp_path / "store", school_year=2023)
    assert find_snapshot(tmp_path / "store") == newer


@pytest.mark.parametrize("kind", [pa.float64(), pa.large_string(), pa.int32()])
def test_a_table_rewritten_in_other_types_is_named_as_altered(delivery, tmp_path, kind):
    [folder] = store_snapshots(delivery, tmp_path / "store", school_year=2023)
    held = open_snapshot(folder).table("stage_year")
    altered = held.set_column(held.column_names.index("pupils"), "pupils", pa.array([399]).cast(kind))
    folder.chmod(0o755)
    (folder / "stage_year.parquet").chmod(0o644)
    write_parquet(altered, folder / "stage_year.parquet")
    with pytest.raises(UnusableFile) as refused:
        open_snapshot(folder)
    assert refused.value.code == "snapshot_altered"


def test_a_table_that_is_gone_is_to_be_restored_from_a_backup(delivery, tmp_path):
    [folder] = store_snapshots(delivery, tmp_path / "store", school_year=2023)
    folder.chmod(0o755)
    (folder / "school.parquet").unlink()
    with pytest.raises(UnusableFile) as refused:
        open_snapshot(folder)
    assert (refused.value.code, refused.value.place.file) == ("snapshot_damaged", str(folder / "school.parquet"))


def test_originals_are_held_to_their_length_when_opened_and_to_their_digest_when_compared(delivery, tmp_path):
    [folder] = store_snapshots(delivery, tmp_path / "store", school_year=2023)
    original = next((folder / "originals").glob("*学校*"))
    content = original.read_bytes()
    for path in (original.parent, original):
        path.chmod(0o755)
    original.write_bytes(content.replace(b"2150000001", b"2150000009"))
    assert read_sources([folder]).holdings.snapshot
    with pytest.raises(UnusableFile) as refused:
        open_snapshot(folder)
    assert refused.value.code == "snapshot_original_altered"
    original.write_bytes(content + b"\n")
    with pytest.raises(UnusableFile):
        read_sources([folder])
    original.unlink()
    with pytest.raises(UnusableFile):
        read_sources([folder])
