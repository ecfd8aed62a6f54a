"""Every fault that the register can tell has its sentence in both languages, and its parameters are there."""

import ast
import string
from pathlib import Path

import pytest

import xuezheng.register
from xuezheng.catalogue.loader import data_folder, read_yaml
from xuezheng.catalogue.messages import load_messages
from xuezheng.kernel.place import Place
from xuezheng.register.engine import rows
from xuezheng.register.engine.faults import TOLD_ONE_BY_ONE, error, exit_status, in_order, note, warning
from xuezheng.register.sentences import fault_lines

CALLS = {
    "error": 1,
    "warning": 0,
    "note": 0,
    "Kind": 0,
    "Odd": 0,
    "UnusableFile": 0,
    "TooLarge": 0,
    "InvalidRequest": 0,
}


def codes_in_source():
    for path in Path(xuezheng.register.__file__).parent.rglob("*.py"):
        if "demonstration" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                place = CALLS[node.func.id]
                if len(node.args) > place and isinstance(node.args[place], ast.Constant):
                    yield node.args[place].value


def test_every_code_has_its_sentence():
    kinds = (rows.HEADER, rows.EXAMPLE, rows.TOTAL, rows.SUBTOTAL, rows.NOTE, rows.REPEATED)
    codes = {*codes_in_source(), *(f"rows_skipped_{kind}" for kind in kinds), *(f"skipped_{kind}" for kind in kinds)}
    assert len(codes) > 70
    assert sorted(codes - load_messages().keys()) == []


@pytest.mark.parametrize("code", sorted(read_yaml(data_folder() / "messages" / "register.yaml")))
def test_both_languages_name_the_same_parameters(code):
    message = load_messages()[code]
    for words in filter(None, (message.what, message.next)):
        fields = [
            sorted({field for _, field, _, _ in string.Formatter().parse(text) if field})
            for text in (words.zh, words.en)
        ]
        assert fields[0] == fields[1]


def test_the_gravest_error_gives_the_exit_status():
    forbidden, cell, contradiction = (error(kind, "x") for kind in ("forbidden", "cell", "contradiction"))
    assert exit_status([contradiction, cell, forbidden]) == 15
    assert exit_status([contradiction, cell]) == 13
    assert exit_status([warning("x"), note("x")]) == 0


def test_faults_are_told_in_the_order_of_their_places_and_many_alike_are_counted():
    places = [Place("a.xlsx", "s", row, column) for row in range(1, TOLD_ONE_BY_ONE + 10) for column in ("B",)]
    faults = in_order(
        [error("cell", "not_a_number", place, column="pupils", table="stage_year") for place in reversed(places)]
    )
    assert len(faults) == TOLD_ONE_BY_ONE + 1
    assert [fault.place.row for fault in faults[:3]] == [1, 2, 3]
    assert (faults[-1].code, faults[-1].number) == ("faults_like_these", 9)
    lines = fault_lines(faults, "en", limit=5)
    assert len(lines) == 6
    assert str(TOLD_ONE_BY_ONE + 1 - 5) in lines[-1]
