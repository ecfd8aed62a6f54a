"""Sealing what only the sender may read: a robot's address holds its key, so it is kept encrypted.

The key is derived from the installation's signing key, which stands in no backup: in a backup or a copied database the
sealed text is of no use. Whoever owns the machine has both, and nothing here stops them.
"""

import base64
import hashlib
import json
from collections.abc import Mapping

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from xuezheng.kernel.refusal import InvalidRequest


def seal(content: Mapping[str, str]) -> str:
    """Return content encrypted."""
    return _box().encrypt(json.dumps(dict(content)).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """Return what was sealed; raises `InvalidRequest` where the signing key is another one now."""
    try:
        held: dict[str, str] = json.loads(_box().decrypt(sealed.encode()))
    except InvalidToken as problem:
        raise InvalidRequest("robot_seal_broken") from problem
    return held


def _box() -> Fernet:
    key = hashlib.sha256(b"xuezheng.notices.robots\0" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
