"""Ledgers that are too long to wait for: written in the background, fetched by who asked, gone after some days."""

from datetime import datetime
from pathlib import Path
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone, translation

from xuezheng.cases.ledger_papers import write_ledger
from xuezheng.cases.queries.ledger import get_ledger_unit
from xuezheng.kernel.refusal import NotFound
from xuezheng.people.access import OutsideArea, reach_of
from xuezheng.people.models import Account
from xuezheng.web.answers import WORKBOOK, file_answer
from xuezheng.web.background import Work
from xuezheng.web.background.queries import find_own_jobs, get_job
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.models import Job
from xuezheng.web.pages.cases.ledgers import filter_form, sheet_of, whole_ledger


def export_folder() -> Path:
    """Return the folder of what was written for fetching."""
    return Path(settings.DATA_FOLDER) / "exports"


def clear_exports(before: datetime) -> int:
    """Take away what was written before a moment and return how many files."""
    old = [path for path in export_folder().glob("*.xlsx") if path.stat().st_mtime < before.timestamp()]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def write_export(job: Work) -> str:
    """Write the ledger that a job asks for, with what its asker may see now; return the address to fetch it from."""
    account = Account.objects.get(pk=int(job.by.id.removeprefix("account:")))
    at, unit_id = job.at, job.arguments["unit"]
    on = timezone.localdate(at)
    reach = reach_of(account, on)
    unit = get_ledger_unit(reach, job.county, unit_id, on) if unit_id else None
    export_folder().mkdir(parents=True, exist_ok=True)
    path = _path(job.id)
    with translation.override("en" if job.arguments["language"] == "en" else "zh-hans"):
        form = filter_form(QueryDict(job.arguments["filter"]), job.county, unit, on)
        cases = whole_ledger(reach, job.county, unit, form, at)
        total = cases.order_by().count()
        sheet = sheet_of(job.county, unit, form, at, job.arguments["language"])
        unfinished = path.with_suffix(".part")
        write_ledger(
            unfinished, cases, sheet, text=form.text(),
            told=lambda done: job.progress(done, max(total, done), "work_writing_ledger"),
        )  # fmt: skip
        unfinished.replace(path)
    return reverse("case-ledger-export", kwargs={"job": job.id})


@signed_in_page
def export(request: HttpRequest, job: int) -> HttpResponse:
    """Hand out a workbook to who asked for it, as long as they may see that ledger."""
    asked = cast("OfficeRequest", request)
    held = get_job(find_own_jobs(asked.account).filter(kind="cases.export_ledger", state=Job.State.DONE), job)
    _require_seeing(asked, held)
    path = _path(held.pk)
    if not path.is_file():
        raise NotFound("export_gone")
    name = f"ledger-{held.arguments['unit'] or held.county}.xlsx"
    return file_answer(path.read_bytes(), name, WORKBOOK)


def _require_seeing(asked: OfficeRequest, held: Job) -> None:
    unit = held.arguments["unit"]
    if unit:
        get_ledger_unit(asked.reach, held.county, unit, timezone.localdate(asked.at))
    elif not asked.reach.can_in_county("view_cases", held.county):
        raise OutsideArea("outside_area")


def _path(job: int) -> Path:
    return export_folder() / f"ledger-{job}.xlsx"
