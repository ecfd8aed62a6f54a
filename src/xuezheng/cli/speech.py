"""What the command line says and in which language: `XUEZHENG_LANGUAGE`, zh (the source language) or en."""

import os
import sys

from xuezheng.catalogue.messages import LANGUAGES, sentence
from xuezheng.kernel.refusal import Parameter


def language() -> str:
    """Return the language of the sentences: the environment's choice, else Chinese."""
    chosen = os.environ.get("XUEZHENG_LANGUAGE", "zh")[:2]
    return chosen if chosen in LANGUAGES else "zh"


def say(code: str, **params: Parameter) -> None:
    """Print a catalogue message on stderr: stdout is kept for results."""
    sys.stderr.write(" ".join(part for part in sentence(code, language(), params) if part) + "\n")
