"""Cases as pages show them: kind, state and light in words of the page's language, the light with its shape."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from xuezheng.cases.models import Case
from xuezheng.cases.queries.ledger import light_of_row
from xuezheng.catalogue.case_kinds import Light, Sense, load_kinds
from xuezheng.catalogue.standard import load_standard
from xuezheng.kernel.work_calendar import SHANGHAI, last_day
from xuezheng.web.language import said

_LOOKS = {
    Sense.CALM: "v-met", Sense.NEAR: "v-near", Sense.LATE: "v-not_met", Sense.DONE: "v-met", Sense.DONE_LATE: "v-near",
}  # fmt: skip
PATHS = {
    "circle": "M8 1.5a6.5 6.5 0 1 0 .01 0Z", "triangle": "M8 1.2 15.2 14.5H.8Z",
    "cross": "M2 0 8 6 14 0 16 2 10 8 16 14 14 16 8 10 2 16 0 14 6 8 0 2Z", "bars": "M3 2H6.5V14H3ZM9.5 2H13V14H9.5Z",
    "tick": "M1 8 3 6 6.5 9.5 13 2.5 15 4.5 6.5 13.5Z", "dash": "M2 7H14V9H2Z",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownLight:
    """A light in words, with the class that colours it and the path of its shape."""

    title: str
    look: str
    path: str


@dataclass(frozen=True, slots=True)
class ShownCase:
    """A row of a list of cases."""

    case: Case
    kind: str
    state: str
    light: ShownLight
    due: str


def indicator_title(link: Mapping[str, str]) -> str:
    """Return the number and title of the indicator that a link names."""
    for indicator in load_standard(link["standard"]).indicators:
        if indicator.id == link["indicator"]:
            return f"{indicator.id} {said(indicator.title)}"
    return link["indicator"]


def shown_light(sense: Sense, light: Light) -> ShownLight:
    """Return a light as pages show it."""
    return ShownLight(said(light.title), _LOOKS.get(sense, "v-unknown"), PATHS[light.shape])


def shown_due(due_at: datetime | None) -> str:
    """Return when something is due: the day that ends at 24:00, or the minute."""
    if due_at is None:
        return ""
    local = due_at.astimezone(SHANGHAI)
    if (local.hour, local.minute) == (0, 0):
        return last_day(due_at).isoformat()
    return local.strftime("%Y-%m-%d %H:%M")


def shown(case: Case, at: datetime) -> ShownCase:
    """Return a case as a row."""
    kind = load_kinds()[case.kind]
    sense, _, light = light_of_row(case, at)
    return ShownCase(
        case, said(kind.title), said(kind.states[case.state].title), shown_light(sense, light), shown_due(case.due_at)
    )


def rows(cases: Iterable[Case], at: datetime) -> list[ShownCase]:
    """Return cases as rows."""
    return [shown(case, at) for case in cases]
