"""The notices as a Django app."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Owns notices, what each person wants to be told where, chat robots, and the messages that go out."""

    name = "xuezheng.notices"
    label = "notices"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen for requests under the two-person rule and decisions about them: the room of people stands below and calls nobody up here."""
        from django.db.models.signals import post_save

        from xuezheng.notices.actions.telling import tell_of_approval

        approval = self.apps.get_model("people", "Approval") if self.apps else None
        post_save.connect(tell_of_approval, sender=approval, dispatch_uid="xuezheng.notices.approval")
