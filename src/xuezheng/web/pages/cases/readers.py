"""Who is named on a restricted case: adding a name, and taking one away."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xuezheng.cases.access import get_case
from xuezheng.cases.actions.naming import name_reader, strike_reader
from xuezheng.kernel.refusal import Refusal
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.web.acting import done_or_said, number_in
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.language import told


@signed_in_page
@require_POST
def name(request: HttpRequest, county: str, case: int) -> HttpResponse:
    """Name somebody on a restricted case."""
    asked = cast("OfficeRequest", request)
    held = get_case(asked.reach, county, case, timezone.localdate(asked.at))
    try:
        account = name_reader(
            case=held, login_or_name=asked.POST.get("reader", ""), by=asked.reach, at=asked.at,
            version=number_in(asked, "version"),
        )  # fmt: skip
    except (NotAllowed, OutsideArea):
        raise
    except Refusal as refusal:
        messages.error(asked, told(refusal))
    else:
        messages.success(asked, gettext("已列名：%(name)s。") % {"name": account.name})
    return redirect("case", county=county, case=case)


@signed_in_page
@require_POST
def strike(request: HttpRequest, county: str, case: int, account: int) -> HttpResponse:
    """Take a name off a restricted case."""
    asked = cast("OfficeRequest", request)
    held = get_case(asked.reach, county, case, timezone.localdate(asked.at))
    reader = held.readers.select_related("account").filter(account=account).first()
    if reader is None:
        raise OutsideArea("outside_area")

    def step() -> None:
        strike_reader(
            case=held, account=reader.account, by=asked.reach, at=asked.at, version=number_in(asked, "version")
        )

    is_struck = done_or_said(asked, step, gettext("已取消列名：%(name)s。") % {"name": reader.account.name})
    # Who took away their own name may not see the case any more.
    sees_no_more = is_struck and reader.account == asked.account
    return redirect("work") if sees_no_more else redirect("case", county=county, case=case)
