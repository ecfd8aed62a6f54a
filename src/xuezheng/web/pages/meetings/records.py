"""A meeting's record: entered by hand, or changed."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from xuezheng.meetings.access import get_meeting
from xuezheng.meetings.actions.changing import MeetingChanged
from xuezheng.meetings.actions.records import change_record, plan_meeting
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.pages.cases.showing import told
from xuezheng.web.pages.meetings.forms import RecordForm


@county_page("manage_meetings")
def plan(request: HttpRequest) -> HttpResponse:
    """Enter a meeting by hand: one still to be held, or without a text."""
    asked = cast("OfficeRequest", request)
    form = RecordForm(asked.POST if asked.method == "POST" else None)
    if asked.method == "POST" and form.is_valid():
        held = plan_meeting(county=asked.county, record=form.record(), by=asked.reach, at=asked.at)
        messages.success(request, gettext("已登记。"))
        return redirect("meeting", county=asked.county.code, meeting=held.pk)
    return render(request, "meetings/record.html", {"form": form}, status=400 if form.errors else 200)


@county_page("manage_meetings")
def record(request: HttpRequest, meeting: int) -> HttpResponse:
    """Change a meeting's record."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    form = RecordForm(asked.POST if asked.method == "POST" else None, initial=RecordForm.values_of(held))
    if asked.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            change_record(meeting=held, record=form.record(held), version=version, by=asked.reach, at=asked.at)
        except MeetingChanged as refusal:
            # What was typed stays; the newer version goes with it, so that saving again overwrites knowingly.
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(held.version)  # type: ignore[index]
            form.add_error(None, told(refusal))
        else:
            messages.success(request, gettext("已保存。"))
            return redirect("meeting", county=asked.county.code, meeting=held.pk)
    context = {"form": form, "meeting": held}
    return render(request, "meetings/record.html", context, status=400 if form.errors else 200)
