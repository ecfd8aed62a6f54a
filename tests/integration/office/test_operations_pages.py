"""Background work, health and readiness as pages."""

import json
import logging
import re

import pytest
from django.db import connection
from django.utils import timezone

from world import AT, HOME, OTHER, person
from xuezheng.ledger.actions import SYSTEM
from xuezheng.people.access import reach_of
from xuezheng.web.background import enqueue, work
from xuezheng.web.background.kinds import find_kinds
from xuezheng.web.background.worker import run_waiting_jobs
from xuezheng.web.models import Job, WorkerSeen
from xuezheng.web.operations.health import _Migrations
from xuezheng.web.operations.logs import Line

pytestmark = pytest.mark.django_db


@work("test.page")
def page(job):
    return {"link": f"/counties/{job.county}/schools/", "said": "work_head_exported", "params": {"file": "x.json"}}


@work("test.broken")
def broken(_job):
    raise ZeroDivisionError


def asked(account, kind="test.page", county=HOME):
    return enqueue(kind=kind, arguments={}, by=reach_of(account, AT.date()).actor, at=AT, county=county)


def alive():
    WorkerSeen.objects.create(worker="w", started_at=timezone.now(), seen_at=timezone.now())


def test_one_sees_ones_own_work_and_nobody_elses(client):
    mine, other = person("mine", "planner"), person("other", "planner")
    job, others = asked(mine), asked(other)
    client.force_login(mine)
    listed = client.get("/jobs/").content.decode()
    assert f"/jobs/{job.pk}/" in listed
    assert f"/jobs/{others.pk}/" not in listed
    assert client.get(f"/jobs/{others.pk}/").status_code == 404
    assert client.post(f"/jobs/{others.pk}/cancel/").status_code == 404


def test_waiting_work_shows_progress_is_polled_and_can_be_cancelled(client):
    mine = person("mine", "planner")
    job = asked(mine)
    client.force_login(mine)
    shown = client.get(f"/jobs/{job.pk}/").content.decode()
    assert 'hx-trigger="every 1s"' in shown
    assert "<progress" in shown
    assert client.post(f"/jobs/{job.pk}/cancel/").status_code == 302
    shown = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "hx-trigger" not in shown
    assert "htmx" not in re.sub("<meta[^>]*>", "", shown).replace("hx-", "")
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_done_work_leads_to_its_result(client):
    mine = person("mine", "planner")
    job = asked(mine)
    run_waiting_jobs()
    client.force_login(mine)
    shown = client.get(f"/jobs/{job.pk}/").content.decode()
    assert f'href="/counties/{HOME}/schools/"' in shown
    assert "x.json" in shown


def test_failed_work_says_so_in_a_sentence_and_can_be_tried_again(client):
    mine = person("mine", "planner")
    job = asked(mine, "test.broken")
    run_waiting_jobs()
    client.force_login(mine)
    shown = client.get(f"/jobs/{job.pk}/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert f"Job {job.pk} failed" in shown
    assert "ZeroDivisionError" not in shown
    client.post(f"/jobs/{job.pk}/retry/")
    job.refresh_from_db()
    assert job.state == "queued"
    assert client.post(f"/jobs/{job.pk}/retry/").status_code == 400


def test_operations_show_the_countys_work_and_the_installations_own(client):
    planner, away = person("planner", "planner"), person("away", "planner")
    here, there = asked(planner), asked(away, county=OTHER)
    own = enqueue(kind="operations.prune", arguments={}, by=SYSTEM, at=AT)
    client.force_login(person("chief", "administrator"))
    listed = client.get("/operations/").content.decode()
    for job, expected in ((here, True), (there, False), (own, True)):
        assert (f"/operations/jobs/{job.pk}/" in listed) == expected
    assert client.get(f"/operations/jobs/{there.pk}/").status_code == 404
    assert client.post(f"/operations/jobs/{here.pk}/cancel/").status_code == 302
    client.force_login(planner)
    assert client.get("/operations/").status_code == 403
    assert client.get(f"/operations/jobs/{here.pk}/").status_code == 403


def test_a_missing_worker_is_told(client):
    client.force_login(person("chief", "administrator"))
    assert "xuezheng worker" in client.get("/operations/").content.decode()
    alive()
    assert "xuezheng worker" not in client.get("/operations/").content.decode()


def test_the_list_is_filtered_by_state(client):
    mine = person("mine", "planner")
    waiting, done = asked(mine), asked(mine)
    Job.objects.filter(pk=done.pk).update(state="done")
    client.force_login(mine)
    listed = client.get("/jobs/?state=done").content.decode()
    assert (f"/jobs/{done.pk}/" in listed, f"/jobs/{waiting.pk}/" in listed) == (True, False)
    assert client.get("/jobs/?state=odd&page=nine").status_code == 200


def test_every_kind_of_work_has_a_title_in_words():
    from xuezheng.catalogue.messages import load_messages

    kinds = [name for name in find_kinds() if not name.startswith("test.")]
    assert [name for name in kinds if f"work_{name.replace('.', '_')}" not in load_messages()] == []


def test_health_asks_the_database_nothing(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get("/health/")
    assert answer.json() == {"alive": True}


def test_readiness_tells_database_migrations_and_worker(client):
    assert client.get("/ready/").json() == {"ready": True, "database": "ok", "migrations": "ok", "worker": "absent"}
    alive()
    assert client.get("/ready/").json()["worker"] == "ok"


def test_pending_migrations_make_it_unready(client, monkeypatch):
    monkeypatch.setattr(_Migrations, "are_done", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'web'")
    answer = client.get("/ready/")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "pending")


def logged(record_with):
    record = logging.LogRecord("xuezheng.requests", logging.INFO, __file__, 1, "request", (), None)
    record.__dict__.update(record_with)
    return json.loads(Line().format(record))


def test_a_log_line_holds_the_allowed_fields_and_nothing_else():
    line = logged({"route": "jobs/", "status": 200, "request": "<WSGIRequest: GET '/?name=张三'>", "user": "zhang"})
    assert set(line) == {"at", "level", "logger", "message", "route", "status"}


def test_a_logged_exception_has_its_class_and_places_but_not_its_words():
    try:
        try:
            int("张三")
        except ValueError as problem:
            raise KeyError("13800000000") from problem
    except KeyError as problem:
        line = logged({"exc_info": (type(problem), problem, problem.__traceback__)})
    text = json.dumps(line, ensure_ascii=False)
    assert line["exception"][0] == "builtins.KeyError"
    assert "builtins.ValueError" in line["exception"]
    assert "张三" not in text
    assert "1380000" not in text


def test_a_request_is_logged_by_its_route_without_who_or_what(client, caplog):
    client.force_login(person("zhangsan", "planner", name="张三"))
    with caplog.at_level(logging.INFO, logger="xuezheng.requests"):
        answer = client.get(f"/counties/{HOME}/schools/?q=13800000000")
    (record,) = [record for record in caplog.records if record.name == "xuezheng.requests"]
    line = json.loads(Line().format(record))
    assert line["route"] == "counties/<str:county>/schools/"
    assert answer.headers["X-Request-ID"]
    assert not re.search("13800000000|zhangsan|张三|address", json.dumps(line, ensure_ascii=False))


@pytest.mark.parametrize(("given", "kept"), [("abc-12345678", True), ("a\nb12345678", False), ("x", False)])
def test_the_id_of_a_request_from_outside_is_kept_when_it_is_harmless(client, given, kept):
    answer = client.get("/health/", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) == kept
