"""What needs somebody now."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from xuezheng.cases.access import units_of
from xuezheng.cases.queries.work import find_work
from xuezheng.people.models import Organisation
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.pages.cases.duty_writing import due_duty_reports
from xuezheng.web.pages.cases.showing import rows, said


@signed_in_page
def work(request: HttpRequest) -> HttpResponse:
    """Show what needs the person now, in order, with the reason; and the ledgers of their units."""
    asked = cast("OfficeRequest", request)
    found = [
        {
            "reason": held.reason,
            "title": said(held.words),
            "rows": rows(held.cases, asked.at),
            "count": held.count,
            "is_more": held.is_more,
        }
        for held in find_work(asked.reach, asked.at)
    ]
    units = units_of(asked.reach, timezone.localdate(asked.at))
    named = Organisation.objects.filter(pk__in=units[:30]).order_by("protocol_order", "code", "pk")
    reports = due_duty_reports(asked.reach, timezone.localdate(asked.at))
    return render(request, "cases/work.html", {"work": found, "units": named, "duty_reports": reports})
