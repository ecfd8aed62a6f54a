"""What every source comes to: items to be done, and what in it could not be read."""

from dataclasses import dataclass, field

from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import Parameter
from xuezheng.meetings.engine.limits import Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing to be done.

    `text` is exactly `span` of the source's text; `number` and `section` are what stands before it. `lead` and `units` (the
    assisting ones) are names as written. `is_done`: the source says itself that it is finished. `place` is its row in a table.
    """

    text: str
    span: tuple[int, int] = (0, 0)
    number: str = ""
    section: str = ""
    details: str = ""
    lead: str = ""
    units: tuple[str, ...] = ()
    limit: Limit = field(default_factory=Limit)
    is_done: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read, or is left to people: a message of the catalogue, and where it stands."""

    code: str
    place: Place
    params: dict[str, Parameter] = field(default_factory=dict)
