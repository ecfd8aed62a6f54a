"""Personal access tokens for the API: made, used, taken back. The secret is shown once and never stands in the ledger."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import Actor, recording
from xuezheng.people.access import OutsideArea
from xuezheng.people.actions.appointments import county_of
from xuezheng.people.models import AccessToken, Account

LONGEST_DAYS = 365
MOST_TOKENS = 20
PREFIX = "xuezheng_"
_LONGEST_NAME = 60
_SECRET_BYTES = 32


def make_token(
    *, account_id: int, name: str, days: int, is_strong: bool, by: Actor, at: datetime
) -> tuple[AccessToken, str]:
    """Make a token that lapses after `days` days, and return it with the text that is shown once.

    `is_strong` says whether the session in which it is made was opened by more than a password. Raises
    `InvalidRequest` for no name, for less than a day or more than a year, and beyond twenty live tokens.
    """
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise InvalidRequest("token_needs_name", limit=_LONGEST_NAME)
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidRequest("token_days", limit=LONGEST_DAYS)
    secret = secrets.token_urlsafe(_SECRET_BYTES)
    with recording(by, at) as recorder:
        account = Account.objects.select_for_update().get(pk=account_id)
        live = AccessToken.objects.filter(account=account, revoked_at__isnull=True, expires_at__gt=at).count()
        if live >= MOST_TOKENS:
            raise InvalidRequest("token_too_many", limit=MOST_TOKENS)
        token = AccessToken.objects.create(
            account=account, name=name.strip(), digest=digest_of(secret), is_strong=is_strong, made_at=at,
            expires_at=at + timedelta(days=days),
        )  # fmt: skip
        recorder.event(
            "people.make_token", "account", account.pk, county=county_of(account),
            after={"token": token.pk, "name": token.name, "expires_at": token.expires_at.isoformat()},
        )  # fmt: skip
    return token, f"{PREFIX}{token.pk}_{secret}"


def revoke_token(*, account_id: int, token_id: int, by: Actor, at: datetime) -> None:
    """Take back one of somebody's tokens; one that is over already is no fault. Raises `OutsideArea` for another's."""
    with recording(by, at) as recorder:
        token = AccessToken.objects.filter(account_id=account_id, pk=token_id).first()
        if token is None:
            raise OutsideArea("outside_area")
        if token.revoked_at is not None:
            return
        token.revoked_at = at
        token.save(update_fields=["revoked_at"])
        account = Account.objects.get(pk=account_id)
        recorder.event(
            "people.revoke_token", "account", account_id, county=county_of(account),
            after={"token": token.pk, "name": token.name},
        )  # fmt: skip


def see_token(*, token_id: int, on: date) -> None:
    """Note the day on which a token was used. No event: what is done with it is recorded where it is done."""
    AccessToken.objects.filter(pk=token_id).exclude(last_used_on=on).update(last_used_on=on)


def revoke_tokens_of(account: Account, at: datetime) -> int:
    """Take back all tokens of somebody inside another action's transaction; return how many."""
    return AccessToken.objects.filter(account=account, revoked_at__isnull=True).update(revoked_at=at)


def digest_of(secret: str) -> str:
    """Return what is kept of a secret. It holds 256 random bits: a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()
