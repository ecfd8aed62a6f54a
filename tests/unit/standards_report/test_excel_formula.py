"""Workbook formulas mean what the catalogue's expressions mean, checked by a small spreadsheet of our own."""

import math
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xuezheng.standards.engine.expression import (
    Arithmetic,
    Call,
    Choice,
    Comparison,
    Constant,
    IsMissing,
    Kind,
    Logic,
    Name,
    Not,
    parse,
)
from xuezheng.standards.engine.plain import number
from xuezheng.standards.report.excel_formula import (
    address,
    held_against,
    live_formula,
    unweighted_variation,
    weighted_variation,
)

NAMES = {"pupils": Kind.NUMBER, "rooms": Kind.NUMBER, "sports": Kind.NUMBER, "kind": Kind.TEXT}
CELLS = {"pupils": "A1", "rooms": "B1", "sports": "C1", "kind": "D1"}


class Fault(Exception):
    """An error value of a spreadsheet."""


class Sheet:
    """As much of a spreadsheet as the formulas need: lazy IF and IFERROR, error values that spread."""

    def __init__(self, cells):
        self.cells = cells

    def value(self, formula):
        self.tokens = re.findall(
            r'"(?:[^"]|"")*"|[\d.]+(?:E[-+]?\d+)?|[A-Z]+\d+|[A-Z]+|<=|>=|<>|[-+*/=<>(),]', formula[1:]
        )
        tree = self.compare()
        assert not self.tokens
        try:
            return tree()
        except Fault:
            return "#"

    def next(self, *wanted):
        if self.tokens and self.tokens[0] in wanted:
            return self.tokens.pop(0)
        return None

    def compare(self):
        left = self.sum()
        while op := self.next("=", "<>", "<", "<=", ">", ">="):
            left = self.pair(op, left, self.sum())
        return left

    def sum(self):
        left = self.product()
        while op := self.next("+", "-"):
            left = self.pair(op, left, self.product())
        return left

    def product(self):
        left = self.factor()
        while op := self.next("*", "/"):
            left = self.pair(op, left, self.factor())
        return left

    def factor(self):
        if self.next("-"):
            inner = self.factor()
            return lambda: -inner()
        piece = self.tokens.pop(0)
        if piece == "(":
            inner = self.compare()
            assert self.next(")")
            return inner
        if piece[0] == '"':
            return lambda: piece[1:-1].replace('""', '"')
        if piece[0].isdigit():
            return lambda: float(piece)
        if piece in ("TRUE", "FALSE"):
            return lambda: piece == "TRUE"
        if piece[-1].isdigit():
            return lambda: self.cells[piece]
        return self.call(piece)

    def call(self, name):
        assert self.next("(")
        arguments = []
        while not self.next(")"):
            arguments.append(self.compare())
            self.next(",")
        return lambda: self.apply(name, arguments)

    def apply(self, name, a):
        match name:
            case "IF":
                return a[1]() if a[0]() else a[2]()
            case "IFERROR" | "ISERROR":
                try:
                    value = a[0]()
                except Fault:
                    return True if name == "ISERROR" else a[1]()
                return False if name == "ISERROR" else value
            case "NA":
                raise Fault
        values = [part() for part in a]
        return {
            "NOT": lambda: not values[0], "AND": lambda: all(values), "OR": lambda: any(values),
            "EXACT": lambda: values[0] == values[1], "MIN": lambda: min(values), "MAX": lambda: max(values),
            "INT": lambda: math.floor(values[0]), "ABS": lambda: abs(values[0]),
        }[name]()  # fmt: skip

    def pair(self, op, left, right):
        def run():
            one, other = left(), right()
            if op in ("+", "-", "*", "/"):
                if op == "/" and other == 0:
                    raise Fault
                made = {
                    "+": lambda: one + other,
                    "-": lambda: one - other,
                    "*": lambda: one * other,
                    "/": lambda: one / other,
                }[op]()
                if not math.isfinite(made):
                    raise Fault
                return made
            return {
                "=": one == other, "<>": one != other, "<": type(one) is type(other) and one < other,
                "<=": type(one) is type(other) and one <= other, ">": type(one) is type(other) and one > other,
                ">=": type(one) is type(other) and one >= other,
            }[op]  # fmt: skip

        return run


def in_sheet(text, row):
    cells = {cell: "" if row.get(name) is None else row[name] for name, cell in CELLS.items()}
    return Sheet(cells).value(text)


@pytest.mark.parametrize(
    ("formula", "row", "value"),
    [
        ("100 * rooms / pupils", {"rooms": 3.0, "pupils": 60.0}, 5.0),
        ("rooms / pupils", {"rooms": 0.0, "pupils": 0.0}, ""),
        ("rooms / pupils", {"rooms": 3.0}, ""),
        ("(rooms - coalesce(sports, 0)) / pupils", {"rooms": 30.0, "pupils": 10.0}, 3.0),
        ("12 * least(rooms, sports) / pupils", {"rooms": 2.0, "sports": 1.0, "pupils": 24.0}, 0.5),
        ("ceil(pupils / 45)", {"pupils": 46.0}, 2.0),
        ("case when kind = 'primary' then rooms else 0 end", {"kind": "primary", "rooms": 7.0}, 7.0),
        ("case when kind = 'primary' then rooms else 0 end", {"kind": "PRIMARY", "rooms": 7.0}, 0.0),
        ("case when pupils > 10 or rooms > 1 then 1 else 0 end", {"rooms": 2.0}, 1.0),
        ("case when pupils is null then 1 else 2 end", {}, 1.0),
    ],
)
def test_a_formula_means_the_same_in_a_workbook(formula, row, value):
    tree = parse(formula, NAMES, Kind.NUMBER)
    assert in_sheet(live_formula(tree, CELLS), row) == value
    assert number(tree, row) == (None if value == "" else value)


numbers = st.floats(-50, 50, allow_nan=False).map(lambda x: round(x, 3)) | st.just(0.0)
leaves = st.sampled_from([Name(n, Kind.NUMBER) for n in ("pupils", "rooms", "sports")]) | numbers.map(Constant)


def grown(inner):
    truths = st.builds(Comparison, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), inner, inner)
    truths = truths | st.builds(IsMissing, inner)
    truths = truths | st.builds(Not, truths) | st.builds(Logic, st.sampled_from(["and", "or"]), truths, truths)
    two = st.tuples(inner, inner)
    return (
        st.builds(Arithmetic, st.sampled_from(["+", "-", "*", "/"]), inner, inner)
        | st.builds(Call, st.sampled_from(["coalesce", "least", "greatest"]), two)
        | st.builds(Call, st.sampled_from(["abs", "ceil", "floor"]), st.tuples(inner))
        | st.builds(lambda when, then, other: Choice(((when, then),), other), truths, inner, inner)
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    tree=st.recursive(leaves, grown, max_leaves=12),
    row=st.fixed_dictionaries(dict.fromkeys(("pupils", "rooms", "sports"), st.none() | numbers)),
)
def test_any_tree_means_the_same_in_a_workbook(tree, row):
    text = live_formula(tree, CELLS)
    if text is None:
        return
    expected, found = number(tree, row), in_sheet(text, row)
    if expected is None:
        assert found == ""
    else:
        assert math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12)


def test_a_name_without_a_cell_gives_no_formula():
    assert live_formula(parse("rooms / pupils", NAMES, Kind.NUMBER), {"rooms": "A1"}) is None


def test_texts_of_the_catalogue_are_quoted():
    assert live_formula(Comparison("=", Name("kind", Kind.TEXT), Constant('a"b')), CELLS) == (
        '=IFERROR(EXACT(IF(D1="",NA(),D1),"a""b"),"")'
    )


def test_verdict_words_follow_the_steps():
    text = held_against("A1", "B1", [("{value}>={line}", "达标"), ("{value}>=0.85*{line}", "接近")], "待定", "未达标")
    words = [Sheet({"A1": value, "B1": 4.2}).value(text) for value in (4.2, 4.0, 3.0, "")]
    assert words == ["达标", "接近", "未达标", "待定"]


def test_coefficients_are_written_as_published():
    mean, deviation, coefficient = weighted_variation("B3:B7", "C3:C7")
    assert mean == '=IFERROR(SUMPRODUCT(B3:B7,C3:C7)/SUM(B3:B7),"")'
    assert "SQRT(SUMPRODUCT(B3:B7,(C3:C7-SUMPRODUCT(B3:B7,C3:C7)/SUM(B3:B7))^2)/SUM(B3:B7))" in deviation
    assert coefficient.endswith('/(SUMPRODUCT(B3:B7,C3:C7)/SUM(B3:B7)),"")')
    assert "(B3:B7>0)" in unweighted_variation("B3:B7", "C3:C7")


def test_addresses_of_other_sheets_are_quoted():
    assert address(5, 27) == "AB5"
    assert address(5, 0, sheet="学校's 指标") == "'学校''s 指标'!A5"
