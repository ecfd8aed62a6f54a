"""One log line a request, and the id that its other lines carry: also in the answer, for whoever reports a failure."""

import logging
import re
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from xuezheng.web.operations.logs import request_id

_GIVEN = re.compile(r"[A-Za-z0-9-]{8,64}")
_QUIET = frozenset({"health", "ready"})

logger = logging.getLogger("xuezheng.requests")


class RequestLogMiddleware:
    """Logs method, route, status and time: never the address asked for, its query, or who asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the request's id in a header."""
        given = request.headers.get("X-Request-ID", "")
        name = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(name)
        begun = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = name
            self._log(request, response, time.perf_counter() - begun)
        finally:
            request_id.reset(token)
        return response

    def _log(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        match = request.resolver_match
        if match is not None and match.url_name in _QUIET and response.status_code == 200:
            return
        fields: dict[str, object] = {
            "method": request.method,
            "route": match.route if match is not None else "",
            "status": response.status_code,
            "milliseconds": round(seconds * 1000, 1),
        }
        if settings.LOG_ADDRESSES:
            fields["address"] = request.META.get("REMOTE_ADDR", "")
        logger.info("request", extra=fields)
