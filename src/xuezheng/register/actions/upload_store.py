"""Where an import's files lie until it ends: what was uploaded, and the reports about it."""

from pathlib import Path

from django.conf import settings

FILES, REPORTS = "files", "reports"


def upload_folder(folder: str) -> Path:
    """Return the folder of an import by the name that it was given."""
    return Path(settings.UPLOAD_STORE) / folder
