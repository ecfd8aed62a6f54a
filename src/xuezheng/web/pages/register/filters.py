"""Which schools a list or map is asked for: the filters of its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, gettext_lazy

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.verdict import Verdict
from xuezheng.register.models import School, Township
from xuezheng.register.queries import SchoolFilter, find_townships_of, narrowed
from xuezheng.web.language import page_language
from xuezheng.web.pages.register.verdicts import StandardColumn, with_verdict
from xuezheng.web.templatetags.design import wording

SORTS = {
    "code": ("school_code",),
    "-code": ("-school_code",),
    "township": ("township_code", "school_code"),
    "-township": ("-township_code", "school_code"),
}
_VERDICTS = (Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.NEAR, Verdict.MET)


class PlainSelect(forms.Select):
    """A choice written in one go: a template for every option is most of the time that a page with filters takes."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Return the select with its options."""
        del renderer
        chosen = {str(each) for each in self.format_value(value)}
        options = format_html_join(
            "", '<option value="{}"{}>{}</option>',
            ((code, mark_safe(" selected") if str(code) in chosen else "", word) for code, word in self.choices),
        )  # fmt: skip
        return format_html(
            '<select name="{}" id="{}">{}</select>', name, (attrs or {}).get("id", f"id_{name}"), options
        )


def _choice(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, widget=PlainSelect)


class SchoolFilterForm(forms.Form):
    """The filters of a list of schools; each may be left out."""

    q = forms.CharField(
        label=gettext_lazy("校名、标识码或拼音"), required=False, max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )  # fmt: skip
    kind = _choice(gettext_lazy("学校类别"))
    township = _choice(gettext_lazy("乡镇"))
    ownership = _choice(gettext_lazy("办别"))
    location = _choice(gettext_lazy("城乡类别"))
    status = _choice(gettext_lazy("是否在办"))
    standard = _choice(gettext_lazy("对照标准"))
    verdict = _choice(gettext_lazy("结论"))

    def __init__(self, data: Any, townships: Sequence[Township], columns: Sequence[StandardColumn]) -> None:
        super().__init__(data)
        anything = ("", gettext("全部"))
        for name in ("kind", "ownership", "location"):
            self._choose(name, [anything, *_codes(name)])
        self._choose("township", [anything, *((township.code, township.name) for township in townships)])
        self._choose("status", [("", gettext("在办")), ("closed", gettext("已停办")), ("all", gettext("全部"))])
        self._choose("standard", [(column.id, column.title) for column in columns])
        self._choose("verdict", [anything, *((verdict.value, wording().verdict(verdict)) for verdict in _VERDICTS)])
        if not columns:
            del self.fields["standard"], self.fields["verdict"]

    def _choose(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = list(choices)


def _codes(name: str) -> list[tuple[str, str]]:
    return [(code, entry.in_language(page_language())) for code, entry in load_register_schema().codes[name].items()]


@dataclass(frozen=True)
class AskedSchools:
    """The schools that an address asks for: those wanted of those reached, the form, and the standard chosen."""

    schools: QuerySet[School]
    form: SchoolFilterForm
    column: StandardColumn | None
    sort: str

    @property
    def is_narrowed(self) -> bool:
        """Whether any filter is set."""
        return any(self.form.cleaned_data.get(name) for name in self.form.fields if name != "standard")


def asked_schools(
    request: HttpRequest, reached: QuerySet[School], county: str, columns: Sequence[StandardColumn]
) -> AskedSchools:
    """Return what the address asks for; a filter whose value is none of its choices is passed over."""
    form = SchoolFilterForm(request.GET, list(find_townships_of(county, reached)), columns)
    form.is_valid()
    chosen = form.cleaned_data
    wanted = SchoolFilter(
        text=chosen.get("q") or "", kind=chosen.get("kind") or "", township=chosen.get("township") or "",
        ownership=chosen.get("ownership") or "", location=chosen.get("location") or "",
        status=chosen.get("status") or "open",
    )  # fmt: skip
    schools = narrowed(reached, wanted, timezone.localdate())
    column = next(
        (column for column in columns if column.id == chosen.get("standard")), columns[0] if columns else None
    )
    if column is not None and chosen.get("verdict"):
        schools = with_verdict(schools, column, Verdict(chosen["verdict"]))
    sort = request.GET.get("sort", "code")
    sort = sort if sort in SORTS else "code"
    return AskedSchools(schools.order_by(*SORTS[sort]), form, column, sort)
