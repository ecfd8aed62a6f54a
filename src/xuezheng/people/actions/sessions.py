"""Where people are signed in: every sign-in is in the record, and every session can be ended."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from xuezheng.ledger.actions import Actor, Recorder, recording
from xuezheng.ledger.models import Event
from xuezheng.people.actions.appointments import county_of
from xuezheng.people.models import Account, SignedInSession


def begin_session(
    *, account_id: int, session_key: str, device: str, means: str, by: Actor, at: datetime
) -> SignedInSession:
    """Record that somebody signed in; `means` is how: password, second_factor or identity_service."""
    with recording(by, at) as recorder:
        session, _ = SignedInSession.objects.update_or_create(
            session_key=session_key,
            defaults={"account_id": account_id, "device": device[:200], "started_at": at, "last_seen_at": at},
        )
        _note(recorder, "people.sign_in", account_id, after={"means": means})
    return session


def see_session(*, account_id: int, session_key: str, at: datetime) -> None:
    """Note that somebody was seen in a session. No event: it is no act of theirs, and would drown those that are."""
    SignedInSession.objects.filter(account_id=account_id, session_key=session_key).update(last_seen_at=at)


def leave_session(*, account_id: int, session_key: str, by: Actor, at: datetime) -> None:
    """Record that somebody signed out; the caller flushes the session itself."""
    with recording(by, at) as recorder:
        SignedInSession.objects.filter(account_id=account_id, session_key=session_key).delete()
        _note(recorder, "people.sign_out", account_id)


def renew_session(*, account_id: int, before: str, after: str, by: Actor, at: datetime) -> None:
    """Follow a session to its new key, after what gives it one (a changed password, a second factor)."""
    with recording(by, at) as recorder:
        SignedInSession.objects.filter(account_id=account_id, session_key=before).update(session_key=after)
        _note(recorder, "people.renew_session", account_id)


def end_session(*, account_id: int, session_id: int, by: Actor, at: datetime) -> None:
    """End one of somebody's sessions, wherever it is; one that has ended already is no fault."""
    with recording(by, at) as recorder:
        session = SignedInSession.objects.filter(account_id=account_id, pk=session_id).first()
        if session is None:
            return
        Session.objects.filter(session_key=session.session_key).delete()
        session.delete()
        _note(recorder, "people.end_session", account_id, after={"session": session_id})


def end_other_sessions(*, account_id: int, keep: str | None, by: Actor, at: datetime) -> int:
    """End all sessions of somebody but the one with the key `keep`; return how many."""
    with recording(by, at) as recorder:
        ended = end_sessions_of(Account.objects.get(pk=account_id), keep=keep)
        _note(recorder, "people.end_other_sessions", account_id, after={"ended": ended})
    return ended


def record_lock_out(*, login: str, minutes: int, by: Actor, at: datetime) -> None:
    """Record that an account was locked after wrong passwords, once while it is; a name that nobody has leaves no trace.

    Who is locked out and goes on trying, or lets a machine try, must not fill the ledger.
    """
    account = Account.objects.filter(login=login).first()
    if account is None:
        return
    since = at - timedelta(minutes=minutes)
    told = Event.objects.filter(subject_kind="account", subject_id=str(account.pk), action="people.lock_out")
    if told.filter(at__gt=since).exists():
        return
    with recording(by, at) as recorder:
        _note(recorder, "people.lock_out", account.pk, after={"minutes": minutes})


def end_sessions_of(account: Account, keep: str | None = None) -> int:
    """End the sessions of somebody inside another action's transaction; return how many."""
    ending = account.signed_in_sessions.exclude(session_key=keep or "")
    keys = list(ending.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    ending.delete()
    return len(keys)


def _note(recorder: Recorder, action: str, account_id: int, after: dict[str, object] | None = None) -> None:
    county = county_of(Account.objects.get(pk=account_id))
    recorder.event(action, "account", account_id, county=county, after=after)
