"""Background work as people see it: their own, and for those who look after operations the county's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xuezheng.notices.queries import count_troubled
from xuezheng.people.access import Area, NotAllowed
from xuezheng.register.queries import find_counties
from xuezheng.web.background.queries import find_jobs_in, find_own_jobs, get_job
from xuezheng.web.background.queue import cancel_job, retry_job
from xuezheng.web.gate import OfficeRequest, page, signed_in_page
from xuezheng.web.models import Job
from xuezheng.web.operations.health import is_worker_alive

RIGHT = "view_operations"
_A_PAGE = 50
_RECENT = timedelta(days=7)


def _own(request: HttpRequest) -> QuerySet[Job]:
    return find_own_jobs(cast("OfficeRequest", request).account)


def _of_office(request: HttpRequest) -> QuerySet[Job]:
    return find_jobs_in(cast("OfficeRequest", request).reach.area_of(RIGHT))


@signed_in_page
def own_jobs(request: HttpRequest) -> HttpResponse:
    """Show what the person asked for."""
    return _list(request, _own(request), "job", is_own=True)


@page(RIGHT)
def operations(request: HttpRequest) -> HttpResponse:
    """Show the county's background work and whether a worker is alive."""
    return _list(request, _of_office(request), "office-job", is_own=False)


def _list(request: HttpRequest, jobs: QuerySet[Job], address: str, *, is_own: bool) -> HttpResponse:
    state = request.GET.get("state", "")
    chosen = jobs.filter(state=state) if state in Job.State.values else jobs
    shown = Paginator(chosen, _A_PAGE).get_page(request.GET.get("page"))
    at, area = cast("OfficeRequest", request).at, cast("OfficeRequest", request).reach.area_of("manage_outgoing")
    about = {
        "troubled": count_troubled(area, at - _RECENT) if area and not is_own else 0,
        "page": shown, "address": address, "is_own": is_own, "state": state, "states": Job.State.values,
        "worker": is_worker_alive(cast("OfficeRequest", request).at),
    }  # fmt: skip
    return render(request, "operations/jobs.html", about)


@signed_in_page
def own_job(request: HttpRequest, job: int) -> HttpResponse:
    """Show one's own job with its progress."""
    return _show(request, get_job(_own(request), job), is_own=True)


@page(RIGHT)
def office_job(request: HttpRequest, job: int) -> HttpResponse:
    """Show a job of the county with its progress."""
    return _show(request, get_job(_of_office(request), job), is_own=False)


def _may_change(request: OfficeRequest, job: Job) -> bool:
    """Whether the person may stop or repeat a job: one of the installation concerns every county that it holds."""
    if job.county or job.account_id is not None:
        return True
    return request.reach.area_of(RIGHT).everywhere or find_counties(Area(everywhere=True)).count() <= 1


def _show(request: HttpRequest, job: Job, *, is_own: bool) -> HttpResponse:
    about: dict[str, Any] = {
        "job": job, "is_own": is_own, "worker": not job.is_open or is_worker_alive(cast("OfficeRequest", request).at),
        "cancel": "cancel-job" if is_own else "cancel-office-job",
        "retry": "retry-job" if is_own else "retry-office-job",
        "may_change": _may_change(cast("OfficeRequest", request), job),
    }  # fmt: skip
    return render(request, "operations/job.html", about)


@signed_in_page
@require_POST
def cancel_own(request: HttpRequest, job: int) -> HttpResponse:
    """Cancel one's own job."""
    return _change(request, get_job(_own(request), job), cancel_job, gettext("已请求取消。"), "job")


@signed_in_page
@require_POST
def retry_own(request: HttpRequest, job: int) -> HttpResponse:
    """Ask for one's own job again."""
    return _change(request, get_job(_own(request), job), retry_job, gettext("已重新排队。"), "job")


@page(RIGHT)
@require_POST
def cancel_of_office(request: HttpRequest, job: int) -> HttpResponse:
    """Cancel a job of the county."""
    return _change(request, get_job(_of_office(request), job), cancel_job, gettext("已请求取消。"), "office-job")


@page(RIGHT)
@require_POST
def retry_of_office(request: HttpRequest, job: int) -> HttpResponse:
    """Ask for a job of the county again."""
    return _change(request, get_job(_of_office(request), job), retry_job, gettext("已重新排队。"), "office-job")


def _change(request: HttpRequest, job: Job, action: Callable[..., None], said: str, address: str) -> HttpResponse:
    asked = cast("OfficeRequest", request)
    if not _may_change(asked, job):
        raise NotAllowed("installation_job")
    action(job=job, by=asked.reach.actor, at=asked.at)
    messages.success(request, said)
    return redirect(address, job=job.pk)
