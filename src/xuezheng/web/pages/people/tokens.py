"""One's own access tokens for the API: made, shown once, taken back."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from django_otp import DEVICE_ID_SESSION_KEY

from xuezheng.people.actions import make_token, revoke_token
from xuezheng.people.actions.tokens import LONGEST_DAYS
from xuezheng.people.queries import find_tokens
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.pages.people.steps import attempt, sent

_DAYS = 90


class TokenForm(forms.Form):
    """What a token is for, and how long it holds."""

    name = forms.CharField(
        label=gettext_lazy("用途"), max_length=60, help_text=gettext_lazy("写明用在哪里，例如“督办大屏”。")
    )
    days = forms.IntegerField(
        label=gettext_lazy("有效天数"), min_value=1, max_value=LONGEST_DAYS, initial=_DAYS,
        help_text=gettext_lazy("最长 365 天；到期后重新生成。"),
    )  # fmt: skip


@signed_in_page
@never_cache
def my_tokens(request: HttpRequest) -> HttpResponse:
    """List one's own tokens, and make one: its text is shown in the answer, and never again."""
    asked = cast("OfficeRequest", request)
    form, shown = TokenForm(sent(request)), ""
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form,
            lambda: make_token(
                account_id=asked.account.pk, is_strong=_is_strong(request), by=asked.reach.actor, at=asked.at,
                **form.cleaned_data,
            ),
        )  # fmt: skip
        if made is not None:
            shown, form = made[1], TokenForm()
    context: dict[str, Any] = {"form": form, "shown": shown, "tokens": find_tokens(asked.account), "at": asked.at}
    return render(request, "people/my_tokens.html", context, status=400 if form.errors else 200)


@signed_in_page
@require_POST
def revoke(request: HttpRequest, token: int) -> HttpResponse:
    """Take one of one's own tokens back."""
    asked = cast("OfficeRequest", request)
    revoke_token(account_id=asked.account.pk, token_id=token, by=asked.reach.actor, at=asked.at)
    messages.success(request, gettext("已撤销。"))
    return redirect("my-tokens")


def _is_strong(request: HttpRequest) -> bool:
    """Whether more than a password opened this session."""
    return DEVICE_ID_SESSION_KEY in request.session or request.session.get("signed_in_by") == "identity_service"
