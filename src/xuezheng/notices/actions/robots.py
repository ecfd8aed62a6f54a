"""Chat robots: entered and changed by whoever may, their addresses and secrets sealed and in no event."""

from dataclasses import dataclass
from datetime import datetime

from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.ledger.actions import recording
from xuezheng.notices.models import Robot
from xuezheng.notices.sealing import seal, unseal
from xuezheng.people.access import NotAllowed, Reach
from xuezheng.people.models import Account, Organisation
from xuezheng.register.models import County

RIGHT = "manage_outgoing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotGiven:
    """What is given about a robot. Empty `address` and `secret` leave those of a robot that is changed as they are."""

    name: str
    kind: str
    every: str
    host: str
    address: str = ""
    secret: str = ""
    unit: Organisation | None = None


def add_robot(*, county: County, given: RobotGiven, by: Reach, at: datetime) -> Robot:
    """Enter a robot of a county; it is told of what is new from now on."""
    account = _allowed(by, county.code)
    _of_county(given.unit, county.code)
    with recording(by.actor, at) as recorder:
        robot = Robot.objects.create(
            county=county, unit=given.unit, name=given.name, kind=given.kind, every=given.every, host=given.host,
            sealed=seal({"address": given.address, "secret": given.secret}), told_until=at, changed_by=account,
            changed_at=at,
        )  # fmt: skip
        recorder.event("notices.add_robot", "robot", robot.pk, county=county.code, after=_said(robot))
    return robot


def change_robot(*, robot: Robot, given: RobotGiven, by: Reach, at: datetime) -> Robot:
    """Change a robot; a new address takes the place of the old one, which nobody can read."""
    account = _allowed(by, robot.county_id)
    _of_county(given.unit, robot.county_id)
    with recording(by.actor, at) as recorder:
        held = Robot.objects.select_for_update().get(pk=robot.pk)
        before = _said(held)
        held.name, held.kind, held.every, held.unit = given.name, given.kind, given.every, given.unit
        if given.address:
            held.host, held.sealed = given.host, seal({"address": given.address, "secret": given.secret})
        elif given.secret:
            held.sealed = seal(unseal(held.sealed) | {"secret": given.secret})
        held.changed_by, held.changed_at = account, at
        held.save()
        after = _said(held) | {"new_address": bool(given.address), "new_secret": bool(given.secret)}
        recorder.event("notices.change_robot", "robot", held.pk, county=held.county_id, before=before, after=after)
    return held


def stop_robot(*, robot: Robot, by: Reach, at: datetime) -> None:
    """Tell a robot nothing any more."""
    _switch(robot, by, at, is_active=False, word="notices.stop_robot")


def start_robot(*, robot: Robot, by: Reach, at: datetime) -> None:
    """Tell a robot again, of what is new from now on."""
    _switch(robot, by, at, is_active=True, word="notices.start_robot")


def _switch(robot: Robot, by: Reach, at: datetime, *, is_active: bool, word: str) -> None:
    account = _allowed(by, robot.county_id)
    with recording(by.actor, at) as recorder:
        changed = Robot.objects.filter(pk=robot.pk, is_active=not is_active).update(
            is_active=is_active, told_until=at, changed_by=account, changed_at=at
        )
        if changed:
            recorder.event(word, "robot", robot.pk, county=robot.county_id, after={"is_active": is_active})


def _allowed(by: Reach, county: str) -> Account:
    if by.account is None or not by.can_in_county(RIGHT, county):
        raise NotAllowed("not_allowed", right=RIGHT)
    return by.account


def _of_county(unit: Organisation | None, county: str) -> None:
    if unit is not None and unit.county != county:
        raise InvalidRequest("robot_unit_elsewhere")


def _said(robot: Robot) -> dict[str, object]:
    """Return what an event may tell of a robot: never its address or secret."""
    return {"name": robot.name, "kind": robot.kind, "host": robot.host, "unit": robot.unit_id, "every": robot.every}
