"""Hand-written peers of the seven resource indicators: the best plain DuckDB query, Polars, pandas groupby-apply.

Each reads the same three Parquet files and answers the same question for every unit (school and stage) and every
county and stage: seven values with the unit's verdict; seven pupil-weighted means and coefficients of variation.
"""

from pathlib import Path
from typing import Any

Paths = dict[str, Path]
INDICATORS = {
    "R1": ("teachers_above_degree", 100.0, 4.2, 5.3),
    "R2": ("teachers_backbone", 100.0, 1.0, 1.0),
    "R3": ("teachers_pe_arts", 100.0, 0.9, 0.9),
    "R4": ("teaching", 1.0, 4.5, 5.8),
    "R5": ("sports", 1.0, 7.5, 10.2),
    "R6": ("equipment_value_yuan", 1.0, 2000.0, 2500.0),
    "R7": ("multimedia_rooms", 100.0, 2.3, 2.4),
}
EPSILON = 1e-9


def _at(low: float, high: float) -> str:
    return f"if(primary_, {low!r}, {high!r})" if low != high else repr(low)


def duckdb_query() -> tuple[str, str]:
    """Return the hand-written SQL: the units' table, and the counties' table over it."""
    shared = "if(p.school_code IS NULL, 1e0, if(s.stage = 'primary', 1e0, 1.1e0) * s.pupils / p.weighted)"
    values = ", ".join(
        f"{k!r} * {column} / nullif(pupils, 0)::DOUBLE AS {name}" for name, (column, k, _, _) in INDICATORS.items()
    )
    met = " + ".join(
        f"coalesce({n} >= {_at(low - EPSILON, high - EPSILON)}, FALSE)::INT"
        for n, (_, _, low, high) in INDICATORS.items()
    )
    low = " OR ".join(f"{n} < {_at(0.85 * a - EPSILON, 0.85 * b - EPSILON)}" for n, (_, _, a, b) in INDICATORS.items())
    missing = " + ".join(f"({n} IS NULL)::INT" for n in INDICATORS)
    units = f"""
        CREATE OR REPLACE TEMP TABLE hand_unit AS
        WITH s AS (
            SELECT school_code, stage, pupils, teachers_above_degree, teachers_backbone, teachers_pe_arts
            FROM stage_year WHERE school_year = 2025 AND stage IN ('primary', 'junior')
        ), k AS (
            SELECT school_code, county_code, kind FROM school
        ), p AS (
            SELECT school_code, sum(CASE stage WHEN 'primary' THEN 1e0 WHEN 'junior' THEN 1.1e0 ELSE 1.32e0 END * pupils) AS weighted
            FROM stage_year WHERE school_year = 2025
                AND school_code IN (SELECT school_code FROM k WHERE kind IN ('nine_year', 'complete_secondary', 'twelve_year'))
            GROUP BY school_code
        ), f AS (
            SELECT school_code, teaching_area_m2 - coalesce(indoor_sports_m2, 0) AS teaching,
                sports_area_m2 + coalesce(indoor_sports_m2, 0) AS sports, equipment_value_yuan, multimedia_rooms
            FROM school_year_facts WHERE school_year = 2025
        ), u AS (
            SELECT k.county_code, s.school_code, s.stage, s.stage = 'primary' AS primary_, s.pupils,
                teachers_above_degree, teachers_backbone, teachers_pe_arts,
                teaching * share AS teaching, sports * share AS sports, equipment_value_yuan * share AS equipment_value_yuan,
                multimedia_rooms * share AS multimedia_rooms,
                k.kind = 'teaching_point' AND s.pupils < 50 AS outside
            FROM (SELECT s.*, {shared} AS share FROM s LEFT JOIN p USING (school_code)) s
            JOIN k USING (school_code) LEFT JOIN f USING (school_code)
        ), v AS (SELECT county_code, school_code, stage, primary_, outside, pupils::DOUBLE AS pupils, {values} FROM u)
        SELECT county_code, school_code, stage, pupils, outside, {", ".join(INDICATORS)},
            CASE WHEN outside THEN 'not_applicable' WHEN {low} OR {met} + {missing} < 6 THEN 'not_met'
                WHEN {missing} > 0 THEN 'unknown' WHEN {met} = 7 THEN 'met' ELSE 'near' END AS verdict
        FROM v
    """
    means = ", ".join(f"sum({n} * pupils) / sum(pupils) FILTER ({n} IS NOT NULL) AS m{n}" for n in INDICATORS)
    deviations = ", ".join(
        f"any_value(m{n}) AS m{n}, sqrt(sum(pupils * ({n} - m{n}) ** 2) / sum(pupils) FILTER ({n} IS NOT NULL)) / any_value(m{n}) AS c{n}"
        for n in INDICATORS
    )
    counties = f"""
        WITH m AS (SELECT county_code, stage, {means} FROM hand_unit WHERE NOT outside GROUP BY county_code, stage)
        SELECT u.county_code, u.stage, {deviations}
        FROM hand_unit u JOIN m ON m.county_code = u.county_code AND m.stage = u.stage
        WHERE NOT u.outside GROUP BY u.county_code, u.stage
    """
    return units, counties


def by_duckdb(paths: Paths) -> tuple[Any, Any]:
    """Run the hand-written query on a fresh connection over the Parquet files."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false")
    for name, path in paths.items():
        connection.execute(f"CREATE TEMP VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    units, counties = duckdb_query()
    connection.execute(units)
    return connection.sql("FROM hand_unit").to_arrow_table(), connection.sql(counties).to_arrow_table()


def by_polars(paths: Paths) -> tuple[Any, Any]:
    """Run hand-written Polars, lazily, over the Parquet files."""
    import polars as pl

    stage_year = pl.scan_parquet(paths["stage_year"]).filter(pl.col("school_year") == 2025)
    school = pl.scan_parquet(paths["school"]).select("school_code", "county_code", "kind")
    facts = pl.scan_parquet(paths["school_year_facts"]).filter(pl.col("school_year") == 2025)
    indoor = pl.col("indoor_sports_m2").fill_null(0)
    facts = facts.select(
        "school_code", "equipment_value_yuan", "multimedia_rooms",
        teaching=pl.col("teaching_area_m2") - indoor, sports=pl.col("sports_area_m2") + indoor,
    )  # fmt: skip
    weight = pl.col("stage").replace_strict({"primary": 1.0, "junior": 1.1, "senior": 1.32}, return_dtype=pl.Float64)
    weighted = (
        stage_year.join(
            school.filter(pl.col("kind").is_in(["nine_year", "complete_secondary", "twelve_year"])),
            on="school_code",
            how="semi",
        )
        .group_by("school_code")
        .agg(weighted=(weight * pl.col("pupils")).sum())
    )
    split = ["teaching", "sports", "equipment_value_yuan", "multimedia_rooms"]
    first = pl.col("stage") == "primary"
    units = (
        stage_year.filter(pl.col("stage").is_in(["primary", "junior"]))
        .select("school_code", "stage", "pupils", "teachers_above_degree", "teachers_backbone", "teachers_pe_arts")
        .join(school, on="school_code")
        .join(facts, on="school_code", how="left")
        .join(weighted, on="school_code", how="left")
        .with_columns(
            share=pl.when(pl.col("weighted").is_null())
            .then(1.0)
            .otherwise(pl.when(first).then(1.0).otherwise(1.1) * pl.col("pupils") / pl.col("weighted"))
        )
        .with_columns([pl.col(name) * pl.col("share") for name in split])
        .with_columns(
            outside=(pl.col("kind") == "teaching_point") & (pl.col("pupils") < 50),
            pupils=pl.when(pl.col("pupils") > 0).then(pl.col("pupils")).cast(pl.Float64),
        )
        .with_columns(
            [(k * pl.col(column) / pl.col("pupils")).alias(name) for name, (column, k, _, _) in INDICATORS.items()]
        )
    )
    lines = {n: pl.when(first).then(a).otherwise(b) for n, (_, _, a, b) in INDICATORS.items()}
    met = pl.sum_horizontal([(pl.col(n) >= lines[n] - EPSILON).fill_null(False).cast(pl.Int8) for n in INDICATORS])
    low = pl.any_horizontal([(pl.col(n) < 0.85 * lines[n] - EPSILON).fill_null(False) for n in INDICATORS])
    missing = pl.sum_horizontal([pl.col(n).is_null().cast(pl.Int8) for n in INDICATORS])
    units = units.with_columns(met=met, low=low, missing=missing).select(
        "county_code", "school_code", "stage", "pupils", "outside", *INDICATORS,
        verdict=pl.when(pl.col("outside")).then(pl.lit("not_applicable"))
        .when(pl.col("low") | (pl.col("met") + pl.col("missing") < 6)).then(pl.lit("not_met"))
        .when(pl.col("missing") > 0).then(pl.lit("unknown"))
        .when(pl.col("met") == 7).then(pl.lit("met")).otherwise(pl.lit("near")),
    )  # fmt: skip
    held = units.collect()
    inside = held.lazy().filter(~pl.col("outside"))
    weights = {n: pl.when(pl.col(n).is_not_null()).then(pl.col("pupils")) for n in INDICATORS}
    means = inside.group_by("county_code", "stage").agg(
        [((pl.col(n) * pl.col("pupils")).sum() / weights[n].sum()).alias(f"m{n}") for n in INDICATORS]
    )
    counties = (
        inside.join(means, on=["county_code", "stage"])
        .group_by("county_code", "stage")
        .agg(
            [pl.col(f"m{n}").first() for n in INDICATORS]
            + [
                (
                    ((pl.col("pupils") * (pl.col(n) - pl.col(f"m{n}")) ** 2).sum() / weights[n].sum()).sqrt()
                    / pl.col(f"m{n}").first()
                ).alias(f"c{n}")
                for n in INDICATORS
            ]
        )
        .collect()
    )
    return held, counties


def by_pandas(paths: Paths) -> Any:
    """Run pandas with apply and groupby-apply, written as one reads the rules: unit verdicts, means, coefficients."""
    import pandas as pd

    units = by_pandas_units(paths)

    def coefficients(group: Any) -> Any:
        result = {}
        for name in INDICATORS:
            held = group[group[name].notna()]
            mean = (held["pupils"] * held[name]).sum() / held["pupils"].sum()
            variance = (held["pupils"] * (held[name] - mean) ** 2).sum() / held["pupils"].sum()
            result[f"m{name}"] = mean
            result[f"c{name}"] = variance**0.5 / mean
        return pd.Series(result)

    def verdict(unit: Any) -> str:
        lines = {name: low if unit["stage"] == "primary" else high for name, (_, _, low, high) in INDICATORS.items()}
        met = sum(unit[name] >= line - EPSILON for name, line in lines.items())
        missing = sum(pd.isna(unit[name]) for name in lines)
        if any(unit[name] < 0.85 * line - EPSILON for name, line in lines.items()) or met + missing < 6:
            return "not_met"
        return "unknown" if missing else "met" if met == 7 else "near"

    inside = units[~units["outside"]]
    verdicts = inside.apply(verdict, axis=1)
    return verdicts, inside.groupby(["county_code", "stage"])[["pupils", *INDICATORS]].apply(coefficients)


def by_pandas_units(paths: Paths) -> Any:
    """Return the units with their seven values, the pandas way."""
    import numpy as np
    import pandas as pd

    stage_year = pd.read_parquet(paths["stage_year"])
    school = pd.read_parquet(paths["school"], columns=["school_code", "county_code", "kind"])
    facts = pd.read_parquet(paths["school_year_facts"])
    weight = stage_year["stage"].map({"primary": 1.0, "junior": 1.1, "senior": 1.32})
    stage_year["weighted"] = (weight * stage_year["pupils"]).groupby(stage_year["school_code"]).transform("sum")
    units = (
        stage_year[stage_year["stage"].isin(["primary", "junior"])]
        .merge(school, on="school_code")
        .merge(facts, on="school_code", how="left")
    )
    several = units["kind"].isin(["nine_year", "complete_secondary", "twelve_year"])
    own = units["stage"].map({"primary": 1.0, "junior": 1.1}) * units["pupils"] / units["weighted"]
    share = np.where(several, own, 1.0)
    indoor = units["indoor_sports_m2"].fillna(0)
    columns = {
        "teaching": (units["teaching_area_m2"] - indoor) * share,
        "sports": (units["sports_area_m2"] + indoor) * share,
        "equipment_value_yuan": units["equipment_value_yuan"] * share,
        "multimedia_rooms": units["multimedia_rooms"] * share,
    }
    units = units.assign(**columns, outside=(units["kind"] == "teaching_point") & (units["pupils"] < 50))
    units["pupils"] = units["pupils"].where(units["pupils"] > 0).astype(float)
    return units.assign(**{name: k * units[column] / units["pupils"] for name, (column, k, _, _) in INDICATORS.items()})
