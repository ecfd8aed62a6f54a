"""Cases and what belongs to them. `machine` is what the engine knows of a case; the columns beside it are for finding."""

from django.db import models
from django.db.models import F, Q

from xuezheng.cases import duty_models, figure_models, paper_models  # noqa: F401 - Django looks for an app's models here
from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County


class Numbering(models.Model):
    """The last number of a series in a county and year; locked while the next one is taken."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    series = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["county", "series", "year"], name="one_numbering"),)


class Bulk(models.Model):
    """Many cases opened and handed out in one go, so that the whole can be voided in one go."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-at", "-id")


class Case(models.Model):
    """Something that somebody must do. `version` grows with every step: who acts on an older one is told what changed.

    `number_key` is the number as search compares it, without brackets and spaces.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(max_length=30)
    level = models.CharField(max_length=30)
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=60)
    number_key = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    task = models.TextField(blank=True)
    state = models.CharField(max_length=30)
    phase = models.CharField(max_length=12)
    is_open = models.BooleanField(default=True)
    is_running = models.BooleanField(default=False)
    is_restricted = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    machine = models.JSONField(default=dict)

    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    bulk = models.ForeignKey(Bulk, null=True, blank=True, on_delete=models.PROTECT, related_name="cases")
    lead_unit = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="led_cases"
    )
    assisting_units = models.ManyToManyField(Organisation, blank=True, related_name="assisted_cases")
    origin_kind = models.CharField(max_length=40, blank=True)
    origin_id = models.CharField(max_length=80, blank=True)
    indicator = models.JSONField(null=True, blank=True)
    indicator_before = models.JSONField(null=True, blank=True)

    opened_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    handed_out_at = models.DateTimeField(null=True, blank=True)
    receive_due_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    first_due_at = models.DateTimeField(null=True, blank=True)
    due_is_provisional = models.BooleanField(default=False)
    warn_at = models.DateTimeField(null=True, blank=True)
    is_paused = models.BooleanField(default=False)
    control_until = models.DateTimeField(null=True, blank=True)
    lacks_control = models.BooleanField(default=False)
    reported_at = models.DateTimeField(null=True, blank=True)
    verify_due_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    is_forced = models.BooleanField(default=False)
    has_pending_extension = models.BooleanField(default=False)
    extensions = models.PositiveSmallIntegerField(default=0)
    sent_back = models.PositiveSmallIntegerField(default=0)
    declined = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)
    escalated = models.PositiveSmallIntegerField(default=0)
    escalate_at = models.DateTimeField(null=True, blank=True)
    progress = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-year", "kind", "-sequence")
        constraints = (
            models.UniqueConstraint(fields=["county", "kind", "year", "sequence"], name="one_case_a_number"),
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="no_case_under_itself"),
        )
        indexes = (
            # My work: what runs or waits for a unit, or in a county, the most urgent first.
            models.Index(fields=["lead_unit", "due_at", "id"], name="case_unit_running", condition=Q(is_running=True)),
            models.Index(fields=["lead_unit", "state", "receive_due_at", "id"], name="case_unit_state"),
            models.Index(fields=["county", "due_at", "id"], name="case_county_running", condition=Q(is_running=True)),
            models.Index(fields=["county", "state", "verify_due_at", "id"], name="case_county_state_check"),
            models.Index(fields=["parent", "is_open"], name="case_children"),
            # Ledgers in order of number.
            models.Index(fields=["lead_unit", "-year", "kind", "-sequence"], name="case_unit_ledger"),
            models.Index(fields=["county", "-year", "kind", "-sequence"], name="case_county_ledger"),
            models.Index(fields=["county", "phase", "-year", "kind", "-sequence"], name="case_phase_ledger"),
            models.Index(fields=["county", "number_key"], name="case_number"),
            models.Index(fields=["origin_kind", "origin_id"], name="case_origin"),
            # Supervision figures: the moments by which they count, and what is unfinished.
            models.Index(fields=["county", "due_at"], name="case_figure_due"),
            models.Index(fields=["county", "first_due_at"], name="case_figure_first_due"),
            models.Index(fields=["county", "receive_due_at"], name="case_figure_receive"),
            models.Index(fields=["county", "reported_at"], name="case_figure_reported"),
            models.Index(fields=["county", "closed_at"], name="case_figure_closed"),
            models.Index(fields=["county", "opened_at"], name="case_figure_opened"),
            # Their conditions name no number: SQLite takes a partial index only where nothing of it is a parameter.
            models.Index(fields=["county", "sent_back"], name="case_open_sent_back", condition=Q(is_open=True)),
            models.Index(fields=["county", "reopened"], name="case_open_reopened", condition=Q(is_open=True)),
            models.Index(fields=["bulk", "id"], name="case_of_bulk"),
            models.Index(fields=["county", "-closed_at"], name="case_forced", condition=Q(is_forced=True)),
            # The nightly escalation and the rarer lists hold the few rows that they are about.
            models.Index(fields=["escalate_at"], name="case_escalation", condition=Q(escalate_at__isnull=False)),
            models.Index(fields=["county"], name="case_extension_asked", condition=Q(has_pending_extension=True)),
            models.Index(fields=["county"], name="case_without_control", condition=Q(lacks_control=True)),
            models.Index(fields=["control_until"], name="case_control_ends", condition=Q(lacks_control=False)),
            models.Index(fields=["due_at"], name="case_provisional", condition=Q(due_is_provisional=True)),
            # The weekly page: what was verified, reported or closed by force in a span of time.
            models.Index(
                fields=["county", "verified_at"], name="case_week_verified", condition=Q(verified_at__isnull=False)
            ),
            models.Index(
                fields=["county", "reported_at"], name="case_week_reported", condition=Q(reported_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Reader(models.Model):
    """Somebody named on a restricted case beside its units and whoever opened it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="readers")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "account"], name="one_reader"),)


class Step(models.Model):
    """One step of a case as its page shows it; the ledger holds the same as an event. `version` is the case's after it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    version = models.PositiveIntegerField()
    step = models.CharField(max_length=30)
    state = models.CharField(max_length=30)
    by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    acting_as = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    words = models.TextField(blank=True)
    until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("version", "id")
        constraints = (models.UniqueConstraint(fields=["case", "version"], name="one_step_a_version"),)


class Evidence(models.Model):
    """A file kept by its digest, or a reading. Never replaced: a newer one supersedes it and both stay."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="evidence")
    kind = models.CharField(max_length=12)
    words = models.CharField(max_length=500, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    taken_by = models.CharField(max_length=60, blank=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    version = models.PositiveIntegerField()
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    class Meta:
        ordering = ("given_at", "id")


class Extension(models.Model):
    """An extension that was asked for: by whom, why, until when; and how somebody else decided."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="asked_extensions")
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_before = models.DateTimeField()
    until = models.DateField()
    reason = models.TextField()
    decided_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    is_granted = models.BooleanField(null=True)
    decision = models.TextField(blank=True)

    class Meta:
        ordering = ("asked_at", "id")
        indexes = (models.Index(fields=["asked_at"], name="extension_asked"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")), name="granted_by_somebody_else"
            ),
        )


class ControlMeasure(models.Model):
    """What keeps a hazard under control until it is gone, who answers for it, and until when it holds."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="control_measures")
    measure = models.CharField(max_length=500)
    responsible = models.CharField(max_length=60)
    until = models.DateField()
    set_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        ordering = ("set_at", "id")


class Gram(models.Model):
    """Two letters that stand side by side in a case's number or title: what search looks up instead of reading all."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="grams")
    county = models.CharField(max_length=6)
    gram = models.CharField(max_length=2)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["county", "gram", "case"], name="one_gram_a_case"),)
