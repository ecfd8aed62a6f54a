"""The week on one page: as a page to read and print, and as a document."""

import io
from datetime import date, timedelta
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from xuezheng.meetings.digest_papers import Sheet, lay_out, write_digest
from xuezheng.meetings.queries.digest import Digest, Week, compose_digest, read_week, week_of
from xuezheng.people.access import OutsideArea
from xuezheng.web.answers import DOCUMENT, file_answer
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import page_language

_WEEK = timedelta(days=7)


@county_page("view_cases")
def digests(request: HttpRequest) -> HttpResponse:
    """Lead to a week: the one that was asked for, else the last whole one."""
    asked = cast("OfficeRequest", request)
    today = timezone.localdate(asked.at)
    week = read_week(request.GET.get("week", "")) or week_of(today - _WEEK)
    return redirect("weekly-digest", county=asked.county.code, week=str(week))


@county_page("view_cases")
def digest(request: HttpRequest, week: str) -> HttpResponse:
    """Show a week, or hand it out as a document. A week that has not begun does not exist."""
    asked = cast("OfficeRequest", request)
    named, today = read_week(week), timezone.localdate(asked.at)
    if named is None or named.first > today:
        raise OutsideArea("outside_area")
    found = compose_digest(asked.county.code, named, asked.at)
    sheet = lay_out(found, asked.county.name, page_language())
    if asked.GET.get("format") == "docx":
        out = io.BytesIO()
        write_digest(sheet, out, language=page_language())
        return file_answer(out.getvalue(), f"week-{named}.docx", DOCUMENT)
    context = {
        "sheet": sheet, "week": named, "before": week_of(named.first - _WEEK), "after": _after(named, today),
        "wheres": _wheres(sheet, found, asked.county.code), "today": week_of(today),
    }  # fmt: skip
    return render(request, "notices/digest.html", context)


def _after(week: Week, today: date) -> Week | None:
    following = week_of(week.last + timedelta(days=1))
    return following if following.first <= today else None


def _wheres(sheet: Sheet, found: Digest, county: str) -> dict[str, str]:
    """Return where the rest of each section stands."""
    cases, agenda = reverse("cases", kwargs={"county": county}), reverse("agenda", kwargs={"county": county})
    meeting = reverse("meetings", kwargs={"county": county})
    if found.meeting is not None:
        meeting = reverse("meeting", kwargs={"county": county, "meeting": found.meeting.pk})
    places = {
        "said": meeting, "proof": cases, "late": f"{cases}?light=late", "needs": agenda, "next": cases,
        "moved": reverse("standards", kwargs={"county": county}),
    }  # fmt: skip
    return {part.name: places[part.name] for part in sheet.parts}
