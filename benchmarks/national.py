"""A generated national register in the register's own tables: invented schools, deterministic by seed.

Counties differ in size and wealth, a sixth of the schools is tiny, some are nine-year or complete secondary schools,
a few returns lack a figure or have no pupils: what a real register does to an engine.
"""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.rules import YEAR

SEED = 20260901
_KINDS = np.array(["primary", "teaching_point", "junior", "nine_year", "complete_secondary", "twelve_year"])
_SHARES = [0.58, 0.06, 0.20, 0.11, 0.04, 0.01]
_STAGES = {
    "primary": ["primary"],
    "teaching_point": ["primary"],
    "junior": ["junior"],
    "nine_year": ["primary", "junior"],
    "complete_secondary": ["junior", "senior"],
    "twelve_year": ["primary", "junior", "senior"],
}


def write_register(folder: Path, schools: int = 200_000, counties: int = 2_800) -> dict[str, Path]:
    """Write `school`, `stage_year` and `school_year_facts` as Parquet and return their paths by table."""
    rng = np.random.default_rng(SEED)
    folder.mkdir(parents=True, exist_ok=True)
    weights = rng.gamma(2.0, 1.0, counties)
    county = np.sort(rng.choice(counties, schools, p=weights / weights.sum()))
    kind = rng.choice(_KINDS, schools, p=_SHARES)
    code = np.char.add("2", np.char.zfill(np.arange(schools).astype(str), 9))
    wealth = rng.normal(0.0, 1.0, counties)[county]
    tables = {
        "school": pa.table(
            {
                "school_code": code,
                "name": np.char.add("School ", np.arange(schools).astype(str)),
                "county_code": (100_000 + county).astype(str),
                "kind": kind,
                "ownership": rng.choice(["public", "private"], schools, p=[0.93, 0.07]),
                "location": rng.choice(["city", "town", "rural"], schools, p=[0.25, 0.35, 0.40]),
                "boarding": rng.random(schools) < 0.2,
            }
        )
    }
    units = [
        (index, stage)
        for stage in ("primary", "junior", "senior")
        for index in np.flatnonzero([stage in _STAGES[k] for k in kind])
    ]
    order = np.array([index for index, _ in units])
    stage = np.array([name for _, name in units])
    tables["stage_year"] = _stage_year(rng, code[order], stage, wealth[order])
    pupils = np.zeros(schools)
    np.add.at(pupils, order, np.asarray(tables["stage_year"].column("pupils"), dtype=float))
    tables["school_year_facts"] = _facts(rng, code, pupils, wealth)
    paths = {}
    for name, table in tables.items():
        paths[name] = folder / f"{name}.parquet"
        pq.write_table(table, paths[name], compression="zstd")
    return paths


def _missing(rng: np.random.Generator, values: np.ndarray, share: float) -> pa.Array:
    return pa.array(values, mask=rng.random(len(values)) < share)


def _stage_year(rng: np.random.Generator, code: np.ndarray, stage: np.ndarray, wealth: np.ndarray) -> pa.Table:
    count = len(code)
    tiny = rng.random(count) < 0.15
    pupils = np.where(
        tiny, rng.integers(8, 100, count), np.round(rng.lognormal(6.1, 0.75, count)).clip(10, 6000)
    ).astype(np.int64)
    pupils[rng.random(count) < 0.002] = 0
    classes = np.maximum(1, np.round(pupils / rng.uniform(28, 48, count))).astype(np.int64)
    teachers = np.maximum(1, np.round(pupils / 14 * np.exp(0.2 * rng.normal(size=count)))).astype(np.int64)

    def part(mean: float, spread: float) -> np.ndarray:
        return np.round(teachers * np.clip(rng.normal(mean, spread, count) + 0.03 * wealth, 0, 1)).astype(np.int64)

    rotated = part(0.05, 0.02)
    return pa.table(
        {
            "school_code": code,
            "school_year": np.full(count, YEAR, np.int32),
            "stage": stage,
            "pupils": pupils,
            "classes": classes,
            "classes_over_limit": np.round(classes * np.clip(rng.normal(0, 0.03, count), 0, 1)).astype(np.int64),
            "teachers": teachers,
            "teachers_certified": teachers,
            "teachers_above_degree": _missing(rng, part(0.78, 0.12), 0.005),
            "teachers_backbone": part(0.18, 0.06),
            "teachers_pe_arts": part(0.16, 0.05),
            "teachers_mid_title": part(0.5, 0.12),
            "teachers_trained_360h": part(0.97, 0.03),
            "teachers_rotation_eligible": part(0.4, 0.1),
            "teachers_rotated": rotated,
            "teachers_rotated_backbone": rotated // 4,
            "cohort_entered": pupils // 3,
            "cohort_deaths": np.zeros(count, np.int64),
            "cohort_transferred_in": pupils // 50,
            "cohort_transferred_out": pupils // 60,
            "cohort_completed": pupils // 3,
        }
    )


def _facts(rng: np.random.Generator, code: np.ndarray, pupils: np.ndarray, wealth: np.ndarray) -> pa.Table:
    count = len(code)

    def amount(mean: float, spread: float, digits: int = 1) -> np.ndarray:
        return np.round(pupils * mean * np.exp(spread * rng.normal(size=count) + 0.06 * wealth), digits)

    rooms = np.maximum(1, np.round(pupils / 38)).astype(np.int64)
    teaching = amount(6.2, 0.35)
    return pa.table(
        {
            "school_code": code,
            "school_year": np.full(count, YEAR, np.int32),
            "teaching_area_m2": teaching,
            "indoor_sports_m2": pa.array(np.round(teaching * 0.06, 1), mask=rng.random(count) < 0.8),
            "sports_area_m2": _missing(rng, amount(9.6, 0.45), 0.005),
            "equipment_value_yuan": _missing(rng, amount(2700, 0.5, 0), 0.005),
            "multimedia_rooms": rooms,
            "computers": np.round(amount(0.13, 0.4)).astype(np.int64),
            "books": np.round(amount(28, 0.4)).astype(np.int64),
            "music_rooms": np.maximum(1, rooms // 12),
            "music_room_min_m2": np.full(count, 98.0),
            "art_rooms": np.maximum(1, rooms // 12),
            "art_room_min_m2": np.full(count, 92.0),
            "building_area_m2": np.round(teaching * 1.7, 1),
        }
    )
