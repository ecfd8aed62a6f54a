"""Applying the retention periods that apply by themselves: what is over its time goes, and one event says so."""

from datetime import datetime

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db.models import Q

from xuezheng.catalogue.retention import load_retention
from xuezheng.ledger.actions import SYSTEM, Actor, erase_payloads_before, recording
from xuezheng.people.models import AccessToken, SignedInSession


def apply_retention(*, at: datetime, by: Actor = SYSTEM) -> dict[str, int]:
    """Remove what is over its time by the catalogue's `retention.yaml`; return counts by kind.

    The worker does it every night; doing it twice removes nothing more.
    """
    limit = load_retention().limit
    with recording(by, at) as recorder:
        counts = {
            "event_payloads": erase_payloads_before(
                moment=limit("event_payloads", at), by=by, at=at, reason="retention: event_payloads"
            ),
            "sessions": _end_sessions(limit("sessions", at), at),
            "sign_in_attempts": AccessAttempt.objects.filter(attempt_time__lt=limit("sign_in_attempts", at)).delete()[
                0
            ],
            "access_tokens": AccessToken.objects.filter(
                Q(expires_at__lt=limit("access_tokens", at)) | Q(revoked_at__lt=limit("access_tokens", at))
            ).delete()[0],
        }
        if any(counts.values()):
            recorder.event("people.apply_retention", "installation", "", after=counts)
    return counts


def _end_sessions(before: datetime, at: datetime) -> int:
    Session.objects.filter(expire_date__lt=at).delete()
    return SignedInSession.objects.filter(last_seen_at__lt=before).delete()[0]
