"""Reading what the standards said."""

from xuezheng.standards.queries.evaluations import (
    find_current_evaluations,
    find_evaluated_standards,
    find_years,
    get_evaluation,
)
from xuezheng.standards.queries.schools import SchoolFindings, find_school_findings

__all__ = [
    "SchoolFindings",
    "find_current_evaluations",
    "find_evaluated_standards",
    "find_school_findings",
    "find_years",
    "get_evaluation",
]
