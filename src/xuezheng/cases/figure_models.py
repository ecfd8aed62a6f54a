"""Supervision figures counted by month, so that a year is added up from twelve small tables and not from all cases.

What is counted here can be thrown away and counted anew at any time: the cases are the truth.
"""

from django.db import models

from xuezheng.people.models import Organisation
from xuezheng.register.models import County


class FigureMonth(models.Model):
    """A month of a county that was over when it was counted; `month` is its first day."""

    county = models.ForeignKey(County, on_delete=models.CASCADE, related_name="+")
    month = models.DateField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["county", "month"], name="one_count_a_month"),)


class FigureCount(models.Model):
    """The counts of one kind of cases and one unit in a month; no row where all are nought. Restricted cases: in none.

    What each counts stands in `queries.figures`; `unit` is None for cases that no unit leads.
    """

    month = models.ForeignKey(FigureMonth, on_delete=models.CASCADE, related_name="counts")
    kind = models.CharField(max_length=30)
    unit = models.ForeignKey(Organisation, null=True, on_delete=models.CASCADE, related_name="+")
    n_due = models.PositiveIntegerField(default=0)
    n_done_in_time = models.PositiveIntegerField(default=0)
    n_due_left_out = models.PositiveIntegerField(default=0)
    n_extended = models.PositiveIntegerField(default=0)
    n_open_overdue = models.PositiveIntegerField(default=0)
    n_first_due = models.PositiveIntegerField(default=0)
    n_done_in_first_time = models.PositiveIntegerField(default=0)
    n_first_due_left_out = models.PositiveIntegerField(default=0)
    n_to_reply = models.PositiveIntegerField(default=0)
    n_replied = models.PositiveIntegerField(default=0)
    n_reply_left_out = models.PositiveIntegerField(default=0)
    n_reported = models.PositiveIntegerField(default=0)
    n_sent_back = models.PositiveIntegerField(default=0)
    n_closed = models.PositiveIntegerField(default=0)
    n_rechecked = models.PositiveIntegerField(default=0)
    n_forced = models.PositiveIntegerField(default=0)
    n_voided = models.PositiveIntegerField(default=0)
    n_reopened = models.PositiveIntegerField(default=0)
    n_declined = models.PositiveIntegerField(default=0)
    n_extensions_asked = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["month", "kind", "unit"], name="one_count_a_unit"),)


class FigureChange(models.Model):
    """A month in which a step changed something that figures count: until the night it is counted directly.

    A row a step, so that nobody waits for anybody; the night takes away those that it has seen.
    """

    county = models.CharField(max_length=6)
    month = models.DateField()

    class Meta:
        indexes = (models.Index(fields=["county", "month"], name="figure_change"),)
