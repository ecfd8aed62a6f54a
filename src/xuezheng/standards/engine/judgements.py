"""What people judged, laid over what was delivered: a county's statements with the judged answers in their place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa
import pyarrow.compute as pc

from xuezheng.catalogue.register import load_register_schema
from xuezheng.register.holdings import ROW, SOURCE, Holdings, arrow_type

ANSWERS: Mapping[bool | None, str] = {True: "是", False: "否", None: "未认定"}
_TABLE = "county_year"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer to one judged item: `indicator` of a standard's `root`; `answer` None is judged as not yet to be said."""

    root: str
    indicator: str
    answer: bool | None
    evidence: str = ""

    @property
    def key(self) -> str:
        """The key under which the county's statement stands."""
        return f"{self.root}.{self.indicator}"


def with_judgements(holdings: Holdings, county: str, school_year: int, judgements: Sequence[Judgement]) -> Holdings:
    """Return holdings in which the judged answers replace what was delivered about these items, and nothing else does.

    An item's delivered statements, under its full key or under its bare id, step back for the judgement; the new rows
    have no place in any file. The snapshot's digest stays: it names what was delivered.
    """
    if not judgements:
        return holdings
    held = holdings.table(_TABLE)
    keys = {key for judgement in judgements for key in (judgement.key, judgement.indicator)}
    kept = held.filter(pc.invert(_about(held, county, school_year, keys)))
    rows = pa.concat_tables([kept, _rows(county, school_year, judgements)], promote_options="default")
    order = [(name, "ascending") for name in load_register_schema().tables[_TABLE].key]
    return replace(holdings, tables={**holdings.tables, _TABLE: rows.sort_by(order)})


def _about(held: pa.Table, county: str, school_year: int, keys: set[str]) -> pa.ChunkedArray:
    wanted = pc.is_in(held.column("key"), value_set=pa.array(sorted(keys), pa.string()))
    for column, value in (("county_code", county), ("school_year", school_year)):
        wanted = pc.and_kleene(wanted, pc.equal(held.column(column), value))
    return pc.fill_null(wanted, False)


def _rows(county: str, school_year: int, judgements: Sequence[Judgement]) -> pa.Table:
    columns = load_register_schema().tables[_TABLE].columns
    values: Mapping[str, Sequence[object]] = {
        "county_code": [county] * len(judgements),
        "school_year": [school_year] * len(judgements),
        "key": [judgement.key for judgement in judgements],
        "value": [ANSWERS[judgement.answer] for judgement in judgements],
        "evidence": [judgement.evidence or None for judgement in judgements],
    }
    arrays = {name: pa.array(given, arrow_type(columns[name])) for name, given in values.items()}
    return pa.table({
        **arrays, SOURCE: pa.nulls(len(judgements), pa.int32()), ROW: pa.nulls(len(judgements), pa.int32()),
    })  # fmt: skip
