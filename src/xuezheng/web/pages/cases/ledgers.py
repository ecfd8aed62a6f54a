"""Ledgers of a county and of a unit, as pages and in the office's own Excel layout."""

import tempfile
from pathlib import Path
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from xuezheng.cases.queries.ledger import Filter, find_ledger, find_ledger_units, get_ledger_unit, get_page
from xuezheng.cases.queries.search import search_cases
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.kernel.refusal import Refusal
from xuezheng.people.access import OutsideArea
from xuezheng.people.models import Organisation
from xuezheng.tables.workbook import HEADER, WorkbookWriter
from xuezheng.web.answers import WORKBOOK, file_answer
from xuezheng.web.gate import OfficeRequest, county_page, signed_in_page
from xuezheng.web.pages.cases.showing import ShownCase, rows, said, told

MOST_EXPORTED = 5_000


class FilterForm(forms.Form):
    """What of a ledger is wanted."""

    q = forms.CharField(label=gettext_lazy("编号或事项"), required=False, max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("种类"), required=False)
    light = forms.ChoiceField(
        label=gettext_lazy("灯"), required=False,
        choices=[("", gettext_lazy("全部")), ("late", gettext_lazy("超期")), ("near", gettext_lazy("临期")), ("calm", gettext_lazy("正常"))],
    )  # fmt: skip
    open = forms.ChoiceField(
        label=gettext_lazy("办理情况"), required=False,
        choices=[("", gettext_lazy("全部")), ("yes", gettext_lazy("未办结")), ("no", gettext_lazy("已办结"))],
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.id, said(kind.title)) for kind in load_kinds().values()]
        self.fields["kind"].choices = [("", gettext("全部")), *kinds]  # type: ignore[attr-defined]

    def wanted(self) -> Filter:
        """Return the filter; what is not a choice wants everything."""
        given = self.cleaned_data if self.is_valid() else {}
        is_open = {"yes": True, "no": False}.get(given.get("open", ""))
        return Filter(kind=given.get("kind", ""), light=given.get("light", ""), is_open=is_open)


@county_page("view_cases")
def county_cases(request: HttpRequest) -> HttpResponse:
    """Show the cases of a county, or hand them out as a workbook."""
    asked = cast("OfficeRequest", request)
    return _ledger(asked, asked.county.code, None)


@signed_in_page
def unit_cases(request: HttpRequest, unit: int) -> HttpResponse:
    """Show the cases that a unit leads, to its own people and to who sees the county's."""
    asked = cast("OfficeRequest", request)
    held = Organisation.objects.filter(pk=unit).first()
    if held is None:
        raise OutsideArea("outside_area")
    found = get_ledger_unit(asked.reach, held.county, unit, timezone.localdate(asked.at))
    return _ledger(asked, found.county, found)


def _ledger(asked: OfficeRequest, county: str, unit: Organisation | None) -> HttpResponse:
    on = timezone.localdate(asked.at)
    form = FilterForm(asked.GET)
    wanted = form.wanted()
    cases = find_ledger(asked.reach, county, unit, wanted, on, asked.at)
    if asked.GET.get("format") == "xlsx":
        return _workbook(rows(cases.prefetch_related("assisting_units")[:MOST_EXPORTED], asked.at), unit)
    text, fault = form.cleaned_data.get("q", "") if form.is_valid() else "", ""
    number = int(asked.GET["page"]) if asked.GET.get("page", "").isdecimal() else 1
    page = get_page(cases, min(number, 10_000))
    found = page.cases
    if text:
        try:
            found = search_cases(asked.reach, county, text, on, unit)
        except Refusal as refusal:
            found, fault = [], told(refusal)
    query = asked.GET.copy()
    query.pop("page", None)
    context = {
        "county_code": county, "unit": unit, "form": form, "rows": rows(found, asked.at), "page": page,
        "is_search": bool(text), "fault": fault, "query": query.urlencode(),
        "units": find_ledger_units(asked.reach, county, on)[:400] if unit is None else [],
        "may_open": asked.reach.can_in_county("open_cases", county),
    }  # fmt: skip
    return render(asked, "cases/ledger.html", context)


def _workbook(found: list[ShownCase], unit: Organisation | None) -> HttpResponse:
    """Write the ledger as offices keep it: one row a case, units named, the light in words."""
    header = [
        gettext("序号"), gettext("编号"), gettext("事项"), gettext("牵头单位"), gettext("责任单位"), gettext("时限"),
        gettext("进展"), gettext("状态"), gettext("灯"),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        with WorkbookWriter(path) as book:
            sheet = book.sheet(gettext("督办台账"))
            sheet.row(1, header, HEADER)
            for number, row in enumerate(found, start=1):
                case = row.case
                assisting = "、".join(held.name for held in case.assisting_units.all())
                sheet.row(number + 1, [
                    number, case.number, case.title, case.lead_unit.name if case.lead_unit else "", assisting, row.due,
                    case.progress, row.state, row.light.title,
                ])  # fmt: skip
            sheet.widths([6, 20, 44, 18, 24, 17, 40, 16, 16])
            sheet.freeze(row=2, column=3)
        return file_answer(path.read_bytes(), f"ledger-{unit.pk}.xlsx" if unit else "ledger.xlsx", WORKBOOK)
