"""Health and readiness, for supervisors and reverse proxies: public, and without anything secret."""

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse

from xuezheng.web.gate import OfficeRequest, public_page
from xuezheng.web.operations.health import is_ready, readiness


@public_page
def health(request: HttpRequest) -> HttpResponse:
    """Say that the process answers; looks at nothing else."""
    del request
    return JsonResponse({"alive": True}, headers={"Cache-Control": "no-store"})


@public_page
def ready(request: HttpRequest) -> HttpResponse:
    """Say whether pages can be answered: 200 or 503, with a word about each part."""
    found = readiness(cast("OfficeRequest", request).at)
    is_up = is_ready(found)
    return JsonResponse({"ready": is_up, **found}, status=200 if is_up else 503, headers={"Cache-Control": "no-store"})
