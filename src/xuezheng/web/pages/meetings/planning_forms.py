"""The forms of a meeting's agenda, of the invited, of its papers."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.meetings.actions.agenda import ItemGiven
from xuezheng.meetings.actions.attendance import Attendance, Invited
from xuezheng.meetings.models import AgendaItem, Invitee, Meeting, Paper
from xuezheng.people.models import Account, Organisation
from xuezheng.web.language import said
from xuezheng.web.pages.cases.forms import units_in, words_field

MOST_INVITED = 100


def accounts_in(county: str) -> list[tuple[int, str]]:
    """Return the accounts appointed in a county as choices, by name."""
    rows = Account.objects.filter(is_active=True, appointments__organisation__county=county).distinct()
    return [
        (pk, f"{name}（{login}）")
        for pk, name, login in rows.order_by("name", "login").values_list("pk", "name", "login")
    ]


def file_field(*, required: bool = True) -> forms.FileField:
    """Return a field for a paper's file."""
    return forms.FileField(
        label=gettext_lazy("文件"), required=required,
        help_text=gettext_lazy("PDF、Word（docx）、Excel（xlsx）、JPG、PNG，不超过 20 MB。"),
    )  # fmt: skip


class ItemForm(forms.Form):
    """One item of an agenda."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("类别"))
    title = forms.CharField(label=gettext_lazy("议题"), max_length=300)
    unit = forms.TypedChoiceField(label=gettext_lazy("汇报单位"), required=False, coerce=int, empty_value=None)
    minutes = forms.IntegerField(label=gettext_lazy("用时（分钟）"), required=False, min_value=1, max_value=600)

    def __init__(self, meeting: Meeting, data: Any = None, held: AgendaItem | None = None) -> None:
        initial: dict[str, Any] = {"version": meeting.version}
        if held is not None:
            initial |= {"kind": held.kind, "title": held.title, "unit": held.unit_id, "minutes": held.minutes}
        super().__init__(data, initial=initial)
        self.county = meeting.county_id
        kinds = load_meeting_words().item_kinds
        self.fields["kind"].choices = [(kind, said(words)) for kind, words in kinds.items()]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [("", "—"), *units_in(self.county)]  # type: ignore[attr-defined]

    def item(self) -> ItemGiven:
        """Return what the item says."""
        given = self.cleaned_data
        unit = Organisation.objects.filter(county=self.county, pk=given["unit"]).first() if given["unit"] else None
        return ItemGiven(kind=given["kind"], title=given["title"], unit=unit, minutes=given["minutes"])


class InviteForm(forms.Form):
    """People and units to invite."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    people = words_field(gettext_lazy("人员（每行一人：姓名 职务）"), required=False)
    units = forms.TypedMultipleChoiceField(label=gettext_lazy("单位"), required=False, coerce=int)
    role = forms.ChoiceField(label=gettext_lazy("参会方式"))

    def __init__(self, meeting: Meeting, data: Any = None) -> None:
        super().__init__(data, initial={"version": meeting.version}, auto_id="invite_%s")
        self.county = meeting.county_id
        self.fields["units"].choices = units_in(self.county)  # type: ignore[attr-defined]
        self.fields["role"].choices = [(role, said(words)) for role, words in load_meeting_words().roles.items()]  # type: ignore[attr-defined]

    def invited(self) -> list[Invited]:
        """Return who is to be invited."""
        given = self.cleaned_data
        lines = [re.sub(r"\s+", " ", line).strip() for line in given["people"].splitlines()]
        people = [line.split(maxsplit=1) for line in lines if line][:MOST_INVITED]
        units = Organisation.objects.filter(county=self.county, pk__in=given["units"]).order_by(
            "protocol_order", "code"
        )
        return [
            Invited(name=held[0][:60], post=held[1][:100] if len(held) > 1 else "", role=given["role"])
            for held in people
        ] + [Invited(unit=unit, role=given["role"]) for unit in units]


class AnswerForm(forms.Form):
    """How one of the invited answered, and whether they came; a row of the table of attendance."""

    role = forms.ChoiceField(label=gettext_lazy("参会方式"))
    answer = forms.ChoiceField(label=gettext_lazy("答复"))
    reason = forms.CharField(label=gettext_lazy("请假原因"), required=False, max_length=200)
    stand_in_name = forms.CharField(label=gettext_lazy("代会人员"), required=False, max_length=60)
    stand_in_post = forms.CharField(label=gettext_lazy("代会人员职务"), required=False, max_length=100)
    present = forms.ChoiceField(
        label=gettext_lazy("到会"), required=False,
        choices=[("", "—"), ("yes", gettext_lazy("到会")), ("no", gettext_lazy("未到"))],
    )  # fmt: skip
    account = forms.TypedChoiceField(label=gettext_lazy("账号"), required=False, coerce=int, empty_value=None)

    def __init__(self, held: Invitee, accounts: list[tuple[int, str]], data: Any = None) -> None:
        present = {True: "yes", False: "no", None: ""}[held.is_present]
        initial = {
            "role": held.role, "answer": held.answer, "reason": held.reason, "stand_in_name": held.stand_in_name,
            "stand_in_post": held.stand_in_post, "present": present, "account": held.account_id,
        }  # fmt: skip
        super().__init__(data, initial=initial, prefix=f"p{held.pk}")
        words = load_meeting_words()
        self.held = held
        self.fields["role"].choices = [(name, said(each)) for name, each in words.roles.items()]  # type: ignore[attr-defined]
        self.fields["answer"].choices = [(name, said(each)) for name, each in words.answers.items()]  # type: ignore[attr-defined]
        self.fields["account"].choices = [("", "—"), *accounts]  # type: ignore[attr-defined]

    def attendance(self, accounts: dict[int, Account]) -> Attendance:
        """Return the answer."""
        given = self.cleaned_data
        return Attendance(
            role=given["role"], answer=given["answer"], reason=given["reason"], stand_in_name=given["stand_in_name"],
            stand_in_post=given["stand_in_post"], is_present={"yes": True, "no": False}.get(given["present"]),
            account=accounts.get(given["account"]),
        )  # fmt: skip


class PaperForm(forms.Form):
    """A paper with its first file. Clerks also choose its readers and the item that it is for."""

    title = forms.CharField(label=gettext_lazy("材料名称"), max_length=200)
    file = file_field()
    item = forms.TypedChoiceField(label=gettext_lazy("对应议题"), required=False, coerce=int, empty_value=None)
    unit = forms.TypedChoiceField(label=gettext_lazy("报送单位"), required=False, coerce=int, empty_value=None)
    submit = forms.BooleanField(label=gettext_lazy("送会议审议"), required=False)
    restricted = forms.BooleanField(
        label=gettext_lazy("只限列名的人和本次会议参会人员阅读，每次阅读留有记录"), required=False
    )
    readers = forms.TypedMultipleChoiceField(label=gettext_lazy("列名的阅读人"), required=False, coerce=int)

    def __init__(self, county: str, data: Any = None, files: Any = None, *, meeting: Meeting | None = None, is_unit: bool = False) -> None:  # fmt: skip
        super().__init__(data, files, auto_id="paper_%s")
        if meeting is None:
            del self.fields["item"]
            del self.fields["submit"]
        else:
            items = meeting.agenda.filter(is_left_out=False).values_list("pk", "title")
            self.fields["item"].choices = [("", "—"), *items]  # type: ignore[attr-defined]
        if is_unit:
            del self.fields["unit"]
            del self.fields["readers"]
        else:
            self.fields["unit"].choices = [("", "—"), *units_in(county)]  # type: ignore[attr-defined]
            self.fields["readers"].choices = accounts_in(county)  # type: ignore[attr-defined]


class VersionForm(forms.Form):
    """A newer version of a paper's file."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    file = file_field()
    words = forms.CharField(label=gettext_lazy("改动说明"), required=False, max_length=300)

    def __init__(self, paper: Paper, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial={"version": paper.version}, auto_id="newer_%s")


class ReviewForm(forms.Form):
    """What a meeting decided about a paper."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    meeting = forms.TypedChoiceField(label=gettext_lazy("审议的会议"), coerce=int)
    outcome = forms.ChoiceField(
        label=gettext_lazy("审议结果"),
        choices=[("approved", gettext_lazy("审议通过")), ("to_revise", gettext_lazy("修改后再审"))],
        widget=forms.RadioSelect,
    )
    words = words_field(gettext_lazy("审议意见"), required=False)

    def __init__(self, paper: Paper, meetings: list[tuple[int, str]], data: Any = None) -> None:
        initial = {"version": paper.version, "meeting": paper.meeting_id}
        super().__init__(data, initial=initial, auto_id="review_%s")
        self.fields["meeting"].choices = meetings  # type: ignore[attr-defined]


class ReadersForm(forms.Form):
    """Who reads a paper."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    restricted = forms.BooleanField(
        label=gettext_lazy("只限列名的人和本次会议参会人员阅读，每次阅读留有记录"), required=False
    )
    readers = forms.TypedMultipleChoiceField(label=gettext_lazy("列名的阅读人"), required=False, coerce=int)

    def __init__(self, paper: Paper, data: Any = None) -> None:
        initial = {
            "version": paper.version, "restricted": paper.is_restricted,
            "readers": list(paper.readers.values_list("account", flat=True)),
        }  # fmt: skip
        super().__init__(data, initial=initial, auto_id="readers_%s")
        self.fields["readers"].choices = accounts_in(paper.county_id)  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """A reason, with the version that was seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=300)

    def __init__(self, version: int, data: Any = None) -> None:
        super().__init__(data, initial={"version": version}, auto_id="reason_%s")
