"""Signing in and out: a password, a second factor where there is one, and the page for who is locked out."""

from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django_otp import login as otp_login
from django_otp.models import Device

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import SYSTEM, Actor
from xuezheng.people.actions import begin_session, leave_session, record_lock_out
from xuezheng.people.models import Account
from xuezheng.people.second_factor import has_second_factor, matching_device
from xuezheng.web.gate import OfficeRequest, public_page
from xuezheng.web.pages.people.steps import sent, told

_PENDING = "pending_sign_in"
_PENDING_FOR = timedelta(minutes=5)


class SignInForm(forms.Form):
    """A name and a password."""

    login = forms.CharField(
        label=gettext_lazy("登录名"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )


class CodeForm(forms.Form):
    """A code from a phone or from the list of backup codes."""

    code = forms.CharField(
        label=gettext_lazy("验证码"), max_length=20,
        widget=forms.TextInput({"autocomplete": "one-time-code", "autocapitalize": "none", "autofocus": True}),
        help_text=gettext_lazy("手机应用显示的 6 位数字；手机不在身边时，填写一个备用码。"),
    )  # fmt: skip


@public_page
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign somebody in; the answer to a wrong name and to a wrong password is the same."""
    form = SignInForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            account = authenticate(request, username=form.cleaned_data["login"], password=form.cleaned_data["password"])
        except InvalidRequest as busy:
            form.add_error(None, told(busy.code, {}))
            return _sign_in_page(request, form)
        if account is not None:
            return enter(request, account, means="password", wanted=request.GET.get("next", ""))
        if getattr(request, "axes_locked_out", False):
            return locked_out(request, None)
        form.add_error(None, gettext("登录名或密码不正确。请重试；忘记密码请找本单位管理员重置。"))
    return _sign_in_page(request, form)


@public_page
@never_cache
@sensitive_post_parameters("code")
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Ask for the second factor of somebody whose password was right."""
    asked = cast("OfficeRequest", request)
    pending = request.session.get(_PENDING)
    if pending is None or datetime.fromisoformat(pending["at"]) + _PENDING_FOR < asked.at:
        request.session.pop(_PENDING, None)
        return redirect("sign-in")
    account = Account.objects.filter(pk=pending["account"], is_active=True).first()
    form = CodeForm(sent(request))
    if account is not None and request.method == "POST" and form.is_valid():
        device = matching_device(account, form.cleaned_data["code"])
        if device is not None:
            del request.session[_PENDING]
            account.backend = pending["backend"]  # what `login` wants to know
            return _begin(request, account, "second_factor", pending["next"], device)
        form.add_error("code", told("code_wrong", {}))
    return render(request, "people/sign_in_code.html", {"form": form}, status=400 if form.errors else 200)


@public_page
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    asked = cast("OfficeRequest", request)
    if isinstance(request.user, Account) and request.session.session_key:
        leave_session(
            account_id=request.user.pk, session_key=request.session.session_key, by=asked.reach.actor, at=asked.at
        )
    logout(request)
    return redirect("sign-in")


def enter(request: HttpRequest, account: Account, *, means: str, wanted: str) -> HttpResponse:
    """Let somebody in who has proven who they are, by way of their second factor where they have one."""
    going = _allowed(request, wanted)
    if not has_second_factor(account):
        return _begin(request, account, means, going, None)
    request.session[_PENDING] = {
        "account": account.pk, "backend": account.backend, "next": going,
        "at": cast("OfficeRequest", request).at.isoformat(),
    }  # fmt: skip
    return redirect("sign-in-code")


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any = None, **_: Any) -> HttpResponse:
    """Say that somebody is locked out, for how long, and what to do. Called by django-axes."""
    del response, credentials
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    if not getattr(request, "lock_out_is_recorded", False):
        request.lock_out_is_recorded = True  # type: ignore[attr-defined]
        record_lock_out(
            login=request.POST.get("login", "")[:60], minutes=minutes, by=SYSTEM, at=cast("OfficeRequest", request).at
        )
    context = {"minutes": minutes, "limit": settings.AXES_FAILURE_LIMIT}
    return render(request, "people/locked_out.html", context, status=429)


def _begin(request: HttpRequest, account: Account, means: str, going: str, device: Device | None) -> HttpResponse:
    login(request, account)
    if device is not None:
        otp_login(request, device)
    request.session["signed_in_by"] = means
    if request.session.session_key is None:
        request.session.save()
    begin_session(
        account_id=account.pk, session_key=str(request.session.session_key), means=means,
        device=request.headers.get("User-Agent", ""), by=Actor(f"account:{account.pk}", account.name),
        at=cast("OfficeRequest", request).at,
    )  # fmt: skip
    response = redirect(going or "home")
    if account.language:
        remember_language(response, account.language)
    return response


def remember_language(response: HttpResponse, chosen: str) -> None:
    """Let a browser keep the language that somebody reads, for a year; by HTTPS only where that is how it is reached."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 86400, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def _sign_in_page(request: HttpRequest, form: SignInForm) -> HttpResponse:
    context = {
        "form": form, "identity_service": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "is_unknown": request.GET.get("identity") == "unknown", "next": _allowed(request, request.GET.get("next", "")),
    }  # fmt: skip
    return render(request, "people/sign_in.html", context, status=400 if form.errors else 200)


def _allowed(request: HttpRequest, wanted: str) -> str:
    """Return where somebody wanted to go, if that is here."""
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else ""
