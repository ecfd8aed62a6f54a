"""Addresses of the API. Every view carries its door, as the pages do."""

from collections.abc import Iterator
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.urls import URLPattern, path

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.web.api.answers import refusal_answer
from xuezheng.web.api.calls import api, refused
from xuezheng.web.api.doors import Door, marked, signed_in_call
from xuezheng.web.gate import View

PREFIX = "api/v1/"
_SCHEMA_DOOR = signed_in_call()


def openapi(request: HttpRequest) -> HttpResponse:
    """Return the schema of all calls, to who is signed in."""
    try:
        _SCHEMA_DOOR(request)
    except InvalidRequest as refusal:
        return refused(request, refusal)
    return JsonResponse(api.get_openapi_schema(path_prefix=f"/{PREFIX}"), json_dumps_params={"ensure_ascii": False})


def _in_one_shape(view: View, allowed: tuple[str, ...]) -> View:
    """Return a view that refuses other methods in the API's shape and is kept by no cache; csrf is the doors' own matter."""

    @wraps(view)
    def answer(request: HttpRequest, **named: Any) -> HttpResponse:
        if request.method not in allowed:
            refusal = refusal_answer(InvalidRequest("api_method_not_allowed", method=request.method or ""), 405)
            refusal["Allow"] = HttpResponseNotAllowed(allowed)["Allow"]
            return refusal
        given = view(request, **named)
        given["Cache-Control"] = "private, no-store"
        return given

    answer.csrf_exempt = True  # type: ignore[attr-defined]
    return answer


def _patterns() -> Iterator[URLPattern]:
    """Yield ninja's own patterns behind the doors of their operations; one without a door stops the start."""
    operations: dict[str | None, Any] = {
        held.url_name: held for paths in api.default_router.path_operations.values() for held in paths.operations
    }
    for pattern in cast("list[URLPattern]", api.urls[0]):
        operation = operations.get(pattern.name)
        if operation is None:
            continue  # ninja's own root, which leads nowhere
        (door,) = operation.auth_callbacks
        if not isinstance(door, Door):
            raise TypeError(pattern.name)
        view = marked(_in_one_shape(cast("View", pattern.callback), tuple(operation.methods)), door)
        yield path(PREFIX + str(pattern.pattern), view, name=pattern.name)


urlpatterns = [
    path(f"{PREFIX}openapi.json", marked(_in_one_shape(openapi, ("GET",)), _SCHEMA_DOOR), name="api-schema"),
    *_patterns(),
]
