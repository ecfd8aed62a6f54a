"""What the commands that assess and explain start from: holdings and a standard, warnings said on the way."""

from collections.abc import Sequence
from pathlib import Path

from xuezheng.catalogue.standard import Standard, load_standard
from xuezheng.cli.faults import print_faults
from xuezheng.register.holdings import Holdings
from xuezheng.register.opening import read_sources
from xuezheng.standards.engine.evaluate import school_year_of


def opened(sources: Sequence[Path], standard: str, school_year: int | None) -> tuple[Holdings, Standard, int]:
    """Return the sources' holdings, the standard, and the school year asked for or the latest.

    Raises `RefusedDelivery` for errors and `NotFound` for a standard or a year that is not there; warnings are printed.
    """
    rules = load_standard(standard)
    delivery = read_sources(sources, school_year=school_year)
    print_faults(delivery.warnings)
    return delivery.holdings, rules, school_year_of(delivery.holdings, school_year)
