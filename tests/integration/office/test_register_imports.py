"""Imports in the browser: files go in, faults and changes are shown, and a person stores or discards the whole."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from world import AT, HOME, OTHER, organisation, person
from xuezheng.ledger.actions import SYSTEM
from xuezheng.ledger.models import Event
from xuezheng.people.models import Appointment
from xuezheng.register.actions import deliveries, discard_stale_imports
from xuezheng.register.models import County, Import, School, Snapshot
from xuezheng.standards.models import Evaluation
from xuezheng.web.background.worker import run_waiting_jobs

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("statistician")]
ACCEPTED = {"warnings_accepted": "on", "years": ["2026"]}
PAGE = f"/counties/{HOME}/imports/"
SCHOOLS = "学校标识码,学校名称,县区代码,乡镇代码,学校类别\n"
STAGES = "学校标识码,学年,学段,在校生数,班数,教职工数,专任教师数\n"
TEACHERS = "教师代号,学校标识码,学年,学段\n"
SOUND = {
    "school.csv": SCHOOLS + f"2150000001,云溪县第一小学校,{HOME},{HOME}001,小学\n",
    "stage_year.csv": STAGES + "2150000001,2026,小学,486,12,35,30\n",
}


def files(texts):
    return [SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text) for name, text in texts.items()]


def upload(client, texts=SOUND):
    """Upload files, let the background check them, and return the import."""
    answer = client.post(PAGE, {"delivered": files(texts)})
    assert answer.status_code == 302, answer.content.decode()
    run_waiting_jobs()
    return Import.objects.get(pk=int(answer.url.rstrip("/").rpartition("/")[2]))


def page_of(client, taken, query=""):
    return client.get(f"{PAGE}{taken.pk}/{query}").content.decode()


@pytest.fixture(autouse=True)
def own_stores(settings, tmp_path):
    """Uploads and snapshots of a test stay its own; the counties' snapshots are there too."""
    shared, own = settings.SNAPSHOT_STORE, tmp_path / "snapshots"
    own.mkdir()
    for folder in shared.iterdir():
        (own / folder.name).symlink_to(folder)
    settings.SNAPSHOT_STORE, settings.UPLOAD_STORE = own, tmp_path / "uploads"


@pytest.fixture
def statistician(client):
    account = person("statistician", "statistician", name="统计员")
    client.force_login(account)
    return account


def store_folder(taken):
    return Path(settings.UPLOAD_STORE) / taken.folder


def test_a_sound_delivery_is_checked_shown_accepted_stored_and_evaluated(client, statistician):
    taken = upload(client)
    assert taken.state == "checked"
    shown = page_of(client, taken)
    assert "这个学年还没有数据，全部为新增。" in shown
    assert not Snapshot.objects.filter(county=HOME, school_year=2026).exists()

    client.post(f"{PAGE}{taken.pk}/accept/", ACCEPTED)
    assert Import.objects.get(pk=taken.pk).state == "storing"
    run_waiting_jobs()

    taken.refresh_from_db()
    snapshot = Snapshot.objects.get(county=HOME, school_year=2026)
    assert (taken.state, taken.accepted_by) == ("stored", statistician)
    assert list(taken.snapshots.all()) == [snapshot]
    assert School.objects.get(county=HOME, school_code="2150000001").latest_year == 2026
    assert Evaluation.objects.filter(snapshot=snapshot, is_current=True).count() == 3
    assert not store_folder(taken).exists()
    kept = Path(settings.SNAPSHOT_STORE) / snapshot.folder / "originals"
    assert sorted(file.name.partition("-")[2] for file in kept.iterdir()) == ["school.csv", "stage_year.csv"]
    told = list(Event.objects.filter(subject_kind="import", subject_id=str(taken.pk)).values_list("action", flat=True))
    assert told == ["register.begin_import", "register.check_import", "register.accept_import", "register.store_import"]
    assert set(Event.objects.filter(subject_kind="import").values_list("actor", flat=True)) == {
        f"account:{statistician.pk}"
    }
    assert "已入库" in page_of(client, taken)


def test_errors_are_told_with_cell_value_and_mend_and_nothing_is_stored(client):
    taken = upload(client, SOUND | {"stage_year.csv": STAGES + "2150000001,2026,小学,4O6,12,35,30\n"})
    assert (taken.state, taken.counts["error"]) == ("refused", 1)
    shown = page_of(client, taken)
    assert "stage_year.csv · D2" in shown
    assert "4O6" in shown
    answer = client.post(f"{PAGE}{taken.pk}/accept/", ACCEPTED, follow=True)
    assert "不能入库" in answer.content.decode()
    run_waiting_jobs()
    assert not Snapshot.objects.filter(county=HOME, school_year=2026).exists()


def test_the_marked_copy_and_the_table_of_faults_can_be_downloaded(client):
    taken = upload(client, SOUND | {"stage_year.csv": STAGES + "2150000001,2026,小学,4O6,12,35,30\n"})
    assert taken.reports == ["xuezheng.faults.csv", "stage_year.faults.xlsx"]
    table = client.get(f"{PAGE}{taken.pk}/reports/0/")
    assert "attachment" in table["Content-Disposition"]
    assert "4O6" in b"".join(table.streaming_content).decode("utf-8-sig")
    copy = b"".join(client.get(f"{PAGE}{taken.pk}/reports/1/").streaming_content)
    assert zipfile.ZipFile(io.BytesIO(copy)).testzip() is None
    assert client.get(f"{PAGE}{taken.pk}/reports/2/").status_code == 404


def test_warnings_are_accepted_by_a_person_or_nothing_is_stored(client):
    taken = upload(client, SOUND | {"stage_year.csv": STAGES + "2150000001,2026,小学,486,12,35,\n"})
    if not taken.counts["warning"]:
        taken = upload(
            client,
            {**SOUND, "school.csv": SOUND["school.csv"] + f"2150000002,云溪县第二小学校,{HOME},{HOME}001,小学\n"},
        )
    assert taken.counts["warning"] > 0
    answer = client.post(f"{PAGE}{taken.pk}/accept/", {"years": ["2026"]}, follow=True)
    assert "条警告没有接受" in answer.content.decode()
    assert Import.objects.get(pk=taken.pk).state == "checked"


def test_a_delivery_of_another_county_is_refused(client):
    taken = upload(client, {name: text.replace(HOME, OTHER) for name, text in SOUND.items()})
    assert taken.state == "refused"
    assert taken.faults.get(grade="error").code == "import_of_other_county"
    assert OTHER in page_of(client, taken)


def test_a_delivery_that_mixes_in_another_county_is_refused_whole(client):
    mixed = SOUND["school.csv"] + f"2150000009,临河小学,{OTHER},{OTHER}001,小学\n"
    assert upload(client, SOUND | {"school.csv": mixed}).state == "refused"


def test_who_may_import_for_both_counties_may_deliver_both_in_one(client, statistician):
    Appointment.objects.create(
        account=statistician, organisation=organisation("county", OTHER, OTHER, "临河县"), role="statistician",
        starts_on=AT.date(),
    )  # fmt: skip
    mixed = SOUND["school.csv"] + f"2150000009,临河小学,{OTHER},{OTHER}001,小学\n"
    stages = SOUND["stage_year.csv"] + "2150000009,2026,小学,200,6,15,13\n"
    taken = upload(client, {"school.csv": mixed, "stage_year.csv": stages})
    assert taken.state == "checked"
    client.post(f"{PAGE}{taken.pk}/accept/", ACCEPTED)
    run_waiting_jobs()
    stored = Snapshot.objects.filter(school_year=2026).order_by("county_id")
    assert [snapshot.county_id for snapshot in stored] == [HOME, OTHER]


def test_a_delivery_about_a_county_other_than_the_page_s_is_refused(client, statistician):
    Appointment.objects.create(
        account=statistician, organisation=organisation("county", OTHER, OTHER, "临河县"), role="statistician",
        starts_on=AT.date(),
    )  # fmt: skip
    taken = upload(client, {name: text.replace(HOME, OTHER) for name, text in SOUND.items()})
    assert taken.faults.get(grade="error").code == "import_not_of_this_county"


def test_a_delivery_without_schools_is_refused(client):
    taken = upload(client, {"stage_year.csv": SOUND["stage_year.csv"]})
    assert taken.state == "refused"


def test_who_lost_the_role_since_accepting_stores_nothing(client, statistician):
    taken = upload(client)
    client.post(f"{PAGE}{taken.pk}/accept/", ACCEPTED)
    Appointment.objects.filter(account=statistician).delete()
    run_waiting_jobs()
    assert Import.objects.get(pk=taken.pk).state == "storing"
    assert not Snapshot.objects.filter(county=HOME, school_year=2026).exists()


def test_storing_that_fails_halfway_leaves_nothing_behind(client, monkeypatch):
    taken = upload(client)
    client.post(f"{PAGE}{taken.pk}/accept/", ACCEPTED)

    def fails(**_: object) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("xuezheng.web.pages.register.jobs.evaluate_snapshot", fails)
        run_waiting_jobs()
    assert not Snapshot.objects.filter(county=HOME, school_year=2026).exists()
    assert School.objects.get(county=HOME, school_code="2150000001").latest_year == 2025
    shown = page_of(client, taken)
    assert "重新检查" in shown
    assert "丢弃这次导入" in shown
    client.post(f"{PAGE}{taken.pk}/recheck/")
    run_waiting_jobs()
    assert Import.objects.get(pk=taken.pk).state == "checked"


def test_discarding_removes_files_faults_and_copies(client):
    taken = upload(client, SOUND | {"stage_year.csv": STAGES + "2150000001,2026,小学,4O6,12,35,30\n"})
    folder = store_folder(taken)
    assert folder.exists()
    client.post(f"{PAGE}{taken.pk}/discard/")
    taken.refresh_from_db()
    assert (taken.state, taken.faults.count(), folder.exists()) == ("discarded", 0, False)
    answer = client.post(f"{PAGE}{taken.pk}/accept/", ACCEPTED, follow=True)
    assert Import.objects.get(pk=taken.pk).state == "discarded"
    assert answer.status_code == 200


def test_discarding_while_it_waits_to_be_checked_is_possible(client):
    answer = client.post(PAGE, {"delivered": files(SOUND)})
    number = int(answer.url.rstrip("/").rpartition("/")[2])
    client.post(f"{PAGE}{number}/discard/")
    run_waiting_jobs()
    assert Import.objects.get(pk=number).state == "discarded"


def test_the_same_data_again_would_change_nothing(client):
    first = upload(client)
    client.post(f"{PAGE}{first.pk}/accept/", ACCEPTED)
    run_waiting_jobs()
    assert "与现有的完全相同" in page_of(client, upload(client))


def test_the_preview_says_what_would_change(client):
    first = upload(client)
    client.post(f"{PAGE}{first.pk}/accept/", ACCEPTED)
    run_waiting_jobs()
    changed = upload(client, SOUND | {"stage_year.csv": STAGES + "2150000001,2026,小学,500,12,35,30\n"})
    [table] = changed.summary["years"][0]["tables"]
    assert (table["table"], table["added"], table["removed"], table["changed"]) == ("stage_year", 0, 0, 1)
    assert "486 → 500" in page_of(client, changed)


def test_a_preview_that_another_import_made_outdated_is_not_acted_upon(client):
    one, other = (
        upload(client),
        upload(client, SOUND | {"stage_year.csv": STAGES + "2150000001,2026,小学,500,12,35,30\n"}),
    )
    client.post(f"{PAGE}{one.pk}/accept/", ACCEPTED)
    run_waiting_jobs()
    answer = client.post(f"{PAGE}{other.pk}/accept/", ACCEPTED, follow=True)
    assert "预览已经过时" in answer.content.decode()
    client.post(f"{PAGE}{other.pk}/recheck/")
    run_waiting_jobs()
    assert "486 → 500" in page_of(client, other)


def test_what_must_not_be_held_is_deleted_at_once(client):
    taken = upload(
        client, SOUND | {"stage_year.csv": "学校标识码,学年,学段,在校生数,平均分\n2150000001,2026,小学,486,91\n"}
    )
    assert taken.state == "refused"
    assert not (store_folder(taken) / "files").exists()
    assert "平均分" in page_of(client, taken)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("school.exe", b"MZ\x90\x00" + b"\x00" * 200),
        ("school.xlsx", b"MZ\x90\x00" + b"\x00" * 200),
        ("school.xlsx", b"PK\x03\x04 broken"),
        ("school.xlsx", b""),
        ("school.csv", b"\x00\x01\x02\x03"),
        ("page.html", b"<script>alert(1)</script>"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_is_read_is_refused_at_the_field(client, name, content):
    answer = client.post(PAGE, {"delivered": files({name: content})})
    assert answer.status_code == 400
    assert 'class="fault"' in answer.content.decode()
    assert not Import.objects.exists()
    assert not any(Path(settings.UPLOAD_STORE).glob("*"))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(client):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", b"spreadsheetml.sheet.main+xml")
        with bomb.open("xl/worksheets/sheet1.xml", "w") as sheet:
            for _ in range(500):
                sheet.write(b"0" * (1 << 20))
    answer = client.post(PAGE, {"delivered": files({"school.xlsx": held.getvalue()})})
    assert answer.status_code == 400
    assert not Import.objects.exists()


def test_too_many_and_too_large_files_are_refused(client, monkeypatch):
    many = {f"school{number}.csv": "a,b\n" for number in range(deliveries.FILES_AT_MOST + 1)}
    assert "最多" in client.post(PAGE, {"delivered": files(many)}).content.decode()
    monkeypatch.setattr(deliveries, "BYTES_AT_MOST", 1000)
    large = client.post(PAGE, {"delivered": files({"school.csv": "a" * 600, "stage_year.csv": "b" * 600})})
    assert "stage_year.csv" in large.content.decode()
    assert not Import.objects.exists()


def test_nothing_chosen_is_said_at_the_field(client):
    answer = client.post(PAGE, {})
    assert answer.status_code == 400
    assert 'class="fault"' in answer.content.decode()


def test_names_that_try_to_leave_the_folder_stay_in_it(client):
    taken = upload(client, {"../../../etc/school.csv": SOUND["school.csv"], "stage_year.csv": SOUND["stage_year.csv"]})
    assert [file["name"] for file in taken.files] == ["school.csv", "stage_year.csv"]
    assert taken.state == "checked"


def test_who_may_not_import_reaches_no_import(client):
    taken = upload(client)
    client.force_login(person("planner", "planner"))
    assert client.get(f"{PAGE}{taken.pk}/").status_code == 403
    client.force_login(person("elsewhere", "statistician", organisation("county", OTHER, OTHER, "临河县")))
    assert client.get(f"{PAGE}{taken.pk}/").status_code == 404
    assert client.get(f"/counties/{OTHER}/imports/{taken.pk}/").status_code == 404
    assert client.post(f"/counties/{OTHER}/imports/{taken.pk}/discard/").status_code == 404
    assert Import.objects.get(pk=taken.pk).state == "checked"


def test_the_first_county_is_opened_from_the_organisations(client):
    new = organisation("county", "509977", "509977", "新县")
    client.force_login(person("first", "statistician", new))
    assert "新县" in client.get("/imports/").content.decode()
    assert client.post("/imports/", {"county": OTHER}).status_code == 404
    answer = client.post("/imports/", {"county": "509977"})
    assert answer.url == "/counties/509977/imports/"
    assert County.objects.get(code="509977").name == "新县"
    assert client.get("/imports/").status_code == 302


def test_progress_is_shown_while_it_is_worked_on_and_the_page_reloads_at_the_end(client):
    answer = client.post(PAGE, {"delivered": files(SOUND)})
    assert "hx-get" in client.get(answer.url).content.decode()
    assert "HX-Refresh" not in client.get(f"{answer.url}progress/").headers
    run_waiting_jobs()
    assert client.get(f"{answer.url}progress/").headers["HX-Refresh"] == "true"


def test_only_the_years_that_are_chosen_are_stored(client):
    texts = SOUND | {"teachers.csv": TEACHERS + "t1,2150000001,2024,小学\nt1,2150000001,2026,小学\n"}
    taken = upload(client, texts)
    assert [(year["year"], "stage_year" in year["missing"]) for year in taken.summary["years"]] == [
        (2024, True),
        (2026, False),
    ]
    before = Snapshot.objects.get(county=HOME, school_year=2024, is_current=True)
    shown = page_of(client, taken)
    assert 'value="2024">' in shown
    assert 'value="2026" checked>' in shown
    client.post(f"{PAGE}{taken.pk}/accept/", ACCEPTED)
    run_waiting_jobs()
    assert Snapshot.objects.get(county=HOME, school_year=2024, is_current=True) == before
    assert Snapshot.objects.filter(county=HOME, school_year=2026).count() == 1


def test_no_year_chosen_is_said_and_nothing_happens(client):
    taken = upload(client)
    answer = client.post(f"{PAGE}{taken.pk}/accept/", {"warnings_accepted": "on", "years": ["1999", "x"]}, follow=True)
    assert "没有选择要入库的学年" in answer.content.decode()
    assert Import.objects.get(pk=taken.pk).state == "checked"


def test_a_request_that_announces_too_much_is_refused_before_it_is_kept(client, monkeypatch):
    monkeypatch.setattr("xuezheng.web.uploads.LARGEST_REQUEST_BYTES", 2000)
    answer = client.post(PAGE, {"delivered": files({"school.csv": "a" * 5000})})
    assert answer.status_code == 400
    assert not Import.objects.exists()


def test_a_mapping_that_cannot_be_read_refuses_the_delivery_in_words(client):
    taken = upload(client, {**SOUND, "xuezheng-mapping.yaml": "mappings: !!python/object/apply:os.system ['true']\n"})
    assert taken.state == "refused"
    assert [fault.code for fault in taken.faults.all()] == ["catalogue_not_yaml"]
    assert "正在检查" not in page_of(client, taken)


def test_where_uploads_lie_is_told_to_nobody(client, settings):
    taken = upload(client, {"a.geojson": "{"})
    shown = page_of(client, taken)
    assert taken.state == "refused"
    assert str(settings.UPLOAD_STORE) not in shown
    for name in taken.reports:
        assert str(settings.UPLOAD_STORE) not in (store_folder(taken) / "reports" / name).read_bytes().decode(
            "utf-8", "replace"
        )


def test_what_nobody_decided_goes_after_its_time_and_what_was_stored_stays(client):
    stale, fresh = upload(client), upload(client, {**SOUND, "note.csv": "a\n"})
    Import.objects.filter(pk=stale.pk).update(uploaded_at=AT)
    held, kept = store_folder(stale), store_folder(fresh)
    assert discard_stale_imports(before=AT + timedelta(days=1), by=SYSTEM, at=AT) == 1
    assert [Import.objects.get(pk=taken.pk).state for taken in (stale, fresh)] == ["discarded", fresh.state]
    assert (held.exists(), kept.exists()) == (False, True)
    assert discard_stale_imports(before=AT + timedelta(days=1), by=SYSTEM, at=AT) == 0
