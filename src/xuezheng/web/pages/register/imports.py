"""Imports in the browser: files in, faults and changes shown, then stored or discarded by a person."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from xuezheng.catalogue.messages import refusal_sentence
from xuezheng.kernel.refusal import Refusal
from xuezheng.ledger.actions import recording
from xuezheng.people.access import Area
from xuezheng.people.models import Organisation
from xuezheng.register.access import IMPORT, get_reached_import
from xuezheng.register.actions import (
    Uploaded,
    accept_import,
    begin_import,
    discard_import,
    open_county,
    recheck_import,
)
from xuezheng.register.actions.upload_store import REPORTS, upload_folder
from xuezheng.register.models import County, Import
from xuezheng.register.queries import fault_of, find_faults, find_imports
from xuezheng.register.sentences import column_word, fault_words, printable, table_word
from xuezheng.register.sources import OUTLINE_SUFFIXES, TABLE_SUFFIXES
from xuezheng.web.background import enqueue
from xuezheng.web.fields import FilesField
from xuezheng.web.gate import OfficeRequest, county_page, page
from xuezheng.web.language import page_language
from xuezheng.web.models import Job
from xuezheng.web.pages.register.verdicts import find_locked_years
from xuezheng.web.templatetags.design import wording

CHECK, STORE = "register.check_import", "register.store_import"
FAULT_ROWS = 50
_GRADES = ("error", "warning", "note")
_ACCEPTED = ",".join(sorted(TABLE_SUFFIXES | OUTLINE_SUFFIXES | {".yaml"}))


class UploadForm(forms.Form):
    """The files of one delivery."""

    # An empty file is left to the reading, which says more about it.
    delivered = FilesField(
        label=gettext_lazy("文件"), accept=_ACCEPTED, allow_empty_file=True, max_length=255,
        help_text=gettext_lazy("同一次交来的所有文件一起选：xlsx、xls、ods、csv、parquet；边界用 geojson；对应关系用 xuezheng-mapping.yaml。原件会留存在快照里。"),
    )  # fmt: skip


class AcceptForm(forms.Form):
    """What a person decides about a checked import: which years are stored, and that the warnings are accepted."""

    warnings_accepted = forms.BooleanField(required=False)
    years = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, data: Any, taken: Import) -> None:
        super().__init__(data)
        field = self.fields["years"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [(year["year"], str(year["year"])) for year in taken.summary.get("years", [])]


@page(IMPORT)
def counties(request: HttpRequest) -> HttpResponse:
    """Show the counties for which the person may import, those without any data too; POST opens one of these."""
    asked = cast("OfficeRequest", request)
    area = asked.reach.area_of(IMPORT)
    known = list(County.objects.filter(area.county_rows("code")).defer("outlines"))
    unopened = _unopened(area, {county.code for county in known})
    if request.method == "POST":
        name = unopened.get(request.POST.get("county", ""))
        if name is None:
            raise Http404
        county = open_county(code=request.POST["county"], name=name, by=asked.reach.actor, at=asked.at)
        return redirect("imports", county=county.code)
    if len(known) == 1 and not unopened:
        return redirect("imports", county=known[0].code)
    return render(request, "register/import_counties.html", {"known": known, "unopened": sorted(unopened.items())})


def _unopened(area: Area, known: set[str]) -> dict[str, str]:
    """Return code and name of the counties in the area of which the register holds nothing yet."""
    organisations = Organisation.objects.filter(kind=Organisation.Kind.COUNTY, is_active=True).filter(
        area.county_rows()
    )
    return {unit.county: unit.name for unit in organisations if unit.county and unit.county not in known}


@county_page(IMPORT)
def imports(request: HttpRequest) -> HttpResponse:
    """Show a county's imports; POST takes in files and has them checked in the background."""
    asked = cast("OfficeRequest", request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            taken = _begin(asked, form.cleaned_data["delivered"])
        except Refusal as refusal:
            form.add_error("delivered", refusal_sentence(refusal, page_language()))
        else:
            return redirect("import", county=asked.county.code, number=taken.pk)
    shown = Paginator(find_imports(asked.county.code), FAULT_ROWS).get_page(request.GET.get("page"))
    context = {"form": form, "page": shown, "states": STATES}
    return render(request, "register/imports.html", context, status=400 if form.errors else 200)


def _begin(asked: OfficeRequest, files: list[Any]) -> Import:
    by, at = asked.reach.actor, asked.at
    with recording(by, at):
        taken = begin_import(
            county=asked.county, files=[Uploaded(file.name, file.chunks()) for file in files], language=page_language(),
            account=asked.account, by=by, at=at,
        )  # fmt: skip
        _enqueue(asked, CHECK, taken)
    return taken


def _enqueue(asked: OfficeRequest, kind: str, taken: Import) -> None:
    enqueue(
        kind=kind, arguments={"import": taken.pk}, by=asked.reach.actor, at=asked.at, county=taken.county_id
    )  # fmt: skip


STATES = {
    Import.State.CHECKING: gettext_lazy("正在检查"),
    Import.State.CHECKED: gettext_lazy("检查完，待入库"),
    Import.State.REFUSED: gettext_lazy("有错误，不能入库"),
    Import.State.STORING: gettext_lazy("正在入库"),
    Import.State.STORED: gettext_lazy("已入库"),
    Import.State.DISCARDED: gettext_lazy("已丢弃"),
}


def _job(taken: Import) -> Job | None:
    """Return the newest background job of an import."""
    jobs = Job.objects.filter(kind__in=(CHECK, STORE), county=taken.county_id, arguments={"import": taken.pk})
    return jobs.order_by("-pk").first()


@county_page(IMPORT)
@require_safe
def import_page(request: HttpRequest, number: int) -> HttpResponse:
    """Show one import: how far it is, its faults of `?grade=`, what storing it would change, and what can be done now."""
    asked = cast("OfficeRequest", request)
    taken = get_reached_import(asked.reach, asked.county.code, number)
    return render(request, "register/import.html", _import_context(request, taken))


def _import_context(request: HttpRequest, taken: Import) -> dict[str, Any]:
    job = _job(taken)
    is_worked_on = job is not None and job.is_open
    grade = request.GET.get("grade", "")
    if grade not in _GRADES:
        grade = next((each for each in _GRADES if taken.counts.get(each)), "error")
    shown = Paginator(find_faults(taken, grade), FAULT_ROWS).get_page(request.GET.get("page"))
    language = page_language()
    locked = find_locked_years(taken.county_id)
    return {
        "taken": taken,
        "state_word": STATES[Import.State(taken.state)],
        "job": job,
        "job_failure": _job_failure(job),
        "is_worked_on": is_worked_on,
        "grade": grade,
        "grades": [(each, taken.counts.get(each, 0)) for each in _GRADES],
        "page": shown,
        "faults": [_fault_shown(row, language) for row in shown],
        "years": [_year_shown(year, locked, language) for year in taken.summary.get("years", [])],
        "accounts": [
            {**account, "table": table_word(account["table"], language), "skipped": sum(account["skipped"].values())}
            for account in taken.summary.get("accounts", [])
        ],
        "snapshots": list(taken.snapshots.order_by("county_id", "-school_year")),
        "can_store": taken.state == Import.State.CHECKED,
        "can_recheck": not is_worked_on
        and taken.state in (Import.State.CHECKING, Import.State.CHECKED, Import.State.STORING),
        "can_discard": taken.state not in (Import.State.STORED, Import.State.DISCARDED)
        and not (taken.state == Import.State.STORING and is_worked_on),
    }


def _job_failure(job: Job | None) -> str:
    if job is None or job.state != Job.State.FAILED:
        return ""
    return refusal_sentence(Refusal(job.failure_code, **job.failure_params), page_language())


def _fault_shown(row: Any, language: str) -> dict[str, str]:
    fault = fault_of(row)
    what, next_step = fault_words(fault, language)
    return {
        "place": str(fault.place or ""),
        "table": table_word(fault.table, language) if fault.table else "",
        "column": column_word(fault.table, fault.column, language) if fault.column else "",
        "value": printable(fault.value),
        "what": printable(what),
        "next": printable(next_step),
    }


def _year_shown(year: dict[str, Any], locked: set[int], language: str) -> dict[str, Any]:
    return {
        "is_locked": year["year"] in locked,
        "missing": wording().joined([table_word(name, language) for name in year.get("missing", [])]),
        "year": year["year"],
        "is_new": not year["before"],
        "is_same": year["digest"] in year["before"],
        "rows": [(table_word(name, language), count) for name, count in year["rows"].items()],
        "tables": [
            {
                **table,
                "name": table_word(table["table"], language),
                "examples": [
                    {**example, "column": column_word(table["table"], example["column"], language)}
                    for example in table["examples"]
                ],
            }
            for table in year["tables"]
        ],
    }


@county_page(IMPORT)
@require_safe
def import_progress(request: HttpRequest, number: int) -> HttpResponse:
    """Return how far an import's background work is; once it has ended the page is loaded anew."""
    asked = cast("OfficeRequest", request)
    taken = get_reached_import(asked.reach, asked.county.code, number)
    job = _job(taken)
    answer = render(request, "register/import_progress.html", {"taken": taken, "job": job})
    if job is None or not job.is_open:
        answer["HX-Refresh"] = "true"
    return answer


@county_page(IMPORT)
@require_POST
def accept(request: HttpRequest, number: int) -> HttpResponse:
    """Have a checked import stored in the background."""
    asked = cast("OfficeRequest", request)
    taken = get_reached_import(asked.reach, asked.county.code, number)
    form = AcceptForm(request.POST, taken)
    form.is_valid()
    years, accepted = form.cleaned_data.get("years", []), form.cleaned_data["warnings_accepted"]
    by, at = asked.reach.actor, asked.at
    try:
        with recording(by, at):
            accept_import(number=taken.pk, years=years, warnings_accepted=accepted, account=asked.account, by=by, at=at)
            _enqueue(asked, STORE, taken)
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal, page_language()))
    return redirect("import", county=asked.county.code, number=number)


@county_page(IMPORT)
@require_POST
def recheck(request: HttpRequest, number: int) -> HttpResponse:
    """Have an import checked again, against what is stored now."""
    asked = cast("OfficeRequest", request)
    taken = get_reached_import(asked.reach, asked.county.code, number)
    job = _job(taken)
    by, at = asked.reach.actor, asked.at
    try:
        with recording(by, at):
            recheck_import(number=taken.pk, is_worked_on=job is not None and job.is_open, by=by, at=at)
            _enqueue(asked, CHECK, taken)
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal, page_language()))
    return redirect("import", county=asked.county.code, number=number)


@county_page(IMPORT)
@require_POST
def discard(request: HttpRequest, number: int) -> HttpResponse:
    """Throw an import's files and faults away."""
    asked = cast("OfficeRequest", request)
    taken = get_reached_import(asked.reach, asked.county.code, number)
    job = _job(taken)
    try:
        discard_import(
            number=taken.pk, is_worked_on=job is not None and job.is_open, by=asked.reach.actor, at=asked.at
        )  # fmt: skip
    except Refusal as refusal:
        messages.error(request, refusal_sentence(refusal, page_language()))
        return redirect("import", county=asked.county.code, number=number)
    messages.success(request, gettext("这次导入已丢弃，上传的文件已删除。"))
    return redirect("imports", county=asked.county.code)


@county_page(IMPORT)
@require_safe
def report(request: HttpRequest, number: int, place: int) -> HttpResponse:
    """Return one of an import's reports: the table of faults, or a marked copy."""
    asked = cast("OfficeRequest", request)
    taken = get_reached_import(asked.reach, asked.county.code, number)
    if place >= len(taken.reports):
        raise Http404
    path = upload_folder(taken.folder) / REPORTS / taken.reports[place]
    if not path.is_file():
        raise Http404
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=path.name)
    answer["Cache-Control"] = "private, no-store"
    return cast("HttpResponse", answer)
