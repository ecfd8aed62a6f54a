"""The rules that the national register is measured against: the 2017 standard, whole or its seven resource indicators."""

import dataclasses

from xuezheng.catalogue.standard import load_standard
from xuezheng.standards.engine.compiling import compiled
from xuezheng.standards.engine.rules import Rules

YEAR = 2025
SEVEN = ("R1", "R2", "R3", "R4", "R5", "R6", "R7")


def whole() -> Rules:
    """Return the 2017 standard in the generated register's year."""
    return compiled(load_standard("cn-compulsory-2017"), YEAR)


def seven() -> Rules:
    """Return the rules reduced to the seven resource indicators, their coefficients and the units' verdicts."""
    rules = whole()
    return dataclasses.replace(rules, indicators=tuple(r for r in rules.indicators if r.id in SEVEN), derived={})
