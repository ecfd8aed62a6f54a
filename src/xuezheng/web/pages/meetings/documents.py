"""The next agenda as a page, and the office documents of meetings."""

import io
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xuezheng.catalogue.standard import load_standard
from xuezheng.meetings.access import get_meeting
from xuezheng.meetings.documents import DOCUMENTS, write_agenda
from xuezheng.meetings.queries.agenda import collect_agenda
from xuezheng.meetings.queries.meetings import content_of
from xuezheng.people.access import OutsideArea
from xuezheng.web.answers import DOCUMENT, WORKBOOK, file_answer
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import page_language, said
from xuezheng.web.pages.cases.showing import rows
from xuezheng.web.pages.meetings.papers import shown_papers


@county_page("view_cases")
def agenda(request: HttpRequest) -> HttpResponse:
    """Show what the next meeting has to deal with."""
    asked = cast("OfficeRequest", request)
    found = collect_agenda(asked.reach, asked.county.code, timezone.localdate(asked.at), asked.at)
    context = {
        "agenda": found,
        "late": rows(found.late.cases, asked.at),
        "escalated": rows(found.escalated.cases, asked.at),
        "turned": [
            {"held": held, "standard": said(held.standard_title), "title": said(held.title)} for held in found.turned
        ],
        "reviews": [{"held": held, "standard": said(load_standard(held.standard).title)} for held in found.reviews],
        "papers": shown_papers(found.papers),
        "duty": found.duty,
    }
    return render(request, "meetings/agenda.html", context)


@county_page("view_cases")
def agenda_document(request: HttpRequest) -> HttpResponse:
    """Hand out the next agenda as an office document."""
    asked = cast("OfficeRequest", request)
    on = timezone.localdate(asked.at)
    found = collect_agenda(asked.reach, asked.county.code, on, asked.at)
    out = io.BytesIO()
    write_agenda(asked.county.name, found, out, language=page_language(), at=asked.at, on=on)
    return file_answer(out.getvalue(), f"agenda-{on.isoformat()}.docx", DOCUMENT)


@county_page("view_cases")
def document(request: HttpRequest, meeting: int, kind: str) -> HttpResponse:
    """Hand out one of a meeting's documents by its name in `DOCUMENTS`."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    if kind not in DOCUMENTS:
        raise OutsideArea("outside_area")
    out = io.BytesIO()
    DOCUMENTS[kind](content_of(held), out, language=page_language(), at=asked.at)
    is_workbook = kind.endswith("-workbook")
    name = f"{kind.removesuffix('-workbook')}-{held.pk}.{'xlsx' if is_workbook else 'docx'}"
    return file_answer(out.getvalue(), name, WORKBOOK if is_workbook else DOCUMENT)
