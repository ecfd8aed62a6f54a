"""What people judge: the standard's items with their answers, their history and their evidence."""

from dataclasses import dataclass

from django.db.models import QuerySet

from xuezheng.catalogue.standard import Indicator, Standard
from xuezheng.kernel.refusal import NotFound
from xuezheng.standards.models import Evaluation, Evidence, JudgedItem, StoredFinding


@dataclass(frozen=True, slots=True)
class ItemToJudge:
    """One item: the indicator, the finding of the current evaluation, and the judgement that stands (none: as delivered)."""

    indicator: Indicator
    finding: StoredFinding | None
    judgement: JudgedItem | None
    earlier: int

    @property
    def answer(self) -> str:
        """The answer that the evaluation rests on: yes, no, or nothing."""
        return str((self.finding.inputs.get("judged") if self.finding else "") or "")


def find_items(evaluation: Evaluation, standard: Standard) -> list[ItemToJudge]:
    """Return a standard's items that people judge, in the standard's order. Three queries."""
    indicators = [indicator for indicator in standard.indicators if indicator.judged is not None]
    findings = {
        finding.indicator: finding
        for finding in evaluation.findings.filter(level="county", indicator__in=[i.id for i in indicators])
    }
    standing: dict[str, JudgedItem] = {}
    earlier: dict[str, int] = {}
    for item in _of_year(evaluation, standard).prefetch_related("evidence"):
        if item.superseded_by_id is None:
            standing[item.indicator] = item
        else:
            earlier[item.indicator] = earlier.get(item.indicator, 0) + 1
    return [
        ItemToJudge(i, findings.get(i.id), standing.get(i.id), earlier.get(i.id, 0)) for i in indicators
    ]  # fmt: skip


def find_judgements(evaluation: Evaluation, standard: Standard, indicator: str) -> list[JudgedItem]:
    """Return all judgements about an item in the evaluation's year, the standing one first, with their evidence."""
    found = _of_year(evaluation, standard).filter(indicator=indicator).prefetch_related("evidence")
    return list(found.order_by("-recorded_at", "-pk"))


def get_evidence(county: str, standard: Standard, number: int) -> Evidence:
    """Return a file that a judgement of the county and standard rests on; raises `NotFound` for any other."""
    found = (
        Evidence.objects.filter(
            pk=number, judged_item__county_id=county, judged_item__standard=standard.root or standard.id
        )
        .select_related("judged_item")
        .first()
    )
    if found is None:
        raise NotFound("page_not_found")
    return found


def _of_year(evaluation: Evaluation, standard: Standard) -> QuerySet[JudgedItem]:
    return JudgedItem.objects.filter(
        county_id=evaluation.county_id, standard=standard.root or standard.id, school_year=evaluation.school_year
    ).select_related("reviewer")
