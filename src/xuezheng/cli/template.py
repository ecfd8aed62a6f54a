"""`xuezheng template`: write the empty workbook that an office fills in."""

from pathlib import Path
from typing import Annotated

import typer

from xuezheng.cli.speech import language, say
from xuezheng.kernel.place import Place
from xuezheng.kernel.refusal import InvalidRequest


def template(
    file: Annotated[Path, typer.Argument(help="模板文件 / the workbook to write, *.xlsx")],
    headers: Annotated[str, typer.Option("--language", help="表头语言 zh 或 en / language of headers")] = "",
) -> None:
    """写出空白模板：表头、单位、说明、下拉和示例行 / Write the empty workbook: headers, units, notes, lists, an example."""
    from xuezheng.register.template import write_template

    chosen = headers or language()
    if chosen not in ("zh", "en"):
        raise InvalidRequest("template_language_unknown", value=chosen)
    if file.suffix.lower() != ".xlsx":
        raise InvalidRequest("template_not_xlsx", place=Place(str(file)))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write_template(file, chosen)
    except OSError as error:
        raise InvalidRequest("output_not_writable", place=Place(str(file)), detail=str(error.strerror)) from error
    typer.echo(str(file))
    say("template_written", file=str(file))
