"""Imports of a county and their faults."""

from django.db.models import QuerySet

from xuezheng.kernel.place import Place
from xuezheng.register.engine.faults import Fault
from xuezheng.register.models import Import, ImportFault


def find_imports(county: str) -> QuerySet[Import]:
    """Return a county's imports, the newest first."""
    return Import.objects.filter(county_id=county).select_related("uploaded_by").order_by("-uploaded_at", "-id")


def find_faults(taken: Import, grade: str = "") -> QuerySet[ImportFault]:
    """Return an import's faults, of one grade where one is named, in the order in which they are told."""
    found = ImportFault.objects.filter(delivery=taken)
    return (found.filter(grade=grade) if grade else found).order_by("grade", "id")


def fault_of(row: ImportFault) -> Fault:
    """Return a stored fault as the check gave it."""
    has_place = row.file or row.sheet or row.row or row.column_letters
    place = Place(row.file, row.sheet, row.row, row.column_letters) if has_place else None
    return Fault(
        row.grade, row.code, place, row.table, row.column, row.value, row.params, number=row.number  # type: ignore[arg-type]
    )  # fmt: skip
