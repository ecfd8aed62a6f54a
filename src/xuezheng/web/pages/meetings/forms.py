"""The forms of meetings."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from xuezheng.cases.queries.indicators import IndicatorLink
from xuezheng.meetings.actions.settling import Wording
from xuezheng.meetings.drafts import Record, places_to_split
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.meetings.plans import Plan
from xuezheng.people.models import Organisation
from xuezheng.web.fields import day_field
from xuezheng.web.pages.cases.forms import units_in, words_field
from xuezheng.web.pages.cases.opening import indicator_choices
from xuezheng.web.pages.meetings.showing import area_choices

_AROUND = 14
_LONGEST_LINE = 300


class TextForm(forms.Form):
    """A bulletin, pasted or as a file."""

    text = forms.CharField(
        label=gettext_lazy("粘贴通稿、纪要的文字"), required=False, strip=False, widget=forms.Textarea({"rows": 14}),
        help_text=gettext_lazy("连同标题和发布时间一起粘贴；网页上的导航、广告会自动去掉。"),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("或者选择文件"), required=False,
        help_text=gettext_lazy("通稿、纪要、工作要点：txt、docx、html、pdf；任务分解表、督办台账：xlsx、xls、ods、csv、docx。不超过 32 MB。"),
    )  # fmt: skip


class RecordForm(forms.Form):
    """A meeting's record."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=gettext_lazy("会议名称"), max_length=200)
    organiser = forms.CharField(label=gettext_lazy("召集机构"), max_length=100, required=False)
    ordinal_year = forms.IntegerField(label=gettext_lazy("年度"), required=False, min_value=1949, max_value=2100)
    ordinal = forms.IntegerField(label=gettext_lazy("第几次会议"), required=False, min_value=1, max_value=200)
    held_on = day_field(gettext_lazy("开会日期"), required=False)
    begins_at = forms.TimeField(
        label=gettext_lazy("开会时间"), required=False, widget=forms.TimeInput({"type": "time"}, format="%H:%M")
    )
    place = forms.CharField(label=gettext_lazy("地点"), max_length=100, required=False)
    chair = forms.CharField(label=gettext_lazy("主持人"), max_length=60, required=False)
    chair_post = forms.CharField(label=gettext_lazy("主持人职务"), max_length=100, required=False)
    attendees = words_field(gettext_lazy("参会人员（每行一人：姓名 职务）"), required=False)
    studied = words_field(gettext_lazy("学习传达（每行一项）"), required=False)
    heard = words_field(gettext_lazy("听取汇报（每行一项）"), required=False)
    reviewed = words_field(gettext_lazy("审议文件（每行一项）"), required=False)
    papers_due_on = day_field(gettext_lazy("材料报送截止日期"), required=False)
    leave_by_on = day_field(gettext_lazy("请假截止日期"), required=False)
    contact = forms.CharField(label=gettext_lazy("联系单位、联系人和电话"), max_length=200, required=False)

    LISTS = ("studied", "heard", "reviewed")

    @classmethod
    def values_of(cls, meeting: Meeting) -> dict[str, Any]:
        """Return a meeting's record as the form shows it."""
        values = {name: getattr(meeting, name) for name in cls.base_fields if name not in ("attendees", *cls.LISTS)}
        values["attendees"] = "\n".join(f"{held['name']} {held['post']}".strip() for held in meeting.attendees)
        return values | {name: "\n".join(getattr(meeting, name)) for name in cls.LISTS}

    def clean(self) -> dict[str, Any]:
        """Refuse lines that are too long to be one item."""
        given: dict[str, Any] = super().clean() or {}
        for name in ("attendees", *self.LISTS):
            if any(len(line) > _LONGEST_LINE for line in _lines(given.get(name, ""))):
                self.add_error(name, gettext("每行最多 %(most)s 字。") % {"most": _LONGEST_LINE})
        return given

    def record(self, meeting: Meeting | None = None) -> Record:
        """Return the record; what the form does not ask for stays as it is with the meeting."""
        given = self.cleaned_data
        people = [line.split(maxsplit=1) for line in _lines(given["attendees"])]
        return Record(
            title=given["title"], organiser=given["organiser"], ordinal_year=given["ordinal_year"],
            ordinal=given["ordinal"], held_on=given["held_on"], place=given["place"], chair=given["chair"],
            chair_post=given["chair_post"], studied=tuple(_lines(given["studied"])),
            heard=tuple(_lines(given["heard"])), reviewed=tuple(_lines(given["reviewed"])),
            attendees=tuple((held[0], held[1] if len(held) > 1 else "") for held in people),
            day_words=meeting.day_words if meeting and not given["held_on"] else "",
            published_on=meeting.published_on if meeting else None,
        )  # fmt: skip

    def plan(self) -> Plan:
        """Return what the meeting is planned with."""
        given = self.cleaned_data
        return Plan(
            begins_at=given["begins_at"], papers_due_on=given["papers_due_on"], leave_by_on=given["leave_by_on"],
            contact=given["contact"],
        )  # fmt: skip


class WordingForm(forms.Form):
    """What a clerk makes of a proposal."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label=gettext_lazy("事项"), max_length=2000, widget=forms.Textarea({"rows": 4}))
    details = words_field(gettext_lazy("措施与要求"), required=False)
    lead_unit = forms.TypedChoiceField(label=gettext_lazy("牵头单位"), required=False, coerce=int, empty_value=None)
    assisting = forms.TypedMultipleChoiceField(label=gettext_lazy("协办单位"), required=False, coerce=int)
    due_on = day_field(
        gettext_lazy("办结日期（当日24时）"), required=False, help_text=gettext_lazy("不填则按一般事项的时限计算。")
    )
    areas = forms.MultipleChoiceField(
        label=gettext_lazy("工作领域"), required=False, widget=forms.CheckboxSelectMultiple
    )
    indicator = forms.ChoiceField(
        label=gettext_lazy("应当改善的指标"), required=False,
        help_text=gettext_lazy("立项时的数值会固定下来，办结后与新的评估对照。"),
    )  # fmt: skip

    def __init__(self, meeting: Meeting, proposal: Proposal, data: Any = None) -> None:
        initial = {
            "version": meeting.version, "text": proposal.text, "details": proposal.details,
            "lead_unit": proposal.lead_unit_id, "due_on": proposal.due_on, "areas": proposal.areas,
            "assisting": [unit.pk for unit in proposal.assisting_units.all()],
            "indicator": "{standard}/{indicator}".format(**proposal.indicator) if proposal.indicator else "",
        }  # fmt: skip
        super().__init__(data, initial=initial)
        self.county = meeting.county_id
        units = units_in(self.county)
        self.fields["lead_unit"].choices = [("", "—"), *units]  # type: ignore[attr-defined]
        self.fields["assisting"].choices = units  # type: ignore[attr-defined]
        self.fields["areas"].choices = area_choices()  # type: ignore[attr-defined]
        self.fields["indicator"].choices = [("", "—"), *indicator_choices()]  # type: ignore[attr-defined]

    def wording(self) -> Wording:
        """Return the wording."""
        given = self.cleaned_data
        standard, _, indicator = given["indicator"].partition("/")
        units = Organisation.objects.filter(county=self.county).in_bulk([given["lead_unit"] or 0, *given["assisting"]])
        return Wording(
            text=given["text"], details=given["details"], areas=tuple(given["areas"]), due_on=given["due_on"],
            lead_unit=units.get(given["lead_unit"]),
            indicator=IndicatorLink(standard, indicator) if indicator else None,
            assisting=tuple(units[pk] for pk in given["assisting"] if pk in units),
        )  # fmt: skip


class SplitForm(forms.Form):
    """Where a proposal is cut in two."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    place = forms.TypedChoiceField(label=gettext_lazy("拆分的位置"), coerce=int, widget=forms.RadioSelect)

    def __init__(self, meeting: Meeting, proposal: Proposal, data: Any = None) -> None:
        super().__init__(data, initial={"version": meeting.version}, prefix="split")
        self.places = places_to_split(proposal.text)
        self.fields["place"].choices = [(at, _cut(proposal.text, at)) for at in self.places]  # type: ignore[attr-defined]


def _cut(text: str, at: int) -> str:
    """Return the words around a cut."""
    before, after = text[:at], text[at:]
    return f"{'…' if len(before) > _AROUND else ''}{before[-_AROUND:]} ‖ {after[:_AROUND]}{'…' if len(after) > _AROUND else ''}"


def _lines(text: str) -> list[str]:
    return [line for each in text.splitlines() if (line := re.sub(r"\s+", " ", each).strip())]
