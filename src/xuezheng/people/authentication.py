"""Signing in with a name and a password."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from xuezheng.people.models import Account


class PasswordBackend(BaseBackend):
    """Knows accounts that are active and have a password."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **_: Any
    ) -> Account | None:
        """Return the account, or None. A name that does not exist costs the same time as a wrong password."""
        del request
        if username is None or password is None:
            return None
        account = Account.objects.filter(login=username).first()
        if account is None:
            Account().set_password(password)
            return None
        return account if account.check_password(password) and account.is_active else None

    def get_user(self, user_id: int) -> Account | None:
        """Return the account of a session, while it is active."""
        return Account.objects.filter(pk=user_id, is_active=True).first()
