"""Personal data: exporting the people of a county, and erasing somebody who left. Both need two people."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.people.actions import erase_person as erase_action
from xuezheng.people.actions import export_people as export_action
from xuezheng.people.queries import find_counties_of
from xuezheng.people.slips import list_workbook
from xuezheng.web.answers import WORKBOOK, file_answer
from xuezheng.web.gate import OfficeRequest, page
from xuezheng.web.pages.people.accounts import address, managed, trail
from xuezheng.web.pages.people.two_people import Wish, with_two_people
from xuezheng.web.templatetags.design import role_title


@page("export_people")
@never_cache
def export_people(request: HttpRequest) -> HttpResponse:
    """Export a county's people as a workbook, once another person has agreed."""
    asked = cast("OfficeRequest", request)
    area = asked.reach.area_of("export_people")
    counties = list(find_counties_of(area))
    chosen = next((one for one in counties if one.code == request.GET.get("in", "")), None)
    if chosen is None and len(counties) == 1:
        chosen = counties[0]
    if chosen is None:
        return render(request, "people/choose_county.html", {"counties": counties, "title": gettext("导出人员名册")})
    wish = Wish(
        kind="export_people", subject_kind="county", subject_id=chosen.code, county=chosen.code,
        title=gettext("导出人员名册"), what=gettext("导出 %(county)s 全部人员的登录名、姓名、邮箱和任职。") % {"county": chosen.name},
        confirm=gettext("下载名册"), back=reverse("people"), trail=trail(),
        consequences=[gettext("名册含个人信息，请只在办公设备上保存，用后删除。")],
    )  # fmt: skip

    def do(approval: int, _: str) -> HttpResponse:
        held = export_action(county=chosen.code, approval_id=approval, by=asked.reach.actor, at=asked.at)
        titles = [
            gettext("登录名"), gettext("姓名"), gettext("电子邮箱"), gettext("所在机构"), gettext("职务"), gettext("开始日期"),
            gettext("结束日期"),
        ]  # fmt: skip
        rows = [
            (
                one.account.login, one.account.name, one.account.email, one.organisation.name, role_title(one.role),
                one.starts_on.isoformat(), one.ends_on.isoformat() if one.ends_on else "",
            )
            for one in held
        ]  # fmt: skip
        return file_answer(list_workbook(titles, rows), f"people-{chosen.code}.xlsx", WORKBOOK)

    return with_two_people(request, wish, do)


@page("manage_people")
def erase_person(request: HttpRequest, account: int) -> HttpResponse:
    """Erase the personal data of somebody who left, once another person has agreed."""
    asked, found = cast("OfficeRequest", request), managed(request, account)
    if found.is_active:
        raise InvalidRequest("account_still_open")
    if found.erased_at is not None:
        raise InvalidRequest("account_erased")
    newest = found.appointments.select_related("organisation").order_by("-starts_on", "-id").first()
    county = newest.organisation.county if newest else ""
    wish = Wish(
        kind="erase_person", subject_kind="account", subject_id=str(found.pk), county=county,
        title=gettext("删除个人信息"), what=gettext("永久删除 %(name)s 的个人信息。") % {"name": found.name},
        confirm=gettext("永久删除"), back=address(found), trail=trail(found), is_danger=True,
        consequences=[
            gettext("姓名、登录名、邮箱、登录方式和审计记录中关于此人的内容全部删除，不能恢复。"),
            gettext("保留一个编号，做过的事仍可核对；审计链保持完整。"),
        ],
    )  # fmt: skip

    def do(approval: int, reason: str) -> HttpResponse:
        erase_action(account_id=found.pk, approval_id=approval, reason=reason, by=asked.reach.actor, at=asked.at)
        messages.success(request, gettext("个人信息已删除。"))
        return redirect("people")

    return with_two_people(request, wish, do)
