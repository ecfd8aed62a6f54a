"""What the machine knows of a case, of who acts, and of the step that they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from xuezheng.kernel.work_calendar import Limit, Moment, Pause


@dataclass(frozen=True, slots=True)
class Asked:
    """An extension that somebody asked for and nobody has decided yet."""

    by: str
    at: datetime
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseState:
    """A case as far as the loop is concerned.

    The clock runs from `clock_from` for `limit`, or to the end of the day `set_on`; `due` is None while it has not
    begun or stands still. `first_due_at` never moves: what was asked at first. `evidence` counts what the unit has
    given since it began, or since it was sent back; `check_evidence` what the verifier has given. `doers` are the
    people of the units who worked on it.
    """

    kind: str
    level: str
    opened_at: datetime
    last_at: datetime
    state: str = "opened"
    clock_from: datetime | None = None
    limit: Limit | None = None
    set_on: date | None = None
    pauses: tuple[Pause, ...] = ()
    due: Moment | None = None
    first_due_at: datetime | None = None
    handed_out_at: datetime | None = None
    receive_due_at: datetime | None = None
    received_at: datetime | None = None
    reported_at: datetime | None = None
    verify_due_at: datetime | None = None
    verified_at: datetime | None = None
    closed_at: datetime | None = None
    closed_from: str = ""
    doers: frozenset[str] = frozenset()
    asked: Asked | None = None
    extensions: int = 0
    sent_back: int = 0
    declined: int = 0
    reopened: int = 0
    measure_until: datetime | None = None
    evidence: Mapping[str, int] = field(default_factory=dict)
    check_evidence: Mapping[str, int] = field(default_factory=dict)
    open_children: int = 0
    escalated: int = 0

    @property
    def is_paused(self) -> bool:
        """Whether the clock stands still."""
        return bool(self.pauses) and self.pauses[-1].until is None


@dataclass(frozen=True, slots=True)
class ActorFacts:
    """Who acts, and how they stand to the case: supervisor, lead_unit, assisting_unit, inspector, forcer, system."""

    id: str
    relations: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A step that somebody asks for, and what they give with it. `unit` says that a unit was named."""

    step: str
    at: datetime
    reason: str = ""
    unit: bool = False
    until: date | None = None
    measure_until: date | None = None
    pause: str = ""
    evidence: str = ""
