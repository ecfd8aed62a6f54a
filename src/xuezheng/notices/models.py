"""Notices, wishes about them, chat robots, and the messages that leave the installation."""

from django.db import models
from django.db.models import Q

from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County

MAIL_WAYS = (("never", "never"), ("daily", "daily"), ("now", "now"))


class Notice(models.Model):
    """Something that one person should know: a kind and its parameters; the words stand in the catalogue.

    `subject_kind` and `subject_id` say what it is about (`case` and its id); no title and no name is kept here, so that
    the page shows them only to who may see them at that time. `count` is how many subjects it stands for. `mail` says
    how it waits to go out by mail (`daily`, `now`, or empty), `robot` whether chat groups of the reader count it.
    """

    reader = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    county = models.CharField(max_length=6, blank=True)
    kind = models.CharField(max_length=30)
    subject_kind = models.CharField(max_length=20, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    params = models.JSONField(default=dict)
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=6, blank=True)
    robot = models.BooleanField(default=False)

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            models.Index(fields=["reader", "-at", "-id"], name="notice_inbox"),
            models.Index(fields=["reader", "kind"], name="notice_unread", condition=Q(read_at__isnull=True)),
            models.Index(fields=["mail", "reader"], name="notice_to_mail", condition=~Q(mail="")),
            models.Index(fields=["at"], name="notice_age"),
        )


class Wish(models.Model):
    """How one person wants notices of a kind to go out; without a row the catalogue's usual way holds."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    mail = models.CharField(max_length=6, choices=MAIL_WAYS)
    robot = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["account", "kind"], name="one_wish_a_kind"),)


class Robot(models.Model):
    """A chat group's robot: it is told how many new notices the people of a county, or of one unit, have.

    `sealed` is its address and secret, encrypted; `host` alone is shown. `told_until` is up to when it has been told.
    """

    class Kind(models.TextChoices):
        """The services whose form of message is known."""

        WECOM = "wecom"
        DINGTALK = "dingtalk"
        FEISHU = "feishu"
        WEBHOOK = "webhook"

    class Every(models.TextChoices):
        """How often it is told, at most."""

        DAY = "day"
        HOUR = "hour"

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    every = models.CharField(max_length=4, choices=Every.choices, default=Every.DAY)
    host = models.CharField(max_length=260)
    sealed = models.TextField()
    is_active = models.BooleanField(default=True)
    told_until = models.DateTimeField()
    changed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("county", "name", "id")


class Outgoing(models.Model):
    """A message on its way out, to one person by mail or to one robot: counts by kind of notice, nothing else.

    It goes out at most once: a sender takes it (`sending`) before it calls anybody. Where the sender is lost, or the
    other side broke off before it answered, nobody knows whether it arrived: it is `unsure` and never sent again by
    itself. `key` names what it is about, so that no second one is made of the same.
    """

    class State(models.TextChoices):
        """Where it is."""

        WAITING = "waiting"
        SENDING = "sending"
        SENT = "sent"
        UNSURE = "unsure"
        FAILED = "failed"

    key = models.CharField(max_length=80, unique=True)
    county = models.CharField(max_length=6, blank=True)
    purpose = models.CharField(max_length=10)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    robot = models.ForeignKey(Robot, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    counts = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    run_after = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    failure_code = models.CharField(max_length=60, blank=True)
    failure_params = models.JSONField(default=dict)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(account__isnull=False, robot__isnull=True) | Q(account__isnull=True, robot__isnull=False),
                name="goes_to_one_person_or_robot",
            ),
        )
        indexes = (
            models.Index(fields=["run_after"], name="outgoing_waiting", condition=Q(state="waiting")),
            models.Index(fields=["taken_at"], name="outgoing_taken", condition=Q(state="sending")),
            models.Index(fields=["-created_at", "-id"], name="outgoing_newest"),
        )
