"""Where results go: to a file, whole or not at all, or to stdout, which carries nothing else."""

import os
import sys
import tempfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from xuezheng.cli.speech import say
from xuezheng.kernel.refusal import InvalidRequest

BINARY = ("xlsx", "docx")


def put(write: Callable[[BinaryIO], None], form: str, out: Path | None) -> None:
    """Write a result; a file that is half written is never left behind.

    Raises `InvalidRequest` for a workbook or document that would go to a terminal, and for a file that cannot be written.
    """
    if out is None:
        if form in BINARY and sys.stdout.isatty():
            raise InvalidRequest("out_needed", form=form)
        held = BytesIO()
        write(held)
        sys.stdout.buffer.write(held.getvalue())
        sys.stdout.buffer.flush()
        return
    try:
        descriptor, draft = tempfile.mkstemp(dir=out.resolve().parent, prefix=".xuezheng-")
    except OSError as error:
        raise InvalidRequest("out_not_writable", found=str(out), detail=str(error.strerror)) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            write(file)
        Path(draft).chmod(0o644)
        Path(draft).replace(out)
    except OSError as error:
        raise InvalidRequest("out_not_writable", found=str(out), detail=str(error.strerror)) from error
    finally:
        Path(draft).unlink(missing_ok=True)
    say("result_written", file=str(out))
