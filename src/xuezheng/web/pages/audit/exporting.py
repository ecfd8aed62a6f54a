"""The audit trail as a file: without personal data for an auditor alone, with them by two people."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xuezheng.ledger.actions import export_events, recording
from xuezheng.ledger.export import write_csv, write_workbook
from xuezheng.ledger.models import Event
from xuezheng.ledger.queries import Wanted
from xuezheng.people.access import Area
from xuezheng.people.actions import use_approval
from xuezheng.people.queries import find_counties_of
from xuezheng.web.answers import CSV, WORKBOOK, file_answer
from xuezheng.web.gate import OfficeRequest, page
from xuezheng.web.pages.audit.searching import RIGHT, area_of, searched
from xuezheng.web.pages.people.two_people import Wish, with_two_people

MOST_EVENTS = 100_000


@page(RIGHT)
@never_cache
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Return the events that the search in the address finds, without what they say about people."""
    asked, area = cast("OfficeRequest", request), area_of(request)
    _, wanted = searched(request)
    events = export_events(
        scope=area.county_rows(), wanted=wanted, limit=MOST_EVENTS, county=_only_county(area),
        by=asked.reach.actor, at=asked.at,
    )  # fmt: skip
    return _file(events, as_csv=request.POST.get("format") == "csv", with_payloads=False)


@page(RIGHT)
@never_cache
def export_with_personal_data(request: HttpRequest) -> HttpResponse:
    """Return a county's whole trail with what it says about people, once another person has agreed."""
    asked, area = cast("OfficeRequest", request), area_of(request)
    counties = list(find_counties_of(area))
    chosen = next((one for one in counties if one.code == request.GET.get("in", "")), None)
    chosen = chosen or (counties[0] if len(counties) == 1 else None)
    title = gettext("导出含个人信息的审计记录")
    if chosen is None:
        return render(request, "people/choose_county.html", {"counties": counties, "title": title})
    wish = Wish(
        kind="export_audit", subject_kind="county", subject_id=chosen.code, county=chosen.code, title=title,
        what=gettext("导出 %(county)s 的全部审计记录，包括变更前后和理由。") % {"county": chosen.name},
        confirm=gettext("下载"), back=reverse("audit"), trail=[(gettext("审计"), reverse("audit"))],
        consequences=[gettext("文件含个人信息，请只在办公设备上保存，用后删除。"), gettext("导出本身记入审计。")],
    )  # fmt: skip

    def do(approval: int, _: str) -> HttpResponse:
        with recording(asked.reach.actor, asked.at):
            use_approval(
                approval_id=approval, kind=wish.kind, subject_kind=wish.subject_kind, subject_id=wish.subject_id,
                by=asked.reach.actor, at=asked.at,
            )  # fmt: skip
            events = export_events(
                scope=Area(counties=frozenset({chosen.code})).county_rows(), wanted=Wanted(), limit=MOST_EVENTS,
                county=chosen.code, by=asked.reach.actor, at=asked.at, with_payloads=True,
            )  # fmt: skip
        return _file(events, as_csv=False, with_payloads=True)

    return with_two_people(request, wish, do)


def _file(events: Sequence[Event], *, as_csv: bool, with_payloads: bool) -> HttpResponse:
    name = "audit.csv" if as_csv else "audit.xlsx"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        (write_csv if as_csv else write_workbook)(path, events, with_payloads=with_payloads)
        return file_answer(path.read_bytes(), name, CSV if as_csv else WORKBOOK)


def _only_county(area: Area) -> str:
    return next(iter(area.counties)) if len(area.counties) == 1 and not area.everywhere else ""
