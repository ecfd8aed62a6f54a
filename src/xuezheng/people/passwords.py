"""Passwords: fresh random ones for slips, and the hashing that cannot take the machine's memory."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher, make_password

from xuezheng.kernel.refusal import InvalidRequest

# Letters and digits that nobody takes for another when reading from paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4
_AT_ONCE = 3
_LONGEST_WAIT_SECONDS = 15
_turns = BoundedSemaphore(_AT_ONCE)


def fresh_password() -> str:
    """Return a random password of four groups of four, 79 bits: for a slip of paper, and changed at the first sign-in."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hash_of_fresh(password: str) -> str:
    """Return the hash of a password from `fresh_password`.

    Slow hashing guards passwords that people think up. 79 random bits cannot be tried out however cheap a try is, so
    that 250 of them need not cost half a minute; the first sign-in replaces it in any case.
    """
    if not isinstance(get_hasher(), Argon2PasswordHasher):
        return make_password(password)
    hasher = _LightArgon2()
    return str(hasher.encode(password, hasher.salt()))


class CappedArgon2(Argon2PasswordHasher):
    """Argon2 takes 100 MB a hash: only so many at once in a process, the others wait their turn.

    Who waits longer than a quarter of a minute is told so (`InvalidRequest`), rather than the machine giving way.
    """

    def encode(self, password: str, salt: str) -> str:
        """Return the hash, when it is its turn."""
        with _turn():
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        """Return whether the password is the hashed one, when it is its turn."""
        with _turn():
            return bool(super().verify(password, encoded))

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Make a wrong password for a slip's light hash cost as much as any other."""
        del encoded
        self.encode(password, self.salt())


class _LightArgon2(Argon2PasswordHasher):
    time_cost = 1
    memory_cost = 4096
    parallelism = 1


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=_LONGEST_WAIT_SECONDS):
        raise InvalidRequest("sign_in_busy")
    try:
        yield
    finally:
        _turns.release()
