"""The register as a Django app. Engine commands import `xuezheng.register` without it."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Owns the index of snapshots and schools."""

    name = "xuezheng.register"
    label = "register"
    default_auto_field = "django.db.models.BigAutoField"
