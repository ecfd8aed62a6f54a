"""Search by number and title: pairs of letters looked up in an index, never all titles read."""

from datetime import date

from django.db.models import Exists, OuterRef

from xuezheng.cases.access import visible_cases
from xuezheng.cases.engine.grams import grams, plain
from xuezheng.cases.models import Case, Gram
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.people.access import Reach
from xuezheng.people.models import Organisation

SHOWN = 50
_CANDIDATES = 200
_RARE_ENOUGH = 500


def search_cases(reach: Reach, county: str, text: str, on: date, unit: Organisation | None = None) -> list[Case]:
    """Return the newest cases of a county that somebody sees and whose number or title holds a text, at most `SHOWN`.

    A whole number finds its own case alone; with a `unit`, only cases that it leads are found.

    Raises `InvalidRequest` for fewer than two letters.
    """
    wanted = sorted(grams(text))
    if not wanted:
        raise InvalidRequest("search_too_short", text=text)
    held = list(Case.objects.filter(county=county, number_key=plain(text)).values_list("pk", flat=True))
    if not held:
        found = Case.objects.filter(pk__in=_candidates(county, wanted)).values_list("pk", "number", "title")
        held = [pk for pk, number, title in found if plain(text) in plain(number) or plain(text) in plain(title)]
    seen = visible_cases(reach, on).filter(county=county, pk__in=held)
    if unit is not None:
        seen = seen.filter(lead_unit=unit)
    return list(seen.select_related("lead_unit").order_by("-year", "kind", "-sequence")[:SHOWN])


def _candidates(county: str, wanted: list[str]) -> list[int]:
    """Return the newest cases that hold every pair: walked along the rarest, the others looked up."""
    rarest = min(wanted, key=lambda gram: _capped_count(county, gram))
    rows = Gram.objects.filter(county=county, gram=rarest)
    for gram in wanted:
        if gram != rarest:
            other = Gram.objects.filter(county=county, gram=gram, case=OuterRef("case"))
            rows = rows.filter(Exists(other))
    return list(rows.order_by("-case").values_list("case", flat=True)[:_CANDIDATES])


def _capped_count(county: str, gram: str) -> int:
    return Gram.objects.filter(county=county, gram=gram).order_by()[:_RARE_ENOUGH].count()
