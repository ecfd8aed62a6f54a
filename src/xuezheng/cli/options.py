"""The arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Sources = Annotated[
    list[Path],
    typer.Argument(
        help="工作簿、CSV、Parquet、其文件夹，或快照 / workbooks, CSV, Parquet, folders of these, or a snapshot"
    ),
]
StandardId = Annotated[str, typer.Option("--standard", help="标准编号或规则文件 / id of a standard, or a rule file")]
SchoolYear = Annotated[
    int | None,
    typer.Option("--school-year", help="学年开始的年份，默认最近 / year in which the school year begins; the latest"),
]
Out = Annotated[Path | None, typer.Option("--out", help="写入文件 / write to this file")]
