"""The index of snapshots: made once, made again, of several counties, of years out of order."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from world import AT, HOME, OTHER
from xuezheng.kernel.refusal import UnusableFile
from xuezheng.ledger.actions import SYSTEM
from xuezheng.register.actions import index_snapshot, open_county, reindex
from xuezheng.register.models import County, School, SchoolChange, SchoolYear, Snapshot, Township
from xuezheng.register.opening import read_sources
from xuezheng.register.queries import find_current_snapshots
from xuezheng.register.snapshot import store_snapshots

pytestmark = pytest.mark.django_db
NEW = "509955"
SCHOOLS = "学校标识码,学校名称,县区代码,乡镇代码,学校类别,经度,纬度\n"
STAGES = "学校标识码,学年,学段,在校生数,班数,专任教师数\n"


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    """Snapshots of a test stay its own; the two counties' snapshots are there too."""
    shared, own = settings.SNAPSHOT_STORE, tmp_path / "snapshots"
    own.mkdir()
    for folder in shared.iterdir():
        (own / folder.name).symlink_to(folder)
    settings.SNAPSHOT_STORE = own


@pytest.fixture
def delivered(tmp_path):
    """Store a delivery of CSV texts and return its snapshot folders."""
    number = 0

    def store(**texts: str) -> list[Path]:
        nonlocal number
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        return store_snapshots(read_sources([folder]), settings.SNAPSHOT_STORE)

    return store


def indexed(folders, at=AT):
    return [snapshot for folder in folders for snapshot in index_snapshot(folder=folder, by=SYSTEM, at=at)]


def test_a_snapshot_becomes_schools_with_figures(delivered):
    folders = delivered(
        school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,107.5,29.6\n",
        stage_year=STAGES + "2159900001,2025,小学,120,6,14\n",
    )
    [snapshot] = indexed(folders)
    school = School.objects.get(county=NEW)
    assert (school.name, school.initials, school.pinyin) == ("东河小学", "dhxx", "donghexiaoxue")
    assert (school.stages, school.pupils, school.classes, school.teachers) == ("primary", 120, 6, 14)
    year = SchoolYear.objects.get(snapshot=snapshot)
    assert year.stages == [{"stage": "primary", "pupils": 120, "classes": 6, "teachers": 14}]
    assert year.sources == [{"table": "stage_year", "file": "stage_year.csv", "sheet": "", "row": 2}]
    assert [original["name"] for original in snapshot.originals] == ["school.csv", "stage_year.csv"]


def test_a_missing_figure_of_one_stage_makes_the_school_s_total_unknown(delivered):
    folders = delivered(
        school=SCHOOLS + f"3159900001,两江学校,{NEW},{NEW}001,九年一贯制学校,,\n",
        stage_year=STAGES + "3159900001,2025,小学,120,6,14\n3159900001,2025,初中,,3,9\n",
    )
    indexed(folders)
    school = School.objects.get(county=NEW)
    assert (school.stages, school.pupils, school.classes) == ("primary,junior", None, 9)


def test_indexing_again_changes_nothing(delivered):
    [first] = indexed(
        delivered(
            school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n",
            stage_year=STAGES + "2159900001,2025,小学,120,6,14\n",
        )
    )
    before = list(SchoolYear.objects.filter(county=NEW).values("school_code", "facts", "stages", "classes", "sources"))
    [again] = indexed([settings.SNAPSHOT_STORE / first.folder], AT + timedelta(days=3))
    assert again.pk == first.pk
    assert Snapshot.objects.get(pk=first.pk).stored_at == AT
    assert (
        list(SchoolYear.objects.filter(county=NEW).values("school_code", "facts", "stages", "classes", "sources"))
        == before
    )
    assert School.objects.filter(county=NEW).count() == 1


def test_one_folder_may_hold_several_counties(delivered):
    folders = delivered(
        school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n2159900002,西河小学,509956,509956001,小学,,\n",
        stage_year=STAGES + "2159900001,2025,小学,120,6,14\n2159900002,2025,小学,80,6,9\n",
    )
    snapshots = indexed(folders)
    assert [snapshot.county_id for snapshot in snapshots] == [NEW, "509956"]
    assert {year.county_id: year.school_code for year in SchoolYear.objects.filter(snapshot__in=snapshots)} == {
        NEW: "2159900001",
        "509956": "2159900002",
    }


def test_a_newer_delivery_of_the_same_year_takes_its_place(delivered):
    [old] = indexed(
        delivered(
            school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n2159900002,西河小学,{NEW},{NEW}001,小学,,\n",
            stage_year=STAGES + "2159900001,2025,小学,120,6,14\n2159900002,2025,小学,80,6,9\n",
        )
    )
    [new] = indexed(
        delivered(
            school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n",
            stage_year=STAGES + "2159900001,2025,小学,125,6,14\n",
        )
    )
    assert list(find_current_snapshots(NEW)) == [new]
    assert not Snapshot.objects.get(pk=old.pk).is_current
    assert list(School.objects.filter(county=NEW).values_list("school_code", "pupils")) == [("2159900001", 125)]


def test_a_school_that_only_older_years_have_is_shown_as_they_have_it(delivered):
    both = SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n2159900002,西河小学,{NEW},{NEW}001,小学,,\n"
    stages = "2159900001,{0},小学,120,6,14\n2159900002,{0},小学,80,6,9\n"
    indexed(delivered(school=both, stage_year=STAGES + stages.format(2024)))
    indexed(delivered(school=both, stage_year=STAGES + stages.format(2025)))
    indexed(
        delivered(
            school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n",
            stage_year=STAGES + "2159900001,2025,小学,120,6,14\n",
        )
    )
    assert School.objects.get(county=NEW, school_code="2159900002").latest_year == 2024
    assert School.objects.get(county=NEW, school_code="2159900001").latest_year == 2025


def test_an_older_year_indexed_later_does_not_rename_schools(delivered):
    indexed(
        delivered(
            school=SCHOOLS + f"2159900001,新名小学,{NEW},{NEW}001,小学,,\n",
            stage_year=STAGES + "2159900001,2025,小学,120,6,14\n",
        )
    )
    indexed(
        delivered(
            school=SCHOOLS + f"2159900001,旧名小学,{NEW},{NEW}001,小学,,\n",
            stage_year=STAGES + "2159900001,2024,小学,110,6,14\n",
        )
    )
    assert School.objects.get(county=NEW).name == "新名小学"
    assert [snapshot.school_year for snapshot in find_current_snapshots(NEW)] == [2025, 2024]


def test_a_locked_county_keeps_its_current_snapshot(delivered):
    [old] = indexed(
        delivered(
            school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n",
            stage_year=STAGES + "2159900001,2025,小学,120,6,14\n",
        )
    )
    [folder] = delivered(
        school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n",
        stage_year=STAGES + "2159900001,2025,小学,99,6,14\n",
    )
    [new] = index_snapshot(folder=folder, by=SYSTEM, at=AT, keep_current={NEW})
    assert (new.is_current, Snapshot.objects.get(pk=old.pk).is_current) == (False, True)
    assert School.objects.get(county=NEW).pupils == 120


def test_school_changes_are_indexed(delivered):
    indexed(
        delivered(
            school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n2159900002,西河小学,{NEW},{NEW}001,小学,,\n",
            stage_year=STAGES + "2159900001,2025,小学,120,6,14\n2159900002,2025,小学,80,6,9\n",
            学校变更="原标识码,现标识码,变更日期,变更类别\n2159900001,2159900002,2021-09-01,更名\n",
        )
    )
    change = SchoolChange.objects.get(county=NEW)
    assert (change.code_from, change.code_to, str(change.on), change.kind) == (
        "2159900001",
        "2159900002",
        "2021-09-01",
        "renamed",
    )


def test_a_folder_that_was_altered_is_refused_and_nothing_is_indexed(delivered):
    [folder] = delivered(
        school=SCHOOLS + f"2159900001,东河小学,{NEW},{NEW}001,小学,,\n",
        stage_year=STAGES + "2159900001,2025,小学,120,6,14\n",
    )
    manifest = folder / "manifest.json"
    manifest.chmod(0o644)
    manifest.write_text(
        manifest.read_text("utf-8").replace('"schema_version": 1', '"schema_version": 99'), encoding="utf-8"
    )
    stages = folder / "stage_year.parquet"
    folder.chmod(0o755)
    stages.chmod(0o644)
    stages.write_bytes((settings.SNAPSHOT_STORE / folder.name / "school.parquet").read_bytes())
    with pytest.raises(UnusableFile):
        index_snapshot(folder=folder, by=SYSTEM, at=AT)
    assert not County.objects.filter(code=NEW).exists()


def test_reindexing_makes_the_index_again_from_the_store():
    schools = sorted(School.objects.values_list("county", "school_code", "name", "pupils"))
    current = set(Snapshot.objects.filter(is_current=True).values_list("folder", flat=True))
    SchoolYear.objects.all().delete()
    School.objects.all().delete()
    Township.objects.all().delete()
    known = {folder.name for folder in settings.SNAPSHOT_STORE.iterdir()}
    reindexed = reindex(store=Path(settings.SNAPSHOT_STORE), by=SYSTEM, at=AT)
    assert known == {snapshot.folder for snapshot in reindexed}
    held = School.objects.filter(county__in=[HOME, OTHER])
    assert sorted(held.values_list("county", "school_code", "name", "pupils")) == schools
    assert current <= set(Snapshot.objects.filter(is_current=True).values_list("folder", flat=True))


def test_a_county_is_opened_once():
    first = open_county(code=NEW, name="新区", by=SYSTEM, at=AT)
    assert open_county(code=NEW, name="别的名", by=SYSTEM, at=AT) == first
    assert County.objects.get(code=NEW).name == "新区"
