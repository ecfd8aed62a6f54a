"""Counties and their snapshots."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db.models import QuerySet

from xuezheng.people.access import Area
from xuezheng.register.holdings import Holdings
from xuezheng.register.models import County, Snapshot
from xuezheng.register.snapshot import open_snapshot


def find_counties(area: Area) -> QuerySet[County]:
    """Return the counties that lie wholly in an area, by code; without their outlines."""
    return County.objects.filter(area.county_rows("code")).defer("outlines")


def find_current_snapshots(county: str) -> QuerySet[Snapshot]:
    """Return a county's current snapshots, the newest school year first."""
    return Snapshot.objects.filter(county_id=county, is_current=True).order_by("-school_year")


def find_snapshots_of(county: str) -> QuerySet[Snapshot]:
    """Return all of a county's snapshots: the newest school year first, in it the current one, then the newest."""
    return Snapshot.objects.filter(county_id=county).order_by("-school_year", "-is_current", "-stored_at", "-id")


def get_holdings(snapshot: Snapshot) -> Holdings:
    """Return a snapshot's holdings, kept in memory for the next page; a snapshot never changes.

    Raises `UnusableFile` where the folder is not there or was altered.
    """
    return _opened(Path(settings.SNAPSHOT_STORE) / snapshot.folder)


@lru_cache(maxsize=12)
def _opened(folder: Path) -> Holdings:
    return open_snapshot(folder, read_originals=False)
