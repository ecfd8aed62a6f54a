"""One round of delivery: every message that is due is taken, sent to its person or robot, and settled."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from xuezheng.catalogue.notices import load_notices
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.notices.actions.outbox import settle_lost, settle_refused, settle_sent, settle_unsure, take_message
from xuezheng.notices.engine.robots import leaves_open, prepare, refusal_in
from xuezheng.notices.models import Outgoing
from xuezheng.notices.sealing import unseal
from xuezheng.web.operations.delivery.calling import BrokenOff, NotTaken, call
from xuezheng.web.operations.delivery.hosts import read_hosts
from xuezheng.web.operations.delivery.mail import MailSender, link

_MOST = 500

logger = logging.getLogger("xuezheng.delivery")


def deliver(clock: Callable[[], datetime], check: Callable[[], None] = lambda: None) -> Counter[str]:
    """Send what is due, at most so many in one round, and return how many ended how. `check` may stop it in between."""
    ended: Counter[str] = Counter()
    ended["unsure"] += settle_lost(at=clock())
    mail = MailSender()
    try:
        for _ in range(_MOST):
            check()
            message = take_message(at=clock())
            if message is None:
                break
            ended[_send(message, mail, clock)] += 1
    finally:
        mail.close()
    return ended


def _send(message: Outgoing, mail: MailSender, clock: Callable[[], datetime]) -> str:
    """Send one message and settle it. The log names its number and how it ended: no address, no secret, no text."""
    try:
        if message.robot is not None:
            _tell_robot(message, clock())
        else:
            mail.send(message)
    except NotTaken as refused:
        settle_refused(message=message, at=clock(), code=refused.code, params=refused.params)
        return _logged(message, "refused", refused.code)
    except InvalidRequest as refused:
        # Only a person can mend these: a host that nobody names any more, a seal of another key, no address.
        params = {name: str(value) for name, value in refused.params.items()}
        settle_refused(message=message, at=clock(), code=refused.code, params=params, for_good=True)
        return _logged(message, "refused", refused.code)
    except BrokenOff as broken:
        settle_unsure(message=message, at=clock(), code=broken.code, params=broken.params)
        return _logged(message, "unsure", broken.code)
    settle_sent(message=message, at=clock())
    return _logged(message, "sent", "")


def _logged(message: Outgoing, how: str, code: str) -> str:
    logger.info("message %s, attempt %s: %s %s", message.pk, message.attempts, how, code)
    return how


def _tell_robot(message: Outgoing, at: datetime) -> None:
    robot = message.robot
    if robot is None:
        raise AssertionError("this message goes to a robot")
    held = unseal(robot.sealed)
    prepared = prepare(
        robot.kind, address=held["address"], secret=held.get("secret", ""), text=robot_text(message),
        counts=message.counts, at_ms=int(at.timestamp() * 1000),
    )  # fmt: skip
    answer = call(prepared, read_hosts(settings.OUTGOING_HOSTS), settings.OUTGOING_CERTIFICATES)
    refused = refusal_in(robot.kind, answer.status, answer.body)
    if refused and leaves_open(answer.status, is_whole=answer.is_whole):
        raise BrokenOff("message_answer_unclear", answer=f"HTTP {answer.status}")
    if refused:
        raise NotTaken("message_robot_refused", answer=refused)


def robot_text(message: Outgoing) -> str:
    """Return what a chat group reads: counts by kind and where to sign in."""
    catalogue, language = load_notices(), "en" if settings.DEFAULT_LANGUAGE.startswith("en") else "zh"
    if message.purpose == "trial":
        return catalogue.say("robot_test", language)
    parts = [
        catalogue.say("robot_part", language, title=catalogue.kinds[kind].title.in_language(language), count=count)
        for kind in catalogue.kinds
        if (count := message.counts.get(kind))
    ]
    return catalogue.say(
        "robot_text", language, count=sum(message.counts.values()),
        parts=catalogue.say("robot_part_between", language).join(parts), link=link(language),
    )  # fmt: skip
