"""`xuezheng docs`: write the reference part of the documentation from the program and the catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from xuezheng.cli.speech import say
from xuezheng.kernel.refusal import InvalidRequest


def docs(
    context: typer.Context,
    into: Annotated[Path, typer.Option(help="目标文件夹 / the folder to write into")],
) -> None:
    """生成参考文档：命令、退出状态、数据字典、各标准的规则、全部提示 / Write the generated reference as Markdown."""
    from xuezheng.cli.reference import reference_pages

    pages = reference_pages(context.find_root().command)
    try:
        for name, text in pages.items():
            path = into / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidRequest("docs_not_writable", found=str(into), detail=str(error.strerror)) from error
    say("docs_written", pages=len(pages), folder=str(into))
