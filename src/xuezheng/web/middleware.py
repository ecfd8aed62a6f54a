"""What every request carries: who asks, what they reach, when; and how a refusal becomes a page."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import activate, get_language, get_language_from_request

from xuezheng.catalogue.messages import sentence
from xuezheng.kernel.refusal import InvalidRequest, NotFound, Refusal
from xuezheng.people.access import STRANGER, NotAllowed, OutsideArea, reach_of
from xuezheng.people.models import Account
from xuezheng.web.api.answers import is_api, refusal_answer
from xuezheng.web.language import page_language
from xuezheng.web.pages.people.duties import first_duty, note_presence

Answer = Callable[[HttpRequest], HttpResponse]


class ClientAddressMiddleware:
    """Behind reverse proxies, takes the client's address from the entry that the outermost trusted one wrote.

    Entries before it are the client's own claims. Without it every visitor has the proxy's address, and a stranger's
    wrong passwords would lock the named person out everywhere.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response
        self.proxies: int = settings.TRUSTED_PROXIES

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the client's address in its usual place."""
        if self.proxies:
            passed = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
            if len(passed) >= self.proxies:
                request.META["REMOTE_ADDR"] = passed[-self.proxies]
        return self.get_response(request)


class LanguageMiddleware(LocaleMiddleware):
    """Takes the language that was chosen, else one that the browser asks for, else the installation's own."""

    def process_request(self, request: HttpRequest) -> None:
        """Activate the language for this request."""
        language = get_language_from_request(request)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES and not _asks_for_ours(request):
            language = settings.DEFAULT_LANGUAGE
        activate(language)
        request.LANGUAGE_CODE = get_language()


def _asks_for_ours(request: HttpRequest) -> bool:
    """Whether the browser asks for a language that the interface speaks."""
    asked = request.headers.get("Accept-Language", "").lower()
    wanted = (part.partition(";")[0].strip() for part in asked.split(","))
    return any(language.partition("-")[0] in ("zh", "en") for language in wanted)


class PersonMiddleware:
    """Gives each request `at` (the clock is an argument everywhere below) and `reach` (what the person reaches)."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the person's reach on the request."""
        at = timezone.now()
        request.at = at  # type: ignore[attr-defined]
        user = request.user
        reach = reach_of(user, timezone.localdate(at)) if isinstance(user, Account) else STRANGER
        request.reach = reach  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Lead to what the person must do before anything else: a new password, a second factor."""
        note_presence(request)
        return first_duty(request)


class RefusalMiddleware:
    """Shows a refusal as a page with its sentence and next step: 404 outside one's area, 403 inside, else 400."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; `process_exception` does the work."""
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """Refuse an address with a zero character: nothing is called so, and PostgreSQL breaks on it."""
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return refusal_page(request, InvalidRequest("page_bad_request"))
        return None

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Return the page for a refusal; anything else is a bug and keeps its traceback."""
        if not isinstance(problem, Refusal):
            return None
        return refusal_page(request, problem)


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Return a refusal as a page, for the API as JSON. What lies outside somebody's area looks exactly like what does not exist."""
    status = 403 if isinstance(refusal, NotAllowed) else 404 if isinstance(refusal, NotFound) else 400
    code, params = ("page_not_found", {}) if isinstance(refusal, OutsideArea) else (refusal.code, dict(refusal.params))
    if is_api(request):
        return refusal_answer(NotFound(code) if isinstance(refusal, OutsideArea) else refusal, status)
    what, next_step = sentence(code, page_language(), params)
    return render(request, "web/refusal.html", {"what": what, "next": next_step, "status": status}, status=status)
