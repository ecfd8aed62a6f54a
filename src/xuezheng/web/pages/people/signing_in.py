"""Signing in and out."""

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from xuezheng.web.gate import public_page


class SignInForm(forms.Form):
    """A name and a password."""

    login = forms.CharField(label=gettext_lazy("登录名"), max_length=60)
    password = forms.CharField(label=gettext_lazy("密码"), widget=forms.PasswordInput, strip=False)


@public_page
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign somebody in; the answer to a wrong name and to a wrong password is the same."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        account = authenticate(request, username=form.cleaned_data["login"], password=form.cleaned_data["password"])
        if account is not None:
            login(request, account)
            return redirect(_next_page(request))
        form.add_error(None, gettext("登录名或密码不正确。请重试；忘记密码请找本单位管理员重置。"))
    return render(request, "people/sign_in.html", {"form": form}, status=400 if form.errors else 200)


@public_page
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("sign-in")


def _next_page(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else "home"
