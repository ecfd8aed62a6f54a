"""The audit trail: search, one event, and whether the chain holds."""

from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from xuezheng.kernel.refusal import Refusal
from xuezheng.ledger.actions import record_read, verify_ledger
from xuezheng.ledger.queries import find_events, get_event, get_head, get_last_verification, read_anchors
from xuezheng.people.access import OutsideArea
from xuezheng.people.queries import find_names
from xuezheng.web.background import enqueue
from xuezheng.web.gate import OfficeRequest, page
from xuezheng.web.pages.audit.searching import RIGHT, area_of, searched
from xuezheng.web.pages.people.steps import told

_A_PAGE = 50
# A longer chain is checked in the background: a page must answer while somebody waits for it.
MOST_VERIFIED_NOW = 20_000


@page(RIGHT)
@never_cache
def audit(request: HttpRequest) -> HttpResponse:
    """List the events that are looked for, the newest first, a page at a time by number: every page costs the same."""
    form, wanted = searched(request)
    found = find_events(area_of(request).county_rows(), wanted)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 19:
        found = found.filter(number__lt=int(before))
    events = list(found[: _A_PAGE + 1])
    shown = events[:_A_PAGE]
    query = request.GET.copy()
    query.pop("before", None)
    context = {
        "form": form, "events": shown, "names": find_names({event.actor for event in shown}),
        "older": shown[-1].number if len(events) > _A_PAGE else None, "is_newest": not before, "query": query.urlencode(),
        "head": get_head(), "verified": get_last_verification(), "is_narrowed": any(query.values()),
    }  # fmt: skip
    return render(request, "audit/audit.html", context)


@page(RIGHT)
@never_cache
def event(request: HttpRequest, number: int) -> HttpResponse:
    """Show one event with before, after and reason; whoever opens a restricted one is recorded."""
    asked = cast("OfficeRequest", request)
    found = get_event(area_of(request).county_rows(), number)
    if found is None:
        raise OutsideArea("outside_area")
    if found.restricted:
        record_read(by=asked.reach.actor, at=asked.at, subject_kind="event", subject_id=number, county=found.county)
    payload = getattr(found, "payload", None)
    body: dict[str, Any] = payload.body if payload else {}
    context = {
        "event": found, "is_erased": payload is None, "reason": body.get("reason", ""),
        "changes": _changes(body.get("before"), body.get("after")), "name": find_names({found.actor}).get(found.actor, ""),
    }  # fmt: skip
    return render(request, "audit/event.html", context)


@page(RIGHT)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Check the whole chain, against the exported heads, too: now, or in the background where it is long."""
    asked = cast("OfficeRequest", request)
    if get_head()[0] > MOST_VERIFIED_NOW:
        job = enqueue(kind="audit.verify", arguments={}, by=asked.reach.actor, at=asked.at)
        return redirect("job", job=job.pk)
    try:
        anchors = read_anchors(Path(settings.HEAD_STORE))
    except Refusal as refusal:
        messages.error(request, told(refusal.code, {"file": refusal.place.file if refusal.place else ""}))
        return redirect("audit")
    broken = verify_ledger(by=asked.reach.actor, at=asked.at, anchors=anchors)
    if broken:
        messages.error(
            request, gettext("审计链有 %(number)s 处不符，请立即告知系统管理员并保护现场。") % {"number": len(broken)}
        )
    else:
        messages.success(request, gettext("审计链完整，与导出的链首一致。"))
    return redirect("audit")


def _changes(before: object, after: object) -> list[tuple[str, object, object]]:
    """Return what was and what is, key by key; what is no mapping stands under one name."""
    old = before if isinstance(before, dict) else {} if before is None else {"—": before}
    new = after if isinstance(after, dict) else {} if after is None else {"—": after}
    return [(key, old.get(key), new.get(key)) for key in [*old, *(key for key in new if key not in old)]]
