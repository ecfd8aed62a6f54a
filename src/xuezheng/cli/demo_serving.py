"""The demonstration's office: the installation in its folder, the server and the worker beside it, the people's slips."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import typer

from xuezheng.cli.listening import try_port
from xuezheng.cli.speech import language, say
from xuezheng.kernel.refusal import InvalidRequest

_MODULE = "xuezheng.web.operations.demonstration"
_SECONDS_TO_START = 60
_SECONDS_TO_END = 25


def environment(into: Path) -> dict[str, str]:
    """Return the environment of the demonstration's own installation: its data folder; `DATABASE_URL` as it is given."""
    return {
        **os.environ,
        "XUEZHENG_DATA": str(into / "data"),
        "DJANGO_SETTINGS_MODULE": "xuezheng.web.settings",
        "XUEZHENG_HTTPS": "no",
        "XUEZHENG_LOG_LEVEL": "warning",
    }


def begin_loading(into: Path) -> "subprocess.Popen[str]":
    """Begin to load the stored snapshots into the database, in a process of its own: the report is written meanwhile."""
    return subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", _MODULE, "load"], env=environment(into), stdout=subprocess.PIPE, text=True
    )


def end_loading(loading: "subprocess.Popen[str]") -> None:
    """Wait until everything is loaded; raises the loading's own `InvalidRequest`."""
    _answer(loading.communicate()[0], loading.returncode)


def _answer(output: str, status: int) -> str:
    if status == InvalidRequest.exit_status and output:
        refused: dict[str, Any] = json.loads(output)
        raise InvalidRequest(refused["code"], place=None, **refused["params"])
    if status != 0:
        sys.exit(status)
    return output


def serve_demonstration(into: Path, port: int) -> None:
    """Start server and worker, print the address and the people with their passwords, and stay until told to stop.

    Raises `InvalidRequest` where the server does not start, or where one of both ends by itself.
    """
    people = _people(into)
    taken = _free_port(port)
    if taken != port:
        say("demo_port_taken", port=port, instead=taken)
    address = f"http://127.0.0.1:{taken}/"
    children = {
        "serve": _start(into, "serve", "--bind", f"127.0.0.1:{taken}", "--workers", "2"),
        "worker": _start(into, "worker"),
    }
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    try:
        _wait_until_alive(address, children["serve"])
        _show(address, people)
        _watch(into, children)
    except KeyboardInterrupt:
        pass
    finally:
        _end(list(children.values()))
    say("demo_ended", folder=str(into))


def _people(into: Path) -> list[dict[str, Any]]:
    made = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", _MODULE, "people"], env=environment(into), stdout=subprocess.PIPE, text=True, check=False
    )
    found: list[dict[str, Any]] = json.loads(_answer(made.stdout, made.returncode))
    return found


def _free_port(wanted: int) -> int:
    for port in range(wanted, min(wanted + 100, 65536)):
        try:
            try_port("127.0.0.1", port)
        except OSError:
            continue
        return port
    raise InvalidRequest("demo_no_port", port=wanted)


def _start(into: Path, *command: str) -> "subprocess.Popen[bytes]":
    """Start one of our commands in a session of its own, so that Ctrl+C reaches it through us, once."""
    return subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "xuezheng", *command],
        env=environment(into), start_new_session=True, stderr=(into / f"{command[0]}.log").open("wb"),
    )  # fmt: skip


def _wait_until_alive(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}health/", timeout=5).close()  # noqa: S310 - our own address
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise InvalidRequest("demo_not_started")


def _watch(into: Path, children: "Mapping[str, subprocess.Popen[bytes]]") -> NoReturn:
    while True:
        for name, child in children.items():
            if child.poll() is not None:
                raise InvalidRequest(
                    "demo_part_ended", part=f"xuezheng {name}", status=child.returncode, log=str(into / f"{name}.log")
                )
        time.sleep(0.5)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    raise KeyboardInterrupt


def _end(children: "Sequence[subprocess.Popen[bytes]]") -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + _SECONDS_TO_END
    for child in children:
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            child.kill()
            child.wait()


def _show(address: str, people: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    from xuezheng.catalogue.roles import load_roles

    zh = language() == "zh"
    table = Table(box=None, pad_edge=False)
    for title in ("职务", "姓名", "登录名", "密码", "能看到") if zh else ("role", "name", "login", "password", "sees"):
        table.add_column(title, no_wrap=title in ("登录名", "密码", "login", "password"))
    for person in people:
        title = load_roles().roles[person["role"]].title.in_language(language())
        table.add_row(title, person["name"], person["login"], person["password"], person["sees"][language()])
    typer.echo(address)
    Console(file=sys.stdout, width=None if sys.stdout.isatty() else 120).print(table)
    say("demo_serving", address=address)
    sys.stdout.flush()
