"""What needs two people: the requests, deciding about one, taking back one's own."""

from typing import cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_POST

from xuezheng.people.access import OutsideArea
from xuezheng.people.actions import decide_approval
from xuezheng.people.actions import withdraw_approval as withdraw_action
from xuezheng.people.queries import find_approvals, get_approval
from xuezheng.web.gate import OfficeRequest, page, signed_in_page
from xuezheng.web.pages.people.steps import attempt, field_reason, sent

_A_PAGE = 50


class DecisionForm(forms.Form):
    """Agree or not, and why not."""

    note = field_reason(gettext_lazy("意见"), required=False, help_text=gettext_lazy("不同意时必填。"))


@signed_in_page
def approvals(request: HttpRequest) -> HttpResponse:
    """List one's own requests, and those that one may decide about, open ones first."""
    asked = cast("OfficeRequest", request)
    found = find_approvals(asked.reach.area_of("approve"), asked.account)
    context = {
        "page": Paginator(found, _A_PAGE).get_page(request.GET.get("page")), "at": asked.at,
        "may_decide": "approve" in asked.reach.rights,
    }  # fmt: skip
    return render(request, "people/approvals.html", context)


@page("approve")
def approval(request: HttpRequest, approval: int) -> HttpResponse:
    """Show a request, and decide about it."""
    asked = cast("OfficeRequest", request)
    found = get_approval(asked.reach.area_of("approve"), approval)
    form = DecisionForm(sent(request))
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: decide_approval(
                approval_id=found.pk, grant=request.POST.get("decision") == "grant", note=form.cleaned_data["note"],
                by=asked.reach.actor, at=asked.at,
            ),
        )  # fmt: skip
        if done is not None:
            messages.success(request, gettext("已作出决定，申请人可以看到。"))
            return redirect("approvals")
    context = {
        "approval": found, "form": form, "is_own": found.requested_by == asked.account,
        "is_open": found.outcome == found.Outcome.OPEN and found.expires_at > asked.at,
    }  # fmt: skip
    return render(request, "people/approval.html", context, status=400 if form.errors else 200)


@signed_in_page
@require_POST
def withdraw(request: HttpRequest, approval: int) -> HttpResponse:
    """Take back one's own request."""
    asked = cast("OfficeRequest", request)
    if (
        not find_approvals(asked.reach.area_of("approve"), asked.account)
        .filter(pk=approval, requested_by=asked.account)
        .exists()
    ):
        raise OutsideArea("outside_area")
    withdraw_action(approval_id=approval, by=asked.reach.actor, at=asked.at)
    messages.success(request, gettext("申请已撤回。"))
    return redirect("approvals")
