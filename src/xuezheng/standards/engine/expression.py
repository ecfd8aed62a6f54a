"""The catalogue's expression language: SQL scalar expressions, parsed against a white list of exact node classes.

sqlglot reads the text; what it yields is converted into the small tree below, and everything that has no place in
that tree is refused. DuckDB's SQL, the plain evaluation and the workbook formulas are all made from the tree, never
from the text.

Meaning: three-valued. A missing input makes arithmetic and comparisons unknown; division by zero is unknown;
`and`, `or`, `not` follow Kleene; `least` and `greatest` are unknown where any argument is; a result that is not
finite is unknown.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from xuezheng.kernel.refusal import InvalidRule, Parameter

# What sqlglot cannot read, it remarks upon and guesses at; here it is refused, in our own words.
logging.getLogger("sqlglot").setLevel(logging.ERROR)

MAX_LENGTH = 500
MAX_DEPTH = 20
MAX_LITERAL = 1e15
_FORBIDDEN = (
    "--",
    "/*",
    "*/",
    "//",
    ";",
    "\\",
    '"',
    "`",
    "$",
    "@",
    "#",
    "?",
    "[",
    "]",
    "{",
    "}",
    ":",
    "^",
    "~",
    "|",
    "&",
)


class Kind(StrEnum):
    """The three kinds of value of the language."""

    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a text, a truth, or nothing known (None, of any kind)."""

    value: float | str | bool | None


@dataclass(frozen=True, slots=True)
class Name:
    """A column or parameter."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left op right` with op one of + - * /."""

    op: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left op right` with op one of = <> < <= > >=."""

    op: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Logic:
    """`left op right` with op `and` or `or`."""

    op: str
    left: "Tree"
    right: "Tree"


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite truth; unknown stays unknown."""

    of: "Tree"


@dataclass(frozen=True, slots=True)
class IsMissing:
    """Whether nothing is known; never unknown itself."""

    of: "Tree"


@dataclass(frozen=True, slots=True)
class Choice:
    """The value of the first branch whose condition is true, else `otherwise`."""

    branches: tuple[tuple["Tree", "Tree"], ...]
    otherwise: "Tree"


@dataclass(frozen=True, slots=True)
class Call:
    """One of the functions of `FUNCTIONS`."""

    function: str
    arguments: tuple["Tree", ...]


Tree = Constant | Name | Arithmetic | Comparison | Logic | Not | IsMissing | Choice | Call
MISSING = Constant(None)

_ARITHMETIC: dict[type[exp.Expr], str] = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/"}
_COMPARISON: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_LOGIC: dict[type[exp.Expr], str] = {exp.And: "and", exp.Or: "or"}
_CALLS: dict[type[exp.Expr], str] = {
    exp.Coalesce: "coalesce", exp.Least: "least", exp.Greatest: "greatest", exp.Abs: "abs", exp.Ceil: "ceil", exp.Floor: "floor",
}  # fmt: skip
FUNCTIONS = tuple(_CALLS.values())
_ONE_ARGUMENT = ("abs", "ceil", "floor")
# The arguments that each node class may carry; any other (a modifier, a second meaning) is refused.
_ARGUMENTS: dict[type[exp.Expr], set[str]] = {
    exp.Case: {"this", "ifs", "default"},
    exp.If: {"this", "true"},
    exp.In: {"this", "expressions"},
    exp.Between: {"this", "low", "high"},
    exp.Coalesce: {"this", "expressions"},
    exp.Least: {"this", "expressions", "ignore_nulls"},
    exp.Greatest: {"this", "expressions", "ignore_nulls"},
    exp.Literal: {"this", "is_string"},
    exp.Boolean: {"this"},
}


def parse(text: str, names: Mapping[str, Kind], expected: Kind) -> Tree:
    """Return the tree of an expression over `names`, of the `expected` kind.

    Raises `InvalidRule` that shows the expression and what in it is not allowed.
    """
    return _Reader(text, names).read(expected)


class _Reader:
    """Turns one expression's text into a tree, refusing whatever is not on the white list."""

    def __init__(self, text: str, names: Mapping[str, Kind]) -> None:
        self.text = text
        self.names = names

    def read(self, expected: Kind) -> Tree:
        if len(self.text) > MAX_LENGTH:
            raise self._refusal("expression_too_long", limit=MAX_LENGTH)
        for sign in _FORBIDDEN:
            if sign in self.text:
                raise self._refusal("expression_sign", found=sign)
        if not self.text.replace("\n", " ").isprintable():
            raise self._refusal("expression_sign", found="control character")
        if _bracket_depth(self.text) > MAX_DEPTH:
            raise self._refusal("expression_too_deep", limit=MAX_DEPTH)
        try:
            parsed = sqlglot.parse(self.text, read="duckdb")
            if len(parsed) != 1 or parsed[0] is None:
                raise self._refusal("expression_not_one")
            tree = self._convert(parsed[0])
        except (SqlglotError, RecursionError, ValueError) as error:
            raise self._refusal("expression_unreadable", detail=str(error).splitlines()[0][:120]) from error
        self._require(tree, expected)
        return tree

    def _refusal(self, code: str, found: str = "", **params: Parameter) -> InvalidRule:
        return InvalidRule(code, place=None, expression=self.text[:200], found=found, **params)

    def _convert(self, node: exp.Expr | None) -> Tree:
        # sqlglot reads some unfinished texts, such as "ceil(", without complaint and leaves a part out.
        if not isinstance(node, exp.Expr):
            raise self._refusal("expression_unreadable", detail="incomplete")
        kind = type(node)
        self._check_arguments(node)
        if kind is exp.Paren:
            return self._convert(node.this)
        if kind is exp.Column or kind is exp.Identifier:
            return self._name(node)
        if kind in (exp.Literal, exp.Boolean, exp.Null):
            return self._constant(node)
        if kind is exp.Neg:
            return Arithmetic("-", Constant(0.0), self._number(node.this))
        if kind in _ARITHMETIC:
            return Arithmetic(_ARITHMETIC[kind], self._number(node.this), self._number(node.expression))
        if kind in _COMPARISON:
            return self._comparison(_COMPARISON[kind], self._convert(node.this), self._convert(node.expression))
        if kind in _LOGIC:
            return Logic(_LOGIC[kind], self._truth(node.this), self._truth(node.expression))
        if kind is exp.Not:
            return Not(self._truth(node.this))
        if kind in (exp.Is, exp.In, exp.Between):
            return self._predicate(node)
        if kind is exp.Case:
            return self._choice(node)
        if kind in _CALLS:
            return self._call(_CALLS[kind], [node.this, *node.expressions])
        raise self._refusal("expression_not_allowed", found=kind.__name__)

    def _check_arguments(self, node: exp.Expr) -> None:
        allowed = _ARGUMENTS.get(type(node), {"this", "expression"})
        # sqlglot notes on a division or a coalesce which dialect's meaning is meant; ours is defined above.
        extra = {name for name, value in node.args.items() if value and name not in allowed} - {"typed", "safe"}
        if extra:
            raise self._refusal("expression_not_allowed", found=f"{type(node).__name__}({', '.join(sorted(extra))})")

    def _name(self, node: exp.Expr) -> Name:
        identifier = node.this if type(node) is exp.Column else node
        name = str(identifier.this)
        if type(identifier) is not exp.Identifier or identifier.args.get("quoted") or name not in self.names:
            raise self._refusal("expression_unknown_name", found=name)
        return Name(name, self.names[name])

    def _constant(self, node: exp.Expr) -> Constant:
        if type(node) is exp.Null:
            return MISSING
        if type(node) is exp.Boolean:
            return Constant(bool(node.this))
        if node.args.get("is_string"):
            return Constant(str(node.this))
        value = float(node.this)
        if not abs(value) <= MAX_LITERAL:
            raise self._refusal("expression_number_too_large", found=str(node.this), limit=int(MAX_LITERAL))
        return Constant(value)

    def _predicate(self, node: exp.Expr) -> Tree:
        subject = self._convert(node.this)
        if type(node) is exp.Is:
            if type(node.expression) is not exp.Null:
                raise self._refusal("expression_not_allowed", found="is")
            return IsMissing(subject)
        if type(node) is exp.Between:
            low = self._comparison(">=", subject, self._convert(node.args["low"]))
            return Logic("and", low, self._comparison("<=", subject, self._convert(node.args["high"])))
        options = [self._comparison("=", subject, self._convert(option)) for option in node.expressions]
        if not options:
            raise self._refusal("expression_not_allowed", found="in ()")
        tree: Tree = options[0]
        for option in options[1:]:
            tree = Logic("or", tree, option)
        return tree

    def _choice(self, node: exp.Expr) -> Choice:
        subject = self._convert(node.this) if node.this is not None else None
        branches: list[tuple[Tree, Tree]] = []
        for branch in node.args["ifs"]:
            if type(branch) is not exp.If:
                raise self._refusal("expression_not_allowed", found=type(branch).__name__)
            self._check_arguments(branch)
            when = self._convert(branch.this)
            condition = self._comparison("=", subject, when) if subject else self._require(when, Kind.TRUTH)
            branches.append((condition, self._convert(branch.args["true"])))
        default = node.args.get("default")
        otherwise = self._convert(default) if default is not None else MISSING
        kinds = {kind_of(value) for _, value in branches} | {kind_of(otherwise)}
        if len(kinds - {None}) > 1:
            raise self._refusal("expression_kinds", found="case")
        return Choice(tuple(branches), otherwise)

    def _call(self, function: str, arguments: list[exp.Expr]) -> Call:
        converted = tuple(self._convert(argument) for argument in arguments)
        if function in _ONE_ARGUMENT and len(converted) != 1:
            raise self._refusal("expression_not_allowed", found=f"{function}(…, …)")
        if function != "coalesce":
            for tree in converted:
                self._require(tree, Kind.NUMBER)
        elif len({kind_of(tree) for tree in converted} - {None}) > 1:
            raise self._refusal("expression_kinds", found=function)
        return Call(function, converted)

    def _comparison(self, op: str, left: Tree, right: Tree) -> Comparison:
        kinds = {kind_of(left), kind_of(right)} - {None}
        if len(kinds) > 1 or (op not in {"=", "<>"} and kinds - {Kind.NUMBER}):
            raise self._refusal("expression_kinds", found=op)
        return Comparison(op, left, right)

    def _number(self, node: exp.Expr) -> Tree:
        return self._require(self._convert(node), Kind.NUMBER)

    def _truth(self, node: exp.Expr) -> Tree:
        return self._require(self._convert(node), Kind.TRUTH)

    def _require(self, tree: Tree, expected: Kind) -> Tree:
        if kind_of(tree) not in (None, expected):
            raise self._refusal("expression_kind", found=str(kind_of(tree)), expected=str(expected))
        return tree


def _bracket_depth(text: str) -> int:
    depth = deepest = 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        deepest = max(deepest, depth)
    return deepest


def kind_of(tree: Tree) -> Kind | None:
    """Return the kind of a tree's value; None where it is of any kind (a missing constant)."""
    match tree:
        case Constant(None):
            return None
        case Constant(bool()):
            return Kind.TRUTH
        case Constant(str()):
            return Kind.TEXT
        case Name(_, kind):
            return kind
        case Comparison() | Logic() | Not() | IsMissing():
            return Kind.TRUTH
        case Choice(branches, otherwise):
            return _first_kind((*(value for _, value in branches), otherwise))
        case Call("coalesce", arguments):
            return _first_kind(arguments)
        case _:
            return Kind.NUMBER


def _first_kind(trees: tuple[Tree, ...]) -> Kind | None:
    return next((kind for kind in map(kind_of, trees) if kind is not None), None)


def children(tree: Tree) -> tuple[Tree, ...]:
    """Return the direct parts of a tree."""
    match tree:
        case Arithmetic(_, left, right) | Comparison(_, left, right) | Logic(_, left, right):
            return (left, right)
        case Not(of) | IsMissing(of):
            return (of,)
        case Choice(branches, otherwise):
            return (*(part for branch in branches for part in branch), otherwise)
        case Call(_, arguments):
            return arguments
        case _:
            return ()


def names_in(tree: Tree) -> tuple[str, ...]:
    """Return the names that a tree uses, each once, in the order of the text."""
    return tuple(dict.fromkeys(_walk_names(tree)))


def _walk_names(tree: Tree) -> Iterator[str]:
    if isinstance(tree, Name):
        yield tree.name
    for child in children(tree):
        yield from _walk_names(child)


def rebuilt(tree: Tree, replace: Callable[[Tree], Tree | None]) -> Tree:
    """Return the tree with every part for which `replace` returns something replaced by that."""
    replacement = replace(tree)
    if replacement is not None:
        return replacement

    def again(part: Tree) -> Tree:
        return rebuilt(part, replace)

    match tree:
        case Arithmetic(op, left, right):
            return Arithmetic(op, again(left), again(right))
        case Comparison(op, left, right):
            return Comparison(op, again(left), again(right))
        case Logic(op, left, right):
            return Logic(op, again(left), again(right))
        case Not(of):
            return Not(again(of))
        case IsMissing(of):
            return IsMissing(again(of))
        case Choice(branches, otherwise):
            return Choice(tuple((again(when), again(then)) for when, then in branches), again(otherwise))
        case Call(function, arguments):
            return Call(function, tuple(again(argument) for argument in arguments))
        case _:
            return tree


def with_constants(tree: Tree, values: Mapping[str, float | str | bool | None]) -> Tree:
    """Return the tree with the names in `values` replaced by their values."""

    def replace(part: Tree) -> Tree | None:
        return Constant(values[part.name]) if isinstance(part, Name) and part.name in values else None

    return rebuilt(tree, replace)
