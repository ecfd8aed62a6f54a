"""What of the register a person reaches: pages fetch through here."""

from django.db.models import QuerySet

from xuezheng.people.access import OutsideArea, Reach
from xuezheng.register.models import Import, School, Snapshot, Township
from xuezheng.register.queries.schools import find_schools_in

VIEW, IMPORT = "view_schools", "import_register"


def find_reached_schools(reach: Reach, county: str) -> QuerySet[School]:
    """Return the schools of a county that a person may see, by code."""
    return find_schools_in(reach.area_of(VIEW)).filter(county_id=county)


def get_reached_township(reach: Reach, county: str, code: str) -> Township:
    """Return a township of which a person reaches schools; raises `OutsideArea` for any other."""
    township = Township.objects.filter(county_id=county, code=code).first()
    area = reach.area_of(VIEW)
    whole = area.holds_county(county) or code in area.townships
    if township is None or not (whole or find_reached_schools(reach, county).filter(township_code=code).exists()):
        raise OutsideArea("outside_area")
    return township


def get_reached_import(reach: Reach, county: str, number: int) -> Import:
    """Return an import of a county for who may import there; raises `OutsideArea` or `NotAllowed` for anybody else."""
    reach.require_county(IMPORT, county)
    taken = Import.objects.select_related("uploaded_by", "county").filter(county_id=county, pk=number).first()
    if taken is None:
        raise OutsideArea("outside_area")
    return taken


def get_reached_snapshot(reach: Reach, county: str, number: int) -> Snapshot:
    """Return a snapshot of a county for who may see all of its schools; raises `OutsideArea` or `NotAllowed`."""
    reach.require_county(VIEW, county)
    snapshot = Snapshot.objects.select_related("county").filter(county_id=county, pk=number).first()
    if snapshot is None:
        raise OutsideArea("outside_area")
    return snapshot
