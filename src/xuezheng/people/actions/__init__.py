"""Writing people: organisations, accounts, appointments, sessions, and what needs two people."""

from xuezheng.people.actions.approvals import (
    decide_approval,
    expire_approvals,
    person_acting,
    request_approval,
    use_approval,
    withdraw_approval,
)

__all__ = [
    "decide_approval",
    "expire_approvals",
    "person_acting",
    "request_approval",
    "use_approval",
    "withdraw_approval",
]
