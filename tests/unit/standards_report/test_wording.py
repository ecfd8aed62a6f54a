"""Numbers, amounts and words as people read them; both languages complete."""

import string

import pytest

from xuezheng.catalogue.loader import load_packaged
from xuezheng.standards.report.wording import ReportWords, Wording, coefficient, number, plain, rounded_up


def test_a_value_never_looks_like_the_line_that_it_misses():
    assert number(4.2) == "4.20"
    assert number(4.1996, 4.2) == "4.1996"
    assert number(4.1999999, 4.2) == "4.1999999"
    assert number(3.9, 4.2) == "3.90"
    assert number(4.2, 4.2) == "4.20"
    assert number(2000.0) == "2000"
    assert number(None) == number(float("nan")) == "—"
    assert coefficient(0.5004, 0.5) == "0.5004"
    assert coefficient(0.45) == "0.450"


@pytest.mark.parametrize(
    ("value", "shown"), [(4.2, "4.2"), (2000.0, "2000"), (0.5, "0.5"), (1 / 15, "0.06667"), (10.44, "10.44")]
)
def test_lines_are_shown_as_laid_down(value, shown):
    assert plain(value) == shown


@pytest.mark.parametrize(
    ("amount", "unit", "zh", "en"),
    [
        (3.0, "person", "3 名", "3"),
        (2.0000000001, "person", "2 名", "2"),
        (2.1, "room", "3 间", "3"),
        (411.93, "m2", "412 平方米", "412 m²"),
        (411.91, "m2", "412 平方米", "412 m²"),
        (411.81, "m2", "411.9 平方米", "411.9 m²"),
        (490657.2, "yuan", "49.07 万元", "490658 yuan"),
        (320.4, "yuan", "321 元", "321 yuan"),
        (12.345, "percent", "12.35 个百分点", "12.35 percentage points"),
    ],
)
def test_what_is_missing_is_never_told_smaller_than_it_is(amount, unit, zh, en):
    assert Wording("zh").amount(amount, unit) == zh
    assert Wording("en").amount(amount, unit) == en


def test_an_unknown_unit_is_shown_as_it_is():
    assert Wording("zh").amount(1.5, "furlong") == "1.5 furlong"
    assert rounded_up(0.02501, "coefficient") == "0.0251"


def test_both_languages_say_everything_with_the_same_blanks():
    words = load_packaged(ReportWords, "report.yaml")
    units = {f"{name}.{part}": getattr(unit, part) for name, unit in words.units.items() for part in ("name", "amount")}
    for name, text in {**words.words, **words.verdicts, **words.marks, **units}.items():
        assert text.zh.strip(), name
        assert text.en.strip(), name
        # English names a school year by both of its calendar years.
        assert blanks(text.zh) == blanks(text.en) - ({"next"} if name == "year_short" else set()), name


def blanks(text):
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}
