"""Class sizes as the register's classes show them, against the limit that a standard sets, where it sets one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pyarrow.compute as pc

from xuezheng.standards.report.digest import Digest


@dataclass(frozen=True, slots=True)
class ClassSizes:
    """One stage's classes: how many of each size, and by school the sizes above the limit."""

    stage: str
    limit: int | None
    sizes: Sequence[tuple[int, int]]
    over: Mapping[str, Sequence[int]]

    @property
    def total(self) -> int:
        """All classes whose size is known."""
        return sum(count for _, count in self.sizes)

    @property
    def above(self) -> int:
        """Classes above the limit."""
        return sum(len(sizes) for sizes in self.over.values())


def class_sizes(digest: Digest) -> list[ClassSizes]:
    """Return the class sizes of the standard's stages in its school year; nothing where no classes are listed."""
    table = digest.holdings.table("class_year")
    needed = {"school_code", "school_year", "stage", "pupils"}
    if not needed <= set(table.column_names) or not table.num_rows:
        return []
    own = {f.subject for f in digest.assessment.findings if f.level == "school"}
    rows = table.filter(pc.equal(table.column("school_year"), digest.year)).select(sorted(needed)).to_pylist()
    by_stage: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for row in rows:
        if row["pupils"] is not None and row["school_code"] in own and row["stage"] in digest.standard.stages:
            by_stage[row["stage"]].append((row["school_code"], row["pupils"]))
    return [_of_stage(digest, stage, by_stage[stage]) for stage in digest.standard.stages if stage in by_stage]


def _of_stage(digest: Digest, stage: str, classes: Sequence[tuple[str, int]]) -> ClassSizes:
    limit = class_limit(digest, stage)
    over: dict[str, list[int]] = defaultdict(list)
    for school, pupils in sorted(classes):
        if limit is not None and pupils > limit:
            over[school].append(pupils)
    return ClassSizes(stage, limit, sorted(Counter(pupils for _, pupils in classes).items()), dict(over))


def class_limit(digest: Digest, stage: str) -> int | None:
    """Return the most pupils that a class of a stage may have, where the standard holds the largest class to a line."""
    largest = {
        name
        for name, derived in digest.standard.derived.items()
        if derived.source == "class_year" and derived.take == "max" and derived.of == "pupils"
    }
    for indicator in digest.standard.indicators:
        applies = stage in (indicator.stages or digest.standard.stages)
        line = digest.line_rule(indicator.id) if indicator.formula in largest and applies else None
        limit = line.at(stage) if line else None
        if limit is not None:
            return int(limit)
    return None
