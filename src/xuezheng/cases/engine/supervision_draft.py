"""What a supervision paper says of cases: facts in; grade, figures with the cases behind them, and what forbids it out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from xuezheng.catalogue.case_kinds import Phase
from xuezheng.catalogue.supervision_papers import Condition, DraftedWhen, PaperGrade


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperCase:
    """What a paper has to know of a case. `late_days` are full days late; None where it is not and was not late."""

    number: str
    title: str
    kind: str
    state: str
    phase: Phase
    due_at: datetime | None = None
    late_days: int | None = None
    working_days_late: int | None = None
    extensions: int = 0
    sent_back: int = 0
    escalated: int = 0
    reopened: int = 0
    urged: int = 0

    def holds(self, condition: Condition) -> bool:
        """Whether a condition of the catalogue holds of the case."""
        return {
            "late": self.late_days is not None, "sent_back": self.sent_back > 0, "escalated": self.escalated > 0,
            "reopened": self.reopened > 0,
        }[condition]  # fmt: skip


def find_unfit(when: DraftedWhen, cases: Sequence[PaperCase]) -> list[str]:
    """Return the numbers of the cases of which a paper cannot be drafted as they stand."""
    return [
        case.number
        for case in cases
        if case.phase not in when.phases or (when.any_of and not any(case.holds(each) for each in when.any_of))
    ]


def grade_of(grades: Mapping[str, PaperGrade], cases: Sequence[PaperCase]) -> str:
    """Return the name of the grade: by the case that is latest, the gravest grade that it reaches."""
    late = max((case.working_days_late for case in cases if case.working_days_late is not None), default=None)
    reached = [
        (-1 if grade.from_working_days_late is None else grade.from_working_days_late, name)
        for name, grade in grades.items()
        if grade.from_working_days_late is None or (late is not None and late >= grade.from_working_days_late)
    ]
    return max(reached)[1]


def figures_of(cases: Sequence[PaperCase]) -> dict[str, list[str]]:
    """Return each figure as the numbers of the cases that it counts: a count without its cases is not said."""
    found = {
        "all": [case.number for case in cases],
        "late": [case.number for case in cases if case.late_days is not None],
        "extended": [case.number for case in cases if case.extensions],
        "sent_back": [case.number for case in cases if case.sent_back],
        "escalated": [case.number for case in cases if case.escalated],
        "reopened": [case.number for case in cases if case.reopened],
        "urged": [case.number for case in cases if case.urged],
    }
    return {name: numbers for name, numbers in found.items() if numbers}
