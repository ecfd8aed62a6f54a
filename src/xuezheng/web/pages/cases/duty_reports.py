"""Duty reports: a unit's as a page and as a draft document, and the counts of all units side by side."""

import io
from datetime import date
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from xuezheng.cases.duty_papers import lay_out, write_duty_report
from xuezheng.cases.queries.duty_reports import compose_duty_report, find_duty_counts
from xuezheng.cases.queries.ledger import can_see_county, get_ledger_unit
from xuezheng.people.access import OutsideArea
from xuezheng.people.models import Organisation
from xuezheng.web.answers import DOCUMENT, file_answer
from xuezheng.web.gate import OfficeRequest, county_page, signed_in_page
from xuezheng.web.language import page_language

_YEARS = (MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2100, 12, 31)))


class PeriodForm(forms.Form):
    """The days that a report is about; both may be left out and stand then for this year up to today."""

    template_name = "web/form.html"

    def __init__(self, given: Any, today: date) -> None:
        self._usual = (date(today.year, 1, 1), today)
        usual = {"from": self._usual[0].isoformat(), "to": self._usual[1].isoformat()}
        super().__init__({name: given.get(name) or usual[name] for name in usual})
        for name, label in (("from", gettext_lazy("起始日期")), ("to", gettext_lazy("截止日期"))):
            self.fields[name] = forms.DateField(
                label=label, input_formats=["%Y-%m-%d"], validators=_YEARS, widget=forms.DateInput({"type": "date"})
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = super().clean() or {}
        if "from" in given and "to" in given and given["from"] > given["to"]:
            self.add_error("to", gettext("截止日期早于起始日期，请改为当日或之后的日期。"))
        return given

    def period(self) -> tuple[date, date]:
        """Return the first and last day; the usual ones where what was asked for is no period."""
        return (self.cleaned_data["from"], self.cleaned_data["to"]) if self.is_valid() else self._usual


@signed_in_page
def unit_duty_report(request: HttpRequest, unit: int) -> HttpResponse:
    """Show a unit's report, or hand it out as a document: to its own people and to who sees the county's cases."""
    asked = cast("OfficeRequest", request)
    today = timezone.localdate(asked.at)
    named = Organisation.objects.filter(pk=unit).first()
    if named is None:
        raise OutsideArea("outside_area")
    held = get_ledger_unit(asked.reach, named.county, unit, today)
    form = PeriodForm(asked.GET, today)
    first, last = form.period()
    laid_out = lay_out(compose_duty_report(held, first, last, asked.at), held.name, page_language())
    if asked.GET.get("format") == "docx" and form.is_valid():
        out = io.BytesIO()
        write_duty_report(laid_out, out, language=page_language())
        return file_answer(out.getvalue(), f"duty-report-{held.pk}-{first}-{last}.docx", DOCUMENT)
    context = {
        "unit": held, "form": form, "first": first, "last": last, "report": laid_out,
        "sees_county": can_see_county(asked.reach, held.county),
    }  # fmt: skip
    return render(request, "cases/duty_report.html", context)


@county_page("view_cases")
def duty_reports(request: HttpRequest) -> HttpResponse:
    """Lay the units of a county side by side, in protocol order."""
    asked = cast("OfficeRequest", request)
    form = PeriodForm(asked.GET, timezone.localdate(asked.at))
    first, last = form.period()
    context = {
        "form": form, "first": first, "last": last,
        "units": find_duty_counts(asked.county.code, first, last, asked.at),
    }  # fmt: skip
    return render(request, "cases/duty_reports.html", context)
