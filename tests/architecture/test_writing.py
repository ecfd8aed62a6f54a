"""Who writes where: rows change in actions only, every action leaves an event, and no action looks at a clock."""

import ast

import pytest

from xuezheng.catalogue.actions import load_action_words

# Where rows may be written: actions, what they are made of, and migrations.
WRITING_PLACES = ("/actions/", "/actions.py", "/migrations/")
# What writes besides, and why it need not be an event.
EXCEPTIONS = {
    "web/background/": "the queue's own state: each job's beginning is an event, its progress is not",
    "web/operations/backup/": "a restore puts rows back with the events that came with them",
    "web/operations/people.py": "people of the demonstration, inside a recorded action",
    "web/pages/operations/jobs.py": "used tickets and old jobs of the queue",
}
ROW_WRITES = {
    "save", "create", "get_or_create", "update_or_create", "bulk_create", "bulk_update", "delete", "acreate", "asave",
}  # fmt: skip
# `update` and `delete` are words of dictionaries, sets and files, too: only those of a queryset count.
OF_ROWS = ("objects", "filter(", "exclude(", "all()")
CLOCKS = {"now", "today", "utcnow", "time", "monotonic", "perf_counter"}


def room(name):
    return name.split("/")[0]


def is_action_module(name):
    return "/actions/" in f"/{name}" or name.endswith("/actions.py")


def writes(tree):
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner, method = ast.unparse(node.func.value), node.func.attr
        if (
            (method in ROW_WRITES - {"save", "delete"} and (".objects" in owner or method.startswith("bulk")))
            or (method in {"save", "delete", "update"} and any(word in owner for word in OF_ROWS))
            or (method == "save" and not node.args and {k.arg for k in node.keywords} <= {"update_fields", "using"})
        ):
            yield node


def recordings(tree):
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and ast.unparse(inner.func) in {"recording", "recorder.event", "_note"}
    }


@pytest.fixture(scope="module")
def actions(modules):
    return {name: tree for name, tree in modules.items() if is_action_module(name)}


def test_rows_are_written_in_actions_only(modules):
    django = {
        name
        for name in modules
        if room(name) in {"ledger", "people", "register", "notices", "standards", "cases", "meetings", "web"}
    }
    found = [
        f"{name}:{call.lineno} {ast.unparse(call)[:80]}"
        for name in sorted(django)
        if not any(place in f"/{name}" for place in WRITING_PLACES) and not name.startswith(tuple(EXCEPTIONS))
        for call in writes(modules[name])
        if "session" not in ast.unparse(call.func.value)  # the browser's session is Django's own
    ]
    assert found == []


def test_every_exception_is_still_one(modules):
    for place in EXCEPTIONS:
        held = [name for name in modules if name.startswith(place)]
        assert any(True for name in held for _ in writes(modules[name])), place


def test_every_public_action_records_an_event_or_calls_one_that_does(actions):
    """A public function of an actions module that takes `by` and `at` leaves at least one event."""
    recording = {function for tree in actions.values() for function in recordings(tree)}
    silent = []
    for name, tree in actions.items():
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if not {"by", "at"} <= {argument.arg for argument in node.args.kwonlyargs}:
                continue
            called = {ast.unparse(c.func).rsplit(".")[-1] for c in ast.walk(node) if isinstance(c, ast.Call)}
            if node.name not in recording and not called & recording:
                silent.append(f"{name}:{node.lineno} {node.name}")
    assert silent == []


def test_what_an_action_takes_is_named(actions):
    """Public actions that write take everything by name: `by`, `at` and the rest."""
    positional = [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in actions.items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and "by" in {argument.arg for argument in node.args.kwonlyargs}
        and (node.args.args or node.args.posonlyargs)
    ]
    assert positional == []


def test_no_action_and_no_query_looks_at_a_clock(modules):
    looked = [
        f"{name}:{call.lineno} {ast.unparse(call)}"
        for name, tree in modules.items()
        if is_action_module(name) or "/queries" in name or name.endswith("access.py")
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value).split(".")[0] in {"time", "datetime", "date", "timezone"}
        and (call.func.attr in CLOCKS or (call.func.attr in {"localdate", "localtime"} and not call.args))
    ]
    assert looked == []


def test_the_audit_trail_has_words_for_every_action(modules):
    recorded = {
        argument.value
        for tree in modules.values()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func).rsplit(".")[-1] in {"event", "_note", "_set_active"}
        for argument in call.args[:2]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and "." in argument.value
    }
    assert len(recorded) > 30
    assert recorded - set(load_action_words().actions) == set()
