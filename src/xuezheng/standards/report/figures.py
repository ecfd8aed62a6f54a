"""The figures of a formula as people call and read them, and the formula with the figures in it."""

import re
from dataclasses import dataclass

from xuezheng.catalogue.figures import load_figures
from xuezheng.catalogue.register import Column, load_register_schema
from xuezheng.catalogue.standard import Standard
from xuezheng.kernel.verdict import Verdict
from xuezheng.standards.engine.findings import Input
from xuezheng.standards.report.wording import Wording

WHOLE_SCHOOL = "_school"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORDS = frozenset(
    {"not", "and", "or", "in", "is", "null", "case", "when", "then", "else", "end", "between", "coalesce"}
)


@dataclass(frozen=True, slots=True)
class Named:
    """What a figure is called, and its unit in words (nothing where it has none)."""

    title: str
    unit: str


def column_named(name: str) -> Column | None:
    """Return the register's column of a name, whichever table has it."""
    for table in load_register_schema().tables.values():
        if name in table.columns:
            return table.columns[name]
    return None


def named(standard: Standard, name: str, words: Wording) -> Named:
    """Return what a formula's figure is called: the register's header, a named figure, a parameter, else its name."""
    base = name.removesuffix(WHOLE_SCHOOL)
    whole = f"{words('open')}{words('all_stages')}{words('close')}" if base != name else ""
    figure = load_figures().figures.get(name)
    column = None if figure else column_named(base)
    if figure is not None:
        return Named(words.of(figure), words.unit(figure.unit) if figure.unit else "")
    if column is not None:
        return Named(words.of(column) + whole, words.unit(column.unit) if column.unit else "")
    parameter = standard.parameters.get(name)
    if parameter is not None:
        return Named(words.of(parameter.title), words.unit(parameter.unit) if parameter.unit else "")
    indicator = next((indicator for indicator in standard.indicators if indicator.id == name), None)
    return Named(f"{name} {words.of(indicator.title)}" if indicator else name, "")


def shown(name: str, value: Input, words: Wording) -> str:
    """Return a figure's value as people read it: codes and answers as words, numbers without needless digits."""
    if value is None:
        return words("dash")
    if isinstance(value, bool):
        return words("yes" if value else "no")
    if isinstance(value, int | float):
        return f"{value:,.10g}" if abs(value) >= 1 else f"{value:.4g}"
    if name == "unweighted_verdict":
        return words.verdict(Verdict(value))
    if value in ("yes", "no"):
        return words(value)
    column = column_named(name)
    return words.code(column.codes, value) if column is not None and column.codes else value


def with_figures(formula: str, inputs: dict[str, Input]) -> str:
    """Return a formula with its figures in place of their names; names without a known figure stay."""

    def put(found: re.Match[str]) -> str:
        name = found.group()
        value = inputs.get(name)
        if name.lower() in _WORDS or value is None or isinstance(value, str):
            return name
        return f"{value:.10g}" if isinstance(value, int | float) else str(value)

    return _NAME.sub(put, formula).replace("*", "×")
