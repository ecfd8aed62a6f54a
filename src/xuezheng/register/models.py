"""The database's index of the register: which snapshots there are, and what pages show of schools without opening one.

The snapshot folders are the truth; everything here can be made again from them (`index_snapshot`).
"""

from django.db import models
from django.db.models import Q

from xuezheng.people.models import Account


class County(models.Model):
    """A county that the installation holds, with its outlines for maps and the approval number (审图号) that they carry."""

    code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=100)
    outlines = models.JSONField(null=True, blank=True)
    map_approval_number = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name


class Snapshot(models.Model):
    """A county's part of one snapshot folder. `is_current` marks the one of its school year that pages show.

    `originals` lists the delivered files that it keeps: `name`, `sha256`, `bytes`.
    """

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="snapshots")
    school_year = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=64)
    folder = models.CharField(max_length=120)
    stored_at = models.DateTimeField()
    rows = models.JSONField(default=dict)
    originals = models.JSONField(default=list)
    warnings_accepted = models.PositiveIntegerField(default=0)
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
    """A school as the newest snapshot of its county has it. `initials` are the first letters of its name's pinyin.

    `stages`, `pupils`, `teachers` and `classes` are of the latest year in which it stands: the stages it reported,
    joined by commas, and their totals, null where a stage's figure is missing.
    """

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
    stages = models.CharField(max_length=80, blank=True)
    pupils = models.IntegerField(null=True)
    teachers = models.IntegerField(null=True)
    classes = models.IntegerField(null=True)
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
    """What a school reported for a year: `facts` is its row of school_year_facts, `stages` its rows of stage_year.

    `classes` are its rows of class_year; `sources` say where its figures were delivered: `table`, `file`, `sheet`,
    `row`.
    """

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="school_years")
    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+")
    school_code = models.CharField(max_length=10)
    school_year = models.PositiveSmallIntegerField()
    facts = models.JSONField(default=dict)
    stages = models.JSONField(default=list)
    classes = models.JSONField(default=list)
    sources = models.JSONField(default=list)

    class Meta:
        ordering = ("school_code", "school_year")
        constraints = (
            models.UniqueConstraint(fields=["snapshot", "school_code"], name="one_row_a_school_and_snapshot"),
        )
        indexes = (models.Index(fields=["county", "school_code", "school_year"]),)


class SchoolChange(models.Model):
    """A merger, split, renaming or recoding of schools, as the newest snapshot that tells it has it."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="school_changes")
    code_from = models.CharField(max_length=10)
    code_to = models.CharField(max_length=10)
    on = models.DateField()
    kind = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ("-on", "code_from", "code_to")
        constraints = (
            models.UniqueConstraint(fields=["county", "code_from", "code_to", "on"], name="one_row_a_school_change"),
        )
        indexes = (models.Index(fields=["county", "code_to"]),)


class Import(models.Model):
    """Delivered files on their way to snapshots: uploaded, checked, and then stored or discarded by a person.

    `files` lists what was uploaded (`name`, `bytes`, `sha256`), kept in `folder` below the upload store until the end.
    `counts` are the faults by grade; `summary` is what the check found: tables read and what would change, by year.
    """

    class State(models.TextChoices):
        """How far it is; what each is called stands in the pages."""

        CHECKING = "checking"
        CHECKED = "checked"
        REFUSED = "refused"
        STORING = "storing"
        STORED = "stored"
        DISCARDED = "discarded"

    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="imports")
    folder = models.CharField(max_length=40, unique=True)
    files = models.JSONField(default=list)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CHECKING)
    language = models.CharField(max_length=5, default="zh")
    counts = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    reports = models.JSONField(default=list)
    uploaded_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    snapshots = models.ManyToManyField(Snapshot, related_name="imports", blank=True)

    class Meta:
        ordering = ("-uploaded_at", "-id")
        indexes = (models.Index(fields=["county", "state"]),)


class ImportFault(models.Model):
    """One fault of an import, as the check found it (`register.engine.faults.Fault`)."""

    delivery = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="faults")
    grade = models.CharField(max_length=8)
    code = models.CharField(max_length=80)
    file = models.CharField(max_length=255, blank=True)
    sheet = models.CharField(max_length=255, blank=True)
    row = models.IntegerField(default=0)
    column_letters = models.CharField(max_length=4, blank=True)
    table = models.CharField(max_length=40, blank=True)
    column = models.CharField(max_length=60, blank=True)
    value = models.TextField(blank=True)
    params = models.JSONField(default=dict)
    number = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=["delivery", "grade", "id"]),)
