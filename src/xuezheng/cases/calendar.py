"""The work calendar in force: the catalogue's files and those that the office has laid into its data folder."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from xuezheng.catalogue.work_calendar import load_work_calendar
from xuezheng.kernel.work_calendar import WorkCalendar


def current_calendar() -> WorkCalendar:
    """Return the calendar in force; a file that arrived or changed since the last time is read."""
    folder = Path(settings.DATA_FOLDER) / "work_calendar"
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    return _loaded(folder, tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files))


@lru_cache(maxsize=4)
def _loaded(folder: Path, _seen: tuple[tuple[str, int, int], ...]) -> WorkCalendar:
    return load_work_calendar(folder)
