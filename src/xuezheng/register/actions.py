"""Writing the register's index: what the database shows of snapshots. The folders themselves never change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from xuezheng.ledger.actions import Actor, recording
from xuezheng.register.engine.initials import pinyin_of
from xuezheng.register.holdings import ROW, SOURCE, Holdings
from xuezheng.register.models import County, School, SchoolYear, Snapshot, Township
from xuezheng.register.snapshot import open_snapshot

_BATCH = 500


def index_snapshot(*, folder: Path, by: Actor, at: datetime) -> list[Snapshot]:
    """Enter a stored snapshot into the database, once for each county that it holds; it becomes its year's current one.

    Raises `UnusableFile` for a folder that is no snapshot, or whose content is not what its name says.
    """
    holdings = open_snapshot(folder)
    year = int(folder.name.partition("-")[0])
    schools = _by_county(holdings.complete("school").to_pylist())
    with recording(by, at) as recorder:
        indexed = []
        for code, rows in sorted(schools.items()):
            county = _county(code, holdings)
            Snapshot.objects.filter(county=county, school_year=year, is_current=True).update(is_current=False)
            snapshot, created = Snapshot.objects.update_or_create(
                county=county,
                school_year=year,
                digest=holdings.snapshot,
                defaults={"folder": folder.name, "stored_at": at, "is_current": True, "rows": _row_counts(holdings)},
            )
            _index_townships(county, holdings)
            _index_schools(county, rows, year)
            if created:
                _index_years(snapshot, {row["school_code"] for row in rows}, holdings)
            recorder.event(
                "register.index_snapshot", "snapshot", snapshot.pk, county=code,
                after={"school_year": year, "digest": holdings.snapshot, "schools": len(rows)},
            )  # fmt: skip
            indexed.append(snapshot)
    return indexed


def _by_county(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["county_code"]:
            found[row["county_code"]].append(row)
    return found


def _county(code: str, holdings: Holdings) -> County:
    names = _region_names(holdings)
    county, _ = County.objects.update_or_create(
        code=code, defaults={"name": names.get(code, code), "outlines": holdings.outlines}
    )
    return county


def _region_names(holdings: Holdings) -> dict[str, str]:
    regions = holdings.complete("region")
    return dict(zip(regions.column("region_code").to_pylist(), regions.column("name").to_pylist(), strict=True))


def _row_counts(holdings: Holdings) -> dict[str, int]:
    return {name: table.num_rows for name, table in holdings.tables.items()}


def _index_townships(county: County, holdings: Holdings) -> None:
    rows = holdings.complete("region").select(["region_code", "name", "lon", "lat"]).to_pylist()
    townships = [
        Township(county=county, code=row["region_code"], name=row["name"] or "", lon=row["lon"], lat=row["lat"])
        for row in rows
        if row["region_code"] and len(row["region_code"]) == 9 and row["region_code"].startswith(county.code)
    ]
    Township.objects.bulk_create(
        townships, update_conflicts=True, unique_fields=["county", "code"], update_fields=["name", "lon", "lat"]
    )


_SCHOOL_FIELDS = (
    "name", "initials", "pinyin", "kind", "ownership", "location", "township_code", "township_name", "lon", "lat",
    "boarding", "opened_on", "closed_on", "parent_code", "latest_year",
)  # fmt: skip


def _index_schools(county: County, rows: Iterable[Mapping[str, Any]], year: int) -> None:
    """Show schools as the newest year has them: a snapshot of an older year adds only schools not yet there."""
    townships = dict(Township.objects.filter(county=county).values_list("code", "name"))
    newer = set(School.objects.filter(county=county, latest_year__gt=year).values_list("school_code", flat=True))
    schools = [_school(county, row, year, townships) for row in rows if row["school_code"] not in newer]
    School.objects.bulk_create(
        schools, update_conflicts=True, unique_fields=["county", "school_code"],
        update_fields=_SCHOOL_FIELDS, batch_size=_BATCH,
    )  # fmt: skip


def _school(county: County, row: Mapping[str, Any], year: int, townships: Mapping[str, str]) -> School:
    name = row["name"] or row["school_code"]
    initials, pinyin = pinyin_of(name)
    township = row["township_code"] or ""
    return School(
        county=county, school_code=row["school_code"], name=name, initials=initials, pinyin=pinyin,
        kind=row["kind"] or "", ownership=row["ownership"] or "", location=row["location"] or "",
        township_code=township, township_name=townships.get(township, ""), lon=row["lon"], lat=row["lat"],
        boarding=row["boarding"], opened_on=row["opened"], closed_on=row["closed"],
        parent_code=row["parent_code"] or "", latest_year=year,
    )  # fmt: skip


def _index_years(snapshot: Snapshot, codes: set[str], holdings: Holdings) -> None:
    facts = {row["school_code"]: _stated(row) for row in _of_year(holdings, "school_year_facts", snapshot.school_year)}
    stages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in _of_year(holdings, "stage_year", snapshot.school_year):
        stages[row["school_code"]].append(_stated(row))
    SchoolYear.objects.bulk_create(
        [
            SchoolYear(
                snapshot=snapshot, county_id=snapshot.county_id, school_code=code,
                school_year=snapshot.school_year, facts=facts.get(code, {}), stages=stages.get(code, []),
            )
            for code in sorted(codes & (facts.keys() | stages.keys()))
        ],
        batch_size=_BATCH,
    )  # fmt: skip


def _of_year(holdings: Holdings, name: str, year: int) -> list[dict[str, Any]]:
    table = holdings.table(name)
    held: list[dict[str, Any]] = table.filter(pc.equal(table.column("school_year"), year)).to_pylist()
    return held


def _stated(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's stated values as JSON holds them; what is missing stays away, and lineage stays in the snapshot."""
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in row.items()
        if value is not None and key not in ("school_code", "school_year") and not key.startswith((SOURCE, ROW))
    }
