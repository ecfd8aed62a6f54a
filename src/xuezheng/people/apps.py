"""The people as a Django app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Owns accounts, organisations and appointments."""

    name = "xuezheng.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
