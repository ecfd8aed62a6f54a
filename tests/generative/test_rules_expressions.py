"""Fuzzing the formulas: any text is either a tree over known names or an `InvalidRule`; nothing else is ever touched."""

import math
import sys

from hypothesis import example, given, settings
from hypothesis import strategies as st

from xuezheng.kernel.refusal import InvalidRule
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
    children,
    names_in,
    parse,
)
from xuezheng.standards.engine.plain import evaluator, number

NAMES = {"a": Kind.NUMBER, "b": Kind.NUMBER, "kind": Kind.TEXT, "boarding": Kind.TRUTH}
NODES = (Arithmetic, Call, Choice, Comparison, Constant, IsMissing, Logic, Name, Not)
TOKENS = [
    *("a", "b", "kind", "boarding", "school", "stage_year", "a.b", '"a"', "0", "1", "2.5", "1e3", "'x'", "''", "null"),
    *("+", "-", "*", "/", "%", "(", ")", ",", "=", "<>", "<", ">=", "and", "or", "not", "is", "in", "between", "case"),
    *("when", "then", "else", "end", "coalesce(", "least(", "greatest(", "abs(", "ceil(", "floor(", "true", "false"),
    *("select", "from", "where", "union", "over", "filter", "exists", "any", "all", "cast", "as", "interval", "with"),
    *(
        "read_csv('/etc/passwd')",
        "read_text(",
        "getenv('HOME')",
        "current_setting('x')",
        "sqlite_scan(",
        "pragma",
        "copy",
    ),
    *(
        "attach",
        "install",
        "load",
        "--",
        "/*",
        ";",
        "::",
        "->",
        "||",
        "@",
        "$1",
        "?",
        "[",
        "]",
        "{",
        "}",
        "\\",
        "`",
        "\n",
    ),
]
_touched: list[str] = []
_watching = False


def _watch(event, _arguments):
    if _watching and event.startswith(("open", "os.", "subprocess", "socket", "ctypes", "import")):
        _touched.append(event)


sys.addaudithook(_watch)


def nodes(tree):
    yield tree
    for child in children(tree):
        yield from nodes(child)


def read(text):
    """Return the trees that a text gives, watched: reading a formula opens, imports and starts nothing."""
    global _watching  # noqa: PLW0603 - the audit hook cannot be taken back, so it is switched
    trees = []
    parse("a + b", NAMES, Kind.NUMBER)
    for kind in Kind:
        _watching = True
        try:
            trees.append(parse(text, NAMES, kind))
        except InvalidRule as refusal:
            assert refusal.params["expression"] == text[:200]  # noqa: PT017 - every refusal shows the formula
        finally:
            _watching = False
    assert _touched == []
    return trees


def check(text):
    for tree in read(text):
        assert all(isinstance(node, NODES) for node in nodes(tree))
        assert set(names_in(tree)) <= NAMES.keys()
        for row in ({}, {"a": 0.0, "b": 0.0, "kind": "x", "boarding": False}, {"a": 1e308, "b": -1e-308}):
            evaluator(tree)(row)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.text(max_size=60))
@example("a\ud800")
@example("ａ + ｂ")
@example("a" * 501)
@example("case " * 90)
@example("not " * 120 + "boarding")
@example("- " * 200 + "a")
@example("a+" * 240 + "a")
def test_any_text_is_a_formula_or_a_refusal(text):
    check(text)


@settings(max_examples=800, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(TOKENS), max_size=14).map(" ".join))
def test_any_row_of_sql_words_is_a_formula_or_a_refusal(text):
    check(text)


numbers = st.recursive(
    st.sampled_from(["a", "b", "0", "1", "3.5", "null"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        st.tuples(st.sampled_from(["least", "greatest", "coalesce"]), inner, inner).map(
            lambda p: f"{p[0]}({p[1]}, {p[2]})"
        ),
        st.tuples(st.sampled_from(["abs", "ceil", "floor"]), inner).map(lambda p: f"{p[0]}({p[1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"case when {p[0]} > {p[1]} then {p[2]} end"),
    ),
    max_leaves=8,
)
maybe = st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.0, -0.0, 1.0]))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(numbers, maybe, maybe)
def test_a_value_is_finite_or_unknown(text, a, b):
    value = number(parse(text, NAMES, Kind.NUMBER), {"a": a, "b": b})
    assert value is None or math.isfinite(value)
