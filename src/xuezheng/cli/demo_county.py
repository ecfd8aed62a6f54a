"""`xuezheng demo-county`: write the demonstration county's workbooks, or the spoiled ones."""

from pathlib import Path
from typing import Annotated

import typer

from xuezheng.cli.speech import language, say
from xuezheng.kernel.refusal import InvalidRequest


def demo_county(
    folder: Annotated[Path, typer.Argument(help="目标文件夹 / the folder to write into")],
    seed: Annotated[int, typer.Option(help="随机种子 / the same seed writes the same county")] = 1,
    size: Annotated[str, typer.Option(help="full 或 small / full or small")] = "full",
    headers: Annotated[str, typer.Option("--language", help="表头语言 zh 或 en / language of headers")] = "zh",
    spoiled: Annotated[bool, typer.Option("--spoiled", help="写出有错的样例 / write the spoiled workbooks")] = False,
) -> None:
    """生成虚构的示范县工作簿 / Write the workbooks of an invented demonstration county."""
    from xuezheng.register.demonstration.parameters import load_parameters
    from xuezheng.register.demonstration.spoiled import write_spoiled
    from xuezheng.register.demonstration.workbooks import write_county

    parameters = load_parameters()
    if size not in parameters.sizes:
        raise InvalidRequest("demonstration_size_unknown", found=size, expected=list(parameters.sizes))
    if headers not in ("zh", "en"):
        raise InvalidRequest("demonstration_language_unknown", found=headers)
    if folder.exists() and not folder.is_dir():
        raise InvalidRequest("demonstration_not_a_folder", found=str(folder))
    try:
        if spoiled:  # noqa: SIM108 - two different commands, easier told apart as lines
            paths = write_spoiled(folder, seed)
        else:
            paths = write_county(folder, seed, parameters.sizes[size], headers)
    except OSError as error:
        raise InvalidRequest("demonstration_not_writable", found=str(folder), detail=str(error.strerror)) from error
    for path in paths:
        typer.echo(str(path))
    county = parameters.county.name if language() == "zh" else f"{parameters.county.name} ({parameters.county.code})"
    say(
        "demonstration_spoiled_written" if spoiled else "demonstration_written",
        county=county,
        files=len(paths),
        folder=str(folder),
    )
