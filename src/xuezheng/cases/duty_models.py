"""Duty reports that the office asked for: the round, each unit's report, and every step of one with the words."""

from django.db import models
from django.db.models import F, Q

from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County


class DutyRound(models.Model):
    """The office asks units for their reports over a time: `since` and `until` are its first and last day."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    words = models.TextField(blank=True)
    since = models.DateField()
    until = models.DateField()
    due_on = models.DateField()
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-due_on", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="duty_round_ends_after_start"),
            models.CheckConstraint(condition=Q(due_on__gte=F("since")), name="duty_round_due_after_its_start"),
        )

    def __str__(self) -> str:
        return self.title


class DutyReport(models.Model):
    """A unit's report in a round. `version` grows with every step: who writes on an older one is told what changed.

    `facts` is what of its cases the report was composed from, frozen at `composed_at`; `counts` are the figures of it,
    for the page that lays units side by side. `written` is what people wrote, by section; `reasons` why a case was
    late, by the case's number, where nothing stood on record.
    """

    class State(models.TextChoices):
        """How far a report is; what each is called stands in the catalogue."""

        ASKED = "asked"
        DRAFT = "draft"
        SIGNED = "signed"
        RETURNED = "returned"

    round = models.ForeignKey(DutyRound, on_delete=models.PROTECT, related_name="reports")
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="duty_reports")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    version = models.PositiveIntegerField(default=1)
    facts = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    composed_at = models.DateTimeField(null=True, blank=True)
    written = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    signed_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("unit__protocol_order", "unit__kind", "unit__code", "unit_id")
        constraints = (
            models.UniqueConstraint(fields=["round", "unit"], name="one_duty_report_a_unit"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_by__isnull=False, signed_at__isnull=False),
                name="duty_report_signed_by_somebody",
            ),
        )
        indexes = (
            models.Index(fields=["county"], name="duty_report_open", condition=~Q(state="signed")),
            models.Index(fields=["unit", "state"], name="duty_report_of_unit"),
        )


class DutyReportStep(models.Model):
    """One step of a report. A signed document stands with the step that signed it, kept under its digest for good."""

    report = models.ForeignKey(DutyReport, on_delete=models.PROTECT, related_name="steps")
    version = models.PositiveIntegerField()
    step = models.CharField(max_length=12)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    words = models.TextField(blank=True)
    details = models.JSONField(default=dict)
    file_name = models.CharField(max_length=200, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ("version", "id")
        constraints = (models.UniqueConstraint(fields=["report", "version"], name="one_duty_step_a_version"),)
