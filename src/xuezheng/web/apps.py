"""The pages as a Django app: templates, static files, background work."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """Owns what only the browser's side needs."""

    name = "xuezheng.web"
    label = "web"
    default_auto_field = "django.db.models.BigAutoField"
