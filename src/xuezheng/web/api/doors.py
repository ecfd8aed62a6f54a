"""The doors of the API: a browser's session or a personal access token, then the same rights as at the pages' doors.

They run before anything of a call is read. Whoever sends a token is its owner, whatever session comes with it.
"""

import hmac
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja.security.base import AuthBase
from ninja.utils import check_csrf

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.people.access import NotAllowed, OutsideArea, reach_of
from xuezheng.people.actions import see_token
from xuezheng.people.actions.tokens import PREFIX, digest_of
from xuezheng.people.models import AccessToken, Account
from xuezheng.people.second_factor import is_required
from xuezheng.register.models import County
from xuezheng.web.gate import OfficeRequest
from xuezheng.web.pages.people.duties import duty_of

_TOKEN = re.compile(rf"{PREFIX}(\d{{1,12}})_([A-Za-z0-9_-]{{20,100}})")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

Enter = Callable[[OfficeRequest], None]


class NotSignedIn(InvalidRequest):
    """A call from nobody: neither a session nor a token that holds."""


class LockedOut(InvalidRequest):
    """Too many wrong tries at one token from one address; who sends the right one never meets it."""


class Door(AuthBase):
    """A door of the API; `door` and `right` say what it asks for, as at the pages."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, door: str, right: str | None, enter: Enter) -> None:
        self.door, self.right, self._enter = door, right, enter
        super().__init__()

    def __call__(self, request: HttpRequest) -> Account:
        """Let somebody in and return their account; raises refusals for everybody else."""
        asked = cast("OfficeRequest", request)
        sent = request.headers.get("Authorization", "")
        if sent:
            asked.account = _by_token(asked, sent)
        else:
            asked.account = _by_session(asked)
        self._enter(asked)
        return asked.account


def signed_in_call() -> Door:
    """Guard a call about the person themselves, or one whose record is fetched through their reach."""
    return Door("signed-in", None, lambda _asked: None)


def county_call(right: str) -> Door:
    """Guard a call about a whole county, by `county` in its address: `request.county` is set."""

    def enter(asked: OfficeRequest) -> None:
        county = str(asked.resolver_match.kwargs["county"]) if asked.resolver_match else ""
        asked.reach.require_county(right, county)
        held = County.objects.filter(code=county).defer("outlines").first()
        if held is None:
            raise OutsideArea("outside_area")
        asked.county = held

    return Door("county", right, enter)


def _by_session(asked: OfficeRequest) -> Account:
    if not isinstance(asked.user, Account):
        raise NotSignedIn("api_not_signed_in")
    duty = duty_of(asked)
    if duty is not None:
        raise NotAllowed("api_password_first" if duty == "change-password" else "api_second_factor_first")
    if asked.method not in _SAFE and check_csrf(asked) is not None:
        raise NotAllowed("api_csrf_missing")
    return asked.user


def _by_token(asked: OfficeRequest, sent: str) -> Account:
    scheme, _, given = sent.partition(" ")
    found = _TOKEN.fullmatch(given.strip()) if scheme.lower() == "bearer" else None
    token = AccessToken.objects.select_related("account").filter(pk=int(found[1])).first() if found else None
    # The right secret gets in whatever was tried before: who only knows a token's number locks nobody out,
    # and 256 random bits are not guessed between two locks.
    if token is None or found is None or not _holds(token, found[2], asked.at):
        raise _counted(asked, f"token:{token.pk if token else '?'}")
    on = timezone.localdate(asked.at)
    asked.reach = reach_of(token.account, on)
    if token.account.must_change_password:
        raise NotAllowed("api_password_first")
    if is_required(asked.reach) and not token.is_strong:
        raise NotAllowed("api_second_factor_first")
    if token.last_used_on != on:
        see_token(token_id=token.pk, on=on)
    return token.account


def _holds(token: AccessToken, secret: str, at: datetime) -> bool:
    """Whether a secret is that of a token which is neither over nor taken back, and whose owner is still there."""
    is_right = hmac.compare_digest(token.digest, digest_of(secret))
    return is_right and token.revoked_at is None and token.expires_at > at and token.account.is_active


def _counted(asked: OfficeRequest, name: str) -> InvalidRequest:
    """Count a try that failed under a token's name and the caller's address, and return its refusal."""
    # Axes gets the address alone: of the call itself it would read and keep what was sent, and answer with its own page.
    bare = HttpRequest()
    bare.META = asked.META
    tried = {"username": name}
    if AxesProxyHandler.is_allowed(bare, tried):
        AxesProxyHandler.user_login_failed(sender=Door, credentials=tried, request=bare)
        if not getattr(bare, "axes_locked_out", False):
            return NotSignedIn("api_token_wrong")
    return LockedOut("api_locked_out", minutes=round(settings.AXES_COOLOFF_TIME * 60))


def marked(view: Callable[..., Any], door: Door) -> Callable[..., Any]:
    """Write the door on the view, so that the test of all addresses finds it as it finds the pages'."""
    view.door, view.right = door.door, door.right  # type: ignore[attr-defined]
    return view
