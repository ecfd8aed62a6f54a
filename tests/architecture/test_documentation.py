"""What the documentation must mention, and what no file of the project may."""

import re
import subprocess

import pytest
import typer

from xuezheng.catalogue.standard import standard_files
from xuezheng.cli.app import app
from xuezheng.cli.reference import reference_pages
from xuezheng.kernel import refusal

COMMANDS = typer.main.get_command(app)
WRITTEN = ("README.md", "README.zh-CN.md", "docs/**/*.md")


@pytest.fixture(scope="module")
def written(root):
    """The pages that people wrote: the generated reference apart."""
    pages = [path for pattern in WRITTEN for path in root.glob(pattern)]
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in pages
        if "reference" not in path.relative_to(root).parts
    }


def leaves(group, prefix=""):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


def test_every_command_is_shown_in_a_written_page(written):
    told = "\n".join(written.values())
    commands = list(leaves(typer.main.get_command(app)))
    assert [name for name in commands if f"xuezheng {name}" not in told] == []


def test_the_reference_lists_every_command_and_every_exit_class():
    pages = reference_pages(COMMANDS)
    for name in leaves(typer.main.get_command(app)):
        assert f"## `xuezheng {name}`" in pages["cli.md"]
    for kind in refusal.Refusal.__subclasses__():
        if kind.__module__ == refusal.__name__:
            assert f"| {kind.exit_status} | `{kind.__name__}` |" in pages["exit-statuses.md"]


def test_exit_statuses_are_ten_to_nineteen_each_of_one_class():
    kinds = [kind for kind in refusal.Refusal.__subclasses__() if kind.__module__ == refusal.__name__]
    assert sorted(kind.exit_status for kind in kinds) == list(range(10, 20))


def test_every_standard_has_a_page_that_the_site_lists(root):
    listed = (root / "mkdocs.yml").read_text("utf-8")
    for name in standard_files():
        assert f"standards/{name}.md" in reference_pages(COMMANDS)
        assert f"reference/standards/{name}.md" in listed


def test_every_page_is_listed_and_every_relative_link_leads_somewhere(root, written):
    listed = (root / "mkdocs.yml").read_text("utf-8")
    generated = set(reference_pages(COMMANDS))
    for name, text in written.items():
        if name.startswith("docs/"):
            assert name.removeprefix("docs/") in listed, name
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", text):
            if "://" in target:
                continue
            path = ((root / name).parent / target).resolve()
            if path.is_relative_to(root / "docs" / "reference"):
                assert path.relative_to(root / "docs" / "reference").as_posix() in generated, (name, target)
            else:
                assert path.exists(), (name, target)


def test_no_file_names_a_place_of_work(root):
    try:
        tracked = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git repository")
    places = re.compile(r"/(?:work|home/\w+|Users/\w+|root)/\w|/tmp/(?!\{)\w+")
    found = []
    for name in filter(None, tracked.stdout.split("\0")):
        path = root / name
        if path.suffix in {".png", ".lock"} or not path.is_file():
            continue
        text = path.read_bytes().decode("utf-8", "replace")
        found += [f"{name}: {match.group()}" for match in places.finditer(text)]
    assert found == []
