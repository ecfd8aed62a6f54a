"""What an import would change against a snapshot: rows added, removed and changed, with examples."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.engine.telling import found_at, joined_key, where
from xuezheng.register.holdings import arrow_type

_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Example:
    """One changed value: the row's key, the column, before and after."""

    key: str
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Impact:
    """What would become of one table."""

    table: str
    added: int
    removed: int
    changed: int
    examples: tuple[Example, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether the table would stay as it is."""
        return not (self.added or self.removed or self.changed)


def impact(before: Mapping[str, pa.Table], after: Mapping[str, pa.Table]) -> tuple[Impact, ...]:
    """Return per table how many rows the delivery adds, removes and changes, in the schema's order."""
    tables = load_register_schema().tables
    return tuple(_impact(name, before.get(name), after.get(name)) for name in tables if name in before or name in after)


def _impact(name: str, before: pa.Table | None, after: pa.Table | None) -> Impact:
    if before is None or after is None:
        return Impact(name, after.num_rows if after else 0, before.num_rows if before else 0, 0)
    old, new = _keys(name, before), _keys(name, after)
    at = found_at(new, old)
    both = np.flatnonzero(at >= 0)
    removed = int((found_at(old, new) < 0).sum())
    changed = np.zeros(len(both), dtype=bool)
    examples: list[Example] = []
    for column, definition in load_register_schema().tables[name].columns.items():
        if definition.key or (column not in before.column_names and column not in after.column_names):
            continue
        was = _column(before, column, arrow_type(definition)).take(pa.array(at[both]))
        is_now = _column(after, column, arrow_type(definition)).take(pa.array(both))
        different = _differ(was, is_now)
        changed[different] = True
        for row in different[: max(_EXAMPLES - len(examples), 0)].tolist():
            key = str(new[int(both[row])].as_py()).replace("|", " ").strip()
            examples.append(Example(key, column, _text(was[row].as_py()), _text(is_now[row].as_py())))
    return Impact(name, int((at < 0).sum()), removed, int(changed.sum()), tuple(examples))


def _keys(name: str, table: pa.Table) -> pa.Array:
    columns = [
        table.column(column) for column in load_register_schema().tables[name].key if column in table.column_names
    ]
    return joined_key(*(pc.fill_null(column.cast(pa.string()), "") for column in columns))


def _column(table: pa.Table, column: str, kind: pa.DataType) -> pa.ChunkedArray | pa.Array:
    return table.column(column) if column in table.column_names else pa.nulls(table.num_rows, kind)


def _differ(was: pa.Array, is_now: pa.Array) -> np.ndarray:
    different = set(where(pc.not_equal(was, is_now)).tolist())
    different |= set(where(pc.not_equal(was.is_null(), is_now.is_null())).tolist())
    return np.array(sorted(different), dtype=np.int64)


def _text(value: object) -> str:
    return "—" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
