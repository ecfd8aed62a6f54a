"""Faults of a delivery on stderr, and the exit status that follows from them."""

import sys
from collections.abc import Iterable

from xuezheng.catalogue.messages import refusal_sentence
from xuezheng.cli.speech import language, say
from xuezheng.kernel.refusal import Refusal
from xuezheng.register.engine.faults import Fault
from xuezheng.register.sentences import fault_lines


def print_faults(faults: Iterable[Fault], limit: int = 200) -> None:
    """Print faults on stderr, at most `limit` lines and then the number of the rest."""
    for line in fault_lines(faults, language(), limit):
        sys.stderr.write(line + "\n")


def refuse(refusal: Refusal) -> int:
    """Print a refusal, with all faults of a refused delivery, and return its exit status."""
    from xuezheng.register.delivery import RefusedDelivery

    if isinstance(refusal, RefusedDelivery):
        print_faults(refusal.faults)
        say(refusal.code, **refusal.params)
        return refusal.status
    sys.stderr.write(refusal_sentence(refusal, language()) + "\n")
    return refusal.exit_status
