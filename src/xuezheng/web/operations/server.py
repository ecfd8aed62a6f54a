"""The web server in this process: gunicorn, and the static files that it serves."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.urls import get_resolver
from gunicorn.app.base import BaseApplication

from xuezheng.catalogue.messages import load_messages
from xuezheng.catalogue.roles import load_roles


@dataclass(frozen=True, slots=True)
class Serving:
    """How to serve: where to listen, in how many processes, each with how many threads."""

    bind: str
    workers: int
    threads: int


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Load the application before the processes part, with what every page needs, so that the first is no slower."""
        from xuezheng.web.wsgi import application

        load_messages()
        load_roles()
        get_resolver().url_patterns  # noqa: B018 - read for its effect
        return application


def serve(serving: Serving) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; requests in hand are answered first."""
    _Server(
        {
            "bind": serving.bind,
            "workers": serving.workers,
            "threads": serving.threads,
            "worker_class": "gthread",
            "preload_app": True,
            "timeout": 90,
            "graceful_timeout": 20,
            "max_requests": 5000,
            "max_requests_jitter": 500,
            "proc_name": "xuezheng",
            "accesslog": None,
            "logconfig_dict": settings.LOGGING,
            "control_socket_disable": True,
        }
    ).run()


def collect_static_files() -> bool:
    """Bring the static files into the data folder where they are not those of this version; return whether it did."""
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    wanted = _stamp()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return False
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    stamp.write_text(wanted, encoding="utf-8")
    return True


def _stamp() -> str:
    found = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(None):
            file = Path(storage.path(name)).stat()
            found.update(f"{name}\0{file.st_size}\0{file.st_mtime_ns}\n".encode())
    return found.hexdigest()
