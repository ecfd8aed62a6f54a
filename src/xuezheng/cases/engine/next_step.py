"""The one step that brings a case on, for the reason for which it stands in somebody's list of work."""

from collections.abc import Iterable, Mapping
from typing import Any

from xuezheng.catalogue.case_kinds import EvidenceNeed, Kind

_STEPS = {
    "lacks_control": "set_control", "to_receive": "receive", "to_decide": "grant_extension", "to_hand_out": "hand_out",
    "to_close": "close", "late_elsewhere": "urge", "assisting": "report_progress",
}  # fmt: skip


def next_step(kind: Kind, reason: str, state: str, held: Mapping[str, Any]) -> str:
    """Return the name of the next step; `held` is a case's state as it is kept. Empty where the kind has no such step.

    Of work in hand: receive it, then give the evidence that is lacking, then report it done.
    """
    name = _STEPS.get(reason) or _own(kind, reason, state, held)
    return name if name in kind.steps else ""


def _own(kind: Kind, reason: str, state: str, held: Mapping[str, Any]) -> str:
    if reason == "to_verify":
        lacks = is_evidence_lacking(kind.evidence.to_verify, held.get("check_evidence", {}))
        return "add_evidence" if lacks else "verify"
    if kind.phase(state) == "receiving":
        return "receive"
    lacks = is_evidence_lacking(kind.evidence.to_report, held.get("evidence", {}))
    return "add_evidence" if lacks else "report_done"


def is_evidence_lacking(needs: Iterable[EvidenceNeed], held: Mapping[str, int]) -> bool:
    """Whether a need of evidence is not met by the counts by kind."""
    return any(sum(held.get(kind, 0) for kind in need.any_of) < need.at_least for need in needs)
