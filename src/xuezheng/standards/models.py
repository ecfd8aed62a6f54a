"""What the standards said: evaluations with their findings; what people judged; self-assessments and their signatures."""

from django.db import models
from django.db.models import F, Q

from xuezheng.people.models import Account
from xuezheng.register.models import County, Snapshot


class Evaluation(models.Model):
    """One standard's answer about a county in a school year. `is_current` marks the newest of its year and standard.

    `summary` holds for `zh` and `en` what the cockpit says: `sentence`, `units`, and `gaps`, each with its phrase,
    verdict, indicator, stage and the codes of the schools behind it. `judged` holds what people had judged, as it was
    laid over the snapshot: by `root/indicator`, `answer` (true, false, or null) and `evidence`. `tallies` counts the
    findings about schools: by `indicator/stage` (nothing after the stroke where a finding is about all stages), how
    many have each verdict, and the `line` where there is one for all.
    """

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="evaluations")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="evaluations")
    standard = models.CharField(max_length=60)
    school_year = models.PositiveSmallIntegerField()
    rules_version = models.CharField(max_length=64)
    verdict = models.CharField(max_length=20)
    counts = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    judged = models.JSONField(default=dict)
    tallies = models.JSONField(default=dict)
    evaluated_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ("standard", "-school_year", "-evaluated_at")
        constraints = (
            models.UniqueConstraint(
                fields=["county", "standard", "school_year"],
                condition=Q(is_current=True),
                name="one_current_evaluation",
            ),
        )


class StoredFinding(models.Model):
    """One finding of an evaluation, as the engine gave it (`standards.engine.findings.Finding`)."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="findings")
    level = models.CharField(max_length=10)
    subject = models.CharField(max_length=10)
    stage = models.CharField(max_length=12, blank=True)
    indicator = models.CharField(max_length=40)
    measure = models.CharField(max_length=10)
    value = models.FloatField(null=True)
    known = models.IntegerField()
    total = models.IntegerField()
    requirement = models.FloatField(null=True)
    verdict = models.CharField(max_length=20)
    gap = models.FloatField(null=True)
    gap_unit = models.CharField(max_length=40, blank=True)
    clause = models.CharField(max_length=200, blank=True)
    inputs = models.JSONField(default=dict)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=["evaluation", "indicator", "level", "subject"]),
            models.Index(fields=["evaluation", "subject"]),
        )


class StoredVerdict(models.Model):
    """The verdict about one subject of an evaluation: a school's stage, or the county."""

    evaluation = models.ForeignKey(Evaluation, on_delete=models.CASCADE, related_name="verdicts")
    level = models.CharField(max_length=10)
    subject = models.CharField(max_length=10)
    stage = models.CharField(max_length=12, blank=True)
    verdict = models.CharField(max_length=20)
    reasons = models.JSONField(default=list)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["evaluation", "subject"]),)


class JudgedItem(models.Model):
    """What somebody judged about an item that no figure decides. A new judgement supersedes, never replaces."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="judged_items")
    standard = models.CharField(max_length=60)
    school_year = models.PositiveSmallIntegerField()
    indicator = models.CharField(max_length=40)
    answer = models.BooleanField(null=True)
    note = models.TextField(blank=True)
    reviewer = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    judged_on = models.DateField()
    recorded_at = models.DateTimeField()
    superseded_by = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    class Meta:
        ordering = ("indicator", "-recorded_at")
        indexes = (models.Index(fields=["county", "standard", "school_year", "indicator"]),)


class Evidence(models.Model):
    """A file that a judgement rests on, kept by its digest. Never replaced: a newer one stands beside it.

    A restricted one names people: who judges or signs may open it, and each opening is recorded.
    """

    judged_item = models.ForeignKey(JudgedItem, on_delete=models.PROTECT, related_name="evidence")
    file_name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    is_restricted = models.BooleanField(default=False)
    given_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField()

    class Meta:
        ordering = ("given_at", "id")


class SelfAssessment(models.Model):
    """A county's self-assessment for a year and standard: signed by two people, and locked with the second signature.

    It is in force until `unlocked_at`: when a first signature was withdrawn, or a locked one was unlocked by two people.
    """

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="self_assessments")
    standard = models.CharField(max_length=60)
    school_year = models.PositiveSmallIntegerField()
    evaluation = models.ForeignKey(Evaluation, on_delete=models.PROTECT, related_name="self_assessments")
    first_signed_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    first_signed_at = models.DateTimeField()
    second_signed_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    second_signed_at = models.DateTimeField(null=True, blank=True)
    unlocked_at = models.DateTimeField(null=True, blank=True)
    statement = models.TextField(blank=True)

    class Meta:
        ordering = ("-first_signed_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(second_signed_by__isnull=True) | ~Q(second_signed_by=F("first_signed_by")),
                name="two_different_signatures",
            ),
            models.UniqueConstraint(
                fields=["county", "standard", "school_year"],
                condition=Q(unlocked_at__isnull=True),
                name="one_self_assessment_in_force",
            ),
        )
