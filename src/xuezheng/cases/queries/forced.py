"""Cases that were closed by force, each with the step that did it."""

from dataclasses import dataclass
from datetime import date

from xuezheng.cases.access import visible_cases
from xuezheng.cases.models import Case, Step
from xuezheng.people.access import Reach


@dataclass(frozen=True, slots=True)
class Forced:
    """A case that was closed by force, and the step: who, when, why."""

    case: Case
    step: Step | None


def find_forced(reach: Reach, county: str, on: date, first: int, count: int) -> list[Forced]:
    """Return so many forced closings of a county that somebody sees, the newest case first, from the `first` on."""
    rows = visible_cases(reach, on).filter(county=county, is_forced=True).select_related("lead_unit")
    cases = list(rows.defer("machine", "task").order_by("-pk")[first : first + count])
    steps = Step.objects.filter(case__in=[case.pk for case in cases], step="force_close").select_related("by")
    newest = {step.case_id: step for step in steps.order_by("version")}
    return [Forced(case, newest.get(case.pk)) for case in cases]
