"""Who holds which role: giving one, naming a deputy, ending one, and handing over when somebody leaves."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, gettext_lazy

from xuezheng.people.access import Area
from xuezheng.people.actions import appoint as appoint_action
from xuezheng.people.actions import appoint_deputy, end_appointment, hand_over
from xuezheng.people.models import Account, Appointment
from xuezheng.people.queries import (
    find_accounts,
    find_appointments,
    get_account,
    get_appointment,
    get_organisation,
)
from xuezheng.web.fields import day_field
from xuezheng.web.gate import OfficeRequest, page
from xuezheng.web.pages.people.accounts import address, managed, organisation_field, role_field, trail
from xuezheng.web.pages.people.steps import attempt, field_reason, sent, step, today
from xuezheng.web.templatetags.design import role_title

RIGHT = "manage_people"


class AppointmentForm(forms.Form):
    """A role in an organisation, from a day and perhaps to a day."""

    organisation = forms.ChoiceField(label=gettext_lazy("所在机构"))
    role = forms.ChoiceField(label=gettext_lazy("职务"))
    starts_on = day_field(gettext_lazy("开始日期"))
    ends_on = day_field(gettext_lazy("结束日期"), required=False, help_text=gettext_lazy("含当日；长期任职不填。"))
    reason = field_reason(gettext_lazy("依据"), required=False, help_text=gettext_lazy("例如任职文件的文号。"))

    def __init__(self, area: Area, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"] = organisation_field(area)
        self.fields["role"] = role_field()


class DeputyForm(forms.Form):
    """Who stands in, and for how long."""

    account = forms.ChoiceField(label=gettext_lazy("代理人"))
    starts_on = day_field(gettext_lazy("开始日期"))
    ends_on = day_field(gettext_lazy("结束日期"), help_text=gettext_lazy("含当日。"))

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].choices = choices  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """The last day of an appointment."""

    ends_on = day_field(gettext_lazy("最后一日"))
    reason = field_reason(gettext_lazy("理由"), required=False)


class HandOverForm(forms.Form):
    """The last day, a successor for each role, and where open requests go."""

    leaves_on = day_field(
        gettext_lazy("最后工作日"), help_text=gettext_lazy("今天或更早：立即停用账号；以后：次日自动停用。")
    )

    def __init__(self, held: list[Appointment], choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nobody = [("", gettext("无人接任"))]
        for one in held:
            self.fields[f"successor_{one.pk}"] = forms.ChoiceField(
                label=gettext("%(role)s（%(organisation)s）由谁接任")
                % {"role": role_title(one.role), "organisation": one.organisation.name},
                choices=nobody + choices, required=False,
            )  # fmt: skip
        self.fields["approvals_to"] = forms.ChoiceField(
            label=gettext("其提出而未决定的双人申请转给"), required=False,
            choices=[("", gettext("撤回这些申请")), *choices],
        )  # fmt: skip
        self.fields["reason"] = field_reason(gettext("理由"))

    def successors(self) -> dict[int, int | None]:
        """Return who takes each appointment."""
        return {
            int(name.partition("_")[2]): int(value) if value else None
            for name, value in self.cleaned_data.items()
            if name.startswith("successor_")
        }


@page(RIGHT)
def appoint(request: HttpRequest, account: int) -> HttpResponse:
    """Give somebody another role."""
    asked, area = cast("OfficeRequest", request), _area(request)
    found = get_account(area, account)
    form = AppointmentForm(area, sent(request), initial={"starts_on": today(request)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        unit = get_organisation(area, int(given["organisation"]))
        made = attempt(
            form,
            lambda: appoint_action(
                account_id=found.pk, organisation_id=unit.pk, role=given["role"], starts_on=given["starts_on"],
                ends_on=given["ends_on"], reason=given["reason"], by=asked.reach.actor, at=asked.at,
            ),
        )  # fmt: skip
        if made is not None:
            return _done(request, found)
    return step(
        request, title=gettext("增加任职"), confirm=gettext("任命"), back=address(found), form=form, trail=trail(found)
    )


@page(RIGHT)
def deputy(request: HttpRequest, appointment: int) -> HttpResponse:
    """Let somebody stand in for the holder of a role."""
    asked, area = cast("OfficeRequest", request), _area(request)
    held = get_appointment(area, appointment)
    form = DeputyForm(
        _choices(area, request, held.account), sent(request),
        initial={"starts_on": max(today(request), held.starts_on), "ends_on": held.ends_on},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = attempt(
            form,
            lambda: appoint_deputy(
                appointment_id=held.pk, account_id=get_account(area, int(given["account"])).pk,
                starts_on=given["starts_on"], ends_on=given["ends_on"], by=asked.reach.actor, at=asked.at,
            ),
        )  # fmt: skip
        if made is not None:
            return _done(request, held.account)
    return step(
        request, title=gettext("指定代理"), confirm=gettext("指定"), back=address(held.account), form=form,
        trail=trail(held.account),
        what=gettext("代理人在此期间有与“%(role)s（%(organisation)s）”相同的权限，到期自动收回。")
        % {"role": role_title(held.role), "organisation": held.organisation.name},
    )  # fmt: skip


@page(RIGHT)
def end(request: HttpRequest, appointment: int) -> HttpResponse:
    """End an appointment on a day."""
    asked, area = cast("OfficeRequest", request), _area(request)
    held = get_appointment(area, appointment)
    form = EndForm(sent(request), initial={"ends_on": today(request)})
    if request.method == "POST" and form.is_valid():
        done = attempt(
            form,
            lambda: end_appointment(appointment_id=held.pk, by=asked.reach.actor, at=asked.at, **form.cleaned_data),
        )
        if done is not None:
            return _done(request, held.account)
    return step(
        request, title=gettext("结束任职"), confirm=gettext("结束"), back=address(held.account), form=form,
        trail=trail(held.account), is_danger=True,
        what=gettext("%(name)s 的“%(role)s（%(organisation)s）”到该日为止，代理同时结束；记录保留。")
        % {"name": held.account.name, "role": role_title(held.role), "organisation": held.organisation.name},
    )  # fmt: skip


@page(RIGHT)
def leave(request: HttpRequest, account: int) -> HttpResponse:
    """Let somebody leave: roles to successors, account closed, requests passed on or withdrawn."""
    asked, area = cast("OfficeRequest", request), _area(request)
    found = managed(request, account)
    held = [one for one in find_appointments(area, found) if one.ends_on is None or one.ends_on >= today(request)]
    form = HandOverForm(held, _choices(area, request, found), sent(request), initial={"leaves_on": today(request)})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        done = attempt(
            form,
            lambda: hand_over(
                account_id=found.pk, leaves_on=given["leaves_on"], successors=form.successors(),
                approvals_to=int(given["approvals_to"]) if given["approvals_to"] else None,
                reason=given["reason"], by=asked.reach.actor, at=asked.at,
            ),
        )  # fmt: skip
        if done is not None:
            return _done(request, found)
    return step(
        request, title=gettext("离任交接"), confirm=gettext("办理交接"), back=address(found), form=form, trail=trail(found),
        is_danger=True,
        consequences=[
            gettext("任职到最后工作日为止，接任人随即任职。"),
            gettext("账号停用，已登录的地方退出；本人做过的事保留在审计记录中。"),
        ],
    )  # fmt: skip


def _choices(area: Area, request: HttpRequest, other_than: Account) -> list[tuple[str, str]]:
    own = cast("OfficeRequest", request).account  # nobody gives themselves a role
    found = find_accounts(area, on=today(request)).exclude(pk__in=[other_than.pk, own.pk]).filter(left_on=None)
    return [(str(one.pk), f"{one.name}（{one.login}）") for one in found[:2000]]


def _area(request: HttpRequest) -> Area:
    return cast("OfficeRequest", request).reach.area_of(RIGHT)


def _done(request: HttpRequest, found: Account) -> HttpResponse:
    messages.success(request, gettext("已保存。"))
    return redirect("account", account=found.pk)
