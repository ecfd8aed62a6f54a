"""How reports speak: fixed words in both languages, numbers, amounts of units, verdicts."""

import math
from functools import cache

from xuezheng.catalogue.loader import Entry, Words, load_packaged
from xuezheng.catalogue.register import load_register_schema
from xuezheng.kernel.verdict import Verdict

TEN_THOUSAND = 10_000
EXACT = 1e-9


class UnitWords(Entry):
    """A unit by itself, and an amount `{n}` of it."""

    amount: Words
    name: Words


class ReportWords(Entry):
    """All fixed wording of reports."""

    verdicts: dict[str, Words]
    marks: dict[str, Words]
    units: dict[str, UnitWords]
    words: dict[str, Words]


@cache
def _report_words() -> ReportWords:
    return load_packaged(ReportWords, "report.yaml")


class Wording:
    """The wording of one language; a call gives the fixed words of that name, filled in."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = _report_words()

    def __call__(self, name: str, **filled: object) -> str:
        """Return fixed words; raises KeyError for a name that the catalogue does not have."""
        words = self._words.words[name].in_language(self.language)
        return words.format(**filled) if filled else words

    def of(self, words: Words) -> str:
        """Return a text of the catalogue in this language."""
        return words.in_language(self.language)

    def verdict(self, verdict: Verdict) -> str:
        """Return a verdict as a word."""
        return self.of(self._words.verdicts[verdict.value])

    def mark(self, mark: str) -> str:
        """Return a mark of certainty in words, its letter first."""
        words = self._words.marks.get(mark)
        return f"{mark} {self.of(words)}" if words else mark

    def unit(self, unit: str) -> str:
        """Return the name of a unit."""
        words = self._words.units.get(unit)
        return self.of(words.name) if words else unit

    def amount(self, number: float, unit: str) -> str:
        """Return an amount of what is missing, rounded up as far as that unit is counted: `3 名`, `12.5 万元`."""
        if unit == "yuan" and number >= TEN_THOUSAND and self.language == "zh":
            number, unit = number / TEN_THOUSAND, "ten_thousand_yuan"
        words = self._words.units.get(unit)
        written = rounded_up(number, unit)
        return self.of(words.amount).format(n=written) if words else f"{written} {unit}"

    def code(self, codes: str, code: str | None) -> str:
        """Return an entry of one of the register's code lists: a stage, a kind of school."""
        entry = load_register_schema().codes[codes].get(code or "")
        return self.of(entry) if entry else (code or "")

    def stage(self, stage: str | None) -> str:
        """Return a stage, or nothing where a finding is about all of them."""
        return self.code("stage", stage) if stage else ""

    def joined(self, parts: list[str]) -> str:
        """Return parts as a list in a sentence."""
        return self("list").join(parts)

    def year(self, school_year: int) -> str:
        """Return a school year in short."""
        return self("year_short", year=school_year, next=school_year + 1)


def number(value: float | None, against: float | None = None, *, decimals: int = 2) -> str:
    """Return a value as people read it; a dash where nothing is known.

    Where rounding would make a value look like the line that it misses, it gets the decimals that tell them apart.
    """
    if value is None or not math.isfinite(value):
        return "—"
    for places in range(decimals, 9):
        shown = f"{value:.{places}f}"
        if against is None or abs(value - against) <= EXACT or float(shown) != round(against, places):
            break
    return _trimmed(shown, decimals)


def plain(value: float) -> str:
    """Return a line or limit as it is laid down: 4.2, 2000, 0.5."""
    return f"{value:.4g}" if abs(value) < 1 else f"{value:.9g}"


def coefficient(value: float | None, against: float | None = None) -> str:
    """Return a coefficient of variation with at least three decimals."""
    return number(value, against, decimals=3)


def rounded_up(amount: float, unit: str) -> str:
    """Return what is missing, never less than it is: whole things whole, areas and money with a decimal at most."""
    places = {"m2": 1, "ten_thousand_yuan": 2, "percent": 2, "coefficient": 4, "ratio": 4}.get(unit, 0)
    if unit not in _COUNTED:
        places = max(places, 2)
    scale = 10**places
    return _trimmed(f"{math.ceil(round(amount * scale, 6)) / scale:.{places}f}", 0)


_COUNTED = frozenset({"person", "room", "class", "set", "volume", "school", "yuan", "m2"})


def _trimmed(shown: str, at_least: int) -> str:
    """Drop closing zeros: all of a whole number's, none of those that tell values apart."""
    if "." not in shown:
        return shown
    whole, decimals = shown.split(".")
    kept = decimals.rstrip("0")
    if not kept:
        return whole
    return f"{whole}.{kept.ljust(min(at_least, len(decimals)), '0')}"
