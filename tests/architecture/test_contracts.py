"""What holds the house together: imports run downwards, engines are pure, SQL stands in two places only."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PURE = ("standards/engine/", "register/engine/", "cases/engine/", "meetings/engine/", "stats/", "kernel/")
CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "perf_counter"}
SQL_PLACES = ("tables/", "standards/engine/", "web/operations/database.py")


def calls(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_imports_run_downwards_only(root):
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        pytest.skip("import-linter is not installed (make check installs it)")
    found = subprocess.run([str(linter), "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_engines_look_at_no_clock(modules):
    looked = [
        f"{name}:{call.lineno} {ast.unparse(call.func)}"
        for name, tree in modules.items()
        if name.startswith(PURE)
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in CLOCKS
        and ast.unparse(call.func.value).split(".")[0] in {"time", "datetime", "date"}
    ]
    assert looked == []


def test_engines_open_no_files_and_read_no_environment(modules):
    touched = [
        f"{name}:{call.lineno} {ast.unparse(call.func)}"
        for name, tree in modules.items()
        if name.startswith(PURE)
        for call in calls(tree)
        if ast.unparse(call.func) in {"open", "input", "print", "os.getenv", "eval", "exec", "compile", "__import__"}
    ]
    assert touched == []


def test_sql_is_executed_in_the_tables_room_and_by_the_engine_only(modules):
    executed = {
        name
        for name, tree in modules.items()
        for call in calls(tree)
        if isinstance(call.func, ast.Attribute) and call.func.attr in {"execute", "executemany", "sql"}
    }
    assert {name for name in executed if not name.startswith(SQL_PLACES)} == set()


def test_every_package_that_is_imported_is_declared(root, modules):
    declared = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    names = {re.split(r"[\[<>=]", line)[0].strip().lower().replace("-", "_") for line in declared}
    modules_of = {
        "django_axes": "axes", "django_csp": "csp", "django_ninja": "ninja", "pyjwt": "jwt", "pyyaml": "yaml", "python_docx": "docx",
        "python_json_logger": "pythonjsonlogger", "vl_convert_python": "vl_convert",
    }  # fmt: skip
    allowed = {modules_of.get(name, name) for name in names} | set(sys.stdlib_module_names) | {"xuezheng"}
    imported = set()
    for tree in modules.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(node.module.split(".")[0])
    assert imported - allowed == set()


def test_no_file_has_grown_beyond_what_can_be_read_at_a_sitting(root):
    long = {
        path.relative_to(root).as_posix(): lines
        for path in (root / "src").rglob("*.py")
        if (lines := len(path.read_text("utf-8").splitlines())) > 500
    }
    assert long == {}


def test_rooms_are_named_for_what_they_know(modules):
    vague = {"utils", "helpers", "common", "core", "manager", "misc", "util", "helper"}
    assert {name for name in modules if vague & set(name.removesuffix(".py").split("/"))} == set()
