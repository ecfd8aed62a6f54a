"""The database's index of the register: which snapshots there are, and what pages show of schools without opening one.

The snapshot folders are the truth; everything here can be made again from them (`index_snapshot`).
"""

from django.db import models
from django.db.models import Q


class County(models.Model):
    """A county that the installation holds, with its outlines for maps."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=100)
    outlines = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Snapshot(models.Model):
    """A county's part of one snapshot folder. `is_current` marks the newest of its school year."""

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="snapshots")
    school_year = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    folder = models.CharField(max_length=120)
    stored_at = models.DateTimeField()
    rows = models.JSONField(default=dict)
    is_current = models.BooleanField(default=True)

    class Meta:
        ordering = ("county_id", "-school_year", "-stored_at")
        constraints = (
            models.UniqueConstraint(fields=["county", "school_year", "digest"], name="one_index_a_snapshot"),
            models.UniqueConstraint(
                fields=["county", "school_year"], condition=Q(is_current=True), name="one_current_snapshot_a_year"
            ),
        )


class Township(models.Model):
    """A township's name and place, for lists and maps."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="townships")
    code = models.CharField(max_length=9)
    name = models.CharField(max_length=100)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=["county", "code"], name="one_row_a_township"),)


class School(models.Model):
    """A school as the newest snapshot of its county has it. `initials` are the first letters of its name's pinyin."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="schools")
    school_code = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    initials = models.CharField(max_length=200)
    pinyin = models.CharField(max_length=800)
    kind = models.CharField(max_length=30, blank=True)
    ownership = models.CharField(max_length=30, blank=True)
    location = models.CharField(max_length=30, blank=True)
    township_code = models.CharField(max_length=9, blank=True)
    township_name = models.CharField(max_length=100, blank=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    boarding = models.BooleanField(null=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    parent_code = models.CharField(max_length=10, blank=True)
    latest_year = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ("school_code",)
        constraints = (models.UniqueConstraint(fields=["county", "school_code"], name="one_row_a_school"),)
        indexes = (
            models.Index(fields=["county", "township_code", "school_code"]),
            models.Index(fields=["county", "kind", "school_code"]),
        )

    def __str__(self) -> str:
        return self.name


class SchoolYear(models.Model):
    """What a school reported for a year: `facts` is its row of school_year_facts, `stages` its rows of stage_year."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="school_years")
    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+")
    school_code = models.CharField(max_length=10)
    school_year = models.PositiveSmallIntegerField()
    facts = models.JSONField(default=dict)
    stages = models.JSONField(default=list)

    class Meta:
        ordering = ("school_code", "school_year")
        constraints = (
            models.UniqueConstraint(fields=["snapshot", "school_code"], name="one_row_a_school_and_snapshot"),
        )
        indexes = (models.Index(fields=["county", "school_code", "school_year"]),)
