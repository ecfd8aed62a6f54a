"""The self-assessment of a year: who signed what, what has come since, and what has been asked for."""

from dataclasses import dataclass
from typing import Literal

from xuezheng.people.models import Approval
from xuezheng.register.models import Snapshot
from xuezheng.standards.engine.findings import Assessment
from xuezheng.standards.models import Evaluation, SelfAssessment
from xuezheng.standards.report.stored import assessment_of

State = Literal["open", "signed_once", "changed", "locked"]


@dataclass(frozen=True, slots=True)
class AssessmentState:
    """How a year's self-assessment stands.

    `changed`: signed once, but another evaluation has become current since. `newer` is the snapshot that waits while a
    locked year keeps what was signed. `approvals` are the requests to unlock it, the newest first; `past` what was
    unlocked or withdrawn.
    """

    state: State
    held: SelfAssessment | None
    newer: Snapshot | None
    approvals: tuple[Approval, ...]
    past: tuple[SelfAssessment, ...]

    @property
    def is_locked(self) -> bool:
        """Whether nothing may become current."""
        return self.state == "locked"


def get_assessment_state(evaluation: Evaluation) -> AssessmentState:
    """Return how the self-assessment of an evaluation's county, standard and year stands. At most three queries."""
    found = list(
        SelfAssessment.objects.filter(
            county_id=evaluation.county_id, standard=evaluation.standard, school_year=evaluation.school_year
        ).select_related("first_signed_by", "second_signed_by", "evaluation")
    )
    held = next((item for item in found if item.unlocked_at is None), None)
    past = tuple(item for item in found if item.unlocked_at is not None)
    newer = None
    approvals: tuple[Approval, ...] = ()
    if held is not None and held.second_signed_at is not None:
        current = Snapshot.objects.filter(
            county_id=evaluation.county_id, school_year=evaluation.school_year, is_current=True
        ).first()
        newer = current if current is not None and current.pk != held.evaluation.snapshot_id else None
        approvals = tuple(
            Approval.objects.filter(kind="unlock_year", subject_kind="self_assessment", subject_id=str(held.pk))
            .select_related("requested_by", "decided_by")
            .order_by("-requested_at")
        )
    return AssessmentState(_state(held, evaluation), held, newer, approvals, past)


def get_signed_assessment(evaluation: Evaluation) -> Assessment:
    """Return a whole evaluation as it is stored: what was signed is what is printed."""
    return assessment_of(evaluation, evaluation.findings.order_by("id"), evaluation.verdicts.order_by("id"))


def _state(held: SelfAssessment | None, evaluation: Evaluation) -> State:
    if held is None:
        return "open"
    if held.second_signed_at is not None:
        return "locked"
    return "signed_once" if held.evaluation_id == evaluation.pk else "changed"
