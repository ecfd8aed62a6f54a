"""The calls of version 1, each with its door, what it takes and gives, and what it is refused with."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Path, Query
from ninja.errors import ValidationError

from xuezheng.kernel.refusal import InvalidRequest, NotFound, Refusal, TooLarge
from xuezheng.meetings.files import MOST_BYTES
from xuezheng.people.access import NotAllowed, OutsideArea
from xuezheng.web.api import cases, me, reading
from xuezheng.web.api.answers import refusal_answer
from xuezheng.web.api.doors import LockedOut, NotSignedIn, county_call, signed_in_call
from xuezheng.web.api.schemas import CaseDetail, CaseFilter, Cases, Failure, Me

_REFUSED = dict.fromkeys((400, 401, 403, 404, 429), Failure)

api = NinjaAPI(
    title="Xuezheng", version="1.0.0", urls_namespace="api-1", docs_url=None, openapi_url=None,
    description=(
        "Access: a browser's session (with X-CSRFToken where something is sent) or a personal access token, "
        "`Authorization: Bearer …`, made under “My account”. A token never reaches more than its owner does."
    ),
)  # fmt: skip


@api.get("/me", auth=signed_in_call(), response={200: Me, **_REFUSED}, url_name="api-me", summary="Who asks")
def get_me(request: HttpRequest) -> Any:
    """Return who asks: roles held today, rights, and the whole counties that they reach."""
    return me.me(request)


@api.post(
    "/counties/{county}/bulletins/read", auth=county_call("view_cases"), url_name="api-read-bulletin",
    response={200: dict[str, Any], **_REFUSED, 413: Failure, 415: Failure, 422: Failure},
    openapi_extra={"requestBody": reading.BODY}, summary="Read a bulletin or another source",
)  # fmt: skip
def read_bulletin(request: HttpRequest, county: str) -> Any:
    """Return what a text or file says, as `xuezheng read-bulletin --format json` does. Nothing is stored."""
    del county
    return reading.read(request)


@api.get(
    "/counties/{county}/cases", auth=county_call("view_cases"), url_name="api-cases", summary="The county's ledger",
    response={200: Cases, **_REFUSED, 422: Failure},
)  # fmt: skip
def list_cases(request: HttpRequest, county: str, wanted: Query[CaseFilter]) -> Any:
    """Return fifty rows of the ledger; restricted cases stand in none."""
    del county
    return cases.list_cases(request, wanted)


@api.get(
    "/counties/{county}/cases/{int:case}", auth=signed_in_call(), url_name="api-case", summary="One case",
    response={200: CaseDetail, **_REFUSED, 422: Failure},
)  # fmt: skip
def show_case(request: HttpRequest, county: str, case: Path[int]) -> Any:
    """Return one case that the person may see; a restricted one for those named on it alone, and that is recorded."""
    return cases.show_case(request, county, case)


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return a refusal. What lies outside somebody's area looks exactly like what does not exist."""
    del request
    if isinstance(refusal, OutsideArea):
        return refusal_answer(NotFound("page_not_found"), 404)
    answer = refusal_answer(refusal, _status(refusal))
    if isinstance(refusal, NotSignedIn):
        answer["WWW-Authenticate"] = 'Bearer realm="xuezheng"'
    if isinstance(refusal, LockedOut):
        answer["Retry-After"] = str(round(settings.AXES_COOLOFF_TIME * 3600))
    return answer


def _status(refusal: Refusal) -> int:
    """Return 401, 429, 403, 413 or 415 by what is refused, 400 for a call that makes no sense, 422 for its content."""
    for kind, status in (
        (NotSignedIn, 401), (LockedOut, 429), (NotAllowed, 403), (TooLarge, 413), (reading.OtherMediaType, 415),
        (InvalidRequest, 400),
    ):  # fmt: skip
        if isinstance(refusal, kind):
            return status
    return 422


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    """Return what is wrong with a call's parameters, by name."""
    del request
    details = "; ".join(f"{error['loc'][-1]}: {error['msg']}" for error in problem.errors[:20])
    return refusal_answer(InvalidRequest("api_request_invalid", details=details[:500]), 422)


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, problem: RequestDataTooBig) -> HttpResponse:
    """Return how much may be sent; Django refused the body by its size, before it was read."""
    del request, problem
    limit_mb = settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1_000_000
    return refusal_answer(TooLarge("api_body_too_large", limit_mb=limit_mb, file_mib=MOST_BYTES >> 20), 413)
