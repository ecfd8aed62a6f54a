"""The cases as a Django app."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Owns cases, their steps, evidence, extensions and control measures."""

    name = "xuezheng.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
