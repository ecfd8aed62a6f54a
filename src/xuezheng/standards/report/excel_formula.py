"""Catalogue formulas as spreadsheet formulas of the same meaning, so that an officer can check a value by hand.

Nothing known is an error value on the way (`NA()`), so that it spreads through arithmetic as unknown does, division by
zero included; at the end it becomes an empty text. `and`, `or` and `case` catch errors where the language's own
three-valued meaning does. Only cell addresses and the catalogue's own constants go into a formula, never data.
"""

from collections.abc import Mapping

from xuezheng.kernel.place import column_letters
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
    Tree,
    kind_of,
)

LONGEST = 4000


def live_formula(tree: Tree, cells: Mapping[str, str]) -> str | None:
    """Return the formula of a tree over the cells of its names, or None where one has no cell or it grows too long."""
    try:
        text = f'=IFERROR({_excel(tree, cells)},"")'
    except KeyError:
        return None
    return text if len(text) <= LONGEST else None


def _excel(tree: Tree, cells: Mapping[str, str]) -> str:
    def put(part: Tree) -> str:
        return _excel(part, cells)

    match tree:
        case Constant(value):
            return _constant(value)
        case Name(name):
            return f'IF({cells[name]}="",NA(),{cells[name]})'
        case Arithmetic(op, left, right):
            return f"({put(left)}{op}{put(right)})"
        case Comparison(op, left, right):
            return _comparison(op, put(left), put(right), text=Kind.TEXT in (kind_of(left), kind_of(right)))
        case Logic(op, left, right):
            return _logic(op, put(left), put(right))
        case Not(of):
            return f"NOT({put(of)})"
        case IsMissing(of):
            return f"ISERROR({put(of)})"
        case Choice(branches, otherwise):
            text = put(otherwise)
            for when, then in reversed(branches):
                text = f"IF(IFERROR({put(when)},FALSE),{put(then)},{text})"
            return text
        case Call(function, arguments):
            return _call(function, [put(argument) for argument in arguments])


def _constant(value: float | str | bool | None) -> str:
    if value is None:
        return "NA()"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"'
    return f"({value:.15g})" if value < 0 else f"{value:.15g}"


def _comparison(op: str, left: str, right: str, *, text: bool) -> str:
    if not text:
        return f"({left}{op}{right})"
    # A spreadsheet's own = does not tell large letters from small ones.
    return f"EXACT({left},{right})" if op == "=" else f"NOT(EXACT({left},{right}))"


def _logic(op: str, left: str, right: str) -> str:
    if op == "and":
        return f"IF(IFERROR(NOT({left}),FALSE),FALSE,IF(IFERROR(NOT({right}),FALSE),FALSE,AND({left},{right})))"
    return f"IF(IFERROR({left},FALSE),TRUE,IF(IFERROR({right},FALSE),TRUE,OR({left},{right})))"


def _call(function: str, arguments: list[str]) -> str:
    match function:
        case "coalesce":
            text = arguments[-1]
            for argument in reversed(arguments[:-1]):
                text = f"IFERROR({argument},{text})"
            return text
        case "least" | "greatest":
            return f"{'MIN' if function == 'least' else 'MAX'}({','.join(arguments)})"
        case "ceil":
            return f"(-INT(-{arguments[0]}))"
        case "floor":
            return f"INT({arguments[0]})"
        case _:
            return f"ABS({arguments[0]})"


def weighted_variation(weights: str, values: str) -> tuple[str, str, str]:
    """Return mean, standard deviation and coefficient over two columns: `S = sqrt(Σ P/ΣP · (X − mean)²)`, `S / mean`.

    A unit that does not count has weight 0.
    """
    mean = f"SUMPRODUCT({weights},{values})/SUM({weights})"
    deviation = f"SQRT(SUMPRODUCT({weights},({values}-{mean})^2)/SUM({weights}))"
    return f'=IFERROR({mean},"")', f'=IFERROR({deviation},"")', f'=IFERROR({deviation}/({mean}),"")'


def unweighted_variation(weights: str, values: str) -> str:
    """Return the coefficient of the units that count, each counted once."""
    counted = f"({weights}>0)"
    units = f"SUMPRODUCT({counted}*1)"
    mean = f"(SUMPRODUCT({counted}*{values})/{units})"
    return f'=IFERROR(SQRT(SUMPRODUCT({counted}*({values}-{mean})^2)/{units})/{mean},"")'


def held_against(value: str, line: str, steps: list[tuple[str, str]], unknown: str, failing: str) -> str:
    """Return the verdict's formula: the word of the first of `steps` (condition over `{value}` and `{line}`, word) that holds."""
    text = quoted(failing)
    for condition, word in reversed(steps):
        text = f"IF({condition.format(value=value, line=line)},{quoted(word)},{text})"
    return f'=IF({value}="",{quoted(unknown)},{text})'


def quoted(word: str) -> str:
    """Return one of our own words as a text inside a formula."""
    return '"' + word.replace('"', '""') + '"'


def address(row: int, column: int, *, sheet: str = "", fixed: bool = False) -> str:
    """Return the address of a one-based row and zero-based column, of another sheet where one is named."""
    cell = f"${column_letters(column)}${row}" if fixed else f"{column_letters(column)}{row}"
    return "'" + sheet.replace("'", "''") + f"'!{cell}" if sheet else cell
