"""What was opened in bulk: the list, one bulk with its cases, and voiding the whole of it."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from xuezheng.cases.actions.opening import void_bulk
from xuezheng.cases.models import Bulk, Case
from xuezheng.cases.queries.handing_out import count_bulks, find_bulk_parts, find_bulks
from xuezheng.kernel.refusal import Refusal
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import told
from xuezheng.web.pages.cases.forms import words_field
from xuezheng.web.pages.cases.showing import shown
from xuezheng.web.pages.cases.turning import page_in

PAGE = 50


class VoidForm(forms.Form):
    """Why a whole bulk is voided."""

    reason = words_field(gettext_lazy("作废理由"), required=True)


@county_page("view_cases")
def bulks(request: HttpRequest) -> HttpResponse:
    """List what was opened in bulk, the newest first."""
    asked = cast("OfficeRequest", request)
    on = timezone.localdate(asked.at)
    number = page_in(asked)
    first = (number - 1) * PAGE
    held = list(find_bulks(asked.reach, asked.county.code, on)[first : first + PAGE + 1])
    counts = count_bulks(held[:PAGE], asked.reach, on)
    listed = [{"bulk": bulk, "counts": counts[bulk.pk]} for bulk in held[:PAGE]]
    context = {"bulks": listed, "number": number, "is_more": len(held) > PAGE}
    return render(request, "cases/bulks.html", context)


@county_page("view_cases")
def bulk(request: HttpRequest, bulk: int) -> HttpResponse:
    """Show a bulk with its cases, and void the whole of it by one step with its reason."""
    asked = cast("OfficeRequest", request)
    on = timezone.localdate(asked.at)
    held = find_bulks(asked.reach, asked.county.code, on).filter(pk=bulk).first()
    if held is None:
        raise OutsideArea("outside_area")
    form = VoidForm(asked.POST if asked.method == "POST" else None)
    if asked.method == "POST":
        asked.reach.require_county("supervise_cases", asked.county.code)
        if form.is_valid() and _void(asked, held, form):
            return redirect("case-bulk", county=asked.county.code, bulk=held.pk)
    return _page(asked, held, form)


def _void(asked: OfficeRequest, held: Bulk, form: VoidForm) -> bool:
    try:
        voided, left = void_bulk(bulk=held, by=asked.reach, at=asked.at, reason=form.cleaned_data["reason"])
    except (NotAllowed, OutsideArea):
        raise
    except Refusal as refusal:
        form.add_error(None, told(refusal))
        return False
    said = gettext("已作废 %(voided)s 项；%(left)s 项没有作废，请逐项处理。") % {"voided": voided, "left": left}
    messages.success(asked, said)
    return True


def _page(asked: OfficeRequest, held: Bulk, form: VoidForm) -> HttpResponse:
    parts = find_bulk_parts(held, asked.reach, timezone.localdate(asked.at))
    why = {
        "ended": gettext("已经办结或作废"), "begun": gettext("单位已经签收办理"), "has_sub_cases": gettext("有未办结的子事项"),
    }  # fmt: skip
    kept = [{"row": _row(case, asked), "why": why[reason]} for case, reason in parts.kept]
    may_void = held.voided_at is None and asked.reach.can_in_county("supervise_cases", held.county_id)
    context: dict[str, Any] = {
        "bulk": held, "voidable": [_row(case, asked) for case in parts.voidable], "kept": kept, "form": form,
        "may_void": may_void and bool(parts.voidable),
    }  # fmt: skip
    return render(asked, "cases/bulk.html", context, status=400 if form.errors else 200)


def _row(case: Case, asked: OfficeRequest) -> Any:
    return shown(case, asked.at)
