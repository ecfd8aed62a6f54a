"""Kinds of cases as data: states, steps, who may, limits, lights, evidence, escalation, and readable cases beside them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from xuezheng.catalogue.loader import Entry, Words, data_folder, read_yaml, validated
from xuezheng.kernel import work_calendar
from xuezheng.kernel.work_calendar import Unit

Phase = Literal["waiting", "receiving", "working", "checking", "done", "void"]
Relation = Literal["supervisor", "lead_unit", "assisting_unit", "inspector", "forcer", "system"]
Apart = Literal["doers", "asker", "lead_unit", "assisting_unit"]
Need = Literal["reason", "unit", "until", "measure", "pause", "evidence"]
EvidenceKind = Literal["photo", "document", "reading"]
EscalationAudience = Literal["lead_unit", "supervisors", "leaders"]
Confidentiality = Literal["ordinary", "restricted"]


class Effect(StrEnum):
    """What a step does to a case beside moving its state.

    `progress` and `report` put a unit's words where ledgers and duty reports show its progress; the words of a `note`
    stand in the history alone.
    """

    HAND_OUT = "hand_out"
    HAND_OVER = "hand_over"
    DECLINE = "decline"
    RECEIVE = "receive"
    NOTE = "note"
    PROGRESS = "progress"
    EVIDENCE = "evidence"
    CONTROL = "control"
    ASK_EXTENSION = "ask_extension"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    PAUSE = "pause"
    RESUME = "resume"
    REPORT = "report"
    SEND_BACK = "send_back"
    VERIFY = "verify"
    CLOSE = "close"
    REOPEN = "reopen"
    ARCHIVE = "archive"
    VOID = "void"
    ESCALATE = "escalate"


class Sense(StrEnum):
    """When a light is on."""

    CALM = "calm"
    NEAR = "near"
    LATE = "late"
    STILL = "still"
    DONE = "done"
    DONE_LATE = "done_late"
    VOID = "void"


class Limit(Entry):
    """So many hours, calendar days or working days."""

    amount: int = Field(ge=0)
    unit: Unit

    @property
    def counted(self) -> work_calendar.Limit:
        """The limit as the calendar counts it."""
        return work_calendar.Limit(self.amount, self.unit)


class State(Entry):
    """A state: what it is called and in which phase of the loop it stands."""

    title: Words
    phase: Phase


class Step(Entry):
    """A step: where it leads, who may take it, what has to be given, what it does."""

    title: Words
    from_: tuple[str, ...] = Field(alias="from")
    to: str | None = None
    who: tuple[Relation, ...]
    apart: tuple[Apart, ...] = ()
    needs: tuple[Need, ...] = ()
    does: Effect


class Light(Entry):
    """One light: its words and shape, and when it is on."""

    title: Words
    shape: Literal["circle", "triangle", "cross", "bars", "tick", "dash"]
    sense: Sense
    before: Limit | None = None
    after: Limit | None = None

    @model_validator(mode="after")
    def _limits_fit(self) -> "Light":
        if (self.sense is Sense.NEAR) != (self.before is not None):
            raise ValueError("a light of sense near, and no other, says from when before the end it is on")
        if self.after is not None and self.sense is not Sense.LATE:
            raise ValueError("only a light of sense late says how long after the end it is on")
        return self


class Scheme(Entry):
    """A scheme of lights. Every sense has one light; late may have several, one for each `after`."""

    title: Words
    lights: dict[str, Light]

    @model_validator(mode="after")
    def _every_sense_has_a_light(self) -> "Scheme":
        for sense in Sense:
            held = [light for light in self.lights.values() if light.sense is sense]
            if not held or (sense is not Sense.LATE and len(held) > 1):
                raise ValueError(f"{sense.value} has {len(held)} lights")
            if sense is Sense.LATE and sum(light.after is None for light in held) != 1:
                raise ValueError("one late light is on as soon as the limit has passed")
        return self

    def of(self, sense: Sense) -> tuple[tuple[str, Light], ...]:
        """Return the lights of a sense by their names."""
        return tuple((name, light) for name, light in self.lights.items() if light.sense is sense)


class Vocabulary(Entry):
    """What all kinds share: the words, the usual course, the schemes of lights."""

    version: int
    relations: dict[Relation, Words]
    evidence_kinds: dict[EvidenceKind, Words]
    states: dict[str, State]
    steps: dict[str, Step]
    lights: dict[str, Scheme]
    work: dict[str, Words]


class Number(Entry):
    """How cases of a kind are numbered: a series for each county and year, and its written form."""

    series: str
    form: str

    def written(self, year: int, place: str, sequence: int) -> str:
        """Return a number as it is written, such as 〔2026〕云督 12 号."""
        return self.form.format(year=year, place=place, sequence=sequence)


class Level(Entry):
    """A level of urgency or weight. Without a limit of its own, the day is given with the case."""

    title: Words
    limit: Limit | None = None
    receive_within: Limit
    confidentiality: Confidentiality | None = None


class Extension(Entry):
    """How often a case may be extended, and how far beyond the limit at a time."""

    at_most: int
    longest: Limit


class Pause(Entry):
    """A reason for which the clock stops, and the rule that says so."""

    title: Words
    source: str


class Control(Entry):
    """The states in which a temporary control measure has to be in force."""

    needed_in: tuple[str, ...]


class EvidenceNeed(Entry):
    """At least so many pieces of evidence of any of these kinds."""

    any_of: tuple[EvidenceKind, ...]
    at_least: int = 1


class EvidenceNeeds(Entry):
    """The evidence without which a case is not reported done, or not verified."""

    to_report: tuple[EvidenceNeed, ...] = ()
    to_verify: tuple[EvidenceNeed, ...] = ()


class EscalationMoment(Entry):
    """A moment before or after the end of the limit."""

    side: Literal["before", "after"]
    amount: int = Field(ge=0)
    unit: Unit

    @property
    def counted(self) -> work_calendar.Limit:
        """The distance as the calendar counts it."""
        return work_calendar.Limit(self.amount, self.unit)


class Escalation(Entry):
    """One step of escalation: when, to whom, what is said. `tell` are those of them who get a notice in the system."""

    at: EscalationMoment
    to: Words
    what: Words
    tell: tuple[EscalationAudience, ...] = ("lead_unit",)


class Taken(Entry):
    """One step of a readable case: what somebody gives, and what must come of it."""

    step: str
    by: str
    at: datetime
    reason: str = ""
    unit: bool = False
    until: date | None = None
    measure_until: date | None = None
    pause: str = ""
    evidence: EvidenceKind | None = None
    refused: str = ""
    due: date | None = None
    due_at: datetime | None = None
    light: str = ""


class ReadableCase(Entry):
    """A course of one case that anybody can read, beside the rules that it holds."""

    title: Words
    level: str = ""
    opened_at: datetime
    until: date | None = None
    open_children: int = 0
    course: tuple[Taken, ...]
    ends: str


class Kind(Entry):
    """A kind of case, complete: what its file says, laid over the vocabulary."""

    id: str
    version: int
    title: Words
    number: Number
    authority: Words
    source: str
    scheme: Scheme
    clock: Literal["open", "hand_out"]
    moves_indicator: bool = False
    confidentiality: Confidentiality = "ordinary"
    default_level: str
    levels: dict[str, Level]
    decline_within: Limit | None = None
    verify_within: Limit
    redo: Limit | None = None
    reopen_within: Limit
    extension: Extension | None = None
    pauses: dict[str, Pause] = Field(default_factory=dict)
    evidence: EvidenceNeeds = EvidenceNeeds()
    control: Control | None = None
    escalation: tuple[Escalation, ...] = ()
    states: dict[str, State]
    steps: dict[str, Step]
    cases: tuple[ReadableCase, ...] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> "Kind":
        faults = [
            *(f"step {name} starts from {state}" for name, step in self.steps.items() for state in step.from_ if state not in self.states),
            *(f"step {name} leads to {step.to}" for name, step in self.steps.items() if step.to and step.to not in self.states),
            *(f"control in {state}" for state in (self.control.needed_in if self.control else ()) if state not in self.states),
            *(f"state {state} is a dead end" for state in self._dead_ends()),
        ]  # fmt: skip
        does = {step.does for step in self.steps.values()}
        if self.default_level not in self.levels:
            faults.append(f"default_level {self.default_level}")
        if (Effect.ASK_EXTENSION in does) != (self.extension is not None):
            faults.append("extensions and the steps that ask for them go together")
        if (Effect.PAUSE in does) != bool(self.pauses):
            faults.append("the clock stops only where a rule says so: pauses and the steps that pause go together")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _dead_ends(self) -> list[str]:
        """Return the states that are reached, are not an end, and from which no step leads on."""
        reached = {"opened"} | {step.to for step in self.steps.values() if step.to}
        left = {state for step in self.steps.values() if step.to for state in step.from_}
        return sorted(
            state
            for state in reached
            if state in self.states and self.states[state].phase not in ("done", "void") and state not in left
        )

    def is_restricted(self, level: str) -> bool:
        """Whether cases of a level are shown to nobody but those named on them."""
        return (self.levels[level].confidentiality or self.confidentiality) == "restricted"

    def evidence_taken(self, level: str) -> tuple[EvidenceKind, ...]:
        """Return the kinds of evidence that cases of a level take: photographs only where the kind asks for them.

        Cases that are shown to nobody but those named on them take none: faces say more than is needed.
        """
        wanted = {held for need in (*self.evidence.to_report, *self.evidence.to_verify) for held in need.any_of}
        takes_photos = "photo" in wanted and not self.is_restricted(level)
        return ("photo", "document", "reading") if takes_photos else ("document", "reading")

    def phase(self, state: str) -> Phase:
        """Return the phase in which a state stands."""
        return self.states[state].phase


@cache
def load_vocabulary() -> Vocabulary:
    """Return what all kinds share."""
    return validated(Vocabulary, read_yaml(data_folder() / "cases" / "vocabulary.yaml"), "cases/vocabulary.yaml")


@cache
def load_kinds() -> dict[str, Kind]:
    """Return the catalogue's kinds of cases by id."""
    kinds = (load_kind(path) for path in sorted((data_folder() / "cases").glob("*.yaml")) if path.stem != "vocabulary")
    return {kind.id: kind for kind in kinds}


def load_kind(path: Path) -> Kind:
    """Return a kind's file laid over the vocabulary; raises `InvalidRule` that says what is wrong with it."""
    return validated(Kind, laid_over(read_yaml(path), load_vocabulary()), f"cases/{path.name}")


def laid_over(content: Mapping[str, Any], shared: Vocabulary) -> dict[str, Any]:
    """Return a kind's content with the words and steps of the vocabulary where it does not say otherwise.

    A step or state that the vocabulary does not know must be written out whole.
    """
    steps = {
        name: _step(shared, name) | (changed if isinstance(changed, dict) else {"changed": changed})
        for name, changed in _mapping(content, "steps").items()
    }
    own = _mapping(content, "states")
    states = {name: state.model_dump() | _titled(own.get(name)) for name, state in shared.states.items()}
    states |= {name: held for name, held in own.items() if name not in shared.states}
    rest = {key: value for key, value in content.items() if key not in ("steps", "states", "lights")}
    scheme = shared.lights.get(str(content.get("lights")))
    return {**rest, "steps": steps, "states": states, "scheme": scheme.model_dump() if scheme else None}


def _step(shared: Vocabulary, name: str) -> dict[str, Any]:
    return shared.steps[name].model_dump(by_alias=True) if name in shared.steps else {}


def _titled(words: Any) -> dict[str, Any]:
    return {"title": words} if words is not None else {}


def _mapping(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    held = content.get(key) or {}
    return held if isinstance(held, dict) else {}
