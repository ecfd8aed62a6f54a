"""The background work of imports: checking what was delivered, storing what was accepted."""

from typing import Any

from django.utils import timezone

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.people.access import Area, reach_of
from xuezheng.people.models import Account
from xuezheng.register.access import IMPORT
from xuezheng.register.actions import check_import, store_import
from xuezheng.register.models import County, Import, Snapshot
from xuezheng.standards.actions import evaluate_snapshot
from xuezheng.web.background import Work, work
from xuezheng.web.operations.people import enter_organisations


@work("register.check_import")
def check(job: Work) -> dict[str, Any]:
    """Check an import's files; it may only be about counties that the person who uploaded may import for today."""
    number = int(job.arguments["import"])
    taken = check_import(number=number, area=_area(number), by=job.by, at=job.at, told=job.progress)
    return {"import": taken.pk, "state": taken.state}


@work("register.store_import")
def store(job: Work) -> dict[str, Any]:
    """Store an accepted import, index it and evaluate it: all of it, or nothing."""
    number, by, at = int(job.arguments["import"]), job.by, job.at
    job.progress(0, 1, "import_storing")
    _require_still_allowed(number)

    def evaluate(snapshot: Snapshot) -> None:
        evaluate_snapshot(snapshot=snapshot, by=by, at=at)

    taken = store_import(number=number, by=by, at=at, then=evaluate)
    for county in County.objects.filter(code__in=taken.summary.get("counties", [])):
        enter_organisations(county=county, by=by, at=at)  # new schools can get accounts at once
    return {"import": taken.pk, "state": taken.state}


def _area(number: int) -> Area:
    return _import_area(Import.objects.select_related("uploaded_by").get(pk=number).uploaded_by)


def _import_area(account: Account) -> Area:
    return reach_of(account, timezone.localdate()).area_of(IMPORT)


def _require_still_allowed(number: int) -> None:
    """Refuse to store where the person who accepted may not import for these counties any more."""
    taken = Import.objects.select_related("accepted_by").get(pk=number)
    area = _import_area(taken.accepted_by) if taken.accepted_by else Area()
    for county in taken.summary.get("counties", []):
        if not area.holds_county(county):
            raise InvalidRequest("import_of_other_county", county=county)
