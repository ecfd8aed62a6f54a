"""What an auditor looks for: the search form, and the events that it finds."""

from typing import TYPE_CHECKING, cast

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from xuezheng.catalogue.actions import load_action_words
from xuezheng.ledger.queries import Wanted
from xuezheng.people.access import Area
from xuezheng.people.queries import find_actors, find_counties_of
from xuezheng.web.fields import day_field
from xuezheng.web.language import page_language

if TYPE_CHECKING:
    from datetime import date

    from xuezheng.web.gate import OfficeRequest

RIGHT = "read_audit"


class SearchForm(forms.Form):
    """Who, what, when, to what, where."""

    who = forms.CharField(label=gettext_lazy("谁（姓名或登录名）"), required=False, max_length=60)
    action = forms.ChoiceField(label=gettext_lazy("做了什么"), required=False)
    subject_kind = forms.CharField(label=gettext_lazy("对象类别"), required=False, max_length=40)
    subject_id = forms.CharField(label=gettext_lazy("对象编号"), required=False, max_length=80)
    county = forms.ChoiceField(label=gettext_lazy("区县"), required=False)
    since = day_field(gettext_lazy("从"), required=False)
    until = day_field(gettext_lazy("到"), required=False)
    restricted = forms.BooleanField(label=gettext_lazy("只看受限记录"), required=False)

    def __init__(self, area: Area, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        words = load_action_words().actions
        self.fields["action"].choices = [  # type: ignore[attr-defined]
            ("", "—"), *((code, said.in_language(page_language())) for code, said in words.items()),
        ]  # fmt: skip
        counties = list(find_counties_of(area))
        if len(counties) > 1:
            self.fields["county"].choices = [("", "—"), *((one.code, one.name) for one in counties)]  # type: ignore[attr-defined]
        else:
            del self.fields["county"]


def searched(request: HttpRequest) -> tuple[SearchForm, Wanted]:
    """Return the form as filled in and what it looks for; a day of the wrong form narrows nothing and is marked."""
    form = SearchForm(area_of(request), request.GET)
    form.is_valid()
    given = form.cleaned_data
    return form, Wanted(
        actors=find_actors(given["who"].strip()) if given.get("who", "").strip() else (),
        action=given.get("action", ""),
        subject_kind=given.get("subject_kind", "").strip(),
        subject_id=given.get("subject_id", "").strip(),
        county=given.get("county", ""),
        since=cast("date | None", given.get("since")),
        until=cast("date | None", given.get("until")),
        restricted=bool(given.get("restricted")),
    )


def area_of(request: HttpRequest) -> Area:
    """Return the counties whose trail somebody reads; events of the whole installation belong to who reads everywhere."""
    return cast("OfficeRequest", request).reach.area_of(RIGHT)
