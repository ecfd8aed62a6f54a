"""What the API takes and gives, as its schema says it."""

from datetime import datetime
from typing import Any, Literal

from ninja import Schema
from pydantic import Field

from xuezheng.catalogue.case_kinds import load_kinds


class Fault(Schema):
    """What went wrong: `code` for programs, `what` and `next` for people, in the language that was asked for."""

    code: str
    what: str
    next: str
    params: dict[str, Any]
    place: str


class Failure(Schema):
    """The one shape of everything that is refused."""

    error: Fault


class Named(Schema):
    """A thing with its name."""

    id: int
    name: str


class Coded(Schema):
    """A code of the catalogue with its words."""

    code: str
    words: str


class Role(Schema):
    """A role that somebody holds today."""

    role: str
    title: str
    organisation: Named
    county: str


class Me(Schema):
    """Who asks, and what they reach."""

    login: str
    name: str
    roles: list[Role]
    rights: list[str]
    counties: list[str]
    everywhere: bool


class CaseRow(Schema):
    """A row of the ledger. Times carry their offset; `due_at` is the end of the last day, 24:00 in Shanghai."""

    id: int
    number: str
    kind: Coded
    title: str
    state: Coded
    phase: str
    light: Coded
    is_open: bool
    lead_unit: Named | None
    assisting_units: list[Named]
    opened_at: datetime
    due_at: datetime | None
    due_is_provisional: bool
    closed_at: datetime | None
    progress: str
    version: int


class Cases(Schema):
    """A page of the ledger; `next` is the number of the page that follows, if one does."""

    cases: list[CaseRow]
    page: int
    next: int | None
    is_cut: bool


class Step(Schema):
    """A step that was taken: its code, what it is called, the state after it; `by` is empty where the office's worker took it."""

    step: str
    title: str
    state: Coded
    by: str
    at: datetime
    words: str


class Evidence(Schema):
    """A piece of evidence: its file is fetched from the case's page."""

    id: int
    kind: Coded
    file_name: str
    sha256: str
    given_at: datetime


class CaseDetail(CaseRow):
    """A case with its task, its steps, the newest first, and its evidence; `parent` for who sees the case above."""

    task: str
    level: Coded
    is_restricted: bool
    parent: int | None
    steps: list[Step]
    evidence: list[Evidence]


class CaseFilter(Schema):
    """What of a ledger is wanted; what is not given wants everything. `q` searches numbers and titles."""

    q: str = Field("", max_length=100, pattern=r"^[^\x00]*$", description="At least two letters, or a whole number")
    kind: str = Field("", max_length=30, json_schema_extra={"enum": ["", *load_kinds()]})
    year: int | None = Field(None, ge=2000, le=2100)
    unit: int | None = Field(None, ge=1, le=2**53)
    state: Literal["", "open", "waiting", "receiving", "working", "checking", "done", "void"] = ""
    light: Literal["", "late", "near", "calm"] = ""
    page: int = Field(1, ge=1, le=10_000)
