"""One's own second factor: setting it up with a picture for the phone, backup codes shown once, taking it away."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as otp_login

from xuezheng.people.access import OutsideArea
from xuezheng.people.actions import (
    begin_second_factor,
    confirm_second_factor,
    remove_second_factor,
    renew_backup_codes,
)
from xuezheng.people.second_factor import (
    count_backup_codes,
    has_second_factor,
    is_required,
    pending_device,
    qr_code,
    spelled_secret,
)
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.pages.people.steps import attempt, sent, step


class FirstCodeForm(forms.Form):
    """The first code of a phone that is being set up."""

    code = forms.CharField(
        label=gettext_lazy("手机上显示的 6 位数字"), max_length=12,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )  # fmt: skip


class OwnPasswordForm(forms.Form):
    """One's password, before something that whoever finds an open browser must not do."""

    password = forms.CharField(
        label=gettext_lazy("现在的密码"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


@signed_in_page
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Show whether one has a second factor, and lead through setting one up."""
    return _page(request, FirstCodeForm())


@signed_in_page
@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """Begin to set up a phone."""
    asked = cast("OfficeRequest", request)
    if not has_second_factor(asked.account):
        begin_second_factor(account_id=asked.account.pk, by=asked.reach.actor, at=asked.at)
    return redirect("second-factor")


@signed_in_page
@never_cache
def picture(request: HttpRequest) -> HttpResponse:
    """Serve the picture that the phone reads; there is none once the phone is in use."""
    device = pending_device(cast("OfficeRequest", request).account)
    if device is None:
        raise OutsideArea("outside_area")
    return HttpResponse(qr_code(device), content_type="image/svg+xml")


@signed_in_page
@never_cache
@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    """Take the phone into use with its first code, and show the backup codes, once."""
    asked = cast("OfficeRequest", request)
    form = FirstCodeForm(request.POST)
    if form.is_valid():
        done = attempt(
            form,
            lambda: confirm_second_factor(
                account_id=asked.account.pk, code=form.cleaned_data["code"], by=asked.reach.actor, at=asked.at
            ),
        )
        if done is not None:
            otp_login(request, done[0])
            return render(request, "people/backup_codes.html", {"codes": done[1]})
    return _page(request, form)


@signed_in_page
@never_cache
@sensitive_post_parameters("password")
def backup_codes(request: HttpRequest) -> HttpResponse:
    """Make fresh backup codes and show them, once."""
    asked = cast("OfficeRequest", request)
    form = OwnPasswordForm(sent(request))
    if not has_second_factor(asked.account):
        return redirect("second-factor")
    if _is_proven(request, form):
        codes = renew_backup_codes(account_id=asked.account.pk, by=asked.reach.actor, at=asked.at)
        return render(request, "people/backup_codes.html", {"codes": codes})
    return step(
        request, title=gettext("重新生成备用码"), confirm=gettext("生成"), back=reverse("second-factor"), form=form,
        trail=_trail(), consequences=[gettext("原来的备用码全部作废。"), gettext("新的备用码只显示一次，请打印或抄下。")],
    )  # fmt: skip


@signed_in_page
@never_cache
@sensitive_post_parameters("password")
def remove(request: HttpRequest) -> HttpResponse:
    """Do without a second factor."""
    asked = cast("OfficeRequest", request)
    form = OwnPasswordForm(sent(request))
    if not has_second_factor(asked.account):
        return redirect("second-factor")
    if _is_proven(request, form):
        remove_second_factor(account_id=asked.account.pk, by=asked.reach.actor, at=asked.at)
        messages.success(request, gettext("第二重验证已停用。"))
        return redirect("second-factor")
    return step(
        request, title=gettext("停用第二重验证"), confirm=gettext("停用验证"), back=reverse("second-factor"), form=form,
        trail=_trail(), is_danger=True, consequences=[gettext("以后只凭密码就能登录。"), gettext("备用码同时作废。")],
    )  # fmt: skip


def _is_proven(request: HttpRequest, form: OwnPasswordForm) -> bool:
    if request.method != "POST" or not form.is_valid():
        return False
    if cast("OfficeRequest", request).account.check_password(form.cleaned_data["password"]):
        return True
    form.add_error("password", gettext("现在的密码不正确。"))
    return False


def _page(request: HttpRequest, form: FirstCodeForm) -> HttpResponse:
    asked = cast("OfficeRequest", request)
    device = pending_device(asked.account)
    context = {
        "form": form, "has_second_factor": has_second_factor(asked.account), "is_begun": device is not None,
        "secret": spelled_secret(device) if device is not None else "", "is_required": is_required(asked.reach),
        "backup_codes": count_backup_codes(asked.account),
    }  # fmt: skip
    return render(request, "people/second_factor.html", context, status=400 if form.errors else 200)


def _trail() -> list[tuple[str, str]]:
    return [(gettext("我的账号"), reverse("my-account")), (gettext("第二重验证"), reverse("second-factor"))]
