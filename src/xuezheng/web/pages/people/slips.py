"""Slips of paper with first passwords: shown once, printed or taken as a workbook, kept nowhere."""

from collections.abc import Sequence
from dataclasses import astuple
from typing import cast

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xuezheng.catalogue.roles import load_roles
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.people.actions import Slip
from xuezheng.people.slips import slips_workbook
from xuezheng.web.answers import WORKBOOK, file_answer
from xuezheng.web.gate import OfficeRequest, page
from xuezheng.web.language import page_language

_SALT = "xuezheng.slips"
_GOOD_FOR_SECONDS = 3600


def slips_page(request: HttpRequest, slips: Sequence[Slip]) -> HttpResponse:
    """Show slips, once: the page itself carries them on, signed, for the workbook; nothing is stored."""
    number = cast("OfficeRequest", request).account.pk
    kept = signing.dumps([number, [astuple(slip) for slip in slips]], salt=_SALT, compress=True)
    context = {"slips": slips, "kept": kept, "address": request.build_absolute_uri("/")}
    response = render(request, "people/slips.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page("manage_people")
@never_cache
@require_POST
def slips_as_workbook(request: HttpRequest) -> HttpResponse:
    """Return the slips of the page that asks as a workbook; only to who made them, within the hour."""
    try:
        number, rows = signing.loads(request.POST.get("kept", ""), salt=_SALT, max_age=_GOOD_FOR_SECONDS)
    except signing.BadSignature as problem:
        raise InvalidRequest("slips_gone") from problem
    if number != cast("OfficeRequest", request).account.pk:
        raise InvalidRequest("slips_gone")
    roles = load_roles().roles
    slips = [Slip(*row) for row in rows]
    titled = [
        Slip(s.login, s.name, s.organisation, roles[s.role].title.in_language(page_language()) if s.role in roles else "", s.password)
        for s in slips
    ]  # fmt: skip
    titles = [gettext("登录名"), gettext("姓名"), gettext("所在机构"), gettext("职务"), gettext("初始密码")]
    return file_answer(slips_workbook(titled, titles), "slips.xlsx", WORKBOOK)
