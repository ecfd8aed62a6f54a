"""Checking a delivery: every fault kept, what it would change shown, its copies marked."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import ForbiddenContent, Refusal
from xuezheng.ledger.actions import Actor, recording
from xuezheng.people.access import Area
from xuezheng.register.actions.upload_store import FILES, REPORTS, upload_folder
from xuezheng.register.delivery import Delivery, read_delivery
from xuezheng.register.engine.content import content_digest, of_school_year
from xuezheng.register.engine.counties import counties_in, of_counties
from xuezheng.register.engine.faults import Fault, error, in_order, refused
from xuezheng.register.holdings import Holdings
from xuezheng.register.marked_copy import write_fault_table, write_marked_copies
from xuezheng.register.models import Import, ImportFault, Snapshot
from xuezheng.register.preview import impact
from xuezheng.register.queries import find_current_snapshots, get_holdings

_BATCH = 500
Told = Callable[[int, int, str], None]


def check_import(*, number: int, area: Area, by: Actor, at: datetime, told: Told = lambda *_: None) -> Import:
    """Read an import's files, keep every fault, and what storing it would change; return it checked or refused.

    `area` is what the person who uploaded may import: a delivery about another county is refused, whoever carries it.
    Safe to run again. `told` is told how far it is: done, of how many, and a message code.
    """
    taken = Import.objects.get(pk=number)
    if taken.state != Import.State.CHECKING:
        return taken
    store = upload_folder(taken.folder)
    told(0, 4, "import_reading")
    delivery = _read(store / FILES, taken.county_id)
    refusals = _foreign(delivery, taken.county_id, area)
    faults = in_order([*delivery.faults, *refusals])
    is_refused = any(fault.grade == "error" for fault in faults)
    told(1, 4, "import_comparing")
    years = [] if is_refused else [_change(delivery, year) for year in delivery.school_years]
    told(2, 4, "import_marking")
    reports = _write_reports(delivery, faults, store / REPORTS, taken.language)
    told(3, 4, "import_writing_down")
    with recording(by, at) as recorder:
        taken = Import.objects.select_for_update().get(pk=number)
        if taken.state != Import.State.CHECKING:  # somebody discarded it meanwhile
            return taken
        _keep_faults(taken, faults)
        taken.state = Import.State.REFUSED if is_refused else Import.State.CHECKED
        taken.counts = {grade: _number(faults, grade) for grade in ("error", "warning", "note")}
        taken.summary = {
            "years": years, "counties": sorted(counties_in(delivery.holdings.tables)),
            "accounts": _accounts(delivery), "agreeing": delivery.agreeing,
        }  # fmt: skip
        taken.reports, taken.checked_at = reports, at
        taken.save()
        recorder.event(
            "register.check_import", "import", taken.pk, county=taken.county_id,
            after={"state": taken.state, "counts": taken.counts},
        )  # fmt: skip
    if any(fault.exit_status == ForbiddenContent.exit_status for fault in faults):
        shutil.rmtree(store / FILES, ignore_errors=True)  # what must not be held is not held while somebody decides
    return taken


def _read(folder: Path, county: str) -> Delivery:
    """Return what the files amount to; what keeps all of them from being read is told as a fault like any other."""
    try:
        delivery = read_delivery([folder], previous=previous_holdings(county))
    except Refusal as refusal:
        delivery = Delivery(Holdings({}), (refused(refusal),), (), ())
    return replace(delivery, faults=tuple(_without_folder(fault, folder) for fault in delivery.faults))


def _without_folder(fault: Fault, folder: Path) -> Fault:
    """Leave out a place that is only our folder: where uploads lie is nothing to those who send them."""
    is_ours = fault.place is not None and fault.place.file == str(folder)
    return replace(fault, place=None) if is_ours else fault


def _foreign(delivery: Delivery, county: str, area: Area) -> list[Fault]:
    """Return errors where the delivery is not about this county, or about one that the person may not import for."""
    tables = delivery.holdings.tables
    found = counties_in(tables)
    if not counties_in({name: table for name, table in tables.items() if name == "school"}) and not any(
        fault.grade == "error" for fault in delivery.faults
    ):
        return [error("table", "import_without_schools")]
    faults = [
        error("contradiction", "import_of_other_county", county=code)
        for code in sorted(found)
        if not area.holds_county(code)
    ]
    if found and county not in found and not faults:
        faults.append(
            error("contradiction", "import_not_of_this_county", county=county, found=", ".join(sorted(found)))
        )
    return faults


def _number(faults: Sequence[Fault], grade: str) -> int:
    return sum(fault.number for fault in faults if fault.grade == grade)


def _change(delivery: Delivery, year: int) -> dict[str, Any]:
    """Return what storing a year would change against what pages show now."""
    tables = of_school_year(delivery.holdings.tables, year)
    codes = counties_in(tables)
    current = list(Snapshot.objects.filter(county__in=codes, school_year=year, is_current=True).order_by("county_id"))
    before = _together([of_counties(get_holdings(held).tables, {held.county_id}) for held in current])
    changes = impact(before, tables) if current else ()
    return {
        "year": year,
        "digest": content_digest(tables, delivery.holdings.outlines),
        "before": [snapshot.digest for snapshot in current],
        "rows": {name: table.num_rows for name, table in tables.items()},
        "missing": _missing(before, tables),
        "tables": [asdict(change) for change in changes if not change.nothing],
    }


def _missing(before: Mapping[str, pa.Table], after: Mapping[str, pa.Table]) -> list[str]:
    """Return the tables that this year would be left without: held now, or what every year needs, and not delivered."""
    held = {name for name, table in before.items() if table.num_rows} | {"stage_year"}
    return [name for name in load_register_schema().tables if name in held and name not in after]


def _together(parts: Sequence[Mapping[str, pa.Table]]) -> Mapping[str, pa.Table]:
    """Return the tables of several counties as one set; where each came from does not matter here."""
    if len(parts) == 1:
        return parts[0]
    columns = {name: table.columns for name, table in load_register_schema().tables.items()}
    return {
        name: pa.concat_tables(
            [part[name].select([column for column in columns[name] if column in part[name].column_names])
             for part in parts if name in part],
            promote_options="default",
        )
        for name in dict.fromkeys(name for part in parts for name in part)
    }  # fmt: skip


def _accounts(delivery: Delivery) -> list[dict[str, Any]]:
    return [
        {"file": account.file, "sheet": account.sheet, "table": account.table, "rows": account.rows_read,
         "imported": account.imported, "refused": account.refused, "skipped": dict(account.skipped)}
        for account in delivery.accounts
    ]  # fmt: skip


def _write_reports(delivery: Delivery, faults: Sequence[Fault], into: Path, language: str) -> list[str]:
    """Write the table of faults and the marked copies; return their names."""
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True, mode=0o700)
    if not faults:
        return []
    return [
        path.name
        for path in (write_fault_table(faults, into, language), *write_marked_copies(delivery, into, language))
    ]


def _keep_faults(taken: Import, faults: Sequence[Fault]) -> None:
    taken.faults.all().delete()
    ImportFault.objects.bulk_create([_fault_row(taken, fault) for fault in faults], batch_size=_BATCH)


def _fault_row(taken: Import, fault: Fault) -> ImportFault:
    place = fault.place or Place("")
    return ImportFault(
        delivery=taken, grade=fault.grade, code=fault.code, file=place.file[:255], sheet=place.sheet[:255],
        row=place.row, column_letters=place.column[:4], table=fault.table[:40], column=fault.column[:60],
        value=fault.value[:500], params=dict(fault.params), number=fault.number,
    )  # fmt: skip


def previous_holdings(county: str) -> Holdings | None:
    """Return what is held of a county's newest year: against it a delivery is looked through for jumps."""
    newest = find_current_snapshots(county).first()
    return get_holdings(newest) if newest else None
