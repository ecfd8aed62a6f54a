"""A text attached to a meeting that stands already, and the differences between text and record."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from xuezheng.meetings.access import get_meeting
from xuezheng.meetings.actions.attaching import attach_original, decide_differences
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.originals import read_original
from xuezheng.web.acting import done, done_or_said, number_in
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.pages.meetings.entering import SourceForm, original_of
from xuezheng.web.pages.meetings.forms import RecordForm

if TYPE_CHECKING:
    from xuezheng.meetings.sources import Asked


@county_page("manage_meetings")
def attach(request: HttpRequest, meeting: int) -> HttpResponse:
    """Attach a bulletin, minutes or task table: pasted, or as a file."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    form = SourceForm(asked.POST, asked.FILES) if asked.method == "POST" else SourceForm()
    if asked.method == "POST" and form.is_valid():
        field = "file" if form.cleaned_data["file"] else "text"

        def act() -> None:
            original = original_of(form)
            reading = read_original(original, cast("Asked", form.cleaned_data["kind"] or "auto"))
            version = number_in(asked, "version")
            attach_original(
                meeting=held, reading=reading, original=original, version=version, by=asked.reach, at=asked.at
            )

        if done(act, form, field):
            messages.success(request, gettext("已附上原文，请逐项核对。"))
            there = "meeting-differences" if held.differences else "proposals"
            return redirect(there, county=asked.county.code, meeting=held.pk)
        held = get_meeting(asked.reach, asked.county.code, meeting)
    context = {"meeting": held, "form": form, "replaced": held.proposals.count() if held.sha256 else 0}
    return render(request, "meetings/attach.html", context, status=400 if form.errors else 200)


@county_page("manage_meetings")
def differences(request: HttpRequest, meeting: int) -> HttpResponse:
    """Show where text and record differ; a clerk decides which stands, field by field."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    if asked.method == "POST":
        taken = {name for name in held.differences if asked.POST.get(name) == "text"}
        done_or_said(
            asked,
            lambda: decide_differences(
                meeting=held, taken=taken, version=number_in(asked, "version"), by=asked.reach, at=asked.at
            ),
            gettext("已保存。"),
        )
        return redirect("meeting", county=asked.county.code, meeting=held.pk)
    labels = {name: field.label for name, field in RecordForm.base_fields.items()}
    labels |= {"day_words": labels["held_on"], "published_on": gettext("发布日期")}
    rows = [
        {"name": name, "label": labels.get(name, name), "record": _shown(_stands(held, name)), "text": _shown(value)}
        for name, value in held.differences.items()
    ]
    return render(request, "meetings/differences.html", {"meeting": held, "rows": rows})


def _stands(held: Meeting, name: str) -> Any:
    return getattr(held, name)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(
            f"{each['name']} {each['post']}".strip() if isinstance(each, dict) else str(each) for each in value
        )
    return str(value)
