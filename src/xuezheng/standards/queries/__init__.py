"""Reading what the standards said."""

from xuezheng.standards.queries.assessments import AssessmentState, get_assessment_state, get_signed_assessment
from xuezheng.standards.queries.evaluations import (
    find_current_evaluations,
    find_evaluated_standards,
    find_years,
    get_evaluation,
)
from xuezheng.standards.queries.indicators import (
    FindingFilter,
    count_by_verdict,
    find_county_findings,
    find_indicator_findings,
    find_indicator_years,
    schools_by_code,
    wanted_of,
)
from xuezheng.standards.queries.judged import find_items, find_judgements, get_evidence
from xuezheng.standards.queries.overview import balance_digest, get_balance, get_overview
from xuezheng.standards.queries.proofs import find_subject_findings, prove
from xuezheng.standards.queries.schools import SchoolFindings, find_school_findings
from xuezheng.standards.queries.what_ifs import Answer, answer_what_if

__all__ = [
    "Answer",
    "AssessmentState",
    "FindingFilter",
    "SchoolFindings",
    "answer_what_if",
    "balance_digest",
    "count_by_verdict",
    "find_county_findings",
    "find_current_evaluations",
    "find_evaluated_standards",
    "find_indicator_findings",
    "find_indicator_years",
    "find_items",
    "find_judgements",
    "find_school_findings",
    "find_subject_findings",
    "find_years",
    "get_assessment_state",
    "get_balance",
    "get_evaluation",
    "get_evidence",
    "get_overview",
    "get_signed_assessment",
    "prove",
    "schools_by_code",
    "wanted_of",
]
