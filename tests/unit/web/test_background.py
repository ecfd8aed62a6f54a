"""Background work: progress, refusals, passing failures, killed workers, cancelling, and what is due by the clock."""

import itertools
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from world import AT, HOME, person
from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.ledger.actions import SYSTEM
from xuezheng.ledger.models import Event
from xuezheng.people.access import reach_of
from xuezheng.web.background import enqueue, work
from xuezheng.web.background.kinds import find_kinds
from xuezheng.web.background.queue import cancel_job, retry_job
from xuezheng.web.background.running import LEASE, in_hand, run_job
from xuezheng.web.background.schedule import SCHEDULE, Scheduled, queue_due
from xuezheng.web.background.sweeping import sweep
from xuezheng.web.background.worker import run_waiting_jobs
from xuezheng.web.models import Job

pytestmark = pytest.mark.django_db
names = (f"test.kind_{number}" for number in itertools.count())


def queued(function, *, by=SYSTEM, attempts=3, **arguments):
    kind = next(names)
    work(kind, attempts=attempts)(function)
    return enqueue(kind=kind, arguments=arguments, by=by, at=AT, county=HOME)


def ran(job):
    run_waiting_jobs()
    job.refresh_from_db()
    return job


def test_work_gets_its_arguments_and_leaves_its_result():
    job = ran(queued(lambda work: {"double": work.arguments["number"] * 2, "county": work.county}, number=21))
    assert (job.state, job.result) == ("done", {"double": 42, "county": HOME})
    assert (job.attempts, job.lease_until) == (1, None)


def test_work_acts_in_the_name_of_who_asked():
    planner = person("planner", "planner", name="计划员")
    actor = reach_of(planner, AT.date()).actor
    job = ran(queued(lambda work: {"by": work.by.id, "name": work.by.name}, by=actor))
    assert job.result == {"by": f"account:{planner.pk}", "name": "计划员"}
    assert job.account == planner
    event = Event.objects.get(action="operations.request_job", subject_id=str(job.pk))
    assert (event.actor, event.county) == (actor.id, HOME)


def test_asking_for_work_of_an_unknown_kind_is_a_bug():
    with pytest.raises(ValueError, match="no kind of work"):
        enqueue(kind="no.such", arguments={}, by=SYSTEM, at=AT)


def test_progress_is_kept_with_its_sentence():
    def count(work):
        work.progress(1, 3, "job_has_ended")
        seen.append(Job.objects.get(pk=work.id))
        work.progress(2, 3, "job_has_ended")
        work.progress(3, 3, "job_has_ended")

    seen = []
    job = ran(queued(count))
    assert (seen[0].done, seen[0].total, seen[0].message_code) == (1, 3, "job_has_ended")
    assert (job.done, job.total) == (3, 3)


def test_a_refusal_is_the_shown_answer_and_not_tried_again():
    def refuse(_):
        raise NotFound("page_not_found", wanted="x")

    job = ran(queued(refuse))
    assert (job.state, job.failure_code, job.failure_params) == ("failed", "page_not_found", {"wanted": "x"})
    assert job.attempts == 1


def test_a_bug_is_logged_and_told_without_its_words(caplog):
    def break_down(_):
        raise KeyError("张三")

    job = ran(queued(break_down))
    assert (job.state, job.failure_code) == ("failed", "job_broken")
    assert job.failure_params == {"number": job.pk, "attempts": 1}
    assert caplog.records[0].exc_info[0] is KeyError


def test_a_passing_failure_is_tried_again_later_and_later_and_then_fails():
    def trip(_):
        raise OperationalError("database is locked")

    job = queued(trip)
    waits = []
    for _ in range(2):
        before = timezone.now()
        job = ran(job)
        waits.append(round((job.run_after - before).total_seconds()))
        assert job.state == "queued"
        assert DBTaskResult.objects.get(pk=job.ticket).run_after == job.run_after
        Job.objects.filter(pk=job.pk).update(run_after=AT)
    assert waits == [15, 60]
    job = ran(job)
    assert (job.state, job.failure_code, job.attempts) == ("failed", "job_broken", 3)


def test_work_that_waits_is_cancelled_at_once_and_never_runs():
    job = queued(lambda _: {"ran": True})
    cancel_job(job=job, by=SYSTEM, at=AT)
    assert (ran(job).state, job.result) == ("cancelled", {})
    with pytest.raises(InvalidRequest):
        cancel_job(job=job, by=SYSTEM, at=AT)


def test_work_that_runs_ends_where_it_looks_next():
    def long(work):
        work.progress(1, 2)
        cancel_job(job=Job.objects.get(pk=work.id), by=SYSTEM, at=AT)
        reached.append("asked")
        work.check_cancelled()
        reached.append("too far")

    reached = []
    job = ran(queued(long))
    assert (job.state, reached) == ("cancelled", ["asked"])


def test_failed_work_can_be_asked_for_again():
    answers = iter([KeyError("first"), None])

    def second_time(_):
        answer = next(answers)
        if answer:
            raise answer
        return {"ok": True}

    job = ran(queued(second_time))
    assert job.state == "failed"
    retry_job(job=job, by=SYSTEM, at=AT)
    assert ran(job).result == {"ok": True}
    assert job.failure_code == ""
    with pytest.raises(InvalidRequest):
        retry_job(job=job, by=SYSTEM, at=AT)


def killed(job, now):
    """Leave a job as a worker leaves it that is killed in the middle."""
    Job.objects.filter(pk=job.pk).update(
        state="running", worker="gone", attempts=job.attempts + 1, lease_until=now - timedelta(seconds=1)
    )
    DBTaskResult.objects.filter(pk=job.ticket).update(status="RUNNING")
    job.refresh_from_db()
    return job


def test_what_a_killed_worker_left_is_queued_again_and_then_told_as_failed():
    now = timezone.now()
    job = queued(lambda _: {"ok": True})
    for attempt in (1, 2):
        first = killed(job, now).ticket
        assert sweep(now) == 1
        job.refresh_from_db()
        assert (job.state, job.attempts) == ("queued", attempt)
        assert DBTaskResult.objects.get(pk=first).status == "FAILED"
        assert DBTaskResult.objects.get(pk=job.ticket).status == "READY"
    killed(job, now)
    sweep(now)
    job.refresh_from_db()
    assert (job.state, job.failure_code, job.failure_params["attempts"]) == ("failed", "job_worker_lost", 3)


def test_a_lease_that_still_holds_is_left_alone():
    now = timezone.now()
    job = queued(lambda _: None)
    Job.objects.filter(pk=job.pk).update(state="running", worker="alive", lease_until=now + timedelta(seconds=5))
    assert sweep(now) == 0


def test_a_worker_that_lost_its_lease_cannot_end_the_job_of_another():
    def slow(work):
        Job.objects.filter(pk=work.id).update(worker="another", attempts=2)
        return {"from": "the first"}

    job = ran(queued(slow))
    assert (job.state, job.worker, job.result) == ("running", "another", {})


def test_the_lease_is_renewed_while_work_runs():
    later = timezone.now() + timedelta(minutes=5)

    def long(work):
        in_hand.renew(later)
        seen.append(Job.objects.get(pk=work.id).lease_until)

    seen = []
    ran(queued(long))
    assert seen == [later + LEASE]


def test_a_waiting_job_without_a_ticket_gets_one():
    job = queued(lambda _: None)
    DBTaskResult.objects.all().delete()
    assert sweep(timezone.now()) == 1
    job.refresh_from_db()
    assert DBTaskResult.objects.get(pk=job.ticket).status == "READY"
    assert sweep(timezone.now()) == 0


def test_a_ticket_for_a_job_that_does_not_wait_does_nothing():
    job = ran(queued(lambda _: {"n": 1}))
    run_job(job.pk, worker="late")
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 1)


def test_what_is_due_is_queued_once_a_day_from_its_time_on():
    kind = next(names)
    work(kind)(lambda _: None)
    schedule = (Scheduled(kind, begins=time(2, 0)),)
    before = datetime(2026, 3, 1, 17, 59, tzinfo=UTC)  # 01:59 in Shanghai
    assert queue_due(before, schedule) == []
    assert queue_due(before + timedelta(minutes=1), schedule) == [kind]
    assert queue_due(before + timedelta(hours=9), schedule) == []
    assert queue_due(before + timedelta(days=1, minutes=1), schedule) == [kind]
    assert Job.objects.filter(kind=kind, actor="system").count() == 2


def test_what_is_due_every_hour_is_queued_once_an_hour():
    kind = next(names)
    work(kind)(lambda _: None)
    schedule = (Scheduled(kind, every="hour"),)
    at = datetime(2026, 3, 1, 8, 59, tzinfo=UTC)
    assert [len(queue_due(at + timedelta(minutes=m), schedule)) for m in (0, 1, 30, 61)] == [1, 1, 0, 1]


def test_every_scheduled_kind_exists():
    assert {entry.kind for entry in SCHEDULE} <= set(find_kinds())
