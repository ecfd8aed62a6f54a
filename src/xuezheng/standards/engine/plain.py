"""Plain evaluation of expression trees over one row: the meaning of the language, written out.

DuckDB's SQL (`duck`) must agree with this module on every tree and row; a property test holds the two together.
"""

import math
from collections.abc import Callable, Mapping

from xuezheng.standards.engine.expression import (
    Arithmetic,
    Call,
    Choice,
    Comparison,
    Constant,
    IsMissing,
    Logic,
    Name,
    Not,
    Tree,
)

Value = float | int | str | bool | None
Row = Mapping[str, Value]
Evaluator = Callable[[Row], Value]
MOST_EVALUATORS = 50_000


def number(tree: Tree, row: Row) -> float | None:
    """Return the value of a number's tree over a row; unknown and whatever is not finite are None."""
    value = evaluator(tree)(row)
    if value is None or isinstance(value, str):
        return None
    value = float(value)
    return value if math.isfinite(value) else None


def truth(tree: Tree | None, row: Row) -> bool | None:
    """Return the truth of a condition over a row; no condition at all is true."""
    if tree is None:
        return True
    value = evaluator(tree)(row)
    return None if value is None else bool(value)


# Compiled trees by identity: a rule's trees live as long as the rule, and hashing a tree costs more than a value.
_EVALUATORS: dict[int, tuple[Tree, Evaluator]] = {}


def evaluator(tree: Tree) -> Evaluator:
    """Return a function from a row to the tree's value. A name that the row does not hold is unknown."""
    held = _EVALUATORS.get(id(tree))
    if held is None or held[0] is not tree:
        if len(_EVALUATORS) >= MOST_EVALUATORS:
            _EVALUATORS.clear()
        held = _EVALUATORS[id(tree)] = (tree, _compiled(tree))
    return held[1]


def _compiled(tree: Tree) -> Evaluator:
    match tree:
        case Constant(value):
            return lambda _: value
        case Name(name, _):
            return lambda row: row.get(name)
        case Arithmetic(op, left, right):
            return _arithmetic(_ARITHMETIC[op], evaluator(left), evaluator(right))
        case Comparison(op, left, right):
            return _comparison(_COMPARISON[op], evaluator(left), evaluator(right))
        case Logic(op, left, right):
            return _logic(op == "or", evaluator(left), evaluator(right))
        case Not(of):
            return _negation(evaluator(of))
        case IsMissing(of):
            inner = evaluator(of)
            return lambda row: inner(row) is None
        case Choice(branches, otherwise):
            pairs = tuple((evaluator(when), evaluator(then)) for when, then in branches)
            return _choice(pairs, evaluator(otherwise))
        case Call(function, arguments):
            return _CALLS[function](tuple(evaluator(argument) for argument in arguments))
    raise AssertionError(tree)


def _divided(left: float, right: float) -> float | None:
    if right == 0:
        return None
    try:
        return left / right
    except OverflowError:
        return math.copysign(math.inf, left) * math.copysign(1.0, right)


_ARITHMETIC: dict[str, Callable[[float, float], float | None]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divided,
}


def _arithmetic(apply: Callable[[float, float], float | None], left: Evaluator, right: Evaluator) -> Evaluator:
    def evaluate(row: Row) -> Value:
        a, b = left(row), right(row)
        if a is None or b is None:
            return None
        return apply(float(a), float(b))

    return evaluate


def _order(value: Value) -> tuple[bool, Value]:
    """Order numbers as DuckDB does: what is not a number stands above all others and equals itself."""
    not_a_number = isinstance(value, float) and math.isnan(value)
    return (not_a_number, 0.0 if not_a_number else value)


_COMPARISON: dict[str, Callable[[tuple[bool, Value], tuple[bool, Value]], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _comparison(
    holds: Callable[[tuple[bool, Value], tuple[bool, Value]], bool], left: Evaluator, right: Evaluator
) -> Evaluator:
    def evaluate(row: Row) -> Value:
        a, b = left(row), right(row)
        return None if a is None or b is None else holds(_order(a), _order(b))

    return evaluate


def _logic(deciding: bool, left: Evaluator, right: Evaluator) -> Evaluator:
    """Kleene's `or` (where true decides) or `and` (where false decides)."""

    def evaluate(row: Row) -> Value:
        a = left(row)
        if a is deciding:
            return deciding
        b = right(row)
        if b is deciding:
            return deciding
        return None if a is None or b is None else not deciding

    return evaluate


def _negation(of: Evaluator) -> Evaluator:
    def evaluate(row: Row) -> Value:
        value = of(row)
        return None if value is None else not value

    return evaluate


def _choice(branches: tuple[tuple[Evaluator, Evaluator], ...], otherwise: Evaluator) -> Evaluator:
    def evaluate(row: Row) -> Value:
        for when, then in branches:
            if when(row) is True:
                return then(row)
        return otherwise(row)

    return evaluate


def _coalesce(arguments: tuple[Evaluator, ...]) -> Evaluator:
    def evaluate(row: Row) -> Value:
        return next((value for argument in arguments if (value := argument(row)) is not None), None)

    return evaluate


def _all_known(apply: Callable[[list[float]], float]) -> Callable[[tuple[Evaluator, ...]], Evaluator]:
    def build(arguments: tuple[Evaluator, ...]) -> Evaluator:
        def evaluate(row: Row) -> Value:
            values = [argument(row) for argument in arguments]
            if any(value is None for value in values):
                return None
            return apply([float(value) for value in values if value is not None])

        return evaluate

    return build


def _rounded(apply: Callable[[float], int]) -> Callable[[list[float]], float]:
    return lambda values: float(apply(values[0])) if math.isfinite(values[0]) else values[0]


_CALLS: dict[str, Callable[[tuple[Evaluator, ...]], Evaluator]] = {
    "coalesce": _coalesce,
    "least": _all_known(lambda values: min(values, key=_order)),
    "greatest": _all_known(lambda values: max(values, key=_order)),
    "abs": _all_known(lambda values: abs(values[0])),
    "ceil": _all_known(_rounded(math.ceil)),
    "floor": _all_known(_rounded(math.floor)),
}
