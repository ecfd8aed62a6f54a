"""Opening a sub-case under a case: the case above is not closed while it runs."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext

from xuezheng.cases.access import get_case
from xuezheng.cases.actions.opening import open_case
from xuezheng.kernel.refusal import NotFound, Refusal
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import told
from xuezheng.web.pages.cases.opening import OpeningForm


@county_page("open_cases")
def new(request: HttpRequest, case: int) -> HttpResponse:
    """Open a sub-case under a case that the person sees."""
    asked = cast("OfficeRequest", request)
    county = asked.county.code
    parent = get_case(asked.reach, county, case, timezone.localdate(asked.at))
    usual = {"kind": f"{parent.kind}/{parent.level}"}
    form = OpeningForm(asked.POST if asked.method == "POST" else None, initial=usual)
    if asked.method == "POST" and form.is_valid():
        try:
            made = open_case(county=parent.county, opening=form.opening(parent), by=asked.reach, at=asked.at)
        except (NotAllowed, NotFound, OutsideArea):
            raise
        except Refusal as refusal:
            is_about_day = refusal.code in ("until_in_the_past", "case_needs_until")
            form.add_error("until" if is_about_day else None, told(refusal))
        else:
            messages.success(asked, gettext("已增设子事项：%(number)s。") % {"number": made.number})
            return redirect("case", county=county, case=made.pk)
    context = {"form": form, "parent": parent}
    return render(asked, "cases/new_sub.html", context, status=400 if form.errors else 200)
