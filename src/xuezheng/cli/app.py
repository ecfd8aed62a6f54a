"""The `xuezheng` command: its commands, and the edge where a refusal becomes a sentence and an exit status."""

import sys

import typer

from xuezheng.cli.assess import assess
from xuezheng.cli.audit import audit
from xuezheng.cli.backup import backup
from xuezheng.cli.check import check
from xuezheng.cli.create_administrator import create_administrator
from xuezheng.cli.demo import demo
from xuezheng.cli.demo_county import demo_county
from xuezheng.cli.docs import docs
from xuezheng.cli.doctor import doctor
from xuezheng.cli.explain import explain
from xuezheng.cli.faults import refuse
from xuezheng.cli.import_command import import_command
from xuezheng.cli.migrate import migrate
from xuezheng.cli.read_bulletin import read_bulletin
from xuezheng.cli.restore import restore
from xuezheng.cli.serve import serve
from xuezheng.cli.standards import standards
from xuezheng.cli.template import template
from xuezheng.cli.what_if import what_if
from xuezheng.cli.worker import worker
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


app.command("demo")(demo)
app.command("demo-county")(demo_county)
app.command("template")(template)
app.command("check")(check)
app.command("import")(import_command)
app.command("assess")(assess)
app.command("explain")(explain)
app.command("what-if")(what_if)
app.command("read-bulletin")(read_bulletin)
app.command("docs")(docs)
app.command("serve")(serve)
app.command("worker")(worker)
app.command("migrate")(migrate)
app.command("doctor")(doctor)
app.command("backup")(backup)
app.command("restore")(restore)
app.command("create-administrator")(create_administrator)
app.add_typer(standards, name="standards")
app.add_typer(audit, name="audit")


def main() -> None:
    """Run the command line; a refusal is printed on stderr and ends with its class's exit status (10 to 19)."""
    try:
        app()
    except Refusal as refusal:
        sys.exit(refuse(refusal))
