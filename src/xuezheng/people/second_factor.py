"""The second factor: a time-based code from a phone, with backup codes on paper for when the phone is lost."""

import base64
import io

import segno
from django.conf import settings
from django.db import transaction
from django_otp import devices_for_user
from django_otp.models import Device
from django_otp.plugins.otp_totp.models import TOTPDevice

from xuezheng.catalogue.roles import load_roles
from xuezheng.people.access import Reach
from xuezheng.people.models import Account


def has_second_factor(account: Account) -> bool:
    """Whether somebody has set up a second factor."""
    return bool(TOTPDevice.objects.filter(user=account, confirmed=True).exists())


def is_required(reach: Reach) -> bool:
    """Whether a role of somebody's asks for a second factor, by the catalogue or the installation's setting."""
    asked = set(settings.SECOND_FACTOR_ROLES)
    asked |= {name for name, role in load_roles().roles.items() if role.second_factor == "required"}
    return not reach.roles.isdisjoint(asked)


def matching_device(account: Account, code: str) -> Device | None:
    """Return the phone or list of backup codes that a code is from, or None.

    A code is good once. After a wrong one the device answers nothing for a second, then two, then four, and so on.
    """
    given = code.replace(" ", "").replace("-", "").lower()
    from_phone = len(given) == 6 and given.isdigit()
    with transaction.atomic():
        for device in devices_for_user(account, for_verify=True):
            # Each code is tried where it can be from: a mistyped one must not lock the other kind.
            if isinstance(device, TOTPDevice) == from_phone and device.verify_token(given):
                return device
    return None


def count_backup_codes(account: Account) -> int:
    """Return how many backup codes somebody has left."""
    return sum(device.token_set.count() for device in devices_for_user(account) if hasattr(device, "token_set"))


def pending_device(account: Account) -> TOTPDevice | None:
    """Return the phone that is being set up, or None."""
    return TOTPDevice.objects.filter(user=account, confirmed=False).first()


def qr_code(device: TOTPDevice) -> bytes:
    """Return the device's secret as a QR code for an authenticator app: an SVG file without styles or scripts."""
    out = io.BytesIO()
    segno.make(device.config_url, error="m").save(out, kind="svg", scale=5, border=4, dark="#1f2328", light="#fff")
    return out.getvalue()


def spelled_secret(device: TOTPDevice) -> str:
    """Return the device's secret for typing, in groups of four."""
    secret = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
