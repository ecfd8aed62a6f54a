"""Reading background work: a person's own, and what the operations pages show."""

from django.db.models import Q, QuerySet

from xuezheng.people.access import Area, OutsideArea
from xuezheng.people.models import Account
from xuezheng.web.models import Job


def find_own_jobs(account: Account) -> QuerySet[Job]:
    """Return what somebody asked for, the newest first."""
    return Job.objects.filter(account=account).select_related("account")


def find_jobs_in(area: Area) -> QuerySet[Job]:
    """Return the work about the counties of an area, and the installation's own, the newest first."""
    if not area:
        return Job.objects.none()
    rows = Q() if area.everywhere else Q(county__in=area.counties) | Q(county="", account=None)
    return Job.objects.filter(rows).select_related("account")


def get_job(jobs: QuerySet[Job], number: int) -> Job:
    """Return one of these jobs; any other does not exist for who asks (`OutsideArea`)."""
    found = jobs.filter(pk=number).first()
    if found is None:
        raise OutsideArea("outside_area")
    return found
