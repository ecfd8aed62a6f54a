"""A bulletin or task table, pasted or uploaded."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from xuezheng.kernel.refusal import InvalidRequest, Refusal
from xuezheng.meetings.actions.entering import enter_meeting
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.originals import Original, pasted, read_original, uploaded
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.pages.cases.showing import told
from xuezheng.web.pages.meetings.forms import TextForm


@county_page("manage_meetings")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a meeting from its text; where none is found, say so and keep the text in the form."""
    asked = cast("OfficeRequest", request)
    form = TextForm(asked.POST, asked.FILES) if asked.method == "POST" else TextForm()
    there: Meeting | None = None
    if asked.method == "POST" and form.is_valid():
        field = "file" if form.cleaned_data["file"] else "text"
        try:
            original = _original(form)
            held = enter_meeting(
                county=asked.county, reading=read_original(original), original=original, by=asked.reach, at=asked.at
            )
        except (NotAllowed, OutsideArea):
            raise
        except Refusal as refusal:
            form.add_error(field, told(refusal))
            if refusal.code == "bulletin_entered_before":
                there = Meeting.objects.filter(county=asked.county, pk=int(str(refusal.params["meeting"]))).first()
        else:
            messages.success(request, gettext("已录入，请逐项核对。"))
            return redirect("proposals", county=asked.county.code, meeting=held.pk)
    return render(request, "meetings/new.html", {"form": form, "there": there}, status=400 if form.errors else 200)


def _original(form: TextForm) -> Original:
    text, file = form.cleaned_data["text"], form.cleaned_data["file"]
    if file and text.strip():
        raise InvalidRequest("bulletin_both_given")
    if file:
        return uploaded(file.name or "", file.chunks())
    if not text.strip():
        raise InvalidRequest("bulletin_nothing_given")
    return pasted(text.replace("\r\n", "\n"))
