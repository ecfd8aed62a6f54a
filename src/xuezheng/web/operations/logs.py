"""Logs: one JSON object a line on standard error, without personal data.

A line has only the fields named here. An exception is told by its class and where it came from; its words are left
out, since a database quotes the row that it refused. Addresses of computers are written only where the administrator
asked for them.
"""

import logging
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("xuezheng_request_id", default="")

_FIELDS = ("job", "kind", "method", "route", "status", "milliseconds", "address", "worker")
_PLACE = ZoneInfo("Asia/Shanghai")


class Line(JsonFormatter):
    """Writes a record's time, level, logger, message, request, and the fields that are allowed."""

    def __init__(self) -> None:
        super().__init__("%(message)s", json_ensure_ascii=False)

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Fill the line; whatever else a library hung on its record stays out."""
        del message_dict
        log_data["at"] = datetime.fromtimestamp(record.created, _PLACE).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname.lower()
        log_data["logger"] = record.name
        log_data["message"] = record.getMessage()
        if request_id.get():
            log_data["request"] = request_id.get()
        log_data.update({name: getattr(record, name) for name in _FIELDS if hasattr(record, name)})
        if record.exc_info and record.exc_info[0] is not None:
            log_data["exception"] = told(record.exc_info[1])


def told(problem: BaseException | None) -> list[str]:
    """Return an exception and what it came from as classes and places in the code, without their words."""
    lines: list[str] = []
    while problem is not None:
        kind = type(problem)
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        lines += [
            f"  {place.filename}:{place.lineno} {place.name}" for place in traceback.extract_tb(problem.__traceback__)
        ]
        problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
    return lines


def logging_settings(level: str) -> Mapping[str, Any]:
    """Return the `logging` configuration for a level of our own lines."""
    quiet = {"level": "CRITICAL"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": "xuezheng.web.operations.logs.Line"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "xuezheng": {"level": level},
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.request": {"level": "ERROR"},  # 4xx are told by our own line, without the address asked for
            "django.security.DisallowedHost": quiet,
            "axes": quiet,  # its lines name who tried to sign in; the ledger keeps that
            "gunicorn.error": {"level": "INFO"},
        },
    }
