"""What the demonstration's people have already done: decisions, hazards and their steps, in days before it is loaded."""

from datetime import time
from functools import cache
from typing import Annotated, Literal, NamedTuple

from pydantic import BeforeValidator

from xuezheng.catalogue.loader import Entry, load_packaged


class Before(NamedTuple):
    """A time of day, so many working days before the day of loading (`days` is negative)."""

    days: int
    at: time


def _before(written: object) -> object:
    if isinstance(written, str):
        days, _, at = written.partition(" ")
        return Before(int(days), time.fromisoformat(at))
    return written


When = Annotated[Before, BeforeValidator(_before)]


class CourseStep(Entry):
    """A step of a case: who takes it when, and what they give. Days count working days from the day of loading."""

    at: When
    by: str
    step: str
    words: str = ""
    until: int | None = None
    file: str = ""
    evidence: Literal["", "reading"] = ""
    measure: str = ""
    responsible: str = ""


class CourseDecision(Entry):
    """What becomes of a clause of the bulletin: for the record, or a decision that some unit leads, and its steps."""

    clause: int
    settle: Literal["", "record"] = ""
    lead: str = ""
    assisting: tuple[str, ...] = ()
    due: int | None = None
    indicator: str = ""
    batch: Literal["first", "second"] = "first"
    steps: tuple[CourseStep, ...] = ()


class CourseHazard(Entry):
    """A hazard found at a unit."""

    title: str
    at: When
    lead: str
    steps: tuple[CourseStep, ...]


class Appointed(Entry):
    """A second duty of somebody of the demonstration, in their own unit."""

    login: str
    role: str


class CourseOrder(Entry):
    """A supervision paper that the office drafts on a clause's case."""

    at: When
    by: str
    clause: int
    kind: str
    issuer: str
    written: dict[str, str]


class Composed(Entry):
    """Who composes the own unit's report when."""

    at: When
    by: str


class CourseReports(Entry):
    """The duty reports that the office asks units for."""

    at: When
    by: str
    title: str
    words: str
    units: tuple[str, ...]
    due: int
    composed: Composed


class CoursePaper(Entry):
    """A paper that a unit hands in for the next meeting."""

    at: When
    by: str
    title: str
    file: str


class CourseItem(Entry):
    """An item of the next meeting's agenda."""

    kind: Literal["study", "hear", "review", "discuss", "other"]
    title: str
    lead: str = ""
    minutes: int


class RestrictedPaper(Entry):
    """A paper that only those named on it read."""

    title: str
    file: str
    readers: tuple[str, ...]


class NextMeeting(Entry):
    """The next meeting as it is planned; `on`, `papers_due` and `leave_by` are working days from the day of loading."""

    at: When
    on: int
    begins: time
    papers_due: int
    leave_by: int
    place: str
    items: tuple[CourseItem, ...]
    restricted: RestrictedPaper
    invited: tuple[str, ...]


class Moments(Entry):
    """When what is no step of a case happens."""

    installed: When
    people: When
    entered: When
    first_confirmed: When
    newest_year: When
    second_confirmed: When
    asked: When
    delivered: When


class DemonstrationCourse(Entry):
    """The whole course. `published` and `held` are working days from the day of loading."""

    version: int
    moments: Moments
    published: int
    held: int
    appointments: tuple[Appointed, ...]
    decisions: tuple[CourseDecision, ...]
    hazards: tuple[CourseHazard, ...]
    supervision_order: CourseOrder
    duty_reports: CourseReports
    paper: CoursePaper
    next_meeting: NextMeeting


@cache
def load_demonstration_course() -> DemonstrationCourse:
    """Return the course; raises `InvalidRule` where the file does not fit its form."""
    return load_packaged(DemonstrationCourse, "demonstration_course.yaml")
