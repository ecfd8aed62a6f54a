"""How far readings agree with annotations: the measure by which the rules for bulletins are judged.

Two texts are alike by the share of the longer one that they have in common, in runs of two characters and more, after
widths of punctuation are folded. Directives and list items are paired one to one, most alike first, from 0.7 on.
Annotated directives that are implicit or headings are optional: neither missing nor finding one counts.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

ALIKE_FROM = 0.70
LISTS = ("attendees", "studied", "heard", "reviewed")
_FOLD = str.maketrans("，；：（）！？", ",;:()!?")

Record = Mapping[str, Any]


@dataclass
class Tally:
    """Counts of hits, of what was found and of what was annotated."""

    hits: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        """Hits among what was found; 1 where nothing was found and nothing annotated."""
        return self.hits / self.found if self.found else float(not self.wanted)

    @property
    def recall(self) -> float:
        """Hits among what was annotated; 1 where nothing was."""
        return self.hits / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass
class Agreement:
    """The agreement of several readings with their annotations."""

    directives: Tally = field(default_factory=Tally)
    areas: Tally = field(default_factory=Tally)
    lists: dict[str, Tally] = field(default_factory=lambda: {name: Tally() for name in LISTS})
    exact: dict[str, list[bool]] = field(default_factory=lambda: {name: [] for name in ("date", "chair", "year", "n")})
    speakers: list[bool] = field(default_factory=list)
    measurable: list[bool] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)

    def add(self, annotated: Record, read: Record) -> None:
        """Add one reading, with keys as in `Bulletin`; an absent key counts as empty."""
        wanted, found = annotated["directives"], list(read.get("directives") or [])
        pairs = paired([item["text"] for item in wanted], [item["text"] for item in found])
        optional = {place for place, item in enumerate(wanted) if item.get("implicit") or item.get("heading")}
        excused = sum(place in optional for place, _ in pairs)
        self.directives.hits += len(pairs) - excused
        self.directives.found += len(found) - excused
        self.directives.wanted += len(wanted) - len(optional)
        for place, other in pairs:
            self._compare(wanted[place], found[other])
        matched, used = {place for place, _ in pairs}, {other for _, other in pairs}
        self.missed += [item["text"] for place, item in enumerate(wanted) if place not in matched | optional]
        self.added += [item["text"] for other, item in enumerate(found) if other not in used]
        for name, tally in self.lists.items():
            ours, theirs = _texts(annotated.get(name)), _texts(read.get(name))
            tally.hits += len(paired(ours, theirs))
            tally.found += len(theirs)
            tally.wanted += len(ours)
        for name, value in _facts(annotated).items():
            self.exact[name].append(value == _facts(read)[name])

    def _compare(self, wanted: Record, found: Record) -> None:
        self.speakers.append(wanted["speaker"] == found["speaker"])
        self.measurable.append(bool(wanted.get("measurable")) == bool(found.get("measurable")))
        ours, theirs = set(wanted["areas"]), set(found["areas"])
        self.areas.hits += len(ours & theirs)
        self.areas.found += len(theirs)
        self.areas.wanted += len(ours)

    def figures(self) -> dict[str, float]:
        """Return the figures by name, each 0 to 1."""
        return {
            "directive_f1": self.directives.f1,
            "directive_precision": self.directives.precision,
            "directive_recall": self.directives.recall,
            "speaker_accuracy": _share(self.speakers),
            "area_f1": self.areas.f1,
            "measurable_accuracy": _share(self.measurable),
            **{f"{name}_accuracy": _share(values) for name, values in self.exact.items()},
            **{f"{name}_f1": tally.f1 for name, tally in self.lists.items()},
        }


def folded(text: str) -> str:
    """Return a text without white space, its punctuation of one width, without stops at its ends."""
    return re.sub(r"\s+", "", text.translate(_FOLD)).strip(",.;。:")


def likeness(one: str, other: str) -> float:
    """Return how much of the longer of two texts they have in common, 0 to 1."""
    a, b = folded(one), folded(other)
    if not a or not b:
        return 0.0
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size > 1) / max(len(a), len(b))


def paired(
    wanted: Sequence[str], found: Sequence[str], alike: Callable[[str, str], float] = likeness
) -> list[tuple[int, int]]:
    """Return places in `wanted` and `found` that belong together, one to one, most alike first."""
    scored = sorted(
        ((alike(one, other), i, j) for i, one in enumerate(wanted) for j, other in enumerate(found)), reverse=True
    )
    pairs: list[tuple[int, int]] = []
    taken: tuple[set[int], set[int]] = set(), set()
    for score, i, j in scored:
        if score >= ALIKE_FROM and i not in taken[0] and j not in taken[1]:
            taken[0].add(i)
            taken[1].add(j)
            pairs.append((i, j))
    return pairs


def _texts(items: Sequence[Any] | None) -> list[str]:
    return [item["name"] if isinstance(item, Mapping) else str(item) for item in items or []]


def _facts(record: Record) -> dict[str, object]:
    chair, ordinal = record.get("chair"), record.get("ordinal") or {}
    name = chair["name"] if isinstance(chair, Mapping) else chair
    return {"date": record.get("date"), "chair": name, "year": ordinal.get("year"), "n": ordinal.get("n")}


def _share(values: Sequence[bool]) -> float:
    return sum(values) / len(values) if values else 1.0
