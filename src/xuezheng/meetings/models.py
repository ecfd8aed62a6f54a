"""Meetings, and what their bulletins or task tables ask for until a clerk has settled it."""

from django.db import models
from django.db.models import Q

from xuezheng.cases.models import Case
from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County


class Meeting(models.Model):
    """A meeting of the leading group, or a task table that stands for one.

    `text` is the repaired text to which the proposals' spans refer, empty for a meeting entered by hand. `sha256` names
    the original as it was pasted or uploaded. `day_words` is the day as written where no year could be told.
    `attendees` lists `name` and `post`. `version` grows with every change: who changes an older one is told.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="meetings")
    is_task_table = models.BooleanField(default=False)
    title = models.CharField(max_length=200)
    organiser = models.CharField(max_length=100, blank=True)
    ordinal_year = models.PositiveSmallIntegerField(null=True, blank=True)
    ordinal = models.PositiveSmallIntegerField(null=True, blank=True)
    held_on = models.DateField(null=True, blank=True)
    day_words = models.CharField(max_length=20, blank=True)
    place = models.CharField(max_length=100, blank=True)
    chair = models.CharField(max_length=60, blank=True)
    chair_post = models.CharField(max_length=100, blank=True)
    attendees = models.JSONField(default=list)
    studied = models.JSONField(default=list)
    heard = models.JSONField(default=list)
    reviewed = models.JSONField(default=list)
    published_on = models.DateField(null=True, blank=True)
    text = models.TextField(blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    changed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("-held_on", "-entered_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["county", "sha256"], condition=~Q(sha256=""), name="one_meeting_an_original"
            ),
        )
        indexes = (models.Index(fields=["county", "-held_on", "-id"], name="meeting_by_day"),)

    def __str__(self) -> str:
        return self.title


class Proposal(models.Model):
    """One thing that a text asks for, as found, and as a clerk has worded it. A decision only once it is confirmed.

    `spans` are pairs of offsets in the meeting's text, more than one where proposals were merged.
    """

    class State(models.TextChoices):
        """What has become of it; what each is called stands in the pages."""

        OPEN = "open"
        CONFIRMED = "confirmed"
        RECORD = "record"
        DROPPED = "dropped"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="proposals")
    place = models.PositiveIntegerField()
    spans = models.JSONField(default=list)
    text = models.TextField()
    details = models.TextField(blank=True)
    speaker = models.CharField(max_length=60, blank=True)
    verb = models.CharField(max_length=20, blank=True)
    areas = models.JSONField(default=list)
    is_measurable = models.BooleanField(default=False)
    units_named = models.JSONField(default=list)
    lead_unit = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    assisting_units = models.ManyToManyField(Organisation, blank=True, related_name="+")
    limit_words = models.CharField(max_length=200, blank=True)
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    case = models.OneToOneField(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("place", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(state="confirmed", case__isnull=False) | (~Q(state="confirmed") & Q(case__isnull=True)),
                name="confirmed_with_its_case",
            ),
        )
        indexes = (models.Index(fields=["meeting", "place"], name="proposal_in_order"),)

    def __str__(self) -> str:
        return self.text[:60]
