"""Cross-checks: within rows, between classes and returns, against the table of schools and the year before.

All are comparisons of whole columns; only rows with a fault are looked at one by one.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import Jump, load_register_schema
from xuezheng.register.engine.faults import Fault
from xuezheng.register.engine.places import places_checked, regions_checked
from xuezheng.register.engine.schools import schools_checked
from xuezheng.register.engine.telling import Kind, found_at, has, joined_key, told, where
from xuezheng.register.engine.telling import text_at as text
from xuezheng.register.holdings import Holdings

_UNIT = ("school_code", "school_year", "stage")


def cross_checked(holdings: Holdings, previous: Holdings | None = None) -> Iterator[Fault]:
    """Return what contradicts itself in the holdings (errors) or should be asked about (warnings).

    `previous` are the holdings of an earlier delivery; jumps are looked for against them too.
    """
    yield from _parts_beyond_wholes(holdings)
    yield from _parts_beyond_usual_wholes(holdings)
    yield from _averages(holdings)
    yield from _classes_against_returns(holdings)
    yield from _classes_over_limit(holdings)
    yield from schools_checked(holdings)
    yield from places_checked(holdings)
    yield from regions_checked(holdings)
    yield from _jumps(holdings, previous)


def _parts_beyond_wholes(holdings: Holdings) -> Iterator[Fault]:
    for name, table in holdings.tables.items():
        for part, definition in load_register_schema().tables[name].columns.items():
            whole = definition.part_of
            if not whole or not has(table, part, whole):
                continue
            slack = 1e-9 if definition.type == "number" else 0
            rows = where(pc.greater(table.column(part), pc.add(table.column(whole), slack)))

            def params(row: int, table: pa.Table = table, part: str = part, whole: str = whole) -> dict[str, object]:
                return {"value": text(table, part, row), "whole_column": whole, "whole": text(table, whole, row)}

            yield from told(holdings, Kind("part_beyond_whole", name, part), rows, params)


def _parts_beyond_usual_wholes(holdings: Holdings) -> Iterator[Fault]:
    """Return columns that are part of another as it is mostly reported, and exceed it: the whole may lack them."""
    for name, table in holdings.tables.items():
        for part, definition in load_register_schema().tables[name].columns.items():
            whole = definition.usually_within
            if not whole or not has(table, part, whole):
                continue
            rows = where(pc.greater(table.column(part), pc.add(table.column(whole), 1e-9)))

            def params(row: int, table: pa.Table = table, part: str = part, whole: str = whole) -> dict[str, object]:
                return {"value": text(table, part, row), "whole_column": whole, "whole": text(table, whole, row)}

            yield from told(holdings, Kind("part_beyond_usual_whole", name, part, ""), rows, params)


def _averages(holdings: Holdings) -> Iterator[Fault]:
    table = holdings.tables.get("stage_year")
    if table is None or not has(table, "pupils", "classes"):
        return
    pupils, classes = table.column("pupils"), table.column("classes")
    limit = load_register_schema().checks.class_average_error_over

    def params(row: int) -> dict[str, object]:
        number, rooms = pupils[row].as_py(), classes[row].as_py()
        average = f"{number / rooms:.1f}" if rooms else ""
        return {"value": str(rooms), "classes": rooms, "pupils": number, "average": average}

    none = where(pc.and_(pc.greater(pupils, 0), pc.equal(classes, 0)))
    yield from told(holdings, Kind("pupils_without_classes", "stage_year", "classes"), none, params)
    crowded = where(pc.greater(pupils, pc.multiply(classes, limit)))
    crowded = crowded[~np.isin(crowded, none)]
    yield from told(holdings, Kind("class_average_absurd", "stage_year", "classes"), crowded, params)
    empty = where(pc.and_(pc.equal(pupils, 0), pc.greater(classes, 0)))
    yield from told(holdings, Kind("classes_without_pupils", "stage_year", "pupils", ""), empty, params)


def _classes_against_returns(holdings: Holdings) -> Iterator[Fault]:
    returns, classes = holdings.tables.get("stage_year"), holdings.tables.get("class_year")
    if returns is None or classes is None or not has(returns, *_UNIT) or not has(classes, *_UNIT):
        return
    by_unit = _unit_sums(classes)
    units = joined_key(*(by_unit.column(column) for column in _UNIT))
    at = found_at(joined_key(*(returns.column(column) for column in _UNIT)), units)
    rows = np.flatnonzero(at >= 0)
    for column, summed, beyond, short in (
        ("pupils", "pupils_sum", "class_pupils_differ", "class_list_short_of_pupils"),
        ("classes", "row_count", "class_count_differs", "class_list_short_of_classes"),
    ):
        if column not in returns.column_names:
            continue
        sums = by_unit.column(summed).take(pa.array(at[rows]))
        stated = returns.column(column).take(pa.array(rows))

        def params(row: int, column: str = column, summed: str = summed) -> dict[str, object]:
            unit = int(at[row])
            first = by_unit.column("row_min")[unit].as_py()
            return {
                "value": text(returns, column, row),
                "sum": by_unit.column(summed)[unit].as_py(),
                "school": text(returns, "school_code", row),
                "year": text(returns, "school_year", row),
                "of_stage": text(returns, "stage", row),
                "other": str(holdings.place("class_year", first, "school_code") or ""),
            }

        # Classes that the return does not know contradict it; a list that falls short of it is not finished.
        yield from told(holdings, Kind(beyond, "stage_year", column), rows[where(pc.greater(sums, stated))], params)
        yield from told(holdings, Kind(short, "stage_year", column, ""), rows[where(pc.less(sums, stated))], params)


def _classes_over_limit(holdings: Holdings) -> Iterator[Fault]:
    """Return returns that count fewer classes over the limit of their stage than the list of classes shows."""
    returns, classes = holdings.tables.get("stage_year"), holdings.tables.get("class_year")
    if returns is None or classes is None:
        return
    if not has(returns, *_UNIT, "classes_over_limit") or not has(classes, *_UNIT, "pupils"):
        return
    limits = load_register_schema().checks.class_limits
    limit = pa.array([limits.get(stage) for stage in classes.column("stage").to_pylist()], pa.int64())
    large = where(pc.greater(classes.column("pupils"), limit))
    counted = _unit_sums(classes.select([*_UNIT, "pupils"]).take(pa.array(large)))
    units = joined_key(*(counted.column(column) for column in _UNIT))
    at = found_at(joined_key(*(returns.column(column) for column in _UNIT)), units)
    rows = np.flatnonzero(at >= 0)
    found = counted.column("row_count").take(pa.array(at[rows]))
    fewer = rows[where(pc.less(returns.column("classes_over_limit").take(pa.array(rows)), found))]

    def params(row: int) -> dict[str, object]:
        unit = int(at[row])
        first = int(large[counted.column("row_min")[unit].as_py()])
        return {
            "value": text(returns, "classes_over_limit", row),
            "counted": counted.column("row_count")[unit].as_py(),
            "limit": limits[text(returns, "stage", row)],
            "pupils": text(classes, "pupils", first),
            "other": str(holdings.place("class_year", first, "pupils") or ""),
        }

    yield from told(
        holdings, Kind("classes_over_limit_uncounted", "stage_year", "classes_over_limit", ""), fewer, params
    )


def _unit_sums(classes: pa.Table) -> pa.Table:
    """Return per unit its classes, their pupils (missing where one class's are) and the first class's row."""
    counted = classes.select(list(_UNIT)).append_column("row", pa.array(np.arange(classes.num_rows)))
    aggregates = [("row", "count"), ("row", "min")]
    if "pupils" in classes.column_names:
        counted = counted.append_column("pupils", classes.column("pupils"))
        aggregates += [("pupils", "sum"), ("pupils", "count")]
    sums = counted.group_by(list(_UNIT)).aggregate(aggregates)
    if "pupils_sum" not in sums.column_names:
        return sums.append_column("pupils_sum", pa.nulls(sums.num_rows, pa.int64()))
    complete = pc.equal(sums.column("pupils_count"), sums.column("row_count"))
    known = pc.if_else(complete, sums.column("pupils_sum"), None)
    return sums.set_column(sums.column_names.index("pupils_sum"), "pupils_sum", known)


def _jumps(holdings: Holdings, previous: Holdings | None) -> Iterator[Fault]:
    for name, key in (("stage_year", _UNIT), ("school_year_facts", _UNIT[:2])):
        now = holdings.tables.get(name)
        if now is None or not has(now, *key):
            continue
        earlier = [now] if len(pc.unique(now.column("school_year"))) > 1 else []
        if previous is not None and has(previous.tables.get(name, now.slice(0, 0)), *key):
            earlier.append(previous.tables[name])
        for before in earlier:
            at = _the_year_before(now, before, key)
            for column, jump in load_register_schema().checks.jumps.items():
                if column in now.column_names and column in before.column_names:
                    yield from _jumps_of(holdings, name, column, before, at, jump)


def _the_year_before(now: pa.Table, before: pa.Table, key: tuple[str, ...]) -> np.ndarray:
    rest = [column for column in key if column != "school_year"]
    wanted = joined_key(*(now.column(c) for c in rest), pc.subtract(now.column("school_year"), 1))
    held = joined_key(*(before.column(c) for c in rest), before.column("school_year"))
    return found_at(wanted, held)


def _jumps_of(
    holdings: Holdings, name: str, column: str, before: pa.Table, at: np.ndarray, jump: Jump
) -> Iterator[Fault]:
    now = holdings.tables[name]
    rows = np.flatnonzero(at >= 0)
    if not len(rows):
        return
    new = now.column(column).take(pa.array(rows)).cast(pa.float64()).to_numpy()
    old = before.column(column).take(pa.array(at[rows])).cast(pa.float64()).to_numpy()
    with np.errstate(invalid="ignore"):
        low, high = np.minimum(new, old), np.maximum(new, old)
        jumped = (high >= low * jump.factor) & (high - low >= jump.least)

    def params(row: int) -> dict[str, object]:
        return {
            "value": text(now, column, row),
            "before": text(before, column, int(at[row])),
            "school": text(now, "school_code", row),
            "of_stage": text(now, "stage", row),
        }

    yield from told(holdings, Kind("jump", name, column, ""), rows[jumped], params)
