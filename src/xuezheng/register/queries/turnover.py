"""Which schools came and went between two snapshots."""

from xuezheng.register.models import SchoolYear, Snapshot


def find_schools_that_came(before: Snapshot, after: Snapshot) -> list[str]:
    """Return the codes of schools that a snapshot has and an earlier one has not, by code; one query.

    Asked the other way round it tells the schools that went.
    """
    known = SchoolYear.objects.filter(snapshot=before).values("school_code")
    came = SchoolYear.objects.filter(snapshot=after).exclude(school_code__in=known)
    return list(came.order_by("school_code").values_list("school_code", flat=True))
