"""The agenda of one meeting: its items, and what was collected for it taken in or left out."""

from typing import Any, Literal, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.meetings.access import WRITING, get_item, get_meeting, require_clerk
from xuezheng.meetings.actions.agenda import add_item, change_item, move_item, remove_item, take_collected
from xuezheng.meetings.models import Meeting
from xuezheng.meetings.queries.collecting import GROUPS, find_collected
from xuezheng.meetings.queries.papers import find_meeting_papers
from xuezheng.people.access import OutsideArea
from xuezheng.web.acting import done, done_or_said, number_in
from xuezheng.web.gate import OfficeRequest, county_page
from xuezheng.web.language import page_language, said
from xuezheng.web.pages.meetings.planning_forms import ItemForm

_DIRECTIONS: dict[str, Literal["up", "down"]] = {"up": "up", "down": "down"}


@county_page("view_cases")
def meeting_agenda(request: HttpRequest, meeting: int) -> HttpResponse:
    """Show a meeting's agenda with its papers; a clerk adds an item."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    form = ItemForm(held, asked.POST if asked.method == "POST" else None)
    if asked.method == "POST":
        require_clerk(asked.reach, asked.county.code)
        if form.is_valid() and done(
            lambda: add_item(
                meeting=held, item=form.item(), version=form.cleaned_data["version"], by=asked.reach, at=asked.at
            ),
            form,
        ):
            messages.success(request, gettext("已增加议题。"))
            return _back(asked, held)
        held = get_meeting(asked.reach, asked.county.code, meeting)
    papers: dict[int | None, list[Any]] = {}
    for paper in find_meeting_papers(asked.reach, held, timezone.localdate(asked.at)):
        papers.setdefault(paper.item_id, []).append(paper)
    kinds = load_meeting_words().item_kinds
    items: list[dict[str, Any]] = [
        {"held": item, "kind": said(kinds[item.kind]), "papers": papers.get(item.pk, [])}
        for item in held.agenda.filter(is_left_out=False).select_related("unit")
    ]
    context = {
        "meeting": held, "items": items, "minutes": sum(each["held"].minutes or 0 for each in items), "form": form,
        "left_out": list(held.agenda.filter(is_left_out=True)),
        "may_write": asked.reach.can_in_county(WRITING, asked.county.code),
    }  # fmt: skip
    return render(request, "meetings/meeting_agenda.html", context, status=400 if form.errors else 200)


@county_page("manage_meetings")
def agenda_item(request: HttpRequest, meeting: int, item: int) -> HttpResponse:
    """Change an item."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    one = get_item(held, item)
    form = ItemForm(held, asked.POST if asked.method == "POST" else None, one)
    if asked.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        if done(
            lambda: change_item(meeting=held, held=one, item=form.item(), version=version, by=asked.reach, at=asked.at),
            form,
        ):
            messages.success(request, gettext("已保存。"))
            return _back(asked, held)
    context = {"meeting": held, "item": one, "form": form}
    return render(request, "meetings/agenda_item.html", context, status=400 if form.errors else 200)


@county_page("manage_meetings")
@require_POST
def agenda_item_step(request: HttpRequest, meeting: int, item: int, step: str) -> HttpResponse:
    """Move an item up or down, or take it off."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    one = get_item(held, item)
    version = number_in(asked, "version")
    if step == "remove":
        done_or_said(
            asked, lambda: remove_item(meeting=held, held=one, version=version, by=asked.reach, at=asked.at),
            gettext("已去掉议题。"),
        )  # fmt: skip
    elif step in _DIRECTIONS:
        done_or_said(
            asked,
            lambda: move_item(
                meeting=held, held=one, direction=_DIRECTIONS[step], version=version, by=asked.reach, at=asked.at
            ),
            gettext("已调整顺序。"),
        )
    else:
        raise OutsideArea("outside_area")
    return _back(asked, held)


@county_page("manage_meetings")
def collect(request: HttpRequest, meeting: int) -> HttpResponse:
    """Show what is proposed for a meeting's agenda; take in or leave out what was chosen."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    found = find_collected(asked.reach, held, timezone.localdate(asked.at), asked.at, page_language())
    if asked.method == "POST":
        chosen = {each.key: asked.POST.get(each.key, "") for each in found}
        if done_or_said(
            asked,
            lambda: take_collected(
                meeting=held, taken=[each for each in found if chosen[each.key] == "take"],
                left_out=[each for each in found if chosen[each.key] == "leave"], version=number_in(asked, "version"),
                by=asked.reach, at=asked.at,
            ),
            gettext("已处理汇集的议题。"),
        ):  # fmt: skip
            return _back(asked, held)
        return redirect("collect-agenda", county=asked.county.code, meeting=held.pk)
    titles = {
        "late": gettext("超期未办结的事项"), "escalated": gettext("已升级提醒的事项"), "turned": gettext("结论有变化的指标"),
        "papers": gettext("送审的材料"), "reviews": gettext("待审议的文件"), "duty": gettext("待报送的履职报告"),
    }  # fmt: skip
    groups = [(titles[name], [each for each in found if each.group == name]) for name in GROUPS]
    context = {"meeting": held, "groups": [(title, items) for title, items in groups if items]}
    return render(request, "meetings/collect.html", context)


def _back(asked: OfficeRequest, held: Meeting) -> HttpResponse:
    return redirect("meeting-agenda", county=asked.county.code, meeting=held.pk)
