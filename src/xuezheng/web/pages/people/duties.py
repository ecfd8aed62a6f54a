"""What somebody must do before anything else: change a password that others knew, set up a second factor."""

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_otp import DEVICE_ID_SESSION_KEY

from xuezheng.people.actions import see_session
from xuezheng.people.models import Account
from xuezheng.people.second_factor import is_required

if TYPE_CHECKING:
    from datetime import datetime

_SEEN, _SEEN_EVERY_SECONDS = "seen", 600
_ALWAYS_OPEN = {"sign-in", "sign-in-code", "sign-out", "choose-language", "change-password", "health", "ready"}
_API = "api-"
_SECOND_FACTOR = {"second-factor", "second-factor-picture", "begin-second-factor", "confirm-second-factor"}


def note_presence(request: HttpRequest) -> None:
    """Keep what the list of sessions says about when somebody was last seen, to within some minutes."""
    if not isinstance(request.user, Account):
        return
    at: datetime = request.at  # type: ignore[attr-defined]
    seen = request.session.get(_SEEN, 0)
    if at.timestamp() - seen >= _SEEN_EVERY_SECONDS:
        request.session[_SEEN] = int(at.timestamp())
        if seen:
            see_session(account_id=request.user.pk, session_key=str(request.session.session_key), at=at)


def first_duty(request: HttpRequest) -> HttpResponse | None:
    """Return the way to what somebody must do first, or None where nothing is due or this is the page for it.

    The API leads nobody anywhere: its doors refuse who has a duty.
    """
    if not isinstance(request.user, Account) or request.resolver_match is None:
        return None
    here = request.resolver_match.url_name or ""
    if here in _ALWAYS_OPEN or here.startswith(_API):
        return None
    duty = duty_of(request)
    if duty is None or (duty == "second-factor" and here in _SECOND_FACTOR):
        return None
    return redirect(duty)


def duty_of(request: HttpRequest) -> str | None:
    """Return the name of the page where somebody who is signed in must do something first, or None."""
    if not isinstance(request.user, Account):
        return None
    if request.user.must_change_password:
        return "change-password"
    if DEVICE_ID_SESSION_KEY in request.session:
        return None
    # The identity service has checked more than a password already.
    if request.session.get("signed_in_by") != "identity_service" and is_required(request.reach):  # type: ignore[attr-defined]
        return "second-factor"
    return None
