"""Papers: of a meeting, of a county, of a unit, and those on which the person is named; each with its versions."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xuezheng.cases.access import units_of
from xuezheng.catalogue.meetings import load_meeting_words
from xuezheng.ledger.actions import record_read
from xuezheng.meetings.access import READING, WRITING, get_meeting, get_paper, may_change_paper, require_clerk
from xuezheng.meetings.actions.papers import (
    PaperGiven,
    add_paper,
    review_paper,
    set_readers,
    submit_paper,
    supersede_paper,
    withdraw_paper,
)
from xuezheng.meetings.models import AgendaItem, Meeting, Paper
from xuezheng.meetings.queries.papers import find_meeting_papers, find_named_papers, find_papers, find_unit_papers
from xuezheng.people.access import OutsideArea
from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County
from xuezheng.standards.evidence_store import keep_file, open_kept
from xuezheng.web.acting import done, done_or_said, number_in
from xuezheng.web.answers import file_answer
from xuezheng.web.gate import OfficeRequest, county_page, signed_in_page
from xuezheng.web.language import said
from xuezheng.web.pages.meetings.planning_forms import PaperForm, ReadersForm, ReasonForm, ReviewForm, VersionForm

PAGE = 50
MOST_MEETINGS = 30


@county_page("view_cases")
def meeting_papers(request: HttpRequest, meeting: int) -> HttpResponse:
    """Show a meeting's papers that the person sees; a clerk uploads one."""
    asked = cast("OfficeRequest", request)
    held = get_meeting(asked.reach, asked.county.code, meeting)
    form = PaperForm(asked.county.code, meeting=held)
    if asked.method == "POST":
        require_clerk(asked.reach, asked.county.code)
        form = PaperForm(asked.county.code, asked.POST, asked.FILES, meeting=held)
        if form.is_valid() and done(lambda: _add(asked, form, asked.county, held, None), form, "file"):
            messages.success(request, gettext("已上传材料。"))
            return redirect("meeting-papers", county=asked.county.code, meeting=held.pk)
    papers = shown_papers(find_meeting_papers(asked.reach, held, timezone.localdate(asked.at)))
    may_write = asked.reach.can_in_county(WRITING, asked.county.code)
    context = {"meeting": held, "papers": papers, "form": form, "may_write": may_write}
    return render(request, "meetings/meeting_papers.html", context, status=400 if form.errors else 200)


@county_page("view_cases")
def county_papers(request: HttpRequest) -> HttpResponse:
    """Show the county's papers that the person sees; `?state=submitted` those that await review."""
    asked = cast("OfficeRequest", request)
    states = load_meeting_words().paper_states
    state = asked.GET.get("state", "")
    found = find_papers(
        asked.reach, asked.county.code, timezone.localdate(asked.at), state=state if state in states else ""
    )
    page = Paginator(found, PAGE).get_page(asked.GET.get("page"))
    context = {
        "page": page, "papers": shown_papers(page.object_list), "state": state,
        "states": [(name, said(words)) for name, words in states.items()],
    }  # fmt: skip
    return render(request, "meetings/county_papers.html", context)


@signed_in_page
def unit_papers(request: HttpRequest, unit: int) -> HttpResponse:
    """Show a unit's papers to its own people, who submit new ones for review."""
    asked = cast("OfficeRequest", request)
    held = Organisation.objects.filter(pk=unit).first()
    if held is None or unit not in units_of(asked.reach, timezone.localdate(asked.at)):
        raise OutsideArea("outside_area")
    county = County.objects.get(code=held.county)
    posted = (asked.POST, asked.FILES) if asked.method == "POST" else ()
    form = PaperForm(held.county, *posted, is_unit=True)
    if asked.method == "POST" and form.is_valid() and done(lambda: _add(asked, form, county, None, held), form, "file"):
        messages.success(request, gettext("已送审，将列入下次会议议题建议。"))
        return redirect("unit-papers", unit=unit)
    page = Paginator(find_unit_papers(unit), PAGE).get_page(asked.GET.get("page"))
    context = {"unit": held, "form": form, "page": page, "papers": shown_papers(page.object_list)}
    return render(request, "meetings/unit_papers.html", context, status=400 if form.errors else 200)


@signed_in_page
def my_papers(request: HttpRequest) -> HttpResponse:
    """Show the papers on which the person is named or which are for a meeting to which they are invited."""
    asked = cast("OfficeRequest", request)
    on = timezone.localdate(asked.at)
    page = Paginator(find_named_papers(asked.reach, on), PAGE).get_page(asked.GET.get("page"))
    units = Organisation.objects.filter(pk__in=units_of(asked.reach, on)[:PAGE]).order_by(
        "protocol_order", "code", "pk"
    )
    context = {"page": page, "papers": shown_papers(page.object_list), "units": units}
    return render(request, "meetings/my_papers.html", context)


@signed_in_page
def paper(request: HttpRequest, paper: int) -> HttpResponse:
    """Show a paper with its versions and reviews; looking at a restricted one is recorded."""
    asked = cast("OfficeRequest", request)
    return _page(asked, _held(asked, paper), {})


@signed_in_page
def paper_file(request: HttpRequest, paper: int, number: int) -> HttpResponse:
    """Hand out one version of a paper; reading a restricted one is recorded."""
    asked = cast("OfficeRequest", request)
    held = _held(asked, paper, f"version {number}")
    version = held.versions.filter(number=number).first()
    if version is None:
        raise OutsideArea("outside_area")
    content = open_kept(version.sha256, version.file_name).read_bytes()
    return file_answer(content, version.file_name, version.media_type)


@signed_in_page
@require_POST
def paper_step(request: HttpRequest, paper: int, step: str) -> HttpResponse:
    """Take a step with a paper: a newer version, submit, review, readers, withdraw."""
    asked = cast("OfficeRequest", request)
    held = get_paper(asked.reach, paper, timezone.localdate(asked.at))
    asked.county = held.county
    taking = {"version": _supersede, "review": _review, "readers": _readers, "withdraw": _withdraw}
    if step == "submit":
        version = number_in(asked, "version")
        done_or_said(
            asked, lambda: submit_paper(paper=held, version=version, by=asked.reach, at=asked.at), gettext("已送审。")
        )
        return redirect("paper", paper=held.pk)
    if step not in taking:
        raise OutsideArea("outside_area")
    form, is_done = taking[step](asked, held)
    if is_done:
        messages.success(request, gettext("已保存。"))
        return redirect("paper", paper=held.pk)
    return _page(asked, _held(asked, paper, f"{step} refused"), {step: form}, status=400)


def shown_papers(papers: Any) -> list[dict[str, Any]]:
    """Return papers (with versions and reviews) as rows."""
    states = load_meeting_words().paper_states
    return [
        {"held": held, "state": said(states[held.state]), "newest": next(iter(held.versions.all()), None),
         "reviews": list(held.reviews.all())}
        for held in papers
    ]  # fmt: skip


def _held(asked: OfficeRequest, number: int, what: str = "") -> Paper:
    held = get_paper(asked.reach, number, timezone.localdate(asked.at))
    asked.county = held.county  # the frame's links; set here, so that pages of what is not there all look alike
    if held.is_restricted:
        record_read(
            by=asked.reach.actor,
            at=asked.at,
            subject_kind="paper",
            subject_id=held.pk,
            county=held.county_id,
            reason=what,
        )
    return held


def _page(asked: OfficeRequest, held: Paper, tried: dict[str, Any], *, status: int = 200) -> HttpResponse:
    on = timezone.localdate(asked.at)
    asked.county = held.county
    is_clerk = asked.reach.can_in_county(WRITING, held.county_id)
    is_going = held.state not in (Paper.State.APPROVED, Paper.State.WITHDRAWN)
    may_change = is_going and may_change_paper(asked.reach, held, on)
    forms: dict[str, Any] = {}
    if may_change:
        forms = {"version": VersionForm(held), "withdraw": ReasonForm(held.version)}
    if is_clerk:
        forms["readers"] = ReadersForm(held)
        if held.state == Paper.State.SUBMITTED:
            forms["review"] = ReviewForm(held, _meetings(asked, held))
    context = {
        "paper": held, "state": said(load_meeting_words().paper_states[held.state]), "may_change": may_change,
        "versions": held.versions.select_related("given_by"),
        "reviews": held.reviews.select_related("meeting", "version"), "forms": forms | tried,
        "readers": held.readers.select_related("account") if held.is_restricted else [],
        "may_see_meeting": asked.reach.can_in_county(READING, held.county_id) or is_clerk,
    }  # fmt: skip
    return render(asked, "meetings/paper.html", context, status=status)


def _meetings(asked: OfficeRequest, held: Paper) -> list[tuple[int, str]]:
    """Return the meetings that may have reviewed a paper: the newest that had their day, its own first."""
    rows = Meeting.objects.filter(
        county=held.county_id, held_on__lte=timezone.localdate(asked.at), cancelled_at__isnull=True, is_task_table=False
    ).order_by("-held_on", "-pk")
    found = list(rows.values_list("pk", "title")[:MOST_MEETINGS])
    if held.meeting is not None and held.meeting_id not in dict(found):
        found.insert(0, (held.meeting.pk, held.meeting.title))
    return found


def _add(
    asked: OfficeRequest, form: PaperForm, county: County, meeting: Meeting | None, unit: Organisation | None
) -> None:
    given = form.cleaned_data
    file = given["file"]
    if unit is None and given.get("unit"):
        unit = Organisation.objects.filter(pk=given["unit"], county=county.code).first()
    item = None
    if meeting is not None and given.get("item"):
        item = AgendaItem.objects.filter(pk=given["item"], meeting=meeting).first()
    add_paper(
        county=county, meeting=meeting, by=asked.reach, at=asked.at,
        given=PaperGiven(
            title=given["title"], unit=unit, item=item, is_restricted=given["restricted"],
            file=keep_file(file.name or "", file.chunks(), restricted=given["restricted"]),
            readers=tuple(Account.objects.filter(pk__in=given.get("readers") or [])),
            is_submitted=meeting is None or given["submit"],
        ),
    )  # fmt: skip


def _supersede(asked: OfficeRequest, held: Paper) -> tuple[VersionForm, bool]:
    form = VersionForm(held, asked.POST, asked.FILES)

    def act() -> None:
        given = form.cleaned_data
        file = keep_file(given["file"].name or "", given["file"].chunks(), restricted=held.is_restricted)
        supersede_paper(
            paper=held, file=file, words=given["words"], version=given["version"], by=asked.reach, at=asked.at
        )

    return form, form.is_valid() and done(act, form, "file")


def _review(asked: OfficeRequest, held: Paper) -> tuple[ReviewForm, bool]:
    require_clerk(asked.reach, held.county_id)
    form = ReviewForm(held, _meetings(asked, held), asked.POST)

    def act() -> None:
        given = form.cleaned_data
        review_paper(
            paper=held, meeting=get_meeting(asked.reach, held.county_id, given["meeting"]), words=given["words"],
            is_approved=given["outcome"] == "approved", version=given["version"], by=asked.reach, at=asked.at,
        )  # fmt: skip

    return form, form.is_valid() and done(act, form)


def _readers(asked: OfficeRequest, held: Paper) -> tuple[ReadersForm, bool]:
    require_clerk(asked.reach, held.county_id)
    form = ReadersForm(held, asked.POST)

    def act() -> None:
        given = form.cleaned_data
        set_readers(
            paper=held, is_restricted=given["restricted"], readers=list(Account.objects.filter(pk__in=given["readers"])),
            version=given["version"], by=asked.reach, at=asked.at,
        )  # fmt: skip

    return form, form.is_valid() and done(act, form)


def _withdraw(asked: OfficeRequest, held: Paper) -> tuple[ReasonForm, bool]:
    form = ReasonForm(held.version, asked.POST)

    def act() -> None:
        given = form.cleaned_data
        withdraw_paper(paper=held, reason=given["reason"], version=given["version"], by=asked.reach, at=asked.at)

    return form, form.is_valid() and done(act, form)
