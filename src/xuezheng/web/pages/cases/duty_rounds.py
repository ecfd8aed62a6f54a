"""Rounds of duty reports: asked for by the office, and laid side by side for the leading group."""

import io
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from xuezheng.cases.access import find_units
from xuezheng.cases.actions.duty_reports import Asked, ask_duty_reports, withdraw_duty_round
from xuezheng.cases.duty_beside import beside, count_heads, left_out_heads, write_beside, write_beside_workbook
from xuezheng.cases.duty_models import DutyReport, DutyRound
from xuezheng.cases.queries.duty_rounds import (
    find_reports,
    find_rounds,
    get_round,
    section_titles,
    words_side_by_side,
)
from xuezheng.catalogue.roles import load_roles
from xuezheng.kernel.refusal import Refusal
from xuezheng.people.access import NotAllowed
from xuezheng.web.acting import done
from xuezheng.web.answers import DOCUMENT, WORKBOOK, file_answer
from xuezheng.web.fields import day_field
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import page_language, said, told
from xuezheng.web.pages.cases.forms import words_field


class AskForm(forms.Form):
    """What the office asks for: a title, the days, the day by which units sign, and which units."""

    title = forms.CharField(label=gettext_lazy("名称"), max_length=200)
    since = day_field(gettext_lazy("期间自"))
    until = day_field(gettext_lazy("期间至"))
    due_on = day_field(gettext_lazy("应签署日期（当日24时）"))
    words = words_field(gettext_lazy("要求"), required=False)
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("这几类单位全部提交"), required=False, widget=forms.CheckboxSelectMultiple
    )
    units = forms.TypedMultipleChoiceField(
        label=gettext_lazy("另外逐个选择的单位"), required=False, coerce=int,
        widget=forms.SelectMultiple({"size": "10"}),
        help_text=gettext_lazy("按住 Ctrl 可以选多个；已按类选中的不必再选。"),
    )  # fmt: skip

    def __init__(self, county: str, today: date, data: Any = None) -> None:
        usual = {
            "title": gettext("%(year)s年度履职报告") % {"year": today.year}, "since": date(today.year, 1, 1),
            "until": date(today.year, 12, 31),
        }  # fmt: skip
        super().__init__(data, initial=usual)
        self._units = list(find_units(county))
        held: dict[str, list[Any]] = {}
        for unit in self._units:
            held.setdefault(unit.kind, []).append(unit)
        titles = load_roles().organisations
        self.fields["kinds"].choices = [  # type: ignore[attr-defined]
            (kind, gettext("%(kind)s（%(count)s 个）") % {"kind": said(titles[kind]), "count": len(units)})  # type: ignore[index]
            for kind, units in held.items()
        ]
        self.fields["units"].choices = [  # type: ignore[attr-defined]
            (said(titles[kind]), [(unit.pk, unit.name) for unit in units])  # type: ignore[index]
            for kind, units in held.items()
        ]

    def asked(self) -> Asked:
        """Return what is asked for; units chosen twice report once."""
        given = self.cleaned_data
        units = [unit for unit in self._units if unit.kind in given["kinds"] or unit.pk in given["units"]]
        return Asked(
            title=given["title"], since=given["since"], until=given["until"], due_on=given["due_on"], units=units,
            words=given["words"],
        )  # fmt: skip


class ReasonForm(forms.Form):
    """Why something is taken back or sent back."""

    reason = words_field(gettext_lazy("理由"), required=True)


@county_page("view_cases")
def duty_rounds(request: HttpRequest) -> HttpResponse:
    """List what reports the office has asked for."""
    asked = cast("OfficeRequest", request)
    context = {
        "rounds": find_rounds(asked.county.code, timezone.localdate(asked.at)),
        "may_ask": asked.reach.can_in_county("supervise_cases", asked.county.code),
    }
    return render(request, "cases/duty_rounds.html", context)


@county_page("supervise_cases")
def ask(request: HttpRequest) -> HttpResponse:
    """Ask units for their reports."""
    asked = cast("OfficeRequest", request)
    posted = asked.POST if asked.method == "POST" else None
    form = AskForm(asked.county.code, timezone.localdate(asked.at), posted)
    if form.is_valid():
        try:
            held = ask_duty_reports(county=asked.county, asked=form.asked(), by=asked.reach, at=asked.at)
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            messages.success(request, gettext("已布置履职报告，各单位在“我的工作”里会看到。"))
            return redirect("duty-round", county=asked.county.code, number=held.pk)
    return render(request, "cases/duty_ask.html", {"form": form}, status=400 if form.errors else 200)


@county_page("view_cases")
def duty_round(request: HttpRequest, number: int) -> HttpResponse:
    """Lay the reports of a round side by side, or hand them out as a document or workbook."""
    asked = cast("OfficeRequest", request)
    held = get_round(asked.county.code, number)
    wanted = asked.GET.get("format")
    if wanted in ("docx", "xlsx"):
        reports = list(find_reports(held, with_words=True))
        return _file(held, reports, wanted, asked.GET.getlist("section"))
    reports = list(find_reports(held))
    today = timezone.localdate(asked.at)
    context = {
        "round": held, "rows": beside(reports, page_language()), "heads": count_heads(page_language()),
        "left_out_heads": left_out_heads(page_language()), "signed": sum(report.state == "signed" for report in reports),
        "is_late": held.withdrawn_at is None and held.due_on < today,
        "may_withdraw": held.withdrawn_at is None and asked.reach.can_in_county("supervise_cases", asked.county.code)
        and not any(report.state == "signed" for report in reports),
    }  # fmt: skip
    return render(request, "cases/duty_round.html", context)


@county_page("view_cases")
def duty_sections(request: HttpRequest, number: int) -> HttpResponse:
    """Read one section of all units side by side, in their own words."""
    asked = cast("OfficeRequest", request)
    held = get_round(asked.county.code, number)
    titles = section_titles(page_language())
    chosen = asked.GET.get("section", "")
    if chosen not in dict(titles):
        chosen = titles[0][0]
    reports = list(find_reports(held, with_words=True))
    context = {
        "round": held, "titles": titles, "chosen": chosen, "title": dict(titles)[chosen],
        "words": words_side_by_side(reports, chosen),
    }  # fmt: skip
    return render(request, "cases/duty_sections.html", context)


@county_page("supervise_cases")
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take back a round that was asked for by mistake."""
    asked = cast("OfficeRequest", request)
    held = get_round(asked.county.code, number)
    form = ReasonForm(asked.POST if asked.method == "POST" else None)

    def step() -> None:
        withdraw_duty_round(duty_round=held, by=asked.reach, at=asked.at, reason=form.cleaned_data["reason"])

    if form.is_valid() and done(step, form):
        messages.success(request, gettext("已撤回这次布置；单位写过的文字仍有记录。"))
        return redirect("duty-rounds", county=asked.county.code)
    context = {
        "title": gettext("撤回“%(title)s”的布置") % {"title": held.title}, "form": form, "danger": True,
        "what": gettext("撤回后各单位不再需要提交；有单位签署以后就不能撤回。"), "confirm": gettext("撤回布置"),
        "back": reverse("duty-round", args=[asked.county.code, held.pk]),
    }  # fmt: skip
    return render(request, "web/confirm.html", context, status=400 if form.errors else 200)


def _file(held: DutyRound, reports: list[DutyReport], wanted: str, sections: list[str]) -> HttpResponse:
    name = f"duty-reports-{held.pk}.{wanted}"
    if wanted == "docx":
        out = io.BytesIO()
        write_beside(held, reports, sections, out, language=page_language())
        return file_answer(out.getvalue(), name, DOCUMENT)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        write_beside_workbook(reports, path, language=page_language())
        return file_answer(path.read_bytes(), name, WORKBOOK)
