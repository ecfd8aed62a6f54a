"""The documentation as a reader meets it: its examples print what it shows, its reference says what the program does."""

import importlib.util
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from xuezheng.cli.app import app
from xuezheng.cli.reference import reference_pages
from xuezheng.cli.rule_pages import county_year_keys

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = typer.main.get_command(app)


def examples():
    specification = importlib.util.spec_from_file_location("examples", ROOT / "docs" / "examples.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


PAGES = [path.relative_to(ROOT).as_posix() for path in examples().pages_with_examples()]


@pytest.mark.parametrize("page", PAGES)
def test_examples_print_what_the_page_shows(page):
    missed = examples().out_of_date(ROOT / page)
    assert missed == [], "run 'make examples' and read the difference"


def test_a_block_holds_commands_their_continuations_and_their_output():
    block = "$ echo one \\\n  two\none two\n$ cat > x <<'END'\nx\nEND\n$ cat x\nx\n"
    assert examples().commands_of(block) == ["echo one \\\n  two", "cat > x <<'END'\nx\nEND", "cat x"]
    assert [output.strip() for output in examples().run(["echo one", "(exit 3)", "echo $?"], "en")] == ["one", "", "3"]


def test_a_page_out_of_date_is_told_with_both_lines(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo now\nthen\n```\n", encoding="utf-8")
    assert examples().out_of_date(page) == ["page.md shows:  then", "page.md prints: now"]


def test_the_reference_is_written_where_asked(tmp_path):
    assert CliRunner().invoke(app, ["docs", "--into", str(tmp_path / "reference")]).exit_code == 0
    written = {path.relative_to(tmp_path / "reference").as_posix() for path in tmp_path.rglob("*.md")}
    assert written == set(reference_pages(COMMANDS))


def test_a_standard_page_shows_formula_line_clause_and_cases():
    page = reference_pages(COMMANDS)["standards/cn-compulsory-2017.md"]
    section = page.split("### R1 ")[1].split("### ")[0]
    assert "`100 * teachers_above_degree / pupils`" in section
    assert "primary ≥ 4.2 from 2017-04-26; junior secondary ≥ 5.3 from 2017-04-26" in section
    assert "教督〔2017〕6号" in section
    assert '??? example "' in page


def test_the_data_dictionary_has_every_table_in_both_languages():
    page = reference_pages(COMMANDS)["register.md"]
    assert "## stage_year: 学段年报 · stage year" in page
    assert "`pupils`" in page
    assert "at most `pupils`" in page


def test_judged_items_of_an_extension_keep_the_national_keys():
    from xuezheng.catalogue.standard import load_standard

    national, extension = load_standard("cn-compulsory-2017"), load_standard("cn-compulsory-2017-chongqing")
    assert "cn-compulsory-2017.G1" in county_year_keys(national)
    assert set(county_year_keys(extension)) == set(county_year_keys(national))


def test_the_console_command_is_marked_up_without_breaking_tables():
    from xuezheng.cli.markdown import code, plain

    assert plain("a|b*c") == "a\\|b\\*c"
    assert code("a|b<c") == "<code>a&#124;b&lt;c</code>"
    assert code("") == ""
