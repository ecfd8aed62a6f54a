"""The standards as a Django app. Engine commands import `xuezheng.standards` without it."""

from django.apps import AppConfig


class StandardsConfig(AppConfig):
    """Owns evaluations, judged items and self-assessments."""

    name = "xuezheng.standards"
    label = "standards"
    default_auto_field = "django.db.models.BigAutoField"
