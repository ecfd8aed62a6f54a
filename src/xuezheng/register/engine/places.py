"""Whether schools stand in their county: within its outline where it was delivered, else near its other schools."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.engine.faults import Fault, warning
from xuezheng.register.engine.schools import school_words
from xuezheng.register.engine.telling import Kind, found_at, has, joined_key, place_of, told
from xuezheng.register.engine.telling import text_at as text
from xuezheng.register.holdings import Holdings

_KM_A_DEGREE = 111.32
# The digits of a county's, a township's and a village's code.
_LEVELS = (6, 9, 12)
Ring = np.ndarray


def regions_checked(holdings: Holdings) -> Iterator[Fault]:
    """Return tables by region in which a region stands beside regions within it: their sums would count twice."""
    for name in ("population_year", "births_year"):
        table = holdings.tables.get(name)
        key = [column for column in load_register_schema().tables[name].key if column != "region_code"]
        if table is None or not has(table, "region_code", *key):
            continue
        codes = table.column("region_code")
        rest = [table.column(column) for column in key]
        lengths = pc.utf8_length(codes).to_numpy()
        held = joined_key(codes, *rest)
        within: dict[int, int] = {}
        for level in _LEVELS[:-1]:
            above = joined_key(pc.utf8_slice_codeunits(codes, 0, level), *rest)
            at = np.where(lengths > level, found_at(above, held), -1)
            within |= {int(at[row]): row for row in np.flatnonzero(at >= 0).tolist()[::-1]}
        if not within:
            continue
        row = min(within)
        levels = [str(level) for level in _LEVELS if (lengths == level).any()]
        yield warning(
            "region_levels_mixed",
            place_of(holdings, name, row, "region_code"),
            table=name,
            column="region_code",
            value=text(table, "region_code", row),
            part=text(table, "region_code", within[row]),
            of_levels=levels,
            rows=len(within),
        )


def places_checked(holdings: Holdings) -> Iterator[Fault]:
    """Return schools that stand outside the county (warnings)."""
    schools = holdings.tables.get("school")
    if schools is None or not has(schools, "lon", "lat"):
        return
    lon, lat = (schools.column(name).to_numpy().astype(float) for name in ("lon", "lat"))
    located = np.isfinite(lon) & np.isfinite(lat)
    areas = list(polygons(holdings.outlines or {}))
    if areas:
        inside = np.zeros(len(lon), dtype=bool)
        for rings in areas:
            inside |= within(rings, lon, lat)
        rows = np.flatnonzero(located & ~inside)
        yield from told(holdings, Kind("outside_county", "school", "lon", ""), rows, lambda row: _about(schools, row))
        return
    away = _kilometres_beyond(schools, lon, lat, located)
    rows = np.flatnonzero(np.isfinite(away))
    yield from told(
        holdings,
        Kind("far_away", "school", "lon", ""),
        rows,
        lambda row: {**_about(schools, row), "km": f"{away[row]:.0f}"},
    )


def _about(schools: pa.Table, row: int) -> dict[str, object]:
    value = f"{text(schools, 'lon', row)}, {text(schools, 'lat', row)}"
    return {"value": value, "school": school_words(schools, row)}


def _kilometres_beyond(schools: pa.Table, lon: np.ndarray, lat: np.ndarray, located: np.ndarray) -> np.ndarray:
    """Return the distance of far-away schools from the median place of their county's schools, NaN for all others."""
    limits = load_register_schema().checks.far_away
    away = np.full(len(lon), np.nan)
    rows = np.flatnonzero(located)
    if not len(rows):
        return away
    counties = np.zeros(len(lon), dtype=np.int64)
    if "county_code" in schools.column_names:
        codes = schools.column("county_code").combine_chunks().dictionary_encode()
        counties = codes.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    rows = rows[np.argsort(counties[rows], kind="stable")]
    edges = np.flatnonzero(np.diff(counties[rows])) + 1
    for county in np.split(rows, edges):
        if len(county) < limits.least_schools:
            continue
        distance = _kilometres(lon[county], lat[county], np.median(lon[county]), np.median(lat[county]))
        far = distance > max(limits.least_km, limits.spreads * float(np.median(distance)))
        away[county[far]] = distance[far]
    return away


def _kilometres(lon: np.ndarray, lat: np.ndarray, from_lon: float, from_lat: float) -> np.ndarray:
    east = (lon - from_lon) * np.cos(np.radians((lat + from_lat) / 2))
    distance: np.ndarray = np.hypot(east, lat - from_lat) * _KM_A_DEGREE
    return distance


def polygons(outlines: Mapping[str, object]) -> Iterator[list[Ring]]:
    """Return every polygon of the outlines as its rings: the outer one, then holes; raises what JSON of other form does."""
    for collection in outlines.values():
        features: Any = collection.get("features", ()) if isinstance(collection, dict) else ()
        for feature in features:
            geometry = (feature.get("geometry") if isinstance(feature, dict) else None) or {}
            parts = geometry.get("coordinates", ())
            if geometry.get("type") == "Polygon":
                parts = [parts]
            elif geometry.get("type") != "MultiPolygon":
                continue
            yield from ([np.asarray(ring, dtype=float)[:, :2] for ring in polygon] for polygon in parts)


def within(rings: list[Ring], lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Return which points lie in a polygon (even-odd rule over its rings, so that holes are outside)."""
    inside = np.zeros(len(lon), dtype=bool)
    for ring in rings:
        x1, y1 = ring[:-1, 0], ring[:-1, 1]
        x2, y2 = ring[1:, 0], ring[1:, 1]
        for first_x, first_y, second_x, second_y in zip(x1, y1, x2, y2, strict=True):
            if first_y == second_y:
                continue
            crosses = (first_y > lat) != (second_y > lat)
            at = (second_x - first_x) * (lat - first_y) / (second_y - first_y) + first_x
            inside ^= crosses & (lon < at)
    return inside
