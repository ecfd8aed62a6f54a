"""Uploads: what is too large is refused by its announced size, before a byte of it is written to the disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# Two files as large as any that is read, and the form around them.
LARGEST_REQUEST_BYTES = 264 << 20


class LimitedUploads(FileUploadHandler):
    """Stands before the handlers that keep files, and lets nothing pass that announces more than is ever read."""

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None  # noqa: N803
    ) -> None:  # fmt: skip
        """Raise `RequestDataTooBig` for a request beyond the limit."""
        del input_data, META, boundary, encoding
        if content_length > LARGEST_REQUEST_BYTES:
            raise RequestDataTooBig

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave the content to the handlers behind."""
        del start
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the handlers behind."""
        del file_size
