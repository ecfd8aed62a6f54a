"""Handing out many cases at once: chosen from a list, shown as they would stand, then all of them or none."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from xuezheng.cases.actions.stepping import Given, hand_out_many
from xuezheng.cases.models import Case
from xuezheng.cases.queries.handing_out import Outcome, find_waiting, preview_hand_out
from xuezheng.kernel.refusal import Refusal
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.people.models import Organisation
from xuezheng.web.fields import day_field
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import told
from xuezheng.web.pages.cases.forms import units_in
from xuezheng.web.pages.cases.showing import ShownCase, rows, shown, shown_due
from xuezheng.web.pages.cases.turning import page_in

PAGE = 50
MOST_AT_ONCE = 200


class HandOutForm(forms.Form):
    """To whom chosen cases go, and by when."""

    unit = forms.TypedChoiceField(label=gettext_lazy("牵头单位"), coerce=int)
    assisting = forms.TypedMultipleChoiceField(label=gettext_lazy("协办单位"), coerce=int, required=False)
    until = day_field(
        gettext_lazy("办结日期（当日24时）"),
        required=False,
        help_text=gettext_lazy("不填则按各事项种类和级别的时限计算。"),
    )

    def __init__(self, county: str, data: Any = None) -> None:
        super().__init__(data)
        units = units_in(county)
        self.county = county
        self.fields["unit"].choices = [("", "—"), *units]  # type: ignore[attr-defined]
        self.fields["assisting"].choices = units  # type: ignore[attr-defined]

    def given(self) -> Given:
        """Return what was given, to one unit."""
        held = self.cleaned_data
        units = {unit.pk: unit for unit in Organisation.objects.filter(county=self.county, pk__in=[held["unit"], *held["assisting"]])}  # fmt: skip
        assisting = tuple(units[pk] for pk in held["assisting"] if pk in units and pk != held["unit"])
        return Given(unit=units[held["unit"]], assisting=assisting, until=held["until"])


@county_page("supervise_cases")
def hand_out(request: HttpRequest) -> HttpResponse:
    """Choose cases that wait, see what would come of handing them out, and do it."""
    asked = cast("OfficeRequest", request)
    county = asked.county.code
    waiting = find_waiting(asked.reach, county, timezone.localdate(asked.at))
    if asked.method != "POST":
        return _choose(asked, waiting, HandOutForm(county), set())
    chosen = _chosen(asked)
    form = HandOutForm(county, asked.POST)
    cases = list(waiting.filter(pk__in=list(chosen)[:MOST_AT_ONCE]))
    if not cases:
        form.add_error(None, gettext("没有选择要交办的事项，或所选事项已经交办。请在列表中勾选。"))
    if not form.is_valid():
        return _choose(asked, waiting, form, set(chosen))
    if "confirm" in asked.POST:
        return _do(asked, waiting, form, [(case, chosen[case.pk]) for case in cases], len(chosen))
    return _preview(asked, form, cases)


def _chosen(asked: OfficeRequest) -> dict[int, int]:
    """Return the ids that were ticked, with the version that the person saw."""
    parts = [text.partition("-") for text in asked.POST.getlist("case")]
    return {int(pk): int(version) for pk, _, version in parts if _is_number(pk) and _is_number(version)}


def _is_number(text: str) -> bool:
    """Whether a text is a number that a database can hold."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def _do(
    asked: OfficeRequest, waiting: QuerySet[Case], form: HandOutForm, cases: list[tuple[Case, int]], asked_for: int
) -> HttpResponse:
    if len(cases) != asked_for:
        form.add_error(None, gettext("所选事项中有的已被他人处理，一项也没有交办。请重新选择。"))
        return _choose(asked, waiting, form, {case.pk for case, _ in cases})
    try:
        hand_out_many(cases=cases, by=asked.reach, at=asked.at, given=form.given())
    except (NotAllowed, OutsideArea):
        raise
    except Refusal as refusal:
        form.add_error(None, gettext("一项也没有交办：") + told(refusal))
        return _choose(asked, waiting, form, {case.pk for case, _ in cases})
    messages.success(asked, gettext("已交办 %(count)s 项。") % {"count": len(cases)})
    return redirect("cases", county=asked.county.code)


def _choose(asked: OfficeRequest, waiting: QuerySet[Case], form: HandOutForm, ticked: set[int]) -> HttpResponse:
    bulk = asked.GET.get("bulk", "")
    if _is_number(bulk):
        waiting = waiting.filter(bulk=int(bulk))
    number = page_in(asked)
    first = (number - 1) * PAGE
    held = list(waiting.defer("machine", "task")[first : first + PAGE + 1])
    listed: list[ShownCase] = rows(held[:PAGE], asked.at)
    context = {
        "form": form, "rows": listed, "ticked": ticked, "number": number, "is_more": len(held) > PAGE,
        "bulk": bulk,
    }  # fmt: skip
    return render(asked, "cases/hand_out.html", context, status=400 if form.errors else 200)


def _preview(asked: OfficeRequest, form: HandOutForm, cases: list[Case]) -> HttpResponse:
    outcomes = preview_hand_out(cases, asked.reach, asked.at, form.cleaned_data["until"])
    names = dict(form.fields["unit"].choices)  # type: ignore[attr-defined]
    context = {
        "form": form, "outcomes": [_line(outcome, asked) for outcome in outcomes],
        "is_possible": all(outcome.refusal is None for outcome in outcomes),
        "unit": names[form.cleaned_data["unit"]],
        "assisting": [names[pk] for pk in form.cleaned_data["assisting"] if pk != form.cleaned_data["unit"]],
    }  # fmt: skip
    return render(asked, "cases/hand_out_preview.html", context)


def _line(outcome: Outcome, asked: OfficeRequest) -> dict[str, Any]:
    refusal = told(outcome.refusal) if outcome.refusal else ""
    return {"row": shown(outcome.case, asked.at), "due": shown_due(outcome.due_at), "refusal": refusal}
