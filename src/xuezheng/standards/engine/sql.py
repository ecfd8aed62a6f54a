"""DuckDB's SQL for the expression trees: made from the tree only, with the same three-valued meaning as `plain`."""

from collections.abc import Mapping
from dataclasses import dataclass

from xuezheng.catalogue.standard import ALL
from xuezheng.kernel.verdict import Verdict
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
from xuezheng.standards.engine.rules import LineRule


def literal(value: float | str | bool | None) -> str:
    """Return a constant as SQL. Numbers are written as doubles: a decimal would follow other arithmetic."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    shown = repr(float(value))
    return shown if "e" in shown or "n" in shown else f"{shown}e0"


def expression_sql(tree: Tree, names: Mapping[str, str]) -> str:
    """Return a tree as SQL; `names` gives the SQL of every name, numbers already as DOUBLE."""

    def again(part: Tree) -> str:
        return expression_sql(part, names)

    match tree:
        case Constant(value):
            return literal(value)
        case Name(name, _):
            return names[name]
        case Arithmetic("/", left, right):
            return f"({again(left)} / nullif({again(right)}, 0e0))"
        case Arithmetic(op, left, right) | Comparison(op, left, right):
            return f"({again(left)} {op} {again(right)})"
        case Logic(op, left, right):
            return f"({again(left)} {op.upper()} {again(right)})"
        case Not(of):
            return f"(NOT {again(of)})"
        case IsMissing(of):
            return f"({again(of)} IS NULL)"
        case Choice(branches, otherwise):
            whens = " ".join(f"WHEN {again(when)} THEN {again(then)}" for when, then in branches)
            return f"(CASE {whens} ELSE {again(otherwise)} END)"
        case Call(("least" | "greatest") as function, arguments):
            # DuckDB's own forms pass over what is missing; ours are unknown then.
            shown = [again(argument) for argument in arguments]
            missing = " OR ".join(
                f"{part} IS NULL" for part, a in zip(shown, arguments, strict=True) if not _is_known(a)
            )
            call = f"{function}({', '.join(shown)})"
            return f"(CASE WHEN {missing} THEN NULL ELSE {call} END)" if missing else call
        case Call(function, arguments):
            return f"{function}({', '.join(again(argument) for argument in arguments)})"
    raise AssertionError(tree)


def _is_known(tree: Tree) -> bool:
    return isinstance(tree, Constant) and tree.value is not None


def number_sql(tree: Tree, names: Mapping[str, str]) -> str:
    """Return a number's tree as SQL in which whatever is not finite is unknown."""
    if isinstance(tree, Constant):
        return literal(tree.value)
    shown = expression_sql(tree, names)
    return f"CASE WHEN isfinite({shown}) THEN {shown} END"


@dataclass(frozen=True, slots=True)
class StageSql:
    """How a row tells its stage: the SQL of a small number, and every stage's number (texts compare far slower)."""

    sql: str
    numbers: Mapping[str, int]


def by_stage_sql(values: Mapping[str, float], stage: StageSql | None) -> str:
    """Return the value that belongs to a row's stage as SQL; without a stage the one for all."""
    everywhere = literal(values.get(ALL))
    own = (
        [f"WHEN {stage.numbers[name]} THEN {literal(v)}" for name, v in values.items() if name != ALL] if stage else []
    )
    if not own or stage is None:
        return everywhere
    return f"(CASE {stage.sql} {' '.join(own)} ELSE {everywhere} END)"


def line_sql(value: str, line: LineRule, stage: StageSql | None, near_ratio: float | None) -> str:
    """Return the rank of the verdict of a value (SQL) against a line: the same lines and slack as `line_verdict`.

    The slack is folded into the line, so that a row costs one comparison.
    """
    requirements = line.by_stage
    above = {s: r - line.slack(r) for s, r in requirements.items()}
    below = {s: r + line.slack(r) for s, r in requirements.items()}
    holds = {
        ">=": f"{value} >= {by_stage_sql(above, stage)}",
        "<=": f"{value} <= {by_stage_sql(below, stage)}",
        ">": f"{value} > {by_stage_sql(below, stage)}",
        "<": f"{value} < {by_stage_sql(above, stage)}",
        "=": f"{value} BETWEEN {by_stage_sql(above, stage)} AND {by_stage_sql(below, stage)}",
    }[line.op]
    # Most rows are settled by the first comparison: what is missing compares as neither and is told last.
    near = ""
    if near_ratio is not None:
        reduced = {s: r * near_ratio - line.slack(r) for s, r in requirements.items()}
        near = f"WHEN {value} >= {by_stage_sql(reduced, stage)} THEN {Verdict.NEAR.rank} "
    without = ""
    if ALL not in requirements and not (stage and set(stage.numbers) <= set(requirements)):
        without = f"WHEN {by_stage_sql(requirements, stage)} IS NULL THEN {Verdict.NOT_APPLICABLE.rank} "
    return (
        f"CASE WHEN {holds} THEN {Verdict.MET.rank} {near}WHEN {value} IS NULL THEN {Verdict.UNKNOWN.rank} {without}"
        f"ELSE {Verdict.NOT_MET.rank} END"
    )


def condition_sql(tree: Tree, names: Mapping[str, str]) -> str:
    """Return the rank of a condition's verdict."""
    shown = expression_sql(tree, names)
    return (
        f"CASE WHEN {shown} THEN {Verdict.MET.rank} WHEN NOT {shown} THEN {Verdict.NOT_MET.rank} "
        f"ELSE {Verdict.UNKNOWN.rank} END"
    )
