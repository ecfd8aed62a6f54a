"""The ledger as a Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Owns the events and their chain."""

    name = "xuezheng.ledger"
    label = "ledger"
    default_auto_field = "django.db.models.BigAutoField"
