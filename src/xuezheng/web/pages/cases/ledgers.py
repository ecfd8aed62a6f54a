"""Ledgers of a county and of a unit, as pages and in the office's own Excel layout."""

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from xuezheng.cases.ledger_papers import LedgerSheet, write_ledger
from xuezheng.cases.models import Case
from xuezheng.cases.queries.ledger import Filter, find_ledger, find_ledger_units, get_ledger_unit, get_page
from xuezheng.cases.queries.search import search_cases
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.catalogue.case_ledgers import load_case_ledgers
from xuezheng.kernel.refusal import Refusal
from xuezheng.people.access import OutsideArea, Reach
from xuezheng.people.models import Organisation
from xuezheng.register.models import County
from xuezheng.web.answers import WORKBOOK, file_answer
from xuezheng.web.background import enqueue
from xuezheng.web.gate import OfficeRequest, county_page, signed_in_page
from xuezheng.web.language import page_language, said, told
from xuezheng.web.pages.cases.forms import units_in
from xuezheng.web.pages.cases.showing import rows
from xuezheng.web.pages.cases.turning import page_in

WRITTEN_AT_ONCE = 2_000
"""So many rows of a workbook are written while the person waits; more are background work."""


class FilterForm(forms.Form):
    """What of a ledger is wanted."""

    q = forms.CharField(label=gettext_lazy("编号或事项"), required=False, max_length=100)
    kind = forms.ChoiceField(label=gettext_lazy("种类"), required=False)
    year = forms.TypedChoiceField(label=gettext_lazy("年度"), required=False, coerce=int, empty_value=None)
    unit = forms.TypedChoiceField(label=gettext_lazy("牵头单位"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(
        label=gettext_lazy("办理情况"), required=False,
        choices=[
            ("", gettext_lazy("全部")), ("open", gettext_lazy("未办结")), ("waiting", gettext_lazy("待交办")),
            ("receiving", gettext_lazy("待签收")), ("working", gettext_lazy("承办中")),
            ("checking", gettext_lazy("待核查、待销号")), ("done", gettext_lazy("已办结")), ("void", gettext_lazy("已作废")),
        ],
    )  # fmt: skip
    light = forms.ChoiceField(
        label=gettext_lazy("灯"), required=False,
        choices=[("", gettext_lazy("全部")), ("late", gettext_lazy("超期")), ("near", gettext_lazy("临期")), ("calm", gettext_lazy("正常"))],
    )  # fmt: skip

    def __init__(self, data: Any, *, county: str, this_year: int, with_units: bool) -> None:
        super().__init__(data)
        kinds = [(kind.id, said(kind.title)) for kind in load_kinds().values()]
        everything = ("", gettext("全部"))
        choices: dict[str, list[tuple[Any, Any]]] = {
            "kind": [everything, *kinds],
            "year": [everything, *((year, str(year)) for year in range(this_year, this_year - 10, -1))],
        }
        if with_units:
            choices["unit"] = [everything, *units_in(county)]
        else:
            del self.fields["unit"]
        for name, held in choices.items():
            self.fields[name].choices = held  # type: ignore[attr-defined]

    def wanted(self) -> Filter:
        """Return the filter; what is not a choice wants everything."""
        given = self.cleaned_data if self.is_valid() else {}
        state = given.get("state", "")
        return Filter(
            kind=given.get("kind", ""), light=given.get("light", ""), is_open=True if state == "open" else None,
            year=given.get("year"), unit=given.get("unit"), phase="" if state == "open" else state,
        )  # fmt: skip

    def text(self) -> str:
        """Return what is searched for."""
        return str(self.cleaned_data.get("q", "")).strip() if self.is_valid() else ""

    def chosen(self) -> str:
        """Return the filter in words, empty where everything is wanted."""
        parts = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name) if self.is_valid() else None
            if value:
                choices = dict(getattr(field, "choices", ()))
                parts.append(f"{field.label} {choices.get(value, value)}")
        return "，".join(parts) if page_language() == "zh" else ", ".join(parts)


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


def filter_form(data: Any, county: str, unit: Organisation | None, on: date) -> FilterForm:
    """Return the form of a ledger's filter."""
    return FilterForm(data, county=county, this_year=on.year, with_units=unit is None)


def _ledger(asked: OfficeRequest, county: str, unit: Organisation | None) -> HttpResponse:
    on = timezone.localdate(asked.at)
    form = filter_form(asked.GET, county, unit, on)
    wanted, text, fault, notice = form.wanted(), form.text(), "", ""
    cases = find_ledger(asked.reach, county, unit, wanted, on, asked.at)
    if asked.GET.get("format") == "xlsx":
        return _workbook(asked, county, unit, form, cases)
    if text:
        page = None
        found: list[Case] = []
        try:
            held = search_cases(asked.reach, county, text, on, asked.at, wanted=wanted, unit=unit)
        except Refusal as refusal:
            fault = told(refusal)
        else:
            found, notice = held.cases, _cut(held.is_more, held.looked_through)
    else:
        page = get_page(cases, page_in(asked))
        found = page.cases
    query = asked.GET.copy()
    query.pop("page", None)
    context = {
        "county_code": county, "unit": unit, "form": form, "rows": rows(found, asked.at), "page": page,
        "fault": fault, "notice": notice, "query": query.urlencode(),
        "units": find_ledger_units(asked.reach, county, on)[:400] if unit is None else [],
        "may_open": asked.reach.can_in_county("open_cases", county),
        "may_supervise": asked.reach.can_in_county("supervise_cases", county),
    }  # fmt: skip
    return render(asked, "cases/ledger.html", context)


def _cut(is_more: bool, looked_through: int | None) -> str:
    if looked_through is not None:
        return gettext(
            "这几个字太常见：只查找了符合筛选条件的前 %(count)s 项。请多写几个字，或加筛选条件。"
        ) % {"count": looked_through}  # fmt: skip
    return gettext("只列出前 50 项，还有更多。请多写几个字，或加筛选条件；导出的台账是全的。") if is_more else ""


def _workbook(
    asked: OfficeRequest, county: str, unit: Organisation | None, form: FilterForm, cases: QuerySet[Case]
) -> HttpResponse:
    """Hand out the whole ledger: at once where that is quick, as background work where it is long."""
    if cases[WRITTEN_AT_ONCE : WRITTEN_AT_ONCE + 1].exists():
        arguments = {"unit": unit.pk if unit else None, "filter": asked.GET.urlencode(), "language": page_language()}
        job = enqueue(kind="cases.export_ledger", arguments=arguments, by=asked.reach.actor, at=asked.at, county=county)
        return redirect("job", job=job.pk)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.xlsx"
        write_ledger(path, cases, sheet_of(county, unit, form, asked.at, page_language()), text=form.text())
        return file_answer(path.read_bytes(), f"ledger-{unit.pk if unit else county}.xlsx", WORKBOOK)


def sheet_of(county: str, unit: Organisation | None, form: FilterForm, at: datetime, language: str) -> LedgerSheet:
    """Return what the workbook of a ledger says beside its rows."""
    name = unit.name if unit else County.objects.values_list("name", flat=True).get(code=county)
    layout = load_case_ledgers().layout(county, form.wanted().kind)
    return LedgerSheet(name=name, layout=layout, chosen=form.chosen(), at=at, language=language)


def whole_ledger(
    reach: Reach, county: str, unit: Organisation | None, form: FilterForm, at: datetime
) -> QuerySet[Case]:
    """Return the cases of a ledger as its page lists them, for background work."""
    return find_ledger(reach, county, unit, form.wanted(), timezone.localdate(at), at)
