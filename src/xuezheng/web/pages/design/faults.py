"""Pages for what went wrong outside the office's own refusals."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string

from xuezheng.kernel.refusal import InvalidRequest, NotFound
from xuezheng.people.access import NotAllowed
from xuezheng.web.middleware import refusal_page


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show that there is nothing at this address."""
    del exception
    return refusal_page(request, NotFound("page_not_found"))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show that this is not allowed."""
    del exception
    return refusal_page(request, NotAllowed("page_forbidden"))


def token_missing(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Show that a form came without the token that every page gives its forms."""
    del reason
    return refusal_page(request, NotAllowed("page_forbidden"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show that the request makes no sense."""
    del exception
    return refusal_page(request, InvalidRequest("page_bad_request"))


def broken(request: HttpRequest) -> HttpResponse:
    """Show that we failed; the page needs neither database nor session."""
    del request
    return HttpResponseServerError(render_to_string("web/broken.html"))
