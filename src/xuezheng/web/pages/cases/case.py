"""A case: how it stands, its history, its evidence, and the steps that the person may take."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from xuezheng.cases import rows
from xuezheng.cases.access import actor_facts, get_case, visible_cases
from xuezheng.cases.actions.naming import may_name_readers
from xuezheng.cases.actions.stepping import take_step
from xuezheng.cases.engine.machine import steps_now
from xuezheng.cases.engine.movement import Movement, movement_of
from xuezheng.cases.models import Case, Evidence
from xuezheng.cases.queries.indicators import read_indicator
from xuezheng.catalogue.case_kinds import load_kinds, load_vocabulary
from xuezheng.kernel.refusal import NotFound, Refusal
from xuezheng.ledger.actions import record_read
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.standards.evidence_store import open_kept
from xuezheng.web.answers import file_answer
from xuezheng.web.gate import OfficeRequest, signed_in_page
from xuezheng.web.language import said, told
from xuezheng.web.pages.cases.forms import StepForm
from xuezheng.web.pages.cases.history import step_title, step_words
from xuezheng.web.pages.cases.origins import origins_of, proposed_units
from xuezheng.web.pages.cases.showing import indicator_title, shown, shown_due


@signed_in_page
def case(request: HttpRequest, county: str, case: int) -> HttpResponse:
    """Show a case to who may see it; looking at a restricted one is recorded."""
    asked = cast("OfficeRequest", request)
    held = _held(asked, county, case)
    return _page(asked, held)


@signed_in_page
@require_POST
def step(request: HttpRequest, county: str, case: int, step: str) -> HttpResponse:
    """Take a step; a refusal is shown at its form, with the case as it now stands."""
    asked = cast("OfficeRequest", request)
    held = _held(asked, county, case)
    kind = load_kinds()[held.kind]
    if step not in kind.steps or step == "escalate":
        raise NotFound("page_not_found")
    form = StepForm(held, kind, step, asked.POST, asked.FILES)
    if form.is_valid():
        try:
            take_step(
                case=held, step=step, version=form.cleaned_data["version"], by=asked.reach, at=asked.at,
                given=form.given(),
            )  # fmt: skip
        except (NotAllowed, OutsideArea):
            raise
        except Refusal as refusal:
            form.add_error(None, told(refusal))
        else:
            messages.success(request, gettext("已办理：%(step)s。") % {"step": form.title})
            return redirect("case", county=county, case=case)
    fresh = get_case(asked.reach, county, case, _today(asked))
    return _page(asked, fresh, form, status=400)


@signed_in_page
def evidence(request: HttpRequest, county: str, case: int, number: int) -> HttpResponse:
    """Hand out a piece of evidence as a download."""
    asked = cast("OfficeRequest", request)
    held = _held(asked, county, case)
    file = Evidence.objects.filter(case=held, pk=number).exclude(sha256="").first()
    if file is None:
        raise OutsideArea("outside_area")
    content = open_kept(file.sha256, file.file_name).read_bytes()
    return file_answer(content, file.file_name, file.media_type)


def _today(asked: OfficeRequest) -> date:
    return timezone.localdate(asked.at)


def _held(asked: OfficeRequest, county: str, case: int) -> Case:
    held = get_case(asked.reach, county, case, _today(asked))
    if held.is_restricted and asked.method == "GET":
        record_read(by=asked.reach.actor, at=asked.at, subject_kind="case", subject_id=held.pk, county=county)
    return held


def _page(asked: OfficeRequest, held: Case, tried: StepForm | None = None, *, status: int = 200) -> HttpResponse:
    kind = load_kinds()[held.kind]
    asked.county = held.county  # the frame's links; set here, so that pages of what is not there all look alike
    facts = actor_facts(asked.reach, held, _today(asked))
    names = steps_now(kind, rows.read(held), facts)
    proposed = proposed_units(held) if "hand_out" in names else (None, [])
    forms = [
        tried if tried is not None and tried.name == name else StepForm(held, kind, name, proposed=proposed)
        for name in names
    ]
    if tried is not None and tried.name not in names:
        asked_errors = tried.non_field_errors()
        for error in asked_errors:
            messages.error(asked, str(error))
    context: dict[str, Any] = {
        "held": held, "row": shown(held, asked.at), "kind": kind, "authority": said(kind.authority),
        "level": said(kind.levels[held.level].title), "source": kind.source, "forms": forms, "tried": tried, "wanted_step": asked.GET.get("step", ""),
        "assisting": list(held.assisting_units.order_by("protocol_order", "code")),
        "receive_due": shown_due(held.receive_due_at), "first_due": shown_due(held.first_due_at),
        "history": _history(held), "evidence": _evidence(held),
        "extensions": held.asked_extensions.select_related("asked_by", "decided_by"),
        "measures": held.control_measures.select_related("set_by"),
        "children": _children(asked, held), "may_open_sub": _may_open_sub(asked, held),
        "origins": origins_of(held, asked),
        "readers": list(held.readers.select_related("account").order_by("account__name", "pk")) if held.is_restricted else [],
        "may_name": may_name_readers(held, asked.reach),
        "indicator": _indicator(held),
    }  # fmt: skip
    return render(asked, "cases/case.html", context, status=status)


def _children(asked: OfficeRequest, held: Case) -> list[Any]:
    """Return the sub-cases that the person sees."""
    seen = visible_cases(asked.reach, _today(asked)).filter(parent=held).select_related("lead_unit")
    return [shown(child, asked.at) for child in seen.order_by("year", "sequence", "pk")[:50]]


def _may_open_sub(asked: OfficeRequest, held: Case) -> bool:
    return held.is_open and asked.reach.can_in_county("open_cases", held.county_id)


def _history(held: Case) -> list[dict[str, Any]]:
    kind = load_kinds()[held.kind]
    return [
        {
            "step": step_title(kind, taken.step),
            "state": said(kind.states[taken.state].title),
            "by": taken.by.name if taken.by else gettext("系统"),
            "at": taken.at,
            "words": step_words(kind, taken),
            "until": taken.until,
        }
        for taken in held.steps.select_related("by").order_by("-version")
    ]


def _evidence(held: Case) -> list[dict[str, Any]]:
    words = load_vocabulary().evidence_kinds
    kept = held.evidence.select_related("given_by")
    return [{"held": file, "kind": said(words[file.kind])} for file in kept]  # type: ignore[index]


def _indicator(held: Case) -> dict[str, Any] | None:
    """Return the indicator that the case should move, as it stood when the case was opened and as it stands now."""
    if not held.indicator:
        return None
    now = read_indicator(held.county_id, held.indicator)
    before = held.indicator_before
    movement = movement_of(before, now)
    rows = [(gettext("立项时"), before), (gettext("现在"), now)]
    return {
        "title": indicator_title(held.indicator),
        "link": held.indicator,
        "rows": [{"when": when, "found": found, "on": _evaluated_on(found)} for when, found in rows],
        "movement": movement.value,
        "said": _moved(movement),
    }


def _evaluated_on(found: Mapping[str, Any] | None) -> datetime | None:
    at = found.get("evaluated_at") if found else None
    return datetime.fromisoformat(at) if at else None


def _moved(movement: Movement) -> str:
    """Return in words whether an indicator moved, and whether that is what was wanted."""
    said_of = {
        Movement.NO_BEFORE: gettext("立项时没有评估结果，不能对照。"),
        Movement.NO_NOW: gettext("现在没有评估结果，不能对照。"),
        Movement.NOT_REEVALUATED: gettext("立项以来还没有新的评估：办结不改变指标，要等新的底数。"),
        Movement.BETTER: gettext("朝希望的方向变动：比立项时好。"),
        Movement.WORSE: gettext("朝相反的方向变动：比立项时差。"),
        Movement.SAME: gettext("有了新的评估，但没有变化。"),
        Movement.NOT_COMPARABLE: gettext("有了新的评估，但其中一次数据不足，不能对照。"),
    }
    return said_of[movement]
