"""A meeting's record: entered by hand, or changed."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.kernel.refusal import Refusal
from xuezheng.meetings.access import get_meeting
from xuezheng.meetings.actions.changing import MeetingChanged
from xuezheng.meetings.actions.numbering import number_document
from xuezheng.meetings.actions.records import (
    cancel_meeting,
    change_record,
    confirm_held,
    plan_meeting,
    restore_meeting,
    send_notice,
)
from xuezheng.meetings.queries.planning import last_organiser, next_ordinal
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.web.acting import done, done_or_said, number_in, refused
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import told
from xuezheng.web.pages.meetings.forms import RecordForm
from xuezheng.web.pages.meetings.planning_forms import ReasonForm


@county_page("manage_meetings")
def plan(request: HttpRequest) -> HttpResponse:
    """Enter a meeting by hand: one still to be held, or without a text."""
    asked = cast("OfficeRequest", request)
    form = RecordForm(asked.POST) if asked.method == "POST" else RecordForm(initial=_proposed(asked))
    if asked.method == "POST" and form.is_valid():
        try:
            held = plan_meeting(
                county=asked.county, record=form.record(), plan=form.plan(), by=asked.reach, at=asked.at
            )
        except NotAllowed:
            raise
        except Refusal as refusal:
            _say_at(form, refusal)
        else:
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
        refusal = refused(
            lambda: change_record(
                meeting=held, record=form.record(held), plan=form.plan(), version=version, by=asked.reach, at=asked.at
            )
        )
        if refusal is None:
            messages.success(request, gettext("已保存。"))
            return redirect("meeting", county=asked.county.code, meeting=held.pk)
        if isinstance(refusal, MeetingChanged):
            # What was typed stays; the newer version goes with it, so that saving again overwrites knowingly.
            form.data = form.data.copy()  # type: ignore[attr-defined]
            form.data["version"] = str(held.version)  # type: ignore[index]
        _say_at(form, refusal)
    context = {"form": form, "meeting": held}
    return render(request, "meetings/record.html", context, status=400 if form.errors else 200)


@county_page("manage_meetings")
@require_POST
def step(request: HttpRequest, meeting: int, step: str) -> HttpResponse:
    """Note how far a meeting is: its notice sent, held, or taken up again after it was called off."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    taking = {"notice-sent": send_notice, "held": confirm_held, "restore": restore_meeting}
    if step not in taking:
        raise OutsideArea("outside_area")
    version = number_in(asked, "version")
    done_or_said(
        asked, lambda: taking[step](meeting=held, version=version, by=asked.reach, at=asked.at), gettext("已登记。")
    )
    return redirect("meeting", county=asked.county.code, meeting=held.pk)


@county_page("manage_meetings")
def cancel(request: HttpRequest, meeting: int) -> HttpResponse:
    """Call a meeting off, with the reason."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    form = ReasonForm(held.version, asked.POST if asked.method == "POST" else None)
    if asked.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if done(
            lambda: cancel_meeting(
                meeting=held, reason=given["reason"], version=given["version"], by=asked.reach, at=asked.at
            ),
            form,
        ):
            messages.success(request, gettext("已取消会议。"))
            return redirect("meeting", county=asked.county.code, meeting=held.pk)
    context = {"meeting": held, "form": form}
    return render(request, "meetings/cancel.html", context, status=400 if form.errors else 200)


@county_page("manage_meetings")
@require_POST
def number(request: HttpRequest, meeting: int, document: str) -> HttpResponse:
    """Take a number for a meeting's notice or minutes."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    if document not in load_meeting_words().numbers:
        raise OutsideArea("outside_area")
    done_or_said(
        asked,
        lambda: number_document(
            meeting=held, document=document, sequence=number_in(asked, "sequence"), version=number_in(asked, "version"),
            by=asked.reach, at=asked.at,
        ),
        gettext("已取号。"),
    )  # fmt: skip
    return redirect("meeting", county=asked.county.code, meeting=held.pk)


def _say_at(form: RecordForm, refusal: Refusal) -> None:
    form.add_error("ordinal" if refusal.code == "meeting_ordinal_taken" else None, told(refusal))


def _proposed(asked: OfficeRequest) -> dict[str, Any]:
    """Return what is proposed for a new meeting: the organiser of the newest, the year's next ordinal, a title."""
    year = timezone.localdate(asked.at).year
    organiser = last_organiser(asked.county.code)
    ordinal = next_ordinal(asked.county.code, organiser, year)
    title = gettext("%(organiser)s%(year)s年第%(number)s次会议") % {
        "organiser": organiser, "year": year, "number": ordinal,
    }  # fmt: skip
    return {"organiser": organiser, "ordinal_year": year, "ordinal": ordinal, "title": title if organiser else ""}
