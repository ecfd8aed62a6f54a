"""The ledger and its cases, as the person who asks may see them."""

from datetime import date, datetime
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone

from xuezheng.cases.access import get_case, visible_cases
from xuezheng.cases.models import Case
from xuezheng.cases.queries.ledger import Filter, find_ledger, get_page, light_of_row
from xuezheng.cases.queries.search import search_cases
from xuezheng.catalogue.case_kinds import load_kinds, load_vocabulary
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import record_read
from xuezheng.web.api.schemas import CaseFilter
from xuezheng.web.gate import OfficeRequest
from xuezheng.web.language import said
from xuezheng.web.pages.cases.history import step_title, step_words


def list_cases(request: HttpRequest, wanted: CaseFilter) -> dict[str, Any]:
    """Return a page of the county's ledger, or the first fifty that a search finds. Restricted cases stand in none."""
    asked = cast("OfficeRequest", request)
    on = _today(asked)
    chosen, county = _filter(wanted), asked.county.code
    if wanted.q.strip():
        found = search_cases(asked.reach, county, wanted.q.strip(), on, asked.at, wanted=chosen)
        cases = [case for case in found.cases if not case.is_restricted]
        is_cut = found.is_more or found.looked_through is not None
        return {"cases": [_row(case, asked) for case in cases], "page": 1, "next": None, "is_cut": is_cut}
    page = get_page(find_ledger(asked.reach, county, None, chosen, on, asked.at), wanted.page)
    rows = [_row(case, asked) for case in page.cases]
    return {"cases": rows, "page": page.number, "next": page.number + 1 if page.is_more else None, "is_cut": False}


def show_case(request: HttpRequest, county: str, case: int) -> dict[str, Any]:
    """Return one case; looking at a restricted one is recorded, and only those named on it see it."""
    asked = cast("OfficeRequest", request)
    held = get_case(asked.reach, county, case, _today(asked))
    if held.is_restricted:
        record_read(by=asked.reach.actor, at=asked.at, subject_kind="case", subject_id=held.pk, county=county)
    kind = load_kinds()[held.kind]
    return _row(held, asked) | {
        "task": held.task, "level": {"code": held.level, "words": said(kind.levels[held.level].title)},
        "is_restricted": held.is_restricted,
        "parent": _seen_parent(held, asked), "steps": _steps(held), "evidence": _evidence(held),
    }  # fmt: skip


def _filter(wanted: CaseFilter) -> Filter:
    if wanted.kind and wanted.kind not in load_kinds():
        raise InvalidRequest("api_kind_unknown", kind=wanted.kind, known=", ".join(load_kinds()))
    is_open = True if wanted.state == "open" else None
    phase = "" if wanted.state == "open" else wanted.state
    return Filter(
        kind=wanted.kind, light=wanted.light, is_open=is_open, year=wanted.year, unit=wanted.unit, phase=phase
    )


def _row(case: Case, asked: OfficeRequest) -> dict[str, Any]:
    kind = load_kinds()[case.kind]
    sense, _, light = light_of_row(case, asked.at)
    lead = case.lead_unit
    return {
        "id": case.pk, "number": case.number, "kind": {"code": case.kind, "words": said(kind.title)}, "title": case.title,
        "state": {"code": case.state, "words": said(kind.states[case.state].title)}, "phase": case.phase,
        "light": {"code": sense.value, "words": said(light.title)}, "is_open": case.is_open,
        "lead_unit": {"id": lead.pk, "name": lead.name} if lead else None,
        "assisting_units": [{"id": unit.pk, "name": unit.name} for unit in case.assisting_units.all()],
        "opened_at": _local(case.opened_at), "due_at": _local(case.due_at), "due_is_provisional": case.due_is_provisional,
        "closed_at": _local(case.closed_at), "progress": case.progress, "version": case.version,
    }  # fmt: skip


def _seen_parent(case: Case, asked: OfficeRequest) -> int | None:
    """Return the id of the case above, to who sees that one too."""
    if case.parent_id is None:
        return None
    return visible_cases(asked.reach, _today(asked)).filter(pk=case.parent_id).values_list("pk", flat=True).first()


def _steps(case: Case) -> list[dict[str, Any]]:
    kind = load_kinds()[case.kind]
    return [
        {
            "step": taken.step, "title": step_title(kind, taken.step),
            "state": {"code": taken.state, "words": said(kind.states[taken.state].title)},
            "by": taken.by.name if taken.by else "", "at": _local(taken.at),
            "words": step_words(kind, taken),
        }
        for taken in case.steps.select_related("by").order_by("-version")
    ]  # fmt: skip


def _evidence(case: Case) -> list[dict[str, Any]]:
    kinds: Any = load_vocabulary().evidence_kinds
    return [
        {
            "id": held.pk, "kind": {"code": held.kind, "words": said(kinds[held.kind])}, "file_name": held.file_name, "sha256": held.sha256,
            "given_at": _local(held.given_at),
        }
        for held in case.evidence.all()
    ]  # fmt: skip


def _local(moment: datetime | None) -> datetime | None:
    """Return a moment with the county's offset, not UTC's: a day's end is 24:00 here."""
    return timezone.localtime(moment) if moment else None


def _today(asked: OfficeRequest) -> date:
    return timezone.localdate(asked.at)
