"""The demonstration county and the spoiled deliveries on disk."""

import csv
import json
import zipfile

import openpyxl
import pytest
from typer.testing import CliRunner

from xuezheng.cli.app import app
from xuezheng.kernel.refusal import InvalidRequest
from xuezheng.register.demonstration.county import make_county, size_named
from xuezheng.register.demonstration.plain_workbook import Formula, Sheet, plain_workbook
from xuezheng.register.demonstration.spoiled import EXPECTED_COLUMNS, spoiled_deliveries, write_spoiled
from xuezheng.register.demonstration.workbooks import write_county

SMALL = size_named("small")


def sheets_of(path):
    book = openpyxl.load_workbook(path, read_only=True)
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


def test_the_county_is_written_as_an_office_keeps_it(tmp_path):
    paths = write_county(tmp_path, 1, SMALL)
    assert [path.name for path in paths] == [
        "基础.xlsx",
        "学年2023.xlsx",
        "学年2024.xlsx",
        "学年2025.xlsx",
        "教师.xlsx",
        "人口.xlsx",
        "outlines.geojson",
    ]
    assert list(sheets_of(tmp_path / "基础.xlsx")) == ["学校", "学校变更", "区划", "路程"]
    year = sheets_of(tmp_path / "学年2025.xlsx")
    assert list(year) == ["学段年报", "学校年报", "班级", "经费年报", "县级年报"]
    assert year["学段年报"][0][:4] == ["学校标识码", "学年", "学段", "在校生数（人）"]
    rows = [r for r in make_county(1, SMALL).tables["stage_year"] if r["school_year"] == 2025]
    assert [row[3] for row in year["学段年报"][1:]] == [row["pupils"] for row in rows]
    outlines = json.loads((tmp_path / "outlines.geojson").read_text(encoding="utf-8"))
    assert outlines["features"][0]["properties"] == {"region_code": "509901", "name": "云溪县", "level": "county"}


def test_headers_and_code_words_come_in_english_too(tmp_path):
    write_county(tmp_path, 1, SMALL, "en")
    year = sheets_of(tmp_path / "学年2025.xlsx")
    assert next(iter(year)) == "stage year"
    assert year["stage year"][0][:4] == ["school code", "school year", "stage", "pupils (person)"]
    assert {row[2] for row in year["stage year"][1:]} >= {"primary", "junior secondary", "preschool"}


def test_the_same_seed_writes_the_same_cells(tmp_path):
    first = {path.name: path for path in write_county(tmp_path / "a", 3, SMALL)}
    second = {path.name: path for path in write_county(tmp_path / "b", 3, SMALL)}
    for name, path in first.items():
        if name.endswith(".xlsx"):
            assert sheets_of(path) == sheets_of(second[name])
        else:
            assert path.read_bytes() == second[name].read_bytes()


def test_every_spoiled_delivery_is_listed_with_what_must_be_told(tmp_path):
    write_spoiled(tmp_path)
    with (tmp_path / "expected.csv").open(encoding="utf-8", newline="") as file:
        listed = {row["file"]: row for row in csv.DictReader(file)}
    assert set(next(iter(listed.values()))) == set(EXPECTED_COLUMNS)
    assert set(listed) == {path.name for path in tmp_path.iterdir()} - {"expected.csv"}
    assert {int(row["exit_status"]) for row in listed.values()} == {10, 11, 12, 13, 14, 15, 16}


def test_a_spoiled_workbook_holds_the_value_where_the_list_says(tmp_path):
    write_spoiled(tmp_path)
    whole = ("hidden-rows.xlsx", "key-missing.xlsx", "formula-without-value.xlsx", "two-sources-differ")
    for spoiled in spoiled_deliveries():
        told = spoiled.expected
        if not told.sheet or spoiled.name in whole:
            continue
        found = openpyxl.load_workbook(tmp_path / spoiled.name)[told.sheet][told.cell].value
        shown = found.date().isoformat() if hasattr(found, "date") else str(found)
        assert shown == told.found, spoiled.name


def test_spoiled_deliveries_are_the_same_for_the_same_seed():
    assert spoiled_deliveries(1) == spoiled_deliveries(1)
    assert spoiled_deliveries(1) != spoiled_deliveries(2)


def test_the_encrypted_package_is_a_compound_file_that_names_its_streams():
    content = next(s for s in spoiled_deliveries() if s.name == "password.xlsx").files["password.xlsx"]
    assert content.startswith(bytes.fromhex("d0cf11e0a1b11ae1"))
    assert len(content) % 512 == 0
    assert "EncryptedPackage".encode("utf-16-le") in content


def test_the_bomb_is_small_and_unpacks_large(tmp_path):
    write_spoiled(tmp_path)
    bomb = tmp_path / "zip-bomb.xlsx"
    assert bomb.stat().st_size < 200_000
    with zipfile.ZipFile(bomb) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) > 100_000_000


def test_a_plain_workbook_keeps_texts_numbers_formulas_and_hidden_rows(tmp_path):
    path = tmp_path / "plain.xlsx"
    rows = [["=1+1", 3, 4.5, True], [Formula("A1*2", 7.0), None, "<&>", None]]
    path.write_bytes(plain_workbook({"表": Sheet(rows, hidden_rows=frozenset((2,)))}))
    sheet = openpyxl.load_workbook(path)["表"]
    assert sheet["A1"].value == "=1+1"
    assert sheet["A1"].data_type != "f"
    assert (sheet["B1"].value, sheet["C1"].value, sheet["D1"].value) == (3, 4.5, True)
    assert sheet["A2"].value == "=A1*2"
    assert sheet["C2"].value == "<&>"
    assert sheet.row_dimensions[2].hidden


def test_the_command_prints_paths_on_stdout_and_speaks_on_stderr(tmp_path):
    result = CliRunner().invoke(app, ["demo-county", str(tmp_path), "--size", "small", "--seed", "2"])
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == str(tmp_path / "基础.xlsx")
    assert "云溪县" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--size", "huge"], "demonstration_size_unknown"),
        (["--language", "fr"], "demonstration_language_unknown"),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path, arguments, code):
    result = CliRunner().invoke(app, ["demo-county", str(tmp_path), *arguments])
    assert isinstance(result.exception, InvalidRequest)
    assert result.exception.code == code


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    result = CliRunner().invoke(app, ["demo-county", str(tmp_path / "file")])
    assert isinstance(result.exception, InvalidRequest)
    assert result.exception.code == "demonstration_not_a_folder"
