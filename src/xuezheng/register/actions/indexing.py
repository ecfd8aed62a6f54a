"""Writing the register's index: what the database shows of snapshots. The folders themselves never change."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from django.conf import settings

from xuezheng.catalogue.register import load_register_schema
from xuezheng.documents.outlines import approval_number
from xuezheng.ledger.actions import Actor, recording
from xuezheng.register.engine.initials import pinyin_of
from xuezheng.register.holdings import ROW, SOURCE, Holdings
from xuezheng.register.models import County, School, SchoolChange, SchoolYear, Snapshot, Township
from xuezheng.register.queries import find_current_snapshots, get_holdings
from xuezheng.register.snapshot import find_snapshots, open_snapshot, read_manifest

_BATCH = 500
_REGION_DIGITS = 6
_TOWNSHIP_DIGITS = 9
Row = Mapping[str, Any]


def open_county(*, code: str, name: str, by: Actor, at: datetime) -> County:
    """Enter a county that has no snapshot yet, so that deliveries can be made for it; one that is there stays as it is."""
    with recording(by, at) as recorder:
        county, created = County.objects.get_or_create(code=code, defaults={"name": name})
        if created:
            recorder.event("register.open_county", "county", code, county=code, after={"name": name})
    return county


def index_snapshot(*, folder: Path, by: Actor, at: datetime, keep_current: Collection[str] = ()) -> list[Snapshot]:
    """Enter a stored snapshot into the database, once for each county that it holds, and return these in order of code.

    It becomes its year's current one, but not for the counties of `keep_current` (their year is locked) where another
    one is. Indexing the same snapshot again changes nothing. Raises `UnusableFile` for a folder that is no snapshot, was
    altered, or was made by another version's rules; then nothing is indexed.
    """
    held = _Held(open_snapshot(folder), folder)
    with recording(by, at) as recorder:
        indexed = []
        for code, rows in sorted(held.schools.items()):
            county = _county(code, held)
            snapshot = _snapshot(county, held, at, becomes_current=code not in keep_current)
            if snapshot.is_current:
                _index_townships(county, held)
                _index_schools(county, rows, held)
                _index_changes(county, rows, held)
            _index_years(snapshot, rows, held)
            recorder.event(
                "register.index_snapshot", "snapshot", snapshot.pk, county=code,
                after={"school_year": held.year, "digest": snapshot.digest, "schools": len(rows),
                       "is_current": snapshot.is_current},
            )  # fmt: skip
            indexed.append(snapshot)
    return indexed


def reindex(*, store: Path, by: Actor, at: datetime) -> list[Snapshot]:
    """Make the index again from all snapshots of a store, oldest first, and return what was indexed.

    Which snapshot is a year's current one stays as the database has it; where it knows none, the one stored last is.
    All or nothing: raises `UnusableFile` for the first folder that is not what its name says.
    """
    folders = find_snapshots(store)
    names = {folder.name for folder in folders}
    current = [snapshot for snapshot in Snapshot.objects.filter(is_current=True) if snapshot.folder in names]
    indexed: list[Snapshot] = []
    with recording(by, at):
        for folder in folders:
            year = int(folder.name.partition("-")[0])
            kept = {s.county_id for s in current if s.school_year == year and s.folder != folder.name}
            indexed += index_snapshot(folder=folder, by=by, at=at, keep_current=kept)
    return indexed


class _Held:
    """One snapshot folder, its rows grouped by what they belong to, once for all of its counties."""

    def __init__(self, holdings: Holdings, folder: Path) -> None:
        self.holdings, self.folder = holdings, folder
        self.manifest = read_manifest(folder)
        self.year = int(self.manifest["school_year"])

    @cached_property
    def schools(self) -> dict[str, list[Row]]:
        return _grouped(
            (row for row in self.holdings.complete("school").to_pylist() if row["county_code"]), "county_code"
        )

    @cached_property
    def regions(self) -> dict[str, list[Row]]:
        columns = ["region_code", "name", "lon", "lat"]
        rows = self.holdings.complete("region").select(columns).to_pylist()
        found: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            found[(row["region_code"] or "")[:_REGION_DIGITS]].append(row)
        return found

    @cached_property
    def facts(self) -> dict[str, list[Row]]:
        return self._of_schools("school_year_facts")

    @cached_property
    def stages(self) -> dict[str, list[Row]]:
        return self._of_schools("stage_year")

    @cached_property
    def classes(self) -> dict[str, list[Row]]:
        return self._of_schools("class_year")

    def _of_schools(self, name: str) -> dict[str, list[Row]]:
        table = self.holdings.table(name)
        return _grouped(table.filter(pc.equal(table.column("school_year"), self.year)).to_pylist(), "school_code")

    def outlines(self, county: str) -> dict[str, Any] | None:
        """Return the outlines that are of a county, or of none by name (roads)."""
        found = {name: _features_of(outline, county) for name, outline in (self.holdings.outlines or {}).items()}
        return {name: outline for name, outline in found.items() if outline["features"]} or None

    def sources(self, *tables: tuple[str, Iterable[Row]]) -> list[dict[str, Any]]:
        """Return where rows were delivered: file, sheet and the sheet's own row, each once."""
        found: dict[tuple[str, str, str, int], None] = {}
        for name, rows in tables:
            for row in rows:
                for number, line in _lineage(row):
                    source = self.holdings.sources[number]
                    found[name, source.file, source.sheet, line] = None
        return [{"table": table, "file": file, "sheet": sheet, "row": line} for table, file, sheet, line in found]


def _grouped(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _features_of(outline: Any, county: str) -> dict[str, Any]:
    features = [
        feature
        for feature in outline.get("features") or []
        if not (code := str((feature.get("properties") or {}).get("region_code") or "")) or code.startswith(county)
    ]
    return {**outline, "features": features}


def _lineage(row: Row) -> Iterable[tuple[int, int]]:
    for column, number in row.items():
        if column.startswith(SOURCE) and number is not None:
            yield number, row[ROW + column[len(SOURCE) :]]


def _county(code: str, held: _Held) -> County:
    names = {row["region_code"]: row["name"] for row in held.regions.get(code, [])}
    county, created = County.objects.get_or_create(code=code, defaults={"name": names.get(code) or code})
    newer = Snapshot.objects.filter(county=county, is_current=True, school_year__gt=held.year).exists()
    if not newer or created:
        outlines = held.outlines(code)
        county.name = names.get(code) or county.name
        # A year without outlines keeps those of the year before: borders do not go away with a missing file.
        if outlines is not None:
            county.outlines, county.map_approval_number = outlines, approval_number(outlines)[:60]
        county.save()
    return county


def _snapshot(county: County, held: _Held, at: datetime, *, becomes_current: bool) -> Snapshot:
    of_year = Snapshot.objects.filter(county=county, school_year=held.year)
    digest = held.holdings.snapshot
    is_current = becomes_current or not of_year.filter(is_current=True).exclude(digest=digest).exists()
    if is_current:
        of_year.filter(is_current=True).exclude(digest=digest).update(is_current=False)
    known = {
        "folder": held.folder.name,
        "is_current": is_current,
        "rows": {name: table.num_rows for name, table in held.holdings.tables.items()},
        "originals": [
            {"name": original["name"], "sha256": original["sha256"], "bytes": original["bytes"]}
            for original in held.manifest["originals"]
        ],
        "warnings_accepted": len(held.manifest.get("accepted_warnings") or []),
    }
    snapshot, _ = Snapshot.objects.update_or_create(
        county=county, school_year=held.year, digest=digest, defaults=known, create_defaults={**known, "stored_at": at}
    )
    return snapshot


def _index_townships(county: County, held: _Held) -> None:
    townships = [
        Township(county=county, code=row["region_code"], name=row["name"] or "", lon=row["lon"], lat=row["lat"])
        for row in held.regions.get(county.code, [])
        if len(row["region_code"]) == _TOWNSHIP_DIGITS
    ]
    Township.objects.bulk_create(
        townships, update_conflicts=True, unique_fields=["county", "code"], update_fields=["name", "lon", "lat"]
    )


_SCHOOL_FIELDS = (
    "name", "initials", "pinyin", "kind", "ownership", "location", "township_code", "township_name", "lon", "lat",
    "boarding", "opened_on", "closed_on", "parent_code", "stages", "pupils", "teachers", "classes", "latest_year",
)  # fmt: skip


def _index_schools(county: County, rows: Iterable[Row], held: _Held) -> None:
    """Show schools as the newest year has them: a snapshot of an older year adds only schools not yet there."""
    newer = set(School.objects.filter(county=county, latest_year__gt=held.year).values_list("school_code", flat=True))
    _show_schools(county, [row for row in rows if row["school_code"] not in newer], held)
    here = {row["school_code"] for row in rows}
    before = School.objects.filter(county=county, latest_year=held.year).values_list("school_code", flat=True)
    gone = set(before) - here
    if gone:
        _show_as_before(county, gone, held.year)


def _show_schools(county: County, rows: Iterable[Row], held: _Held) -> None:
    townships = dict(Township.objects.filter(county=county).values_list("code", "name"))
    School.objects.bulk_create(
        [_school(county, row, held, townships) for row in rows],
        update_conflicts=True, unique_fields=["county", "school_code"], update_fields=_SCHOOL_FIELDS, batch_size=_BATCH,
    )  # fmt: skip


def _show_as_before(county: County, gone: set[str], year: int) -> None:
    """Show schools that a newer delivery of the same year no longer has as the year before has them, or not at all."""
    for snapshot in find_current_snapshots(county.code).filter(school_year__lt=year):
        held = _Held(get_holdings(snapshot), Path(settings.SNAPSHOT_STORE) / snapshot.folder)
        rows = [row for row in held.schools.get(county.code, []) if row["school_code"] in gone]
        _show_schools(county, rows, held)
        gone = gone - {row["school_code"] for row in rows}
        if not gone:
            return
    School.objects.filter(county=county, school_code__in=gone).delete()


def _school(county: County, row: Row, held: _Held, townships: Mapping[str, str]) -> School:
    name = row["name"] or row["school_code"]
    initials, pinyin = pinyin_of(name)
    township = row["township_code"] or ""
    stages = held.stages.get(row["school_code"], [])
    return School(
        county=county, school_code=row["school_code"], name=name, initials=initials, pinyin=pinyin,
        kind=row["kind"] or "", ownership=row["ownership"] or "", location=row["location"] or "",
        township_code=township, township_name=townships.get(township, ""), lon=row["lon"], lat=row["lat"],
        boarding=row["boarding"], opened_on=row["opened"], closed_on=row["closed"],
        parent_code=row["parent_code"] or "", stages=",".join(_in_order(stage["stage"] for stage in stages)),
        pupils=_total(stages, "pupils"), teachers=_total(stages, "teachers"), classes=_total(stages, "classes"),
        latest_year=held.year,
    )  # fmt: skip


def _in_order(stages: Iterable[str | None]) -> list[str]:
    held = set(stages)
    return [stage for stage in load_register_schema().codes["stage"] if stage in held]


def _total(stages: Iterable[Row], column: str) -> int | None:
    """Return the sum over a school's stages; a stage that does not say it makes it unknown."""
    values = [stage.get(column) for stage in stages]
    return sum(values) if values and None not in values else None  # type: ignore[arg-type]


def _index_changes(county: County, rows: Iterable[Row], held: _Held) -> None:
    codes = {row["school_code"] for row in rows}
    changes = [
        SchoolChange(
            county=county, code_from=row["code_from"], code_to=row["code_to"], on=row["on"], kind=row["kind"] or ""
        )
        for row in held.holdings.complete("school_change").to_pylist()
        if row["code_from"] in codes or row["code_to"] in codes
    ]
    SchoolChange.objects.bulk_create(
        changes, update_conflicts=True, unique_fields=["county", "code_from", "code_to", "on"], update_fields=["kind"]
    )


def _index_years(snapshot: Snapshot, rows: Iterable[Row], held: _Held) -> None:
    """Write what each school reported anew: the same again where the snapshot stands there already."""
    SchoolYear.objects.filter(snapshot=snapshot).delete()
    years = []
    for school in sorted(rows, key=lambda row: str(row["school_code"])):
        code = school["school_code"]
        facts, stages, classes = (held_rows.get(code, []) for held_rows in (held.facts, held.stages, held.classes))
        if facts or stages:
            years.append(
                SchoolYear(
                    snapshot=snapshot, county_id=snapshot.county_id, school_code=code, school_year=held.year,
                    facts=_stated(facts[0]) if facts else {}, stages=[_stated(row) for row in stages],
                    classes=[_stated(row) for row in classes],
                    sources=held.sources(("school_year_facts", facts), ("stage_year", stages)),
                )
            )  # fmt: skip
    SchoolYear.objects.bulk_create(years, batch_size=_BATCH)


def _stated(row: Row) -> dict[str, Any]:
    """Return a row's stated values as JSON holds them; what is missing stays away, and lineage stays in the snapshot."""
    return {
        key: value.isoformat() if isinstance(value, date) else value
        for key, value in row.items()
        if value is not None and key not in ("school_code", "school_year") and not key.startswith((SOURCE, ROW))
    }
