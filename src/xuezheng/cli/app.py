"""The `xuezheng` command: its commands, and the edge where a refusal becomes a sentence and an exit status."""

import sys

import typer

from xuezheng.catalogue.messages import refusal_sentence
from xuezheng.cli.speech import language
from xuezheng.kernel.refusal import Refusal

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root() -> None:
    """学政 Xuezheng: the working system of a county's schools."""


def main() -> None:
    """Run the command line; a refusal is printed on stderr and ends with its class's exit status (10 to 19)."""
    try:
        app()
    except Refusal as refusal:
        sys.stderr.write(refusal_sentence(refusal, language()) + "\n")
        sys.exit(refusal.exit_status)
