"""Signing in by the government's identity service, where the installation names one."""

from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from xuezheng.web.gate import public_page
from xuezheng.web.pages.people.signing_in import enter


class _Callback(OIDCAuthenticationCallbackView):  # type: ignore[misc]  # mozilla-django-oidc ships no types
    def login_success(self) -> HttpResponse:
        wanted = self.request.session.get("oidc_login_next") or ""
        return enter(self.request, self.user, means="identity_service", wanted=wanted)


@public_page
@never_cache
@require_GET
def identity_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the identity service; there is no such page where none is configured."""
    _check_configured()
    return cast("HttpResponse", OIDCAuthenticationRequestView.as_view()(request))


@public_page
@never_cache
@require_GET
def identity_callback(request: HttpRequest) -> HttpResponse:
    """Take the identity service's answer: who it is must be tied to an account here."""
    _check_configured()
    return cast("HttpResponse", _Callback.as_view()(request))


def _check_configured() -> None:
    if not settings.OIDC_ISSUER:
        raise Http404
