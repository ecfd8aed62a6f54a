"""Where figures come from: the cells of the delivered files, and the evidence beside what people judged."""

from collections.abc import Iterator, Mapping

from xuezheng.catalogue.standard import Indicator
from xuezheng.kernel.place import Place
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.findings import Finding
from xuezheng.standards.report.digest import Digest

_BY_UNIT = ("stage_year", "school_year_facts")
_CODE_COLUMNS = ("school_code", "school_year", "stage")


def evidence_of(digest: Digest, indicator: Indicator) -> str:
    """Return the evidence that the register holds for an indicator's judged item or county figures."""
    root = digest.standard.root or digest.standard.id
    keys = {aggregate.key for aggregate in indicator.inputs.values() if aggregate.key}
    if indicator.judged:
        keys |= {f"{root}.{indicator.id}", indicator.id}
    rows = county_rows(digest.holdings, digest.county, digest.year)
    return digest.words("semicolon").join(dict.fromkeys(rows[key] for key in sorted(keys) if rows.get(key)))


def county_rows(holdings: Holdings, county: str, year: int) -> Mapping[str, str]:
    """Return the evidence of a county's figures and judgements by key."""
    table = holdings.table("county_year")
    needed = {"county_code", "school_year", "key", "evidence"}
    if not needed <= set(table.column_names):
        return {}
    rows = table.select(sorted(needed)).to_pylist()
    return {
        row["key"]: row["evidence"]
        for row in rows
        if row["county_code"] == county and row["school_year"] == year and row["evidence"]
    }


class Places:
    """Finds the delivered cell of a finding's inputs."""

    def __init__(self, holdings: Holdings, year: int) -> None:
        self._holdings = holdings
        self._year = year
        self._rows = {name: self._index(name) for name in _BY_UNIT}

    def _index(self, name: str) -> Mapping[tuple[object, ...], int]:
        table = self._holdings.table(name)
        columns = [column for column in _CODE_COLUMNS if column in table.column_names]
        listed = [table.column(column).to_pylist() for column in columns]
        return {key: row for row, key in enumerate(zip(*listed, strict=True))}

    def of(self, finding: Finding) -> Iterator[tuple[str, str, Place]]:
        """Yield (table, column, place) for each input of a school's finding that stands in one cell."""
        for name in finding.inputs:
            for table in _BY_UNIT:
                row = self._row(table, finding)
                place = self._holdings.place(table, row, name) if row is not None else None
                if place is not None:
                    yield table, name, place

    def _row(self, table: str, finding: Finding) -> int | None:
        key = (finding.subject, self._year)
        return self._rows[table].get((*key, finding.stage) if table == "stage_year" else key)
