"""Accounts: the list, one person's page, making one, passwords, closing, identity."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xuezheng.catalogue.roles import load_roles
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.people.access import Area
from xuezheng.people.actions import (
    NewAccount,
    UnusableRoster,
    close_account,
    create_account,
    end_other_sessions,
    link_identity,
    remove_second_factor,
    reopen_account,
    reset_password,
)
from xuezheng.people.models import Account, Organisation
from xuezheng.people.queries import (
    count_schools_without_account,
    find_accounts,
    find_appointments,
    find_counties_of,
    find_open_organisations,
    find_sessions,
    get_account,
    get_organisation,
    is_manageable,
)
from xuezheng.people.second_factor import has_second_factor
from xuezheng.web.fields import day_field
from xuezheng.web.gate import OfficeRequest, page
from xuezheng.web.language import page_language
from xuezheng.web.pages.people.slips import slips_page
from xuezheng.web.pages.people.steps import ReasonForm, attempt, sent, step, today, told

RIGHT = "manage_people"
_A_PAGE = 50


class AccountForm(forms.Form):
    """Somebody who is to get an account, with a first role."""

    login = forms.CharField(
        label=gettext_lazy("登录名"), max_length=60, help_text=gettext_lazy("3 至 60 位小写字母、数字或 . _ -，全系统唯一。"),
        widget=forms.TextInput({"autocapitalize": "none", "autocomplete": "off"}),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("姓名"), max_length=60)
    email = forms.EmailField(label=gettext_lazy("电子邮箱"), required=False, help_text=gettext_lazy("只用于收取提醒。"))
    organisation = forms.ChoiceField(label=gettext_lazy("所在机构"))
    role = forms.ChoiceField(label=gettext_lazy("职务"))
    starts_on = day_field(gettext_lazy("任职开始日期"))

    def __init__(self, area: Area, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = organisation_field(area)
        self.fields["role"] = role_field()


class IdentityForm(forms.Form):
    """Who somebody is at the government's identity service."""

    subject = forms.CharField(
        label=gettext_lazy("身份标识（sub）"), max_length=200, required=False,
        help_text=gettext_lazy("由身份服务的管理方提供；清空即解除关联。"),
    )  # fmt: skip


@page(RIGHT)
def people(request: HttpRequest) -> HttpResponse:
    """List the people of the area, by login; narrowed by text, role and whether the account is open."""
    area, on = _area(request), today(request)
    text, role = request.GET.get("q", "").strip()[:60], request.GET.get("role", "")
    state = request.GET.get("state", "open")
    found = find_accounts(area, text=text, role=role, state=state, on=on)
    context = {
        "page": Paginator(found, _A_PAGE).get_page(request.GET.get("page")), "q": text, "role": role, "state": state,
        "roles": role_choices(), "today": on, "is_narrowed": bool(text or role or state != "open"),
    }  # fmt: skip
    return render(request, "people/people.html", context)


@page(RIGHT)
@never_cache
def account(request: HttpRequest, account: int) -> HttpResponse:
    """Show one person: roles, account, sessions, and what can be done."""
    area, on = _area(request), today(request)
    found = get_account(area, account)
    held = list(find_appointments(area, found))
    context = {
        "account": found, "held": [one for one in held if one.ends_on is None or one.ends_on >= on],
        "past": [one for one in held if one.ends_on is not None and one.ends_on < on], "today": on,
        "is_manageable": is_manageable(area, found, on), "is_self": found == cast("OfficeRequest", request).account,
        "sessions": find_sessions(found, cast("OfficeRequest", request).at).count(), "has_second_factor": has_second_factor(found),
        "identity": IdentityForm(initial={"subject": found.oidc_subject or ""}),
    }  # fmt: skip
    return render(request, "people/account.html", context)


@page(RIGHT)
@never_cache
def new_account(request: HttpRequest) -> HttpResponse:
    """Make an account, and show its slip, once."""
    asked, area = cast("OfficeRequest", request), _area(request)
    form = AccountForm(
        area, sent(request),
        initial={"starts_on": today(request), "organisation": request.GET.get("organisation", "")},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        unit = get_organisation(area, int(given["organisation"]))
        wanted = NewAccount(given["login"].strip().lower(), given["name"], unit.pk, given["role"], given["email"])
        try:
            made = create_account(account=wanted, starts_on=given["starts_on"], by=asked.reach.actor, at=asked.at)
        except UnusableRoster as refusal:
            for fault in refusal.faults:
                field = {"login": "login", "name": "name", "role": "role"}.get(fault.code.partition("_")[0])
                form.add_error(field, told(fault.code, dict(fault.params)))
        else:
            return slips_page(request, [made[1]])
    return step(
        request, title=gettext("新建账号"), confirm=gettext("建立并显示密码条"), back=reverse("people"), form=form, trail=trail(),
        what=gettext("系统随机生成密码，只显示这一次；本人首次登录时必须更改。"),
    )  # fmt: skip


@page(RIGHT)
@never_cache
def new_password(request: HttpRequest, account: int) -> HttpResponse:
    """Give somebody a fresh password, and show its slip, once."""
    asked, found = cast("OfficeRequest", request), managed(request, account)
    form = ReasonForm(sent(request))
    if request.method == "POST" and form.is_valid():
        slip = attempt(
            form,
            lambda: reset_password(
                account_id=found.pk, reason=form.cleaned_data["reason"], by=asked.reach.actor, at=asked.at
            ),
        )
        if slip is not None:
            return slips_page(request, [slip])
    return step(
        request, title=gettext("重置密码"), confirm=gettext("重置并显示密码条"), back=address(found), form=form, trail=trail(found),
        consequences=[gettext("原密码立即作废，已登录的地方全部退出。"), gettext("新密码只显示这一次；本人首次登录时必须更改。")],
    )  # fmt: skip


@page(RIGHT)
def close(request: HttpRequest, account: int) -> HttpResponse:
    """Close somebody's account, or open a closed one again."""
    asked, found = cast("OfficeRequest", request), managed(request, account)
    form = ReasonForm(sent(request))
    act = close_account if found.is_active else reopen_account
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: act(account_id=found.pk, reason=form.cleaned_data["reason"], by=asked.reach.actor, at=asked.at),
        )
        if done is not None:
            messages.success(request, gettext("已保存。"))
            return redirect("account", account=found.pk)
    if not found.is_active:
        return step(
            request,
            title=gettext("恢复账号"),
            confirm=gettext("恢复"),
            back=address(found),
            form=form,
            trail=trail(found),
        )
    return step(
        request, title=gettext("停用账号"), confirm=gettext("停用"), back=address(found), form=form, trail=trail(found),
        is_danger=True, consequences=[gettext("已登录的地方立即退出，以后不能登录。"), gettext("任职保留在记录中；账号可以恢复。")],
    )  # fmt: skip


@page(RIGHT)
@require_POST
def identity(request: HttpRequest, account: int) -> HttpResponse:
    """Tie somebody to who they are at the identity service."""
    asked, found = cast("OfficeRequest", request), managed(request, account)
    form = IdentityForm(request.POST)
    if form.is_valid():
        done = attempt(
            form,
            lambda: link_identity(
                account_id=found.pk, subject=form.cleaned_data["subject"], by=asked.reach.actor, at=asked.at
            ),
        )
        if done is not None:
            messages.success(request, gettext("已保存。"))
            return redirect("account", account=found.pk)
    return step(
        request,
        title=gettext("关联政务身份"),
        confirm=gettext("保存"),
        back=address(found),
        form=form,
        trail=trail(found),
    )


@page(RIGHT)
def drop_second_factor(request: HttpRequest, account: int) -> HttpResponse:
    """Take away the second factor of somebody who lost the phone and the backup codes."""
    asked, found = cast("OfficeRequest", request), managed(request, account)
    form = ReasonForm(sent(request))
    if request.method == "POST" and form.is_valid():
        remove_second_factor(account_id=found.pk, reason=form.cleaned_data["reason"], by=asked.reach.actor, at=asked.at)
        messages.success(request, gettext("第二重验证已停用。"))
        return redirect("account", account=found.pk)
    return step(
        request, title=gettext("停用其第二重验证"), confirm=gettext("停用验证"), back=address(found), form=form, trail=trail(found),
        is_danger=True, what=gettext("请先确认确实是本人提出：面谈或回拨登记的电话。"),
    )  # fmt: skip


@page(RIGHT)
@require_POST
def sign_out_everywhere(request: HttpRequest, account: int) -> HttpResponse:
    """End all of somebody's sessions."""
    asked, found = cast("OfficeRequest", request), managed(request, account)
    end_other_sessions(account_id=found.pk, keep=None, by=asked.reach.actor, at=asked.at)
    messages.success(request, gettext("已登录的地方已全部退出。"))
    return redirect("account", account=found.pk)


def managed(request: HttpRequest, number: int) -> Account:
    """Return somebody else's account; raises `OutsideArea`, or `InvalidRequest` where it reaches beyond the area.

    Nor is it one's own: whoever finds an open browser must not get at its owner's password or phone this way.
    """
    area = _area(request)
    found = get_account(area, number)
    if found == cast("OfficeRequest", request).account:
        raise InvalidRequest("account_own_page")
    if not is_manageable(area, found, today(request)):
        raise InvalidRequest("account_beyond_area")
    return found


def organisation_field(area: Area) -> forms.ChoiceField:
    """Return a choice of the area's open organisations, by kind."""
    kinds = load_roles().organisations
    groups: dict[str, list[tuple[str, str]]] = {words.in_language(page_language()): [] for words in kinds.values()}
    for one in find_open_organisations(area):
        groups[kinds[cast("Any", one.kind)].in_language(page_language())].append((str(one.pk), _named(one)))
    return forms.ChoiceField(
        label=gettext("所在机构"), choices=[("", "—"), *((title, rows) for title, rows in groups.items() if rows)]
    )


def role_field() -> forms.ChoiceField:
    """Return a choice of the catalogue's roles."""
    return forms.ChoiceField(
        label=gettext("职务"),
        choices=[("", "—"), *role_choices()],
        help_text=gettext("职务须与机构类别相符，如校长设在学校。"),
    )


def role_choices() -> list[tuple[str, str]]:
    """Return the catalogue's roles as choices in the page's language."""
    return [(name, role.title.in_language(page_language())) for name, role in load_roles().roles.items()]


def address(found: Account) -> str:
    """Return the address of somebody's page."""
    return reverse("account", kwargs={"account": found.pk})


def trail(found: Account | None = None) -> list[tuple[str, str]]:
    """Return the pages above one about people, or about one person."""
    top = [(gettext("人员"), reverse("people"))]
    return [*top, (found.name, address(found))] if found else top


def schools_waiting(area: Area, request: HttpRequest) -> list[tuple[Organisation, int]]:
    """Return the counties of an area, each with how many of its schools have nobody with an account."""
    return [
        (county, count_schools_without_account(area, county.code, today(request))) for county in find_counties_of(area)
    ]


def _named(one: Organisation) -> str:
    return f"{one.name}（{one.code}）" if one.code else one.name


def _area(request: HttpRequest) -> Area:
    return cast("OfficeRequest", request).reach.area_of(RIGHT)
