"""What goes out, for administrators: the mail server and the named hosts, chat robots, messages and how they ended."""

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from xuezheng.catalogue.messages import sentence
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.notices.actions.outbox import send_again, try_out
from xuezheng.notices.actions.robots import RIGHT, RobotGiven, add_robot, change_robot, start_robot, stop_robot
from xuezheng.notices.models import Outgoing, Robot
from xuezheng.notices.queries import find_messages, find_robots, get_message, get_robot
from xuezheng.people.access import Area, OutsideArea
from xuezheng.people.queries import find_open_organisations
from xuezheng.register.models import County
from xuezheng.register.queries import find_counties
from xuezheng.web.gate import OfficeRequest, page
from xuezheng.web.language import page_language, told
from xuezheng.web.operations.delivery.hosts import host_of, read_hosts

if TYPE_CHECKING:
    from xuezheng.people.models import Organisation

_A_PAGE = 50
KINDS = (
    ("wecom", gettext_lazy("企业微信群机器人")), ("dingtalk", gettext_lazy("钉钉群机器人")),
    ("feishu", gettext_lazy("飞书群机器人")), ("webhook", gettext_lazy("其他（通用 Webhook）")),
)  # fmt: skip
EVERY = (("day", gettext_lazy("每天一次")), ("hour", gettext_lazy("有新提醒时每小时一次")))
STATES = {
    "waiting": gettext_lazy("等待发送"), "sending": gettext_lazy("正在发送"), "sent": gettext_lazy("已发出"),
    "unsure": gettext_lazy("不能确定是否送达"), "failed": gettext_lazy("失败"),
}  # fmt: skip
PURPOSES = {
    "daily": gettext_lazy("每日邮件"), "urgent": gettext_lazy("尽快发的邮件"), "robot": gettext_lazy("群消息"),
    "trial": gettext_lazy("试发"),
}  # fmt: skip


class RobotForm(forms.Form):
    """A robot: whose new notices it counts, where it is, its secret. What is kept of the last two is never shown."""

    template_name = "web/form.html"

    def __init__(self, area: Area, *args: Any, robot: Robot | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._robot = robot
        self._counties = {county.code: county for county in find_counties(area)}
        county = robot.county_id if robot else ""
        self._units = {unit.pk: unit for unit in find_open_organisations(area, county) if unit.kind != "school"}
        about = [(f"county:{code}", held.name) for code, held in self._counties.items() if not county or code == county]
        about += [
            (f"unit:{unit.pk}", unit.name) for unit in self._units.values() if unit.kind not in ("county", "city")
        ]
        self.fields["name"] = forms.CharField(
            label=gettext_lazy("名称"), max_length=60, help_text=gettext_lazy("便于辨认，如“督查科工作群”。")
        )
        self.fields["about"] = forms.ChoiceField(
            label=gettext_lazy("统计谁的新提醒"), choices=about,
            help_text=gettext_lazy("选区县，统计全县工作人员的；选单位，只统计在该单位任职人员的。"),
        )  # fmt: skip
        self.fields["kind"] = forms.ChoiceField(label=gettext_lazy("种类"), choices=KINDS)
        self.fields["every"] = forms.ChoiceField(label=gettext_lazy("多久发一次"), choices=EVERY)
        unchanged = gettext_lazy("已保存，不再显示；不填则不变。") if robot else ""
        self.fields["address"] = forms.CharField(
            label=gettext_lazy("Webhook 地址"), max_length=1000, required=robot is None,
            widget=forms.PasswordInput({"autocomplete": "off"}), help_text=unchanged,
        )  # fmt: skip
        self.fields["secret"] = forms.CharField(
            label=gettext_lazy("加签密钥"), max_length=200, required=False,
            widget=forms.PasswordInput({"autocomplete": "off"}),
            help_text=unchanged or gettext_lazy("钉钉、飞书在“加签”或“签名校验”处取得；企业微信没有。"),
        )  # fmt: skip

    def clean_address(self) -> str:
        """Refuse an address whose host the administrator of the installation has not named."""
        address = str(self.cleaned_data["address"]).strip()
        if address:
            try:
                self.host = str(host_of(address, read_hosts(settings.OUTGOING_HOSTS)))
            except InvalidRequest as refusal:
                raise forms.ValidationError(told(refusal)) from refusal
        return address

    host = ""

    def given(self) -> tuple[County, RobotGiven]:
        """Return the county and what was given."""
        kind, _, number = self.cleaned_data["about"].partition(":")
        unit: Organisation | None = self._units[int(number)] if kind == "unit" else None
        names = ("name", "kind", "every", "address", "secret")
        texts = {name: str(self.cleaned_data[name]).strip() for name in names}
        host = self.host or (self._robot.host if self._robot else "")
        return self._counties[unit.county if unit else number], RobotGiven(**texts, host=host, unit=unit)


@page(RIGHT)
def outgoing(request: HttpRequest) -> HttpResponse:
    """Show what is set up, the robots, and the messages with how they ended."""
    asked = cast("OfficeRequest", request)
    area = asked.reach.area_of(RIGHT)
    found = find_messages(area)
    state = request.GET.get("state", "")
    held = Paginator(found.filter(state=state) if state in STATES else found, _A_PAGE).get_page(request.GET.get("page"))
    kinds, every = dict(KINDS), dict(EVERY)
    context = {
        "page": held, "rows": [_shown(message) for message in held.object_list], "state": state, "states": STATES.items(),
        "robots": [
            {"held": robot, "kind": kinds.get(robot.kind), "every": every.get(robot.every)} for robot in find_robots(area)
        ],
        "mail_host": settings.MAIL_HOST, "sender": settings.DEFAULT_FROM_EMAIL, "address": settings.PUBLIC_ADDRESS,
        "hosts": settings.OUTGOING_HOSTS, "own_address": asked.account.email,
    }  # fmt: skip
    return render(request, "notices/outgoing.html", context)


def _shown(message: Outgoing) -> dict[str, Any]:
    why, next_step = (
        sentence(message.failure_code, page_language(), message.failure_params) if message.failure_code else ("", "")
    )
    return {
        "held": message, "purpose": PURPOSES.get(message.purpose, message.purpose), "state": STATES[message.state],
        "why": why, "next": next_step, "count": sum(message.counts.values()),
        "is_fault": message.state in ("failed", "unsure"),
    }  # fmt: skip


@page(RIGHT)
@sensitive_post_parameters("address", "secret")
def new_robot(request: HttpRequest) -> HttpResponse:
    """Enter a robot."""
    asked = cast("OfficeRequest", request)
    form = RobotForm(asked.reach.area_of(RIGHT), request.POST or None)
    if request.method == "POST" and form.is_valid():
        county, given = form.given()
        add_robot(county=county, given=given, by=asked.reach, at=asked.at)
        messages.success(request, gettext("群机器人已登记。请发一条试发消息，看群里是否收到。"))
        return redirect("outgoing")
    context = {"form": form, "hosts": settings.OUTGOING_HOSTS}
    return render(request, "notices/robot.html", context, status=400 if request.method == "POST" else 200)


@page(RIGHT)
@sensitive_post_parameters("address", "secret")
def robot(request: HttpRequest, robot: int) -> HttpResponse:
    """Change a robot."""
    asked = cast("OfficeRequest", request)
    area = asked.reach.area_of(RIGHT)
    held = get_robot(area, robot)
    about = f"unit:{held.unit_id}" if held.unit_id else f"county:{held.county_id}"
    usual = {"name": held.name, "about": about, "kind": held.kind, "every": held.every}
    form = RobotForm(area, request.POST or None, robot=held, initial=usual)
    if request.method == "POST" and form.is_valid():
        change_robot(robot=held, given=form.given()[1], by=asked.reach, at=asked.at)
        messages.success(request, gettext("群机器人已修改。"))
        return redirect("outgoing")
    context = {"form": form, "robot": held, "hosts": settings.OUTGOING_HOSTS}
    return render(request, "notices/robot.html", context, status=400 if request.method == "POST" else 200)


@page(RIGHT)
@require_POST
def robot_step(request: HttpRequest, robot: int, step: str) -> HttpResponse:
    """Stop a robot, start it again, or send it a trial message."""
    asked = cast("OfficeRequest", request)
    held = get_robot(asked.reach.area_of(RIGHT), robot)
    if step == "stop":
        stop_robot(robot=held, by=asked.reach, at=asked.at)
        messages.success(request, gettext("群机器人已停用。"))
    elif step == "start":
        start_robot(robot=held, by=asked.reach, at=asked.at)
        messages.success(request, gettext("群机器人已启用，从现在起的新提醒才计入。"))
    elif step != "try":
        raise OutsideArea("outside_area")
    else:
        try_out(robot=held, county=held.county_id, by=asked.reach.actor, at=asked.at)
        messages.success(request, gettext("试发消息已排队，一分钟内发出；结果见下面的列表。"))
    return redirect("outgoing")


@page(RIGHT)
@require_POST
def try_mail(request: HttpRequest) -> HttpResponse:
    """Send a trial mail to oneself."""
    asked = cast("OfficeRequest", request)
    counties = sorted(county.code for county in find_counties(asked.reach.area_of(RIGHT)))
    if not asked.account.email:
        raise InvalidRequest("own_address_missing")
    try_out(account=asked.account, county=counties[0] if counties else "", by=asked.reach.actor, at=asked.at)
    messages.success(request, gettext("试发邮件已排队，一分钟内发出；结果见下面的列表。"))
    return redirect("outgoing")


@page(RIGHT)
@require_POST
def repeat_message(request: HttpRequest, message: int) -> HttpResponse:
    """Send a message again that failed, or of which nobody knows whether it arrived."""
    asked = cast("OfficeRequest", request)
    held = get_message(asked.reach.area_of(RIGHT), message)
    send_again(message=held, by=asked.reach.actor, at=asked.at)
    messages.success(request, gettext("已重新排队。"))
    return redirect("outgoing")
