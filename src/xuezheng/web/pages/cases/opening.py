"""Opening a case, and many in one go from a pasted table."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy, ngettext

from xuezheng.cases.actions.opening import Opening, open_case, open_many
from xuezheng.cases.queries.indicators import IndicatorLink
from xuezheng.catalogue.case_kinds import load_kinds
from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.days import day_named
from xuezheng.kernel.refusal import NotFound, Refusal
from xuezheng.people.access import NotAllowed
from xuezheng.people.models import Organisation
from xuezheng.standards.actions import NATIONAL_STANDARDS
from xuezheng.web.fields import day_field
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import said, told
from xuezheng.web.pages.cases.forms import units_in, words_field

MOST_ROWS = 200


class OpeningForm(forms.Form):
    """A new case: its kind and level in one choice, what is to be done, the indicator that it should move."""

    kind = forms.ChoiceField(label=gettext_lazy("种类与级别"))
    title = forms.CharField(label=gettext_lazy("事项（一句话）"), max_length=300)
    task = words_field(gettext_lazy("任务与要求"), required=False)
    until = day_field(
        gettext_lazy("办结日期（当日24时）"), required=False, help_text=gettext_lazy("不填则按种类和级别的时限计算。")
    )
    indicator = forms.ChoiceField(
        label=gettext_lazy("应当改善的指标"),
        required=False,
        help_text=gettext_lazy("立项时的数值会固定下来，办结后与新的评估对照。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (said(kind.title), [(f"{kind.id}/{name}", f"{said(kind.title)} · {said(level.title)}") for name, level in kind.levels.items()])
            for kind in load_kinds().values()
        ]  # fmt: skip
        self.fields["indicator"].choices = [("", "—"), *indicator_choices()]  # type: ignore[attr-defined]

    def opening(self, parent: Any = None) -> Opening:
        """Return the opening."""
        given = self.cleaned_data
        kind, _, level = given["kind"].partition("/")
        standard, _, indicator = given["indicator"].partition("/")
        return Opening(
            kind=kind, level=level, title=given["title"], task=given["task"], until=given["until"], parent=parent,
            origin_kind="office", indicator=IndicatorLink(standard, indicator) if indicator else None,
        )  # fmt: skip


class BulkForm(forms.Form):
    """Many cases of one kind: one a line, fields parted by tabs or bars, as they come from a spreadsheet."""

    title = forms.CharField(
        label=gettext_lazy("批次名称"), max_length=200, help_text=gettext_lazy("例如：2026年工作要点任务分解表")
    )
    kind = forms.ChoiceField(label=gettext_lazy("种类与级别"))
    unit = forms.TypedChoiceField(
        label=gettext_lazy("没有写单位的行交给"), required=False, coerce=int, empty_value=None,
        help_text=gettext_lazy("不选则只立项，不交办。"),
    )  # fmt: skip
    lines = forms.CharField(
        label=gettext_lazy("事项清单"), max_length=100_000, widget=forms.Textarea({"rows": 10}),
        help_text=gettext_lazy("每行一项：事项 | 牵头单位 | 办结日期。后两格可以空着；从表格粘贴即可。"),
    )  # fmt: skip

    def __init__(self, county: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.county = county
        self.fields["kind"].choices = OpeningForm().fields["kind"].choices  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "—"), *units_in(county)]  # type: ignore[attr-defined]

    def openings(self) -> list[Opening]:
        """Return the openings; lines that name an unknown unit or day are faults of the form."""
        kind, _, level = self.cleaned_data["kind"].partition("/")
        units = {unit.name: unit for unit in Organisation.objects.filter(county=self.county, is_active=True)}
        usual = next((unit for unit in units.values() if unit.pk == self.cleaned_data["unit"]), None)
        found = []
        for number, line in enumerate(self.cleaned_data["lines"].splitlines(), start=1):
            if not line.strip():
                continue
            parts = [part.strip() for part in line.replace("\t", "|").replace("｜", "|").split("|")]
            title, name, day = [*parts, "", ""][:3]
            if name and name not in units:
                self.add_error(
                    "lines", gettext("第 %(number)s 行：没有“%(name)s”这个单位。") % {"number": number, "name": name}
                )
            until = day_named(day)
            if day and until is None:
                self.add_error(
                    "lines",
                    gettext("第 %(number)s 行：“%(day)s”不是日期，请写成 2026-12-31。")
                    % {"number": number, "day": day},
                )
            found.append(Opening(kind=kind, level=level, title=title, until=until, unit=units.get(name, usual), origin_kind="table"))  # fmt: skip
        if len(found) > MOST_ROWS:
            self.add_error("lines", gettext("一批最多 %(most)s 项。") % {"most": MOST_ROWS})
        return found


def indicator_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the indicators of the national standards, standard by standard, as choices `standard/indicator`."""
    found = []
    for name in NATIONAL_STANDARDS:
        standard = load_standard(name)
        held = [
            (f"{name}/{indicator.id}", f"{indicator.id} {said(indicator.title)}") for indicator in standard.indicators
        ]
        found.append((said(standard.title), held))
    return found


@county_page("open_cases")
def new(request: HttpRequest) -> HttpResponse:
    """Open a case."""
    asked = cast("OfficeRequest", request)
    form = OpeningForm(asked.POST if asked.method == "POST" else None)
    if asked.method == "POST" and form.is_valid():
        try:
            case = open_case(county=asked.county, opening=form.opening(), by=asked.reach, at=asked.at)
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.add_error(
                "until" if refusal.code in ("until_in_the_past", "case_needs_until") else None, told(refusal)
            )
        else:
            messages.success(request, gettext("已立项：%(number)s。") % {"number": case.number})
            return redirect("case", county=asked.county.code, case=case.pk)
    return render(request, "cases/new.html", {"form": form}, status=400 if form.errors else 200)


@county_page("open_cases")
def many(request: HttpRequest) -> HttpResponse:
    """Open many cases in one go and hand out those with a unit: all of them, or none."""
    asked = cast("OfficeRequest", request)
    form = BulkForm(asked.county.code, asked.POST if asked.method == "POST" else None)
    if asked.method == "POST" and form.is_valid():
        openings = form.openings()
        if not form.errors:
            try:
                title = form.cleaned_data["title"]
                bulk = open_many(county=asked.county, title=title, openings=openings, by=asked.reach, at=asked.at)
            except (NotAllowed, NotFound):
                raise
            except Refusal as refusal:
                form.add_error("lines", told(refusal))
            else:
                count = bulk.cases.count()
                done = ngettext("已立项 %(count)s 项。", "已立项 %(count)s 项。", count) % {"count": count}
                messages.success(request, done)
                return redirect("cases", county=asked.county.code)
    return render(request, "cases/many.html", {"form": form}, status=400 if form.errors else 200)
