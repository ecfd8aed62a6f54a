"""Supervision figures of a county: rates with what they count, beside what would betray a gamed one."""

from dataclasses import dataclass
from datetime import date
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext

from xuezheng.cases.queries.figures import find_figures
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import said

_FIRST_YEAR = 2000


@county_page("view_cases")
def figures(request: HttpRequest) -> HttpResponse:
    """Show the figures of a calendar year, for the county and for each unit in protocol order."""
    asked = cast("OfficeRequest", request)
    this_year = timezone.localdate(asked.at).year
    wanted = request.GET.get("year", "")
    year = (
        int(wanted)
        if wanted.isdecimal() and len(wanted) == 4 and _FIRST_YEAR <= int(wanted) <= this_year
        else this_year
    )
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in load_kinds() else ""
    county, *units = find_figures(asked.county.code, date(year, 1, 1), date(year + 1, 1, 1), asked.at, kind=kind)
    context = {
        "year": year, "years": range(this_year, this_year - 5, -1), "kind": kind,
        "kinds": [(name, said(held.title)) for name, held in load_kinds().items()],
        "all": county, "units": units, "meanings": _meanings(),
    }  # fmt: skip
    return render(request, "cases/figures.html", context)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a figure counts, how it can be made to look better, and what beside it would betray that."""

    name: str
    counted: str
    gamed: str = ""
    betrayed: str = ""


def _meanings() -> list[Meaning]:
    return [
        Meaning(
            gettext("按期办结率"), gettext("本年度到期的事项中，单位在时限前反馈办结的；到期仍未反馈的计入分母。强制销号和作废的不计。"),
            gettext("到期前一再延期；没办完就反馈；强制销号或作废掉办不成的。"),
            gettext("按最初时限的比率；延期 / 申请；返工率；强制销号和作废的件数。"),
        ),
        Meaning(
            gettext("按最初时限"), gettext("同上，但按第一次定下的时限算，延期不算数。"),
            gettext("一开始就把时限定得很长。"), gettext("事项页面的级别和时限；原文时限。"),
        ),
        Meaning(
            gettext("按期签收率"), gettext("本年度签收到期的事项中，在签收时限前签收的；作废的不计。"),
            gettext("签收了不办；退办了事。"), gettext("现有超期；退办的件数。"),
        ),
        Meaning(
            gettext("返工率"), gettext("反馈过办结的事项中，被退回重办过的（包括退回后还没有再反馈的）。"),
            gettext("核查走过场，从不退回。"), gettext("复核率；重新办理的件数。"),
        ),
        Meaning(
            gettext("复核率"), gettext("本年度销号的事项中，由另一个人核查过的；强制销号的在分母中，作废的不计。"),
            gettext("核查不到现场。"), gettext("重新办理的件数；事项页面上核查人自己的证据。"),
        ),
        Meaning(gettext("退办"), gettext("本年度立项的事项中被单位退办过的，列在现在的牵头单位名下。")),
        Meaning(gettext("重新办理"), gettext("重新立项办理过的事项：本年度销号的，和现在未办结的。")),
        Meaning(gettext("现有超期"), gettext("现在已过时限而没有反馈的事项，不分年度。")),
    ]  # fmt: skip
