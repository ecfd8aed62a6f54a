"""Setting up a second factor and taking it away; the secrets stand with the devices, never in the ledger."""

import secrets
from datetime import datetime

from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import Actor, recording
from xuezheng.people.actions.appointments import county_of
from xuezheng.people.models import Account

BACKUP_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def begin_second_factor(*, account_id: int, by: Actor, at: datetime) -> TOTPDevice:
    """Begin to set up a phone; it counts from the first right code (`confirm_second_factor`) on."""
    with recording(by, at) as recorder:
        account = Account.objects.get(pk=account_id)
        TOTPDevice.objects.filter(user=account, confirmed=False).delete()
        device: TOTPDevice = TOTPDevice.objects.create(user=account, name="phone", confirmed=False)
        recorder.event("people.begin_second_factor", "account", account_id, county=county_of(account))
    return device


def confirm_second_factor(*, account_id: int, code: str, by: Actor, at: datetime) -> tuple[TOTPDevice, list[str]]:
    """Take the phone into use with its first code; return it with fresh backup codes, which are shown once.

    A phone that was there before goes. Raises `InvalidRequest` for a wrong code.
    """
    account = Account.objects.get(pk=account_id)
    device: TOTPDevice | None = TOTPDevice.objects.filter(user=account, confirmed=False).first()
    # Outside the transaction: a wrong code must leave its trace in the device's throttling.
    if device is None or not device.verify_token(code.replace(" ", "")):
        raise InvalidRequest("code_wrong")
    with recording(by, at) as recorder:
        TOTPDevice.objects.filter(user=account, confirmed=True).delete()
        device.confirmed = True
        device.save(update_fields=["confirmed"])
        codes = _fresh_codes(account)
        recorder.event("people.confirm_second_factor", "account", account_id, county=county_of(account))
    return device, codes


def renew_backup_codes(*, account_id: int, by: Actor, at: datetime) -> list[str]:
    """Give somebody fresh backup codes, shown once; the old ones are worth nothing any more."""
    with recording(by, at) as recorder:
        account = Account.objects.get(pk=account_id)
        codes = _fresh_codes(account)
        recorder.event("people.renew_backup_codes", "account", account_id, county=county_of(account))
    return codes


def remove_second_factor(*, account_id: int, by: Actor, at: datetime, reason: str = "") -> None:
    """Take somebody's second factor away: they lost the phone, or do without."""
    with recording(by, at) as recorder:
        account = Account.objects.get(pk=account_id)
        for kind in (TOTPDevice, StaticDevice):
            kind.objects.filter(user=account).delete()
        recorder.event(
            "people.remove_second_factor", "account", account_id, county=county_of(account), reason=reason.strip()
        )


def _fresh_codes(account: Account) -> list[str]:
    StaticDevice.objects.filter(user=account).delete()
    device = StaticDevice.objects.create(user=account, name="backup", confirmed=True)
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(BACKUP_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=device, token=code) for code in codes])
    return codes
