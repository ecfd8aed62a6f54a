"""What needs somebody now."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from xuezheng.cases.access import units_of
from xuezheng.cases.engine.next_step import next_step
from xuezheng.cases.models import Case
from xuezheng.cases.queries.work import find_work
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.kernel.work_calendar import last_day
from xuezheng.people.models import Organisation
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.language import said
from xuezheng.web.pages.cases.duty_writing import due_duty_reports
from xuezheng.web.pages.cases.showing import ShownCase, shown, shown_due


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A case in a list of work: why it stands there in words, and the one step that brings it on."""

    row: ShownCase
    why: str
    step: str
    step_title: str


@signed_in_page
def work(request: HttpRequest) -> HttpResponse:
    """Show what needs the person now, in order, with the reason; and the ledgers of their units."""
    asked = cast("OfficeRequest", request)
    found = [
        {
            "reason": held.reason,
            "title": said(held.words),
            "rows": [_row(case, held.reason, asked.at) for case in held.cases],
            "count": held.count,
            "is_more": held.is_more,
        }
        for held in find_work(asked.reach, asked.at)
    ]
    units = units_of(asked.reach, timezone.localdate(asked.at))
    named = Organisation.objects.filter(pk__in=units[:30]).order_by("protocol_order", "code", "pk")
    reports = due_duty_reports(asked.reach, timezone.localdate(asked.at))
    return render(request, "cases/work.html", {"work": found, "units": named, "duty_reports": reports})


def _row(case: Case, reason: str, at: datetime) -> WorkRow:
    kind = load_kinds()[case.kind]
    step = next_step(kind, reason, case.state, case.machine)
    title = said(kind.steps[step].title) if step else gettext("查看")
    return WorkRow(shown(case, at), _why(case, reason, at), step, title)


def _why(case: Case, reason: str, at: datetime) -> str:
    """Return the days that matter for a reason, in words."""
    due = shown_due(case.due_at)
    if case.is_running and case.due_at is not None and case.due_at <= at:
        days = (timezone.localdate(at) - last_day(case.due_at)).days
        late = ngettext("时限 %(due)s，已超期 %(days)s 日", "时限 %(due)s，已超期 %(days)s 日", days)
        return late % {"due": due, "days": days}
    if reason == "to_receive" and case.receive_due_at:
        return gettext("请在 %(due)s 前签收") % {"due": shown_due(case.receive_due_at)}
    if reason == "to_verify" and case.verify_due_at:
        return gettext("请在 %(due)s 前核查") % {"due": shown_due(case.verify_due_at)}
    if reason == "sent_back":
        return gettext("退回 %(count)s 次，时限 %(due)s") % {"count": case.sent_back, "due": due}
    return gettext("时限 %(due)s") % {"due": due} if due else gettext("没有时限")
