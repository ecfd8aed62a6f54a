"""The error tree: what a person can act on.

A `Refusal` carries a code and parameters; its sentence and its next step are catalogue messages in both
languages, rendered at the edge. Anything that is not a `Refusal` is a bug and keeps its traceback.
"""

from typing import ClassVar

from xuezheng.kernel.place import Place

Parameter = str | int | float | bool | None | list[str]


class Refusal(Exception):
    """Something that a person can act on.

    `code` names the message in the catalogue; `params` fill it; `place` says where in which file.
    Each class has an exit status of the command line, 10 to 19.
    """

    exit_status: ClassVar[int] = 19

    def __init__(self, code: str, *, place: Place | None = None, **params: Parameter) -> None:
        super().__init__(code, place, params)
        self.code = code
        self.place = place
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.code}({details})"


class UnusableFile(Refusal):
    """A file that cannot be read at all: absent, empty, damaged, encrypted, of an unknown kind."""

    exit_status = 10


class TooLarge(Refusal):
    """A file, or what it unpacks to, beyond what is read."""

    exit_status = 11


class UnreadableTable(Refusal):
    """A file that was read, but whose sheets or headers are not understood."""

    exit_status = 12


class InvalidCell(Refusal):
    """A value that is not of its column's type, range or code list."""

    exit_status = 13


class Contradiction(Refusal):
    """Values that contradict each other: duplicates, parts beyond wholes, orphans."""

    exit_status = 14


class ForbiddenContent(Refusal):
    """What the register refuses to hold: scores, rankings, health columns, secret material."""

    exit_status = 15


class WarningsNotAccepted(Refusal):
    """A delivery with warnings that nobody has accepted."""

    exit_status = 16


class InvalidRule(Refusal):
    """A catalogue file, or an expression in it, that is not allowed or does not hold its own cases."""

    exit_status = 17


class NotFound(Refusal):
    """A standard, indicator, school, school year or snapshot that is not there."""

    exit_status = 18


class InvalidRequest(Refusal):
    """A request that does not make sense as put: an option, a `--set` expression, an output file."""

    exit_status = 19
