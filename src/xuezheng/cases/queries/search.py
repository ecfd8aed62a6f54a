"""Search by number and title: by pairs of letters where one of them is rare, else through the first cases of a ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from xuezheng.cases.access import visible_cases
from xuezheng.cases.engine.grams import grams, plain
from xuezheng.cases.models import Case, Gram
from xuezheng.cases.queries.ledger import Filter, condition_of, order_of
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.people.access import Reach
from xuezheng.people.models import Organisation

SHOWN = 50
_RARE_ENOUGH = 2_000
_AT_FIRST = 1_000
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
    return _among_first(seen, text, wanted)


def _among_rare(seen: QuerySet[Case], county: str, rarest: str, text: str, wanted: Filter) -> Found:
    """Look through all cases that hold a rare pair of letters."""
    held = list(Gram.objects.filter(county=county, gram=rarest).values_list("case", flat=True))
    matching = _matching(Case.objects.filter(pk__in=held), text)
    cases = _whole(seen.filter(pk__in=matching)[: SHOWN + 1], wanted)
    return Found(cases[:SHOWN], len(cases) > SHOWN)


def _among_first(seen: QuerySet[Case], text: str, wanted: Filter) -> Found:
    """Look through the first cases that the filter wants, in order, until a page is full; so many at the most."""
    matching, looked, is_all = [], 0, False
    for begin, end in ((0, _AT_FIRST), (_AT_FIRST, LOOKED_THROUGH)):
        rows = list(seen.values_list("pk", "number", "title")[begin : end + 1])
        matching += _holding(rows[: end - begin], text)
        looked, is_all = end, len(rows) <= end - begin
        if is_all or len(matching) > SHOWN:
            break
    cases = _whole(Case.objects.filter(pk__in=matching).order_by(*order_of(wanted))[: SHOWN + 1], wanted)
    is_more = len(cases) > SHOWN
    return Found(cases[:SHOWN], is_more, None if is_all or is_more else looked)


def _matching(cases: QuerySet[Case], text: str) -> list[int]:
    return _holding(cases.order_by().values_list("pk", "number", "title"), text)


def _holding(rows: Iterable[tuple[int, str, str]], text: str) -> list[int]:
    """Return the ids of those whose number or title holds a text."""
    held = plain(text)
    return [pk for pk, number, title in rows if held in plain(number) or held in plain(title)]


def _whole(cases: QuerySet[Case], wanted: Filter) -> list[Case]:
    pks = list(cases.values_list("pk", flat=True))
    rows = Case.objects.filter(pk__in=pks).select_related("lead_unit").prefetch_related("assisting_units")
    return list(rows.defer("machine", "task").order_by(*order_of(wanted)))


def _capped_count(county: str, gram: str) -> int:
    return Gram.objects.filter(county=county, gram=gram).order_by()[:_RARE_ENOUGH].count()
