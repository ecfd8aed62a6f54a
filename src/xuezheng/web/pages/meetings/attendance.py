"""Who is invited to a meeting, what they answered, and who came."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.meetings.access import WRITING, get_invitee, get_meeting, require_clerk
from xuezheng.meetings.actions.attendance import invite, invite_from_record, record_attendance, uninvite
from xuezheng.meetings.models import Meeting
from xuezheng.people.models import Account
from xuezheng.web.acting import done, done_or_said, number_in
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import said
from xuezheng.web.pages.meetings.planning_forms import AnswerForm, InviteForm, accounts_in


@county_page("view_cases")
def attendance(request: HttpRequest, meeting: int) -> HttpResponse:
    """Show who is invited and who came; clerks see the reasons, and write answers and attendance in one go."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    if asked.method == "POST":
        require_clerk(asked.reach, asked.county.code)
        return _write(asked, held)
    return _page(asked, held, InviteForm(held))


@county_page("manage_meetings")
@require_POST
def invite_people(request: HttpRequest, meeting: int) -> HttpResponse:
    """Invite people and units."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    form = InviteForm(held, asked.POST)
    if form.is_valid() and done(
        lambda: invite(
            meeting=held, invited=form.invited(), version=form.cleaned_data["version"], by=asked.reach, at=asked.at
        ),
        form,
    ):
        messages.success(request, gettext("已增加参会人员。"))
        return _back(asked, held)
    return _page(asked, get_meeting(asked.reach, asked.county.code, meeting), form, status=400)


@county_page("manage_meetings")
@require_POST
def invite_named(request: HttpRequest, meeting: int) -> HttpResponse:
    """Mark those whom the record names as present, and invite who is not yet."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    done_or_said(
        asked,
        lambda: invite_from_record(meeting=held, version=number_in(asked, "version"), by=asked.reach, at=asked.at),
        gettext("已按会议记录登记到会。"),
    )
    return _back(asked, held)


@county_page("manage_meetings")
@require_POST
def uninvite_one(request: HttpRequest, meeting: int, invitee: int) -> HttpResponse:
    """Take somebody off the list."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    one = get_invitee(held, invitee)
    done_or_said(
        asked,
        lambda: uninvite(meeting=held, invitee=one, version=number_in(asked, "version"), by=asked.reach, at=asked.at),
        gettext("已去掉。"),
    )
    return _back(asked, held)


def _write(asked: OfficeRequest, held: Meeting) -> HttpResponse:
    accounts = accounts_in(asked.county.code)
    forms = [
        AnswerForm(each, accounts, asked.POST)
        for each in held.invitees.select_related("unit", "account")
        if f"p{each.pk}-answer" in asked.POST
    ]
    valid = [form.is_valid() for form in forms]  # each says what is wrong with it
    if all(valid):
        known = Account.objects.in_bulk([number for number, _ in accounts])
        given = {form.held.pk: form.attendance(known) for form in forms}
        if done_or_said(
            asked,
            lambda: record_attendance(
                meeting=held, attendance=given, version=number_in(asked, "version"), by=asked.reach, at=asked.at
            ),
            gettext("已保存。"),
        ):
            return _back(asked, held)
    fresh = get_meeting(asked.reach, asked.county.code, held.pk)
    return _page(asked, fresh, InviteForm(fresh), forms, status=400)


def _page(
    asked: OfficeRequest, held: Meeting, form: InviteForm, tried: list[AnswerForm] | None = None, *, status: int = 200
) -> HttpResponse:
    may_write = asked.reach.can_in_county(WRITING, asked.county.code)
    words = load_meeting_words()
    invitees = list(held.invitees.select_related("unit", "account"))
    accounts = accounts_in(asked.county.code) if may_write else []
    forms = {each.held.pk: each for each in tried or []}
    rows: list[dict[str, Any]] = [
        {
            "held": each, "name": str(each), "role": said(words.roles[each.role]),
            "answer": said(words.answers[each.answer]),
            "form": (forms.get(each.pk) or AnswerForm(each, accounts)) if may_write else None,
        }
        for each in invitees
    ]  # fmt: skip
    context = {
        "meeting": held, "rows": rows, "form": form, "may_write": may_write,
        "came": sum(each.is_present is True for each in invitees),
        "on_leave": sum(each.answer == "leave" for each in invitees),
        "stood_in": sum(each.answer == "stand_in" for each in invitees),
    }  # fmt: skip
    return render(asked, "meetings/attendance.html", context, status=status)


def _back(asked: OfficeRequest, held: Meeting) -> HttpResponse:
    return redirect("attendance", county=asked.county.code, meeting=held.pk)
