"""Writing what the standards say: evaluations, what people judge, signatures and locks."""

from xuezheng.standards.actions.evaluating import NATIONAL_STANDARDS, evaluate_snapshot, prune_evaluations
from xuezheng.standards.actions.judging import discard_unused, judge_item
from xuezheng.standards.actions.signing import (
    request_unlock,
    sign_assessment,
    unlock_assessment,
    withdraw_signature,
)

__all__ = [
    "NATIONAL_STANDARDS",
    "discard_unused",
    "evaluate_snapshot",
    "judge_item",
    "prune_evaluations",
    "request_unlock",
    "sign_assessment",
    "unlock_assessment",
    "withdraw_signature",
]
