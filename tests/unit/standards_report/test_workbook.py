"""The workbook: live formulas that calculate to the values beside them, and no text that can run."""

import io
import math
import shutil
import subprocess
import zipfile

import openpyxl
import pytest

from xuezheng.standards.report import write_report

OFFICE = shutil.which("soffice") or shutil.which("libreoffice")


@pytest.fixture
def written(world, tmp_path):
    path = tmp_path / "report.xlsx"
    with path.open("wb") as out:
        write_report(world.assessment, world.standard, world.holdings, "xlsx", out)
    return path


def cells(book):
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_sheets_and_their_formulas(written):
    book = openpyxl.load_workbook(written)
    assert book.sheetnames == ["结论", "县级指标", "学校指标", "均衡", "缺口", "来源"]
    formulas = {at: value for at, value in cells(book).items() if isinstance(value, str) and value.startswith("=IF")}
    assert {sheet for sheet, _ in formulas} == {"县级指标", "学校指标", "均衡"}
    values = cells(openpyxl.load_workbook(written, data_only=True))
    assert not [at for at in formulas if at not in values and "ISNUMBER" in formulas[at]]


def test_a_name_that_looks_like_a_formula_stays_a_text(written):
    book = openpyxl.load_workbook(written)
    hostile = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == "=cmd|' /C calc'!A0"
    ]
    assert hostile
    # openpyxl guesses from the first sign; the file itself says that it is a text.
    with zipfile.ZipFile(written) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
    assert not [sheet for sheet in sheets if "cmd|" in sheet]
    assert not [name for name in zipfile.ZipFile(written).namelist() if "externalLink" in name]


def test_the_published_example_stands_in_the_balance(world, written):
    """The sheet's coefficient is Σ over its own columns, computed here a second way."""
    values = openpyxl.load_workbook(written, data_only=True)["均衡"]
    rows = [[cell.value for cell in row] for row in values.iter_rows(min_col=1, max_col=6)]
    top = next(number for number, row in enumerate(rows) if row[1] == "平均值")
    units = [row for row in rows[top + 6 :] if row[0] and str(row[0]).isdigit()][:6]
    weights, books = [row[2] for row in units], [row[3] for row in units]
    mean = sum(w * x for w, x in zip(weights, books, strict=True)) / sum(weights)
    deviation = math.sqrt(sum(w * (x - mean) ** 2 for w, x in zip(weights, books, strict=True)) / sum(weights))
    assert rows[top][3] == pytest.approx(mean, rel=1e-12)
    assert rows[top + 2][3] == pytest.approx(deviation / mean, rel=1e-12)
    found = next(
        f for f in world.assessment.findings if f.measure == "cv" and (f.indicator, f.stage) == ("R1", "primary")
    )
    assert rows[top + 2][3] == found.value
    assert rows[top + 5][3] == found.inputs["unweighted"]


def test_a_unit_without_a_value_weighs_nothing(written):
    values = openpyxl.load_workbook(written, data_only=True)["均衡"]
    row = next(row for row in values.iter_rows(values_only=True) if row[0] == "2150000004")
    assert (row[4], row[5]) == (0, 0)


def test_split_books_are_the_whole_times_the_share(written):
    sheet = openpyxl.load_workbook(written)["学校指标"]
    held = {cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    assert [text for text in held if text.startswith("=IFERROR(") and "*" in text and text.count("(") == 1]


def test_a_what_if_is_marked_in_head_and_properties(world, tmp_path):
    path = tmp_path / "what_if.xlsx"
    assumed = world.supposing("teachers_backbone[2150000003,primary]=1")
    with path.open("wb") as out:
        write_report(assumed.assessment, world.standard, world.holdings, "xlsx", out)
    book = openpyxl.load_workbook(path)
    assert "假设情形，非实际数据" in book.properties.description
    assert all("假设情形" in sheet.oddHeader.center.text for sheet in book)
    assert book["结论"]["A1"].value.startswith("假设情形")


def test_english_is_complete(world):
    out = io.BytesIO()
    write_report(world.assessment, world.standard, world.holdings, "xlsx", out, language="en")
    book = openpyxl.load_workbook(io.BytesIO(out.getvalue()))
    assert book.sheetnames == ["Verdict", "County", "Schools", "Balance", "Gaps", "Sources"]


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed: nothing here recalculates a workbook")
def test_another_program_calculates_the_same(written, tmp_path):
    bare = tmp_path / "bare.xlsx"
    openpyxl.load_workbook(written).save(bare)  # formulas without their values: they must be calculated
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = [OFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out"), str(bare)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    expected = cells(openpyxl.load_workbook(written, data_only=True))
    found = cells(openpyxl.load_workbook(tmp_path / "out" / "bare.xlsx", data_only=True))
    formulas = [at for at, value in cells(openpyxl.load_workbook(written)).items() if str(value).startswith("=IF")]
    assert len(formulas) > 50
    for at in formulas:
        one, other = expected.get(at) or 0, found.get(at) or 0
        assert (one == other) or math.isclose(one, other, rel_tol=1e-12, abs_tol=1e-12), at
