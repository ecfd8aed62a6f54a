"""The language of the catalogue: what it refuses, what kinds it knows, and its three-valued meaning."""

from itertools import product

import pytest
import sqlglot

from xuezheng.kernel.refusal import InvalidRule
from xuezheng.standards.engine.expression import (
    FUNCTIONS,
    MAX_DEPTH,
    MAX_LENGTH,
    Arithmetic,
    Call,
    Constant,
    Kind,
    Name,
    names_in,
    parse,
    with_constants,
)
from xuezheng.standards.engine.plain import number, truth

NAMES = {"a": Kind.NUMBER, "b": Kind.NUMBER, "kind": Kind.TEXT, "boarding": Kind.TRUTH}


def value(text, **row):
    return number(parse(text, NAMES, Kind.NUMBER), row)


def holds(text, **row):
    return truth(parse(text, NAMES, Kind.TRUTH), row)


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("100 * a / b", {"a": 3, "b": 40}, 7.5),
        ("a - b * 2", {"a": 10, "b": 3}, 4),
        ("-a", {"a": 2}, -2),
        ("(a + b) * (a - b)", {"a": 3, "b": 2}, 5),
        ("coalesce(a, b, 7)", {}, 7),
        ("coalesce(a, 1 / 0, b)", {"b": 4}, 4),
        ("least(a, b)", {"a": 3, "b": 2}, 2),
        ("greatest(a, b, 5)", {"a": 3, "b": 2}, 5),
        ("ceil(a)", {"a": 2.1}, 3),
        ("floor(a)", {"a": -2.1}, -3),
        ("abs(a - b)", {"a": 1, "b": 4}, 3),
        ("case when a > b then a else b end", {"a": 1, "b": 4}, 4),
        ("case kind when 'primary' then 1 when 'junior' then 2 end", {"kind": "junior"}, 2),
        ("case when boarding then 1 else 0 end", {"boarding": True}, 1),
    ],
)
def test_formulas_mean_what_they_say(text, row, expected):
    assert value(text, **row) == expected


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a / b", {"a": 1, "b": 0}),
        ("a / b", {"a": 0, "b": 0}),
        ("a / b", {"a": 1, "b": 0.0}),
        ("a / (b - b)", {"a": 1, "b": 5}),
        ("a / b", {"a": None, "b": 2}),
        ("a / b", {"b": 2}),
        ("a * 0", {}),
        ("least(a, b)", {"a": 1}),
        ("greatest(a, b)", {"b": 1}),
        ("ceil(a)", {}),
        ("case kind when 'primary' then 1 end", {"kind": "junior"}),
        ("a * a", {"a": 1e300}),
        ("a / b", {"a": 1e300, "b": 1e-300}),
        ("null", {}),
    ],
)
def test_what_cannot_be_known_is_unknown_and_never_a_number(text, row):
    assert value(text, **row) is None


def test_a_zero_divisor_never_meets_a_line():
    assert holds("a / b >= 4.2", a=0, b=0) is None
    assert holds("a / b >= 4.2", a=1, b=0) is None


def kleene(op, left, right):
    if op == "and":
        return False if False in (left, right) else None if None in (left, right) else True
    return True if True in (left, right) else None if None in (left, right) else False


@pytest.mark.parametrize(
    ("op", "left", "right"), list(product(["and", "or"], [True, False, None], [True, False, None]))
)
def test_and_or_not_follow_kleene(op, left, right):
    names = {"p": Kind.TRUTH, "q": Kind.TRUTH}
    assert truth(parse(f"p {op} q", names, Kind.TRUTH), {"p": left, "q": right}) is kleene(op, left, right)
    assert truth(parse("not p", names, Kind.TRUTH), {"p": left}) is (None if left is None else not left)


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("kind in ('a', 'b')", {"kind": "b"}, True),
        ("kind in ('a', 'b')", {"kind": "c"}, False),
        ("kind in ('a', 'b')", {}, None),
        ("not kind in ('a', 'b')", {}, None),
        ("a between 3 and 5", {"a": 5}, True),
        ("a between 3 and 5", {"a": 6}, False),
        ("a between 3 and b", {"a": 2}, False),
        ("a between 3 and b", {"a": 4}, None),
        ("a is null", {}, True),
        ("a is not null", {}, False),
        ("a / b is null", {"a": 1, "b": 0}, True),
        ("a = 1 or a <> 1", {}, None),
        ("kind <> 'special'", {"kind": "primary"}, True),
        ("true", {}, True),
    ],
)
def test_predicates_over_what_is_missing_are_unknown(text, row, expected):
    assert holds(text, **row) is expected


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a; drop table school", "expression_sign"),
        ("a -- b", "expression_sign"),
        ("a--b", "expression_sign"),
        ("a /* b */", "expression_sign"),
        ('"a"', "expression_sign"),
        ("a -> b", "expression_not_allowed"),
        ("a::text", "expression_sign"),
        ("@a", "expression_sign"),
        ("$1", "expression_sign"),
        ("a[1]", "expression_sign"),
        ("a\x00", "expression_sign"),
        ("a //  b", "expression_sign"),
        ("school.a", "expression_not_allowed"),
        ("c", "expression_unknown_name"),
        ("A", "expression_unknown_name"),
        ("a + kind", "expression_kind"),
        ("a = kind", "expression_kinds"),
        ("kind < 'x'", "expression_kinds"),
        ("a and b", "expression_kind"),
        ("coalesce(a, kind)", "expression_kinds"),
        ("case when a then 1 end", "expression_kind"),
        ("case when boarding then 1 else 'x' end", "expression_kinds"),
        ("1e16", "expression_number_too_large"),
        ("ceil(a, 2)", "expression_not_allowed"),
        ("(select 1)", "expression_not_allowed"),
        ("select a", "expression_not_allowed"),
        ("a from school", "expression_unreadable"),
        ("a in (select a)", "expression_not_allowed"),
        ("sum(a)", "expression_not_allowed"),
        ("count(*)", "expression_not_allowed"),
        ("sum(a) over ()", "expression_not_allowed"),
        ("cast(a as text)", "expression_not_allowed"),
        ("getenv('HOME')", "expression_not_allowed"),
        ("current_setting('x')", "expression_not_allowed"),
        ("read_csv('/etc/passwd')", "expression_not_allowed"),
        ("read_text('/etc/passwd')", "expression_not_allowed"),
        ("glob('*')", "expression_not_allowed"),
        ("random()", "expression_not_allowed"),
        ("now()", "expression_not_allowed"),
        ("current_date", "expression_not_allowed"),
        ("a % b", "expression_not_allowed"),
        ("a ** b", "expression_not_allowed"),
        ("kind like 'p%'", "expression_not_allowed"),
        ("a is true", "expression_not_allowed"),
        ("interval 1 day", "expression_not_allowed"),
        ("(a, b)", "expression_not_allowed"),
        ("*", "expression_not_allowed"),
        ("a b", "expression_not_allowed"),
        ("a +", "expression_unreadable"),
        (")", "expression_unreadable"),
        ("'open", "expression_unreadable"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "expression_too_deep"),
        ("a + " * MAX_LENGTH + "a", "expression_too_long"),
    ],
)
def test_whatever_is_not_on_the_white_list_is_refused(text, code):
    refusals = []
    for expected in Kind:
        with pytest.raises(InvalidRule) as refused:
            parse(text, NAMES, expected)
        refusals.append(refused.value.code)
    assert code in refusals


def test_a_formula_must_give_the_kind_that_its_place_asks_for():
    for text, kind in (("a", Kind.NUMBER), ("kind", Kind.TEXT), ("boarding", Kind.TRUTH)):
        parse(text, NAMES, kind)
        for other in set(Kind) - {kind}:
            with pytest.raises(InvalidRule):
                parse(text, NAMES, other)


def test_a_refusal_shows_the_formula_and_what_in_it_is_wrong():
    with pytest.raises(InvalidRule) as refused:
        parse("a + rooms", NAMES, Kind.NUMBER)
    assert (refused.value.params["expression"], refused.value.params["found"]) == ("a + rooms", "rooms")


def test_names_stand_in_the_order_of_the_text_each_once():
    assert names_in(parse("b / a + b", NAMES, Kind.NUMBER)) == ("b", "a")


def test_constants_replace_names_and_leave_the_tree_alone():
    tree = parse("a / b", NAMES, Kind.NUMBER)
    replaced = with_constants(tree, {"b": 2.0})
    assert replaced == Arithmetic("/", Name("a", Kind.NUMBER), Constant(2.0))
    assert names_in(tree) == ("a", "b")


def test_every_function_of_the_language_is_read_and_evaluated():
    for function in FUNCTIONS:
        tree = parse(f"{function}(a)", NAMES, Kind.NUMBER)
        assert tree == Call(function, (Name("a", Kind.NUMBER),))
        assert number(tree, {"a": 2.0}) == 2


def test_the_parser_s_own_oddities_are_known():
    """What the white list guards against: these read as something else than they look like."""
    assert len(sqlglot.parse("a; drop table x", read="duckdb")) == 2
    assert sqlglot.parse_one("a--b", read="duckdb").sql(comments=False) == "a"
