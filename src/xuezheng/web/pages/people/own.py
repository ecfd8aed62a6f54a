"""One's own account: what one is called, the password, and where one is signed in."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from xuezheng.people.access import OutsideArea
from xuezheng.people.actions import change_password as change_password_action
from xuezheng.people.actions import change_profile, end_other_sessions, renew_session
from xuezheng.people.actions import end_session as end_session_action
from xuezheng.people.models import Account
from xuezheng.people.queries import find_sessions
from xuezheng.people.second_factor import count_backup_codes, has_second_factor
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.pages.people.signing_in import remember_language
from xuezheng.web.pages.people.steps import attempt, sent, step, today


class ProfileForm(forms.Form):
    """What somebody is called, their address, and the language that they read."""

    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("电子邮箱"), required=False, help_text=gettext_lazy("只用于收取提醒。"))
    language = forms.ChoiceField(
        label=gettext_lazy("界面语言"), required=False,
        choices=[("", gettext_lazy("随浏览器")), ("zh-hans", "中文"), ("en", "English")],
    )  # fmt: skip


class PasswordForm(forms.Form):
    """The old password and the new one, twice."""

    old = forms.CharField(
        label=gettext_lazy("现在的密码"), strip=False, widget=forms.PasswordInput({"autocomplete": "current-password"})
    )
    new = forms.CharField(
        label=gettext_lazy("新密码"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=gettext_lazy("再输一次新密码"), strip=False, widget=forms.PasswordInput({"autocomplete": "new-password"})
    )

    def __init__(self, account: Account, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self.fields["new"].help_text = " ".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        """Check the old password, and the new one against the rules and its repetition."""
        given: dict[str, Any] = super().clean() or {}
        if given.get("old") and not self.account.check_password(given["old"]):
            self.add_error("old", gettext("现在的密码不正确。"))
        new = given.get("new")
        if new:
            if new == given.get("old"):
                self.add_error("new", gettext("新密码与现在的密码相同，请另设一个。"))
            if new != given.get("again"):
                self.add_error("again", gettext("两次输入的新密码不一致。"))
            try:
                validate_password(new, self.account)
            except forms.ValidationError as problem:
                self.add_error("new", problem)
        return given


@signed_in_page
@never_cache
def my_account(request: HttpRequest) -> HttpResponse:
    """Show and change one's own account."""
    asked = cast("OfficeRequest", request)
    account = asked.account
    form = ProfileForm(
        sent(request), initial={"name": account.name, "email": account.email, "language": account.language}
    )
    if request.method == "POST" and form.is_valid():
        changed = attempt(
            form,
            lambda: change_profile(account_id=account.pk, by=asked.reach.actor, at=asked.at, **form.cleaned_data),
        )
        if changed is not None:
            messages.success(request, gettext("已保存。"))
            response = redirect("my-account")
            if changed.language:
                remember_language(response, changed.language)
            return response
    held = account.appointments.select_related("organisation", "deputy_of__account").order_by("-starts_on")
    context = {
        "form": form, "held": held, "today": today(request), "has_second_factor": has_second_factor(account),
        "backup_codes": count_backup_codes(account),
    }  # fmt: skip
    return render(request, "people/my_account.html", context, status=400 if form.errors else 200)


@signed_in_page
@never_cache
@sensitive_post_parameters("old", "new", "again")
def change_password(request: HttpRequest) -> HttpResponse:
    """Set another password; whoever was given one on a slip begins here."""
    asked = cast("OfficeRequest", request)
    form = PasswordForm(asked.account, sent(request))
    if request.method == "POST" and form.is_valid():
        before = str(request.session.session_key)
        account = change_password_action(
            account_id=asked.account.pk, password=form.cleaned_data["new"], keep_session=before,
            by=asked.reach.actor, at=asked.at,
        )  # fmt: skip
        request.session.cycle_key()
        request.session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        renew_session(
            account_id=account.pk,
            before=before,
            after=str(request.session.session_key),
            by=asked.reach.actor,
            at=asked.at,
        )
        messages.success(request, gettext("密码已更改；其他地方的登录已全部结束。"))
        return redirect("home")
    must = asked.account.must_change_password
    return step(
        request, title=gettext("更改密码"), confirm=gettext("更改密码"), back="" if must else "/my/", form=form,
        trail=[] if must else [(gettext("我的账号"), "/my/")],
        what=gettext("这个密码由他人发给您。请先换成只有您知道的密码，再开始工作。") if must else "",
    )  # fmt: skip


@signed_in_page
@never_cache
def my_sessions(request: HttpRequest) -> HttpResponse:
    """Show where one is signed in."""
    asked = cast("OfficeRequest", request)
    context = {"sessions": find_sessions(asked.account, asked.at), "here": request.session.session_key}
    return render(request, "people/my_sessions.html", context)


@signed_in_page
@require_POST
def end_session(request: HttpRequest, session: int) -> HttpResponse:
    """End one of one's own sessions."""
    asked = cast("OfficeRequest", request)
    if not find_sessions(asked.account, asked.at).filter(pk=session).exists():
        raise OutsideArea("outside_area")
    end_session_action(account_id=asked.account.pk, session_id=session, by=asked.reach.actor, at=asked.at)
    messages.success(request, gettext("该处登录已结束。"))
    return redirect("my-sessions")


@signed_in_page
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """End all of one's sessions but this one."""
    asked = cast("OfficeRequest", request)
    end_other_sessions(account_id=asked.account.pk, keep=request.session.session_key, by=asked.reach.actor, at=asked.at)
    messages.success(request, gettext("其他地方的登录已全部结束。"))
    return redirect("my-sessions")
