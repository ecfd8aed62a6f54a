"""Static files that are made and not kept: the module that draws charts comes out of the wheel that draws our pictures."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

from xuezheng.documents.browser import chart_module, chart_module_version

CHART_MODULE = "vega/vega.js"


class MadeFiles(BaseFinder):
    """Finds `vega/vega.js`, and writes it into the data folder when it is first asked for: offline, in about a second."""

    def check(self, **kwargs: Any) -> list[Any]:
        """Return no complaints: there is nothing to set."""
        del kwargs
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return where the file lies; nothing for any other file."""
        del kwargs
        if path != CHART_MODULE:
            return []
        return [str(_made())] if find_all else str(_made())

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Yield the one file with the storage that holds it."""
        del ignore_patterns
        yield CHART_MODULE, FileSystemStorage(location=_made().parents[1])


def _made() -> Path:
    """Return the file, made anew where there is none of this version."""
    path = Path(settings.DATA_FOLDER) / "made" / chart_module_version() / CHART_MODULE
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"vega.js.{os.getpid()}")
        draft.write_text(chart_module(), encoding="utf-8")
        draft.replace(path)  # in one step: nobody is given half of it
    return path
