"""What a look at the installation finds: one line each, with its grade."""

from dataclasses import dataclass, field
from typing import Literal

from xuezheng.kernel.refusal import Parameter

Grade = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: its grade, and the message that tells it."""

    grade: Grade
    code: str
    params: dict[str, Parameter] = field(default_factory=dict)


def ok(code: str, **params: Parameter) -> Line:
    """Return what is as it should be."""
    return Line("ok", code, params)


def warn(code: str, **params: Parameter) -> Line:
    """Return what works, but not as it should."""
    return Line("warn", code, params)


def fail(code: str, **params: Parameter) -> Line:
    """Return what does not work."""
    return Line("fail", code, params)
