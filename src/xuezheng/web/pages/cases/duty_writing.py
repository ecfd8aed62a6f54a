"""A unit's duty report in a round: composed from the ledger, written, signed, sent back, handed out."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from xuezheng.cases.actions.duty_reports import (
    LONGEST_SECTION,
    DutyReportChanged,
    freeze_duty_report,
    return_duty_report,
    save_duty_words,
    sign_duty_report,
)
from xuezheng.cases.duty_models import DutyReport
from xuezheng.cases.duty_papers import Written, find_open_sections, find_unexplained, lay_out, write_duty_report
from xuezheng.cases.engine.duty_facts import DutyFacts, differences, thawed
from xuezheng.cases.engine.duty_report import CaseFact
from xuezheng.cases.queries.duty_reports import find_due_reports_of_units, gather_duty_facts
from xuezheng.cases.queries.duty_rounds import Standing, find_own_units, find_steps, get_report, get_signed
from xuezheng.catalogue.duty_report import load_duty_report_words
from xuezheng.kernel.refusal import InvalidRequest, Refusal
from xuezheng.kernel.work_calendar import local_day
from xuezheng.people.access import NotAllowed, OutsideArea, Reach
from xuezheng.standards.evidence_store import open_kept
from xuezheng.web.acting import done
from xuezheng.web.answers import DOCUMENT, file_answer
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.language import page_language, said, told

MOST_SHOWN = 20


class WordsForm(forms.Form):
    """The sections that people write, and why cases were late of which no reason stands on record."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, report: DutyReport, late: list[CaseFact], data: Any = None) -> None:
        self._late = late
        initial: dict[str, Any] = {"version": report.version}
        for left in load_duty_report_words().left_open:
            initial[f"s-{left.id}"] = report.written.get(left.id, "")
        for place, case in enumerate(late):
            initial[f"r-{place}"] = report.reasons.get(case.number, "")
        super().__init__(data, initial=initial, use_required_attribute=False)
        for left in load_duty_report_words().left_open:
            self.fields[f"s-{left.id}"] = forms.CharField(
                label=said(left.title), help_text=said(left.prompt), required=False, max_length=LONGEST_SECTION,
                widget=forms.Textarea({"rows": 8}),
            )  # fmt: skip
        for place, case in enumerate(late):
            self.fields[f"r-{place}"] = forms.CharField(
                label=gettext("超期原因：%(number)s %(title)s") % {"number": case.number, "title": case.title},
                required=False, max_length=2000, widget=forms.Textarea({"rows": 2}),
            )  # fmt: skip

    def sections(self) -> dict[str, str]:
        """Return the sections by their ids."""
        return {name[2:]: text for name, text in self.cleaned_data.items() if name.startswith("s-")}

    def reasons(self) -> dict[str, str]:
        """Return why cases were late, by their numbers."""
        return {case.number: self.cleaned_data[f"r-{place}"] for place, case in enumerate(self._late)}


class VersionForm(forms.Form):
    """A step that needs nothing but which version the person saw."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(VersionForm):
    """Sending back: which version was read, and why."""

    reason = forms.CharField(
        label=gettext_lazy("退回理由"), max_length=2000, widget=forms.Textarea({"rows": 4}),
        help_text=gettext_lazy("写明哪一部分要改、怎样改，单位会看到。"),
    )  # fmt: skip


@signed_in_page
def duty_report(request: HttpRequest, county: str, report: int) -> HttpResponse:
    """Show a unit's report as it was composed, with the words that the person may read."""
    asked = cast("OfficeRequest", request)
    held, standing = _held(asked, county, report)
    composed = thawed(held.facts).report() if held.facts else None
    readable = standing.reads_drafts or held.state == "signed"
    written = _written(held) if readable else Written()
    context = {
        "held": held, "standing": standing, "readable": readable, "state": _state(held),
        "report": lay_out(composed, held.unit.name, page_language(), written) if composed else None,
        "open": find_open_sections(composed, page_language(), written) if composed and readable else [],
        "steps": _steps(held), "is_late": _is_late(asked, held),
        "returned": next((step for step in find_steps(held) if step.step == "return"), None) if held.state == "returned" else None,
        "is_early": bool(held.composed_at and local_day(held.composed_at) <= held.round.until),
    }  # fmt: skip
    return render(request, "cases/duty_asked.html", context)


@signed_in_page
def compose(request: HttpRequest, county: str, report: int) -> HttpResponse:
    """Show what differs between the frozen report and the ledger of today, and compose it anew."""
    asked = cast("OfficeRequest", request)
    held, standing = _held(asked, county, report)
    _require(standing.writes or standing.signs, "handle_cases")
    form = VersionForm(_posted(asked), initial={"version": held.version})
    if form.is_valid() and _took(freeze_duty_report, asked, held, form):
        messages.success(request, gettext("已由台账生成，数据固定在今天。"))
        return redirect(_address(held))
    context = {"held": held, "form": form, "changed": _changes(held, asked), "state": _state(held)}
    return render(request, "cases/duty_compose.html", context, status=400 if form.errors else 200)


@signed_in_page
def write(request: HttpRequest, county: str, report: int) -> HttpResponse:
    """Write the sections that only people can write; whoever comes second is told and loses no word."""
    asked = cast("OfficeRequest", request)
    held, standing = _held(asked, county, report)
    _require(standing.writes or standing.signs, "handle_cases")
    if not held.facts or held.state == "signed":
        return redirect(_address(held))
    form = WordsForm(held, find_unexplained(thawed(held.facts).report()), _posted(asked))
    stands: list[dict[str, str]] = []
    if form.is_valid():
        try:
            save_duty_words(
                report=held, version=form.cleaned_data["version"], sections=form.sections(), reasons=form.reasons(),
                by=asked.reach, at=asked.at,
            )  # fmt: skip
        except (NotAllowed, OutsideArea):
            raise
        except Refusal as refusal:
            form.add_error(None, told(refusal))
            if isinstance(refusal, DutyReportChanged):
                # Who comes second sees what stands now beside their own words, and may then save over it knowingly.
                stands = _stands(held, form)
                again = asked.POST.copy()
                again["version"] = str(held.version)
                form.data = again
        else:
            messages.success(request, gettext("已保存。"))
            return redirect(_address(held))
    context = {"held": held, "form": form, "stands": stands}
    return render(request, "cases/duty_write.html", context, status=400 if form.errors else 200)


@signed_in_page
def sign(request: HttpRequest, county: str, report: int) -> HttpResponse:
    """Ask whether to sign, with what is open and what changed in the ledger since; then sign and lock."""
    asked = cast("OfficeRequest", request)
    held, standing = _held(asked, county, report)
    _require(standing.signs, "sign_duty_reports")
    if held.state == "signed":
        return redirect(_address(held))
    form = VersionForm(_posted(asked), initial={"version": held.version})
    if form.is_valid() and _took(sign_duty_report, asked, held, form):
        messages.success(request, gettext("已签署并锁定；签署件按摘要保存，不再改变。"))
        return redirect(_address(held))
    composed = thawed(held.facts).report() if held.facts else None
    written = _written(held)
    context = {
        "held": held, "form": form, "changed": _changes(held, asked) if held.facts else None,
        "open": find_open_sections(composed, page_language(), written) if composed else [],
        "report": lay_out(composed, held.unit.name, page_language(), written) if composed else None,
        "is_early": bool(held.composed_at and local_day(held.composed_at) <= held.round.until),
    }  # fmt: skip
    return render(request, "cases/duty_sign.html", context, status=400 if form.errors else 200)


@signed_in_page
def send_back(request: HttpRequest, county: str, report: int) -> HttpResponse:
    """Send a signed report back to its unit, with the reason."""
    asked = cast("OfficeRequest", request)
    held, standing = _held(asked, county, report)
    _require(standing.supervises, "supervise_cases")
    form = ReturnForm(_posted(asked), initial={"version": held.version})
    if form.is_valid() and _took(return_duty_report, asked, held, form):
        messages.success(request, gettext("已退回，单位会看到理由。"))
        return redirect(_address(held))
    context = {
        "title": gettext("退回%(unit)s的履职报告") % {"unit": held.unit.name}, "form": form, "back": _address(held),
        "what": gettext("退回后单位可以修改并重新签署；原签署件仍然保存。"), "confirm": gettext("退回"),
    }  # fmt: skip
    return render(request, "web/confirm.html", context, status=400 if form.errors else 200)


@signed_in_page
def document(request: HttpRequest, county: str, report: int) -> HttpResponse:
    """Hand out a report: the signed document as it was kept, or a draft made now for who may read drafts."""
    asked = cast("OfficeRequest", request)
    held, standing = _held(asked, county, report)
    number = asked.GET.get("version", "")
    if held.state == "signed" or number:
        step = get_signed(held, int(number) if number.isdecimal() and len(number) < 9 else None)
        return file_answer(open_kept(step.sha256, step.file_name).read_bytes(), step.file_name, DOCUMENT)
    if not held.facts:
        raise InvalidRequest("duty_report_not_composed")
    written = _written(held) if standing.reads_drafts else Written()
    out = io.BytesIO()
    laid_out = lay_out(thawed(held.facts).report(), held.unit.name, page_language(), written)
    write_duty_report(laid_out, out, language=page_language())
    return file_answer(out.getvalue(), f"duty-report-{held.pk}-draft.docx", DOCUMENT)


def due_duty_reports(reach: Reach, on: date) -> list[dict[str, Any]]:
    """Return the reports that somebody's units have still to sign, for the page of what needs them now."""
    found = find_due_reports_of_units(find_own_units(reach, on), on)
    return [{"held": due, "state": _state(due.report)} for due in found[:MOST_SHOWN]]


def _held(asked: OfficeRequest, county: str, report: int) -> tuple[DutyReport, Standing]:
    held, standing = get_report(asked.reach, county, report, timezone.localdate(asked.at))
    asked.county = held.county  # the frame's links; set here, so that pages of what is not there all look alike
    return held, standing


def _require(is_allowed: bool, right: str) -> None:
    if not is_allowed:
        raise NotAllowed("not_allowed", right=right)


def _posted(asked: OfficeRequest) -> Any:
    return asked.POST if asked.method == "POST" else None


def _took(step: Callable[..., object], asked: OfficeRequest, held: DutyReport, form: forms.Form) -> bool:
    """Take a step with what the form gave, the version among it; a refusal stands at the form."""
    return done(lambda: step(report=held, by=asked.reach, at=asked.at, **form.cleaned_data), form)


def _address(held: DutyReport) -> str:
    return reverse("duty-report", args=[held.county_id, held.pk])


def _state(held: DutyReport) -> str:
    return said(load_duty_report_words().states[held.state])


def _is_late(asked: OfficeRequest, held: DutyReport) -> bool:
    is_open = held.state != "signed" and held.round.withdrawn_at is None
    return is_open and held.round.due_on < timezone.localdate(asked.at)


def _written(held: DutyReport) -> Written:
    if held.state == "signed" and held.signed_by is not None and held.signed_at is not None:
        return Written(held.written, held.reasons, held.signed_by.name, local_day(held.signed_at))
    return Written(held.written, held.reasons)


def _steps(held: DutyReport) -> list[dict[str, Any]]:
    words = load_duty_report_words().steps
    return [{"held": step, "title": said(words[step.step])} for step in find_steps(held)]


def _changes(held: DutyReport, asked: OfficeRequest) -> dict[str, Any] | None:
    """Return in words what differs between the frozen report and the ledger now; None where nothing was frozen."""
    if not held.facts:
        return None
    before: DutyFacts = thawed(held.facts)
    found = differences(before, gather_duty_facts(held.unit, held.round.since, held.round.until, asked.at))
    words = load_duty_report_words()
    return {
        "is_any": bool(found), "added": found.added, "gone": found.gone,
        "counts": [(said(words.words[count.name]), count.before, count.now) for count in found.counts],
        "changed": [
            (case.number, case.title, "、".join(said(words.words[name]) for name in case.what)) for case in found.changed
        ],
    }  # fmt: skip


def _stands(held: DutyReport, form: WordsForm) -> list[dict[str, str]]:
    """Return the sections as they stand now, where they are not what the person wrote."""
    own = form.sections()
    return [
        {"title": said(left.title), "text": held.written.get(left.id, "")}
        for left in load_duty_report_words().left_open
        if held.written.get(left.id, "") != own.get(left.id, "").strip()
    ]
