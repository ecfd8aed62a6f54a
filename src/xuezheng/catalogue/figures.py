"""What people call the figures of formulas that are no column of the register: sums, largest values, stated figures."""

from functools import cache

from xuezheng.catalogue.loader import Entry, Words, load_packaged


class FigureWords(Words):
    """A figure's name in both languages, and its unit as `report.yaml` knows it."""

    unit: str = ""


class Figures(Entry):
    """All named figures by the name that formulas use."""

    version: int
    figures: dict[str, FigureWords]


@cache
def load_figures() -> Figures:
    """Return the catalogue's named figures."""
    return load_packaged(Figures, "figures.yaml")
