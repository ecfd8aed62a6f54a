"""The kinds of background work, and where they are found: in `jobs.py` of each part of the interface."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from xuezheng.web.background.running import Work

    Function = Callable[[Work], dict[str, Any] | None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work: its function, and how often it is begun before it counts as failed."""

    name: str
    function: Function
    attempts: int


_kinds: dict[str, Kind] = {}


def work(name: str, *, attempts: int = 3) -> Callable[[Function], Function]:
    """Enter a function as a kind of background work.

    It is begun again, at most `attempts` times, when its worker was killed or the database or a disk failed for a
    while: so it must be safe to begin twice. A `Refusal` is its answer and shown as such; it is not tried again.
    """

    def entered(function: Function) -> Function:
        known = _kinds.get(name)
        if known is not None and known.function.__module__ != function.__module__:
            raise ValueError(f"two kinds of work are called {name}")
        _kinds[name] = Kind(name, function, attempts)
        return function

    return entered


def kind_named(name: str) -> Kind | None:
    """Return a kind of work; None for a name that this version does not know."""
    if name not in _kinds:
        find_kinds()
    return _kinds.get(name)


def find_kinds() -> dict[str, Kind]:
    """Import `jobs.py` of every part of the interface, and return all kinds by name."""
    from xuezheng.web import pages

    for part in pkgutil.iter_modules(pages.__path__, "xuezheng.web.pages."):
        if find_spec(f"{part.name}.jobs") is not None:
            importlib.import_module(f"{part.name}.jobs")
    return dict(_kinds)
