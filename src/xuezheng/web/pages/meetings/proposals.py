"""What a text asks for, laid beside it: confirmed, reworded, merged, split, taken for the record, dropped."""

from typing import Literal, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from xuezheng.kernel.refusal import Refusal
from xuezheng.meetings.access import get_meeting, get_proposal
from xuezheng.meetings.actions.changing import MeetingChanged
from xuezheng.meetings.actions.confirming import confirm_proposals
from xuezheng.meetings.actions.settling import merge_proposals, settle_proposal, split_proposal, word_proposal
from xuezheng.meetings.models import Meeting, Proposal
from xuezheng.meetings.queries.meetings import find_proposals
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import told
from xuezheng.web.pages.meetings.forms import SplitForm, WordingForm
from xuezheng.web.pages.meetings.showing import pieces, shown_proposals

_SETTLED: dict[str, Literal["open", "record", "dropped"]] = {"record": "record", "drop": "dropped", "reopen": "open"}


@county_page("manage_meetings")
def proposals(request: HttpRequest, meeting: int) -> HttpResponse:
    """Show text and proposals side by side; confirm those that are ticked, all of them or none."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    if asked.method != "POST":
        return _page(asked, held, _numbers(asked.GET.get("ticked", "").split(",")))
    ticked = _numbers(asked.POST.getlist("proposal"))
    try:
        cases = confirm_proposals(
            meeting=held, proposals=ticked, hand_out=bool(asked.POST.get("hand_out")), version=_version(asked),
            by=asked.reach, at=asked.at,
        )  # fmt: skip
    except (NotAllowed, OutsideArea):
        raise
    except Refusal as refusal:
        messages.error(request, told(refusal))
        return _page(asked, get_meeting(asked.reach, asked.county.code, meeting), ticked, status=400)
    done = ngettext("已立项 %(count)s 项。", "已立项 %(count)s 项。", len(cases)) % {"count": len(cases)}
    messages.success(request, done)
    return redirect("meeting", county=asked.county.code, meeting=held.pk)


@county_page("manage_meetings")
@require_POST
def step(request: HttpRequest, meeting: int, proposal: int, step: str) -> HttpResponse:
    """Merge a proposal with the next, take it for the record, drop it, or take that back; ticks are kept."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    one = get_proposal(held, proposal)
    if step not in (*_SETTLED, "merge"):
        raise OutsideArea("outside_area")
    try:
        if step == "merge":
            merge_proposals(meeting=held, proposal=one, version=_version(asked), by=asked.reach, at=asked.at)
        else:
            settle_proposal(
                meeting=held, proposal=one, state=_SETTLED[step], version=_version(asked), by=asked.reach, at=asked.at
            )
    except (NotAllowed, OutsideArea):
        raise
    except Refusal as refusal:
        messages.error(request, told(refusal))
    ticked = ",".join(str(number) for number in _numbers(asked.POST.getlist("proposal")))
    address = reverse("proposals", kwargs={"county": asked.county.code, "meeting": held.pk})
    return redirect(f"{address}{f'?ticked={ticked}' if ticked else ''}#p-{one.pk}")


@county_page("manage_meetings")
def proposal(request: HttpRequest, meeting: int, proposal: int) -> HttpResponse:
    """Reword a proposal, or choose where it is split."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    one = get_proposal(held, proposal)
    form = WordingForm(held, one, asked.POST if asked.method == "POST" else None)
    if asked.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            word_proposal(
                meeting=held, proposal=one, wording=form.wording(), version=version, by=asked.reach, at=asked.at
            )
        except (NotAllowed, OutsideArea):
            raise
        except Refusal as refusal:
            if isinstance(refusal, MeetingChanged):
                # What was typed stays; the newer version goes with it, so that saving again overwrites knowingly.
                form.data = form.data.copy()  # type: ignore[attr-defined]
                form.data["version"] = str(held.version)  # type: ignore[index]
            form.add_error(None, told(refusal))
        else:
            return _back(asked, held, one)
    context = {"meeting": held, "proposal": one, "form": form, "split": SplitForm(held, one), "said": _said(held, one)}
    return render(request, "meetings/proposal.html", context, status=400 if form.errors else 200)


@county_page("manage_meetings")
@require_POST
def split(request: HttpRequest, meeting: int, proposal: int) -> HttpResponse:
    """Split a proposal at the place that was chosen."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    one = get_proposal(held, proposal)
    form = SplitForm(held, one, asked.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            split_proposal(
                meeting=held, proposal=one, place=given["place"], version=given["version"], by=asked.reach, at=asked.at
            )
        except (NotAllowed, OutsideArea):
            raise
        except Refusal as refusal:
            form.add_error("place", told(refusal))
        else:
            return _back(asked, held, one)
    context = {
        "meeting": held,
        "proposal": one,
        "form": WordingForm(held, one),
        "split": form,
        "said": _said(held, one),
    }
    return render(request, "meetings/proposal.html", context, status=400)


def _page(asked: OfficeRequest, held: Meeting, ticked: list[int], *, status: int = 200) -> HttpResponse:
    shown = shown_proposals(find_proposals(held), asked.at, ticked)
    opened = [each for each in shown if each.held.state == Proposal.State.OPEN]
    context = {
        "meeting": held, "proposals": shown, "pieces": pieces(held.text, shown), "waiting": len(opened),
        "last_open": opened[-1].held.pk if opened else None,
        "may_hand_out": asked.reach.can_in_county("supervise_cases", asked.county.code),
    }  # fmt: skip
    return render(asked, "meetings/proposals.html", context, status=status)


def _back(asked: OfficeRequest, held: Meeting, one: Proposal) -> HttpResponse:
    messages.success(asked, gettext("已保存。"))
    address = reverse("proposals", kwargs={"county": asked.county.code, "meeting": held.pk})
    return redirect(f"{address}#p-{one.pk}")


def _said(held: Meeting, one: Proposal) -> str:
    """Return the words of the text that a proposal stands for."""
    return " … ".join(held.text[start:end] for start, end in one.spans)


def _version(asked: OfficeRequest) -> int:
    text = asked.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _numbers(texts: list[str]) -> list[int]:
    return [int(text) for text in dict.fromkeys(texts) if text.isascii() and text.isdecimal() and len(text) < 12]
