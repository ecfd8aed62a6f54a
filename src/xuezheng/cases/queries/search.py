"""Search by number and title: pairs of letters looked up in an index, never all titles read."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet

from xuezheng.cases.access import visible_cases
from xuezheng.cases.engine.grams import grams, plain
from xuezheng.cases.models import Case, Gram
from xuezheng.cases.queries.ledger import Filter, condition_of, order_of
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.people.access import Reach
from xuezheng.people.models import Organisation

SHOWN = 50
_RARE_ENOUGH = 500
_AT_A_TIME = 1_000
LOOKED_THROUGH = 5_000
EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class Found:
    """The cases that a search found, at most `SHOWN`, and whether there are more.

    `looked_through` is the number of cases to which a search for common words was cut, in order of the ledger; None
    where all were looked through.
    """

    cases: list[Case]
    is_more: bool = False
    looked_through: int | None = None


def search_cases(
    reach: Reach,
    county: str,
    text: str,
    on: date,
    at: datetime,
    *,
    wanted: Filter = EVERYTHING,
    unit: Organisation | None = None,
) -> Found:
    """Return the cases of a county that somebody sees, that a filter wants, and whose number or title holds a text.

    In order of the ledger. A whole number finds its own case alone; with a `unit`, only cases that it leads are found.

    Raises `InvalidRequest` for fewer than two letters.
    """
    pairs = sorted(grams(text))
    if not pairs:
        raise InvalidRequest("search_too_short", text=text)
    seen = visible_cases(reach, on).filter(condition_of(wanted, at), county=county)
    seen = (seen.filter(lead_unit=unit) if unit is not None else seen).order_by(*order_of(wanted))
    numbered = list(Case.objects.filter(county=county, number_key=plain(text)).values_list("pk", flat=True))
    if numbered:
        return Found(_whole(seen.filter(pk__in=numbered)[:SHOWN], wanted))
    rarest = min(pairs, key=lambda gram: _capped_count(county, gram))
    if _capped_count(county, rarest) < _RARE_ENOUGH:
        return _among_rare(seen, county, rarest, text, wanted)
    return _among_first(seen, county, pairs, text, wanted)


def _among_rare(seen: QuerySet[Case], county: str, rarest: str, text: str, wanted: Filter) -> Found:
    """Look through all cases that hold a rare pair of letters."""
    held = list(Gram.objects.filter(county=county, gram=rarest).values_list("case", flat=True))
    matching = _matching(Case.objects.filter(pk__in=held), text)
    cases = _whole(seen.filter(pk__in=matching)[: SHOWN + 1], wanted)
    return Found(cases[:SHOWN], len(cases) > SHOWN)


def _among_first(seen: QuerySet[Case], county: str, pairs: list[str], text: str, wanted: Filter) -> Found:
    """Look through the first cases that the filter wants, in order, until a page is full; so many at the most."""
    first = list(seen.values_list("pk", flat=True)[: LOOKED_THROUGH + 1])
    matching: list[int] = []
    for begin in range(0, min(len(first), LOOKED_THROUGH), _AT_A_TIME):
        window = Case.objects.filter(pk__in=first[begin : begin + _AT_A_TIME])
        for gram in pairs:
            window = window.filter(Exists(Gram.objects.filter(county=county, gram=gram, case=OuterRef("pk"))))
        matching += _matching(window, text)
        if len(matching) > SHOWN:
            break
    cases = _whole(Case.objects.filter(pk__in=matching).order_by(*order_of(wanted))[: SHOWN + 1], wanted)
    is_cut = len(first) > LOOKED_THROUGH and len(matching) <= SHOWN
    return Found(cases[:SHOWN], len(cases) > SHOWN, LOOKED_THROUGH if is_cut else None)


def _matching(cases: QuerySet[Case], text: str) -> list[int]:
    held = plain(text)
    rows = cases.order_by().values_list("pk", "number", "title")
    return [pk for pk, number, title in rows if held in plain(number) or held in plain(title)]


def _whole(cases: QuerySet[Case], wanted: Filter) -> list[Case]:
    pks = list(cases.values_list("pk", flat=True))
    rows = Case.objects.filter(pk__in=pks).select_related("lead_unit").prefetch_related("assisting_units")
    return list(rows.defer("machine", "task").order_by(*order_of(wanted)))


def _capped_count(county: str, gram: str) -> int:
    return Gram.objects.filter(county=county, gram=gram).order_by()[:_RARE_ENOUGH].count()
