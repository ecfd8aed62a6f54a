"""Meetings as a Django app."""

from django.apps import AppConfig


class MeetingsConfig(AppConfig):
    """Owns meetings and what their bulletins ask for."""

    name = "xuezheng.meetings"
    label = "meetings"
    default_auto_field = "django.db.models.BigAutoField"
