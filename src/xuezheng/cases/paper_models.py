"""Drafts of supervision papers for the authority that may issue them. Nothing here is ever issued by the system."""

from django.db import models
from django.db.models import Q

from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County


class DraftedPaper(models.Model):
    """A draft (代拟稿) of one of the catalogue's papers about cases of one unit, kept under its digest.

    `issued_number` and `issued_on` are what the office typed off the paper that the authority issued afterwards.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    grade = models.CharField(max_length=20, blank=True)
    issuer = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    unit = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    cases = models.ManyToManyField("cases.Case", related_name="drafted_papers")
    is_restricted = models.BooleanField(default=False)
    figures = models.JSONField(default=dict)
    file_name = models.CharField(max_length=200)
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    drafted_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField()
    issued_number = models.CharField(max_length=60, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    issue_recorded_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    issue_recorded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-drafted_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(issued_number="", issued_on__isnull=True)
                | (~Q(issued_number="") & Q(issued_on__isnull=False, issue_recorded_by__isnull=False)),
                name="paper_issued_with_number_and_day",
            ),
        )
        indexes = (models.Index(fields=["county", "-drafted_at"], name="paper_of_county"),)
