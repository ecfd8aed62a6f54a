"""Meetings: their record, agenda, people and papers, and what their texts ask for until a clerk has settled it."""

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
    `source` is the kind of the text as it was read (see `catalogue.sources`), `source_number` its own number (〔2026〕3号),
    `unread` what in it nobody could read: `code`, `sheet`, `cell` and the message's parameters.
    `differences` is what an attached text says otherwise than the record, by field, until a clerk has decided.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="meetings")
    is_task_table = models.BooleanField(default=False)
    source = models.CharField(max_length=12, blank=True)
    source_number = models.CharField(max_length=60, blank=True)
    unread = models.JSONField(default=list)
    title = models.CharField(max_length=200)
    organiser = models.CharField(max_length=100, blank=True)
    ordinal_year = models.PositiveSmallIntegerField(null=True, blank=True)
    ordinal = models.PositiveSmallIntegerField(null=True, blank=True)
    held_on = models.DateField(null=True, blank=True)
    day_words = models.CharField(max_length=20, blank=True)
    begins_at = models.TimeField(null=True, blank=True)
    place = models.CharField(max_length=100, blank=True)
    papers_due_on = models.DateField(null=True, blank=True)
    leave_by_on = models.DateField(null=True, blank=True)
    contact = models.CharField(max_length=200, blank=True)
    notice_sent_at = models.DateTimeField(null=True, blank=True)
    confirmed_held_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=300, blank=True)
    differences = models.JSONField(default=dict)
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

    `spans` are pairs of offsets in the meeting's text, more than one where proposals were merged. `indicator` is the one
    that its case should move, as a case keeps it.
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
    indicator = models.JSONField(null=True, blank=True)
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


class IssuedNumber(models.Model):
    """A number that a meeting's notice or minutes have: taken once, never given to another document."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="numbers")
    document = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=60)
    taken_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()

    class Meta:
        ordering = ("document", "year", "sequence")
        constraints = (
            models.UniqueConstraint(
                fields=["county", "document", "year", "sequence"], name="one_meeting_document_a_number"
            ),
            models.UniqueConstraint(fields=["meeting", "document"], name="one_number_a_meeting_document"),
        )

    def __str__(self) -> str:
        return self.number


class AgendaItem(models.Model):
    """One item of a meeting's agenda, in order. One that was proposed and left out stays, so that it is not proposed again.

    `origin_kind` and `origin_id` name what it is about: a case, an indicator, a self-assessment, a duty report, a paper.
    """

    class Kind(models.TextChoices):
        """What the meeting does with it; what each is called stands in the catalogue."""

        STUDY = "study"
        HEAR = "hear"
        REVIEW = "review"
        DISCUSS = "discuss"
        OTHER = "other"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="agenda")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    title = models.CharField(max_length=300)
    unit = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    origin_kind = models.CharField(max_length=40, blank=True)
    origin_id = models.CharField(max_length=80, blank=True)
    is_left_out = models.BooleanField(default=False)

    class Meta:
        ordering = ("place", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["meeting", "origin_kind", "origin_id"], condition=~Q(origin_kind=""), name="one_item_an_origin"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Invitee(models.Model):
    """Somebody, or a unit, that is invited: the answer, who stands in, and whether they came.

    `account` lets them read the meeting's restricted papers. `is_present` is None until attendance was taken.
    """

    class Role(models.TextChoices):
        """How they take part: as members, or sitting in."""

        ATTENDS = "attends"
        SITS_IN = "sits_in"

    class Answer(models.TextChoices):
        """What they answered."""

        OPEN = "open"
        COMES = "comes"
        LEAVE = "leave"
        STAND_IN = "stand_in"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="invitees")
    place = models.PositiveIntegerField()
    role = models.CharField(max_length=10, choices=Role.choices, default=Role.ATTENDS)
    name = models.CharField(max_length=60, blank=True)
    post = models.CharField(max_length=100, blank=True)
    unit = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices, default=Answer.OPEN)
    reason = models.CharField(max_length=200, blank=True)
    stand_in_name = models.CharField(max_length=60, blank=True)
    stand_in_post = models.CharField(max_length=100, blank=True)
    is_present = models.BooleanField(null=True, blank=True)

    class Meta:
        ordering = ("place", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(name="") | Q(unit__isnull=False), name="invitee_has_a_name"),
        )

    def __str__(self) -> str:
        return self.name or str(self.unit)


class Paper(models.Model):
    """A paper for a meeting or one of its items, or one that a unit submitted and no meeting has taken up yet.

    A restricted one is seen by those named on it: its readers, the meeting's invitees with an account, the people of
    its unit and whoever entered it. For everybody else it does not exist, its name neither.
    """

    class State(models.TextChoices):
        """How far its review is."""

        PLAIN = "plain"
        SUBMITTED = "submitted"
        APPROVED = "approved"
        TO_REVISE = "to_revise"
        WITHDRAWN = "withdrawn"

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, null=True, blank=True, on_delete=models.PROTECT, related_name="papers")
    item = models.ForeignKey(AgendaItem, null=True, blank=True, on_delete=models.SET_NULL, related_name="papers")
    title = models.CharField(max_length=200)
    unit = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    is_restricted = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLAIN)
    submitted_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    entered_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    changed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ("-entered_at", "-id")
        indexes = (
            models.Index(fields=["county", "submitted_at"], name="paper_in_review", condition=Q(state="submitted")),
            models.Index(fields=["county", "-entered_at", "-id"], name="paper_by_day"),
            models.Index(fields=["unit", "-entered_at", "-id"], name="paper_of_unit"),
        )

    def __str__(self) -> str:
        return self.title


class PaperVersion(models.Model):
    """One version of a paper's file, kept by its digest. None is ever replaced: the newest counts, all stay."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    words = models.CharField(max_length=300, blank=True)
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["paper", "number"], name="one_file_a_paper_version"),)


class PaperReader(models.Model):
    """Somebody named on a restricted paper."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="readers")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["paper", "account"], name="one_paper_reader"),)


class PaperReview(models.Model):
    """What a meeting decided about a version of a paper."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="reviews")
    version = models.ForeignKey(PaperVersion, on_delete=models.PROTECT, related_name="+")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="reviewed_papers")
    is_approved = models.BooleanField()
    words = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "id")
