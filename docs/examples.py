"""Run the `console` blocks of Markdown pages and compare what they show with what is printed, or write it anew.

    python docs/examples.py README.md docs/tutorial/five-minutes.md           compare; 1 where a page is out of date
    python docs/examples.py --write README.md                                 write the outputs anew

The blocks of one page run one after the other in one shell and one empty folder. A line that starts with `$ ` is a
command (a line that ends with a backslash goes on, `<<'END'` goes on to `END`), everything else is output.
Pages named `*.zh*.md` (or `*.zh-CN.md`) run in Chinese, all others in English.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

BLOCK = re.compile(r"(^ *)```console\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
MARK = "@@next command@@"
ROOT = Path(__file__).resolve().parent.parent


def commands_of(block: str) -> list[str]:
    """Return the commands of a block: continued lines and here-documents up to their `END` joined by newlines."""
    commands: list[str] = []
    inside = ""
    for line in block.splitlines():
        if inside:
            commands[-1] += "\n" + line
            ended = line == "END" if inside == "END" else not line.endswith("\\")
            inside = "" if ended else inside
        elif line.startswith("$ "):
            commands.append(line[2:])
            inside = "END" if "<<'END'" in line else "\\" if line.endswith("\\") else ""
    return commands


def run(commands: list[str], language: str) -> list[str]:
    """Return what each command prints, all run in one shell that starts in an empty folder."""
    script = "".join(f'status=$?; echo "{MARK}"; (exit $status)\n{command}\n' for command in commands)
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": os.environ.get("HOME", "/"),
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "XUEZHENG_LANGUAGE": language,
    }
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["/bin/bash"],
            input=script.encode(),
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        subprocess.run(["/bin/chmod", "-R", "u+w", folder], check=False)
    return [part.removeprefix("\n") for part in done.stdout.decode().split(MARK)[1:]]


def rewritten(text: str, language: str) -> str:
    """Return a page with the outputs of its blocks as they are now."""
    blocks = list(BLOCK.finditer(text))
    outputs = iter(run([command for block in blocks for command in commands_of(_dedented(block))], language))

    def shown(block: re.Match[str]) -> str:
        lines = []
        for command in commands_of(_dedented(block)):
            lines += f"$ {command}".splitlines()
            lines += [line.rstrip() for line in next(outputs).rstrip("\n").splitlines()]
        indent = block.group(1)
        body = "".join(f"{indent}{line}".rstrip() + "\n" for line in lines)
        return f"{indent}```console\n{body}{indent}```"

    return BLOCK.sub(shown, text)


def _dedented(block: re.Match[str]) -> str:
    indent = block.group(1)
    return "\n".join(line.removeprefix(indent) for line in block.group(2).splitlines())


def out_of_date(path: Path) -> list[str]:
    """Return the lines of a page that are no longer printed, and those printed that it does not show."""
    text = path.read_text(encoding="utf-8")
    now = rewritten(text, language_of(path))
    # The order of standard output and standard error is not fixed: blocks are compared as bags of lines.
    missed: list[str] = []
    for before, after in zip(BLOCK.finditer(text), BLOCK.finditer(now), strict=True):
        shown, printed = sorted(before.group(2).splitlines()), sorted(after.group(2).splitlines())
        if shown != printed:
            missed += [f"{path.name} shows:  {line}" for line in shown if line not in printed]
            missed += [f"{path.name} prints: {line}" for line in printed if line not in shown]
    return missed


def language_of(path: Path) -> str:
    """Return the language in which a page's commands speak."""
    return "zh" if ".zh" in path.name else "en"


def main(arguments: list[str]) -> int:
    """Compare or write the pages named, or all that have examples."""
    write = "--write" in arguments
    named = [Path(argument) for argument in arguments if not argument.startswith("--")]
    missed: list[str] = []
    for path in named or pages_with_examples():
        if write:
            text = path.read_text(encoding="utf-8")
            path.write_text(rewritten(text, language_of(path)), encoding="utf-8")
        else:
            missed += out_of_date(path)
    sys.stderr.write("".join(f"{line}\n" for line in missed))
    return 1 if missed else 0


def pages_with_examples() -> list[Path]:
    """Return the pages of the project that have console blocks."""
    pages = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
    return [path for path in pages if "reference" not in path.parts and "```console" in path.read_text("utf-8")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
