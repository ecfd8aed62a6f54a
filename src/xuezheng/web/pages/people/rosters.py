"""Many accounts at once: from a table, and one for every school that has none."""

import tempfile
from pathlib import Path
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xuezheng.kernel.refusal import NotFound, Refusal
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.people.actions import Slip, UnusableRoster, create_accounts, create_school_accounts
from xuezheng.people.queries import find_counties_of, find_open_organisations
from xuezheng.people.roster import COLUMNS, read_roster
from xuezheng.people.slips import list_workbook
from xuezheng.web.answers import WORKBOOK, file_answer
from xuezheng.web.fields import day_field
from xuezheng.web.gate import OfficeRequest, page
from xuezheng.web.language import page_language
from xuezheng.web.pages.people.accounts import schools_waiting
from xuezheng.web.pages.people.slips import slips_page
from xuezheng.web.pages.people.steps import sent, today, told

RIGHT = "manage_people"
LARGEST_BYTES = 5_000_000


class RosterForm(forms.Form):
    """A file that lists people."""

    file = forms.FileField(
        label=gettext_lazy("人员表"), help_text=gettext_lazy("xlsx、xls、ods 或 csv，第一行写列名。"),
        widget=forms.ClearableFileInput({"accept": ".xlsx,.xls,.ods,.csv"}),
    )  # fmt: skip
    starts_on = day_field(gettext_lazy("任职开始日期"))

    def clean_file(self) -> Any:
        """Refuse a file beyond any table of people."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_BYTES:
            raise forms.ValidationError(gettext("文件超过 5 MB；人员表不会这么大，请检查是否选错了文件。"))
        return file


@page(RIGHT)
@never_cache
def many_accounts(request: HttpRequest) -> HttpResponse:
    """Make accounts from a table of people, all or none, and show their slips, once."""
    form = RosterForm(
        sent(request), request.FILES if request.method == "POST" else None, initial={"starts_on": today(request)}
    )
    faults: list[tuple[int | None, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            return slips_page(request, _made(request, form))
        except UnusableRoster as refusal:
            form.add_error("file", told(refusal.code, dict(refusal.params)))
            faults = [(fault.row, told(fault.code, dict(fault.params))) for fault in refusal.faults]
        except (NotAllowed, NotFound):
            raise
        except Refusal as refusal:
            form.add_error("file", told(refusal.code, {"file": form.cleaned_data["file"].name, **refusal.params}))
    area = cast("OfficeRequest", request).reach.area_of(RIGHT)
    context = {
        "form": form, "faults": faults, "waiting": schools_waiting(area, request),
        "columns": [words[0] if page_language() == "zh" else words[-1] for words in COLUMNS.values()],
    }  # fmt: skip
    return render(request, "people/many_accounts.html", context, status=400 if form.errors else 200)


@page(RIGHT)
@never_cache
@require_POST
def school_accounts(request: HttpRequest) -> HttpResponse:
    """Make an account for every school of a county that has none, and show their slips, once."""
    asked = cast("OfficeRequest", request)
    county = request.POST.get("county", "")
    if not find_counties_of(asked.reach.area_of(RIGHT)).filter(code=county).exists():
        raise OutsideArea("outside_area")
    return slips_page(request, create_school_accounts(county=county, by=asked.reach.actor, at=asked.at))


@page(RIGHT)
def roster_template(request: HttpRequest) -> HttpResponse:
    """Return an empty table of people, with the codes of the area's organisations on it to copy from."""
    area = cast("OfficeRequest", request).reach.area_of(RIGHT)
    titles = [words[0] if page_language() == "zh" else words[-1] for words in COLUMNS.values()]
    rows = [("", "", one.code or one.name, "", "") for one in find_open_organisations(area)[:2000]]
    return file_answer(list_workbook(titles, rows), "people.xlsx", WORKBOOK)


def _made(request: HttpRequest, form: RosterForm) -> list[Slip]:
    asked = cast("OfficeRequest", request)
    file = form.cleaned_data["file"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"roster{Path(file.name).suffix[:8]}"
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        rows = read_roster(path, file.name, find_open_organisations(asked.reach.area_of(RIGHT)))
    return create_accounts(accounts=rows, starts_on=form.cleaned_data["starts_on"], by=asked.reach.actor, at=asked.at)
