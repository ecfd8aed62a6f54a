"""A county in a minute: its standards over the years, the gaps that decide, and what turned since the year before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from xuezheng.catalogue.standard import Standard, load_standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.models import Evaluation, StoredVerdict


@dataclass(frozen=True, slots=True)
class YearOfStandard:
    """What a standard said in one school year: the verdict and a few figures (`report.overview`)."""

    school_year: int
    verdict: Verdict
    counts: Mapping[str, int]
    overview: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turned:
    """An indicator or a school's stage whose verdict is another than the year before; None is: it was not there."""

    standard: str
    key: tuple[str, ...]
    before: Verdict | None
    after: Verdict | None


def find_standard_years(county: str) -> dict[str, list[YearOfStandard]]:
    """Return what each standard said about a county in each evaluated school year, the oldest first. One query."""
    rows = (
        Evaluation.objects.filter(county_id=county, is_current=True)
        .order_by("standard", "school_year")
        .values_list("standard", "school_year", "verdict", "counts", "summary__overview")
    )
    found: dict[str, list[YearOfStandard]] = defaultdict(list)
    for standard, year, verdict, counts, overview in rows:
        found[standard].append(YearOfStandard(year, Verdict(verdict), counts, overview or {}))
    return dict(found)


def find_evaluations_of_years(county: str, years: Iterable[int]) -> list[Evaluation]:
    """Return a county's current evaluations of some school years, by standard and year."""
    found = Evaluation.objects.filter(county_id=county, is_current=True, school_year__in=tuple(years))
    return list(found.defer("judged").select_related("snapshot").order_by("standard", "school_year"))


def find_turned_units(before: Iterable[Evaluation], after: Iterable[Evaluation]) -> list[Turned]:
    """Return the schools' stages whose verdict turned, by standard, code and stage. One query for all of them."""
    pairs = [({e.standard: e.pk for e in before}), ({e.standard: e.pk for e in after})]
    rows = StoredVerdict.objects.filter(
        evaluation__in=[pk for each in pairs for pk in each.values()], level="school"
    ).values_list("evaluation_id", "subject", "stage", "verdict")
    held: dict[int, dict[tuple[str, ...], Verdict]] = defaultdict(dict)
    for evaluation, subject, stage, verdict in rows:
        held[evaluation][subject, stage] = Verdict(verdict)
    return [
        turned
        for standard in sorted(pairs[1])
        if standard in pairs[0]
        for turned in _turned(standard, held[pairs[0][standard]], held[pairs[1][standard]])
    ]


def turned_indicators(before: Evaluation, after: Evaluation) -> list[Turned]:
    """Return the indicators that turned between two evaluations of one standard, in the standard's order.

    A key is (indicator, stage, measure); of an indicator about schools (measure `schools`) the verdict is not met
    where one school fails, unknown where none fails but one is unknown, else met.
    """
    standard = load_standard(after.standard)
    order = {name: place for place, name in enumerate(indicator_ids(standard))}
    turned = _turned(after.standard, _indicator_verdicts(before), _indicator_verdicts(after))
    return sorted(turned, key=lambda t: (order.get(t.key[0], len(order)), t.key))


def indicator_ids(standard: Standard) -> dict[str, str]:
    """Return every id under which findings of a standard stand, in its order, with the indicator that it belongs to."""
    ids: dict[str, str] = {}
    for indicator in standard.indicators:
        ids[indicator.id] = indicator.id
        ids.update({rollup.id: ids.get(rollup.id, indicator.id) for rollup in indicator.rollups})
    if standard.composite:
        ids[standard.composite.id] = standard.composite.id
    return ids


def _indicator_verdicts(evaluation: Evaluation) -> dict[tuple[str, ...], Verdict]:
    county = evaluation.summary.get("overview", {}).get("county", {})
    found: dict[tuple[str, ...], Verdict] = {tuple(key.split("/")): Verdict(verdict) for key, verdict in county.items()}
    for key, tally in evaluation.tallies.items():
        indicator, _, stage = key.partition("/")
        found[indicator, stage, "schools"] = _of_schools(tally)
    return found


def _of_schools(tally: Mapping[str, float]) -> Verdict:
    """Return what an indicator's schools come to together; of several answers a failure decides, then an unknown."""
    if tally.get(Verdict.NOT_MET.value):
        return Verdict.NOT_MET
    if tally.get(Verdict.UNKNOWN.value):
        return Verdict.UNKNOWN
    passing = tally.get(Verdict.MET.value, 0) + tally.get(Verdict.NEAR.value, 0)
    return Verdict.MET if passing else Verdict.NOT_APPLICABLE


def _turned(
    standard: str, before: Mapping[tuple[str, ...], Verdict], after: Mapping[tuple[str, ...], Verdict]
) -> list[Turned]:
    keys = sorted({*before, *after})
    return [
        Turned(standard, key, before.get(key), after.get(key)) for key in keys if before.get(key) is not after.get(key)
    ]
