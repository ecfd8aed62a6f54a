"""Signing in with a government identity service by OpenID Connect: it says who somebody is, never what they may do.

Accounts are not made by it: an administrator ties an account to the service's `sub` claim. Only active where the
installation's settings name a service.
"""

import logging
from typing import Any

import jwt
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from xuezheng.people.models import Account

_log = logging.getLogger(__name__)


class IdentityServiceBackend(OIDCAuthenticationBackend):  # type: ignore[misc]  # mozilla-django-oidc ships no types
    """Knows the account that is tied to who the service's signed token says somebody is."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Account | None:
        """Return the account, or None for a token that is forged, stale or meant for others, or tied to nobody.

        A service that cannot be reached (`OSError`) or answers with something else than it should is None, too.
        """
        if "username" in credentials:
            return None
        try:
            account: Account | None = super().authenticate(request, **credentials)
        except (jwt.PyJWTError, OSError, ValueError, KeyError, SuspiciousOperation) as problem:
            _log.warning("the identity service's answer was not accepted: %s", type(problem).__name__)
            return None
        return account

    def verify_token(self, token: str, **more: Any) -> dict[str, Any]:
        """Return the token's claims; beyond signature, time and nonce, its issuer and audience must be right."""
        claims: dict[str, Any] = super().verify_token(token, **more)
        audience = claims.get("aud")
        if settings.OIDC_RP_CLIENT_ID not in ([audience] if isinstance(audience, str) else audience or []):
            raise SuspiciousOperation("the token is for somebody else")
        if claims.get("iss") != settings.OIDC_ISSUER:
            raise SuspiciousOperation("the token is from somebody else")
        if "exp" not in claims:
            raise SuspiciousOperation("the token never ends")
        return claims

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> Account | None:
        """Return the open account that is tied to the token's subject; nothing is made, and nothing more is asked."""
        del access_token, id_token
        subject = payload.get("sub")
        if not subject:
            return None
        return Account.objects.filter(oidc_subject=subject, is_active=True).first()

    def get_user(self, user_id: int) -> Account | None:
        """Return the account of a session, while it is active."""
        return Account.objects.filter(pk=user_id, is_active=True).first()
