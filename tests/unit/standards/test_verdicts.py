"""How a value stands to its line, how indicators make a unit's answer, and how facts that offices state are read."""

from types import MappingProxyType

import pytest

from xuezheng.kernel.verdict import ORDER, Verdict, worst
from xuezheng.standards.engine.assess import condition_verdict, gap_amount, line_verdict, unit_verdict
from xuezheng.standards.engine.expression import Kind, parse
from xuezheng.standards.engine.facts import stated_answer, stated_number
from xuezheng.standards.engine.rules import LINE, OWN_VALUE, LineRule, UnitRuleInForce

MET, NEAR, UNKNOWN, NOT_MET, NOT_APPLICABLE = (
    Verdict.MET, Verdict.NEAR, Verdict.UNKNOWN, Verdict.NOT_MET, Verdict.NOT_APPLICABLE,
)  # fmt: skip


def line(op, tolerance=1e-9):
    return LineRule(op, tolerance, MappingProxyType({}))


@pytest.mark.parametrize(
    ("value", "op", "requirement", "expected"),
    [
        (4.2, ">=", 4.2, MET),
        (4.2 - 1e-10, ">=", 4.2, MET),
        (4.1999, ">=", 4.2, NOT_MET),
        (0.5, "<=", 0.5, MET),
        (0.500001, "<=", 0.5, NOT_MET),
        (0.15, "<", 0.15, NOT_MET),
        (0.1499, "<", 0.15, MET),
        (85, ">", 85, NOT_MET),
        (85.1, ">", 85, MET),
        (0, "=", 0, MET),
        (1, "=", 0, NOT_MET),
        (100 * 0.07 * 10 / 7, ">=", 10, MET),
    ],
)
def test_a_value_at_the_line_is_met_in_spite_of_the_rounding_of_floats(value, op, requirement, expected):
    assert line_verdict(value, requirement, line(op), None) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(4.5, MET), (4.49, NEAR), (3.825, NEAR), (0.85 * 4.5, NEAR), (3.8249, NOT_MET), (0, NOT_MET)],
)
def test_eighty_five_percent_of_four_and_a_half(value, expected):
    assert 0.85 * 4.5 != 3.825
    assert line_verdict(value, 4.5, line(">="), 0.85) is expected


def test_the_order_of_answers():
    assert ORDER == (NOT_APPLICABLE, MET, NEAR, UNKNOWN, NOT_MET)
    assert worst([MET, UNKNOWN, NEAR]) is UNKNOWN
    assert worst([MET, UNKNOWN, NOT_MET]) is NOT_MET
    assert worst([NOT_APPLICABLE, MET]) is MET
    assert worst([]) is NOT_APPLICABLE
    assert [condition_verdict(answer) for answer in (True, False, None)] == [MET, NOT_MET, UNKNOWN]
    assert [v for v in Verdict if v.passes] == [MET, NEAR]


@pytest.mark.parametrize(
    ("met", "near", "unknown", "not_met", "expected"),
    [
        (7, 0, 0, 0, MET),
        (6, 1, 0, 0, NEAR),
        (6, 0, 1, 0, UNKNOWN),
        (6, 0, 0, 1, NOT_MET),
        (5, 2, 0, 0, NOT_MET),
        (5, 1, 1, 0, UNKNOWN),
        (5, 0, 2, 0, UNKNOWN),
        (4, 1, 2, 0, UNKNOWN),
        (4, 2, 1, 0, NOT_MET),
        (5, 1, 0, 1, NOT_MET),
        (0, 0, 7, 0, UNKNOWN),
        (0, 1, 6, 0, UNKNOWN),
        (0, 2, 5, 0, NOT_MET),
        (0, 0, 6, 1, NOT_MET),
    ],
)
def test_six_of_seven_and_the_rest_not_below_eighty_five_percent(met, near, unknown, not_met, expected):
    rule = UnitRuleInForce(tuple("abcdefg"), 6, 0.85)
    assert unit_verdict(rule, [MET] * met + [NEAR] * near + [UNKNOWN] * unknown + [NOT_MET] * not_met) is expected


def test_a_unit_to_which_nothing_applies_is_left_out():
    assert unit_verdict(UnitRuleInForce(tuple("abcdefg"), 6, 0.85), [NOT_APPLICABLE] * 7) is NOT_APPLICABLE


def test_a_gap_is_the_amount_over_the_line_s_own_figures():
    gap = parse(
        f"greatest(ceil({LINE} * a / 100 - b), 0)", {"a": Kind.NUMBER, "b": Kind.NUMBER, LINE: Kind.NUMBER}, Kind.NUMBER
    )
    assert gap_amount(gap, 3.9, 4.2, {"a": 1000, "b": 39}) == 3
    assert gap_amount(gap, 3.9, 4.2, {"a": 1000}) is None


def test_without_a_lever_a_gap_is_the_distance_of_the_value_from_the_line():
    gap = parse(f"{OWN_VALUE} - {LINE}", {OWN_VALUE: Kind.NUMBER, LINE: Kind.NUMBER}, Kind.NUMBER)
    assert gap_amount(gap, 60, 45, {}) == 15


@pytest.mark.parametrize(
    ("text", "expected"),
    [("91.2", 91.2), (" 95 % ", 95), ("95.0%", 95), ("-3", -3), ("约90", None), ("九十", None), ("1,000", None), ("", None),
     (None, None), ("1e3", None), ("inf", None), ("NaN", None), (90, 90)],
)  # fmt: skip
def test_numbers_as_offices_state_them(text, expected):
    assert stated_number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("是", True), (" 有 ", True), ("Yes", True), ("否", False), ("无", False), ("no", False), ("未认定", None), ("", None),
     (None, None), ("基本是", None)],
)  # fmt: skip
def test_answers_as_offices_state_them(text, expected):
    assert stated_answer(text) is expected
