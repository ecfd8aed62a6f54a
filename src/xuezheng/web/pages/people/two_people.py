"""One page for everything that needs two people: ask, wait, then do it once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy

from xuezheng.people.actions import request_approval
from xuezheng.people.queries import find_granted, find_open
from xuezheng.web.pages.people.steps import attempt, field_reason, sent, step
from xuezheng.web.templatetags.design import moment

if TYPE_CHECKING:
    from xuezheng.web.gate import OfficeRequest


class AskForm(forms.Form):
    """Why it is needed."""

    reason = field_reason(gettext_lazy("理由"), help_text=gettext_lazy("复核人据此决定；不要写入个人敏感信息。"))


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to do that needs another person's agreement."""

    kind: str
    subject_kind: str
    subject_id: str
    county: str
    title: str
    what: str
    confirm: str
    back: str
    trail: Sequence[tuple[str, str]]
    consequences: Sequence[str] = ()
    is_danger: bool = False


def with_two_people(request: HttpRequest, wish: Wish, do: Callable[[int, str], HttpResponse | None]) -> HttpResponse:
    """Ask for an approval, wait for it, or use it: `do` gets the grant's id and its reason, and answers."""
    asked = cast("OfficeRequest", request)
    grant = find_granted(
        kind=wish.kind, subject_kind=wish.subject_kind, subject_id=wish.subject_id, county=wish.county,
        requested_by=asked.account, at=asked.at,
    )  # fmt: skip
    if grant is not None:
        form = forms.Form(sent(request))
        if request.method == "POST" and form.is_valid():
            answer = attempt(form, lambda: do(grant.pk, grant.reason))
            if answer is not None:
                return answer
        return _shown(
            request, wish, form, wish.confirm,
            gettext("%(name)s 已同意，请在 %(until)s 前办理一次。")
            % {"name": grant.decided_by.name if grant.decided_by else "", "until": moment(grant.expires_at)},
        )  # fmt: skip
    waiting = find_open(
        kind=wish.kind, subject_kind=wish.subject_kind, subject_id=wish.subject_id, county=wish.county, at=asked.at
    )
    if waiting is not None and waiting.requested_by == asked.account:
        messages.info(request, gettext("申请已提出，正在等待另一人复核。"))
        return redirect("approvals")
    form = AskForm(sent(request))
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        made = attempt(
            form,
            lambda: request_approval(
                kind=wish.kind,
                subject_kind=wish.subject_kind,
                subject_id=wish.subject_id,
                county=wish.county,
                reason=reason,
                by=asked.reach.actor,
                at=asked.at,
            ),
        )
        if made is not None:
            messages.success(request, gettext("申请已提出，正在等待另一人复核。"))
            return redirect("approvals")
    return _shown(
        request,
        wish,
        form,
        gettext("提出申请"),
        gettext("这件事须由两人办理：您提出申请，另一位有复核权限的人同意后，您再办理。"),
    )


def _shown(request: HttpRequest, wish: Wish, form: forms.Form, confirm: str, where: str) -> HttpResponse:
    return step(
        request, title=wish.title, confirm=confirm, back=wish.back, trail=wish.trail, form=form,
        what=f"{wish.what} {where}".strip(), consequences=wish.consequences, is_danger=wish.is_danger,
    )  # fmt: skip
