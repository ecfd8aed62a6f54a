"""A bulletin, minutes, work points, a task table or a ledger, pasted or uploaded."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy, ngettext

from xuezheng.catalogue.sources import load_source_words
from xuezheng.kernel.refusal import InvalidRequest, Refusal
from xuezheng.meetings.actions.entering import enter_meeting
from xuezheng.meetings.drafts import Reading
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.originals import Original, pasted, read_original, uploaded
from xuezheng.meetings.sources import ASKED, Asked
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.web.acting import why
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import said
from xuezheng.web.pages.meetings.forms import TextForm


class SourceForm(TextForm):
    """A text or file, and what it is to be read as."""

    kind = forms.ChoiceField(
        label=gettext_lazy("按哪一类读取"), required=False,
        help_text=gettext_lazy("一般自动识别：看标题和表头。认错了，就在这里指定后重新读取。"),
    )  # fmt: skip

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        kinds = load_source_words().kinds
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind, gettext("自动识别") if kind == "auto" else said(kinds[kind])) for kind in ASKED
        ]


@county_page("manage_meetings")
def new(request: HttpRequest) -> HttpResponse:
    """Enter a meeting from its text; where none is found, say so and keep the text in the form."""
    asked = cast("OfficeRequest", request)
    form = SourceForm(asked.POST, asked.FILES) if asked.method == "POST" else SourceForm()
    there: Meeting | None = None
    if asked.method == "POST" and form.is_valid():
        field = "file" if form.cleaned_data["file"] else "text"
        kind = cast("Asked", form.cleaned_data["kind"] or "auto")
        try:
            original = original_of(form)
            reading = read_original(original, kind)
            held = enter_meeting(county=asked.county, reading=reading, original=original, by=asked.reach, at=asked.at)
        except (NotAllowed, OutsideArea):
            raise
        except Refusal as refusal:
            form.add_error(field, why(refusal))
            if refusal.code == "bulletin_entered_before":
                there = Meeting.objects.filter(county=asked.county, pk=int(str(refusal.params["meeting"]))).first()
        else:
            _say(request, reading)
            return redirect("proposals", county=asked.county.code, meeting=held.pk)
    return render(request, "meetings/new.html", {"form": form, "there": there}, status=400 if form.errors else 200)


def _say(request: HttpRequest, reading: Reading) -> None:
    """Say what was entered, as what it was read, and what of it is left to people."""
    kind = said(load_source_words().kinds[reading.kind])
    messages.success(request, gettext("已按“%(kind)s”读取并录入，请逐项核对。") % {"kind": kind})
    done = sum(draft.is_record for draft in reading.drafts)
    if done:
        text = ngettext(
            "%(count)s 项在原件中已办结，列为存档，不再立项。", "%(count)s 项在原件中已办结，列为存档，不再立项。", done
        )
        messages.info(request, text % {"count": done})
    if reading.unread:
        text = ngettext(
            "有 %(count)s 处没有读出，列在下面。", "有 %(count)s 处没有读出，列在下面。", len(reading.unread)
        )
        messages.warning(request, text % {"count": len(reading.unread)})


def original_of(form: TextForm) -> Original:
    """Return what was pasted or uploaded; refuses both at once and neither."""
    text, file = form.cleaned_data["text"], form.cleaned_data["file"]
    if file and text.strip():
        raise InvalidRequest("bulletin_both_given")
    if file:
        return uploaded(file.name or "", file.chunks())
    if not text.strip():
        raise InvalidRequest("bulletin_nothing_given")
    return pasted(text.replace("\r\n", "\n"))
