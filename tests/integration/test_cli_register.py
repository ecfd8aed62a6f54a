"""The register's commands as a person runs them: what is printed where, what is written, how they end."""

import sys

import pytest

from xuezheng.cli import main

SCHOOLS = "学校标识码,学校名称,县区代码,学校类别\n2150000001,一小,509901,小学\n2150000002,二小,509901,小学\n"
RETURNS = "学校标识码,学年,学段,在校生数\n2150000001,2023,小学,400\n2150000002,2023,小学,80\n"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XUEZHENG_LANGUAGE", "en")

    def runner(*arguments):
        monkeypatch.setattr(sys, "argv", ["xuezheng", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return runner


def county(folder, schools=SCHOOLS, returns=RETURNS):
    folder.mkdir(exist_ok=True)
    (folder / "学校.csv").write_text(schools, encoding="utf-8")
    (folder / "学段年报.csv").write_text(returns, encoding="utf-8")
    return folder


def test_a_template_is_written_and_checked(run):
    assert run("template", "empty.xlsx")[0] == 0
    status, out, said = run("check", "empty.xlsx")
    assert status == 0
    assert out.count("rows read 1, importable 0, refused 0, passed over 1 (example 1)") == 12
    assert "no error, warnings: 0" in said


@pytest.mark.parametrize("arguments", [("a.docx",), ("a.xlsx", "--language", "fr")])
def test_a_template_that_cannot_be_is_refused(run, arguments):
    assert run("template", *arguments)[0] == 19


def test_a_sound_delivery_is_imported_once_and_compared_afterwards(run, tmp_path):
    source = county(tmp_path / "in")
    status, first, _ = run("import", source, "--into", "store")
    assert status == 0
    assert run("import", source, "--into", "store")[1] == first
    county(source, returns=RETURNS.replace("400", "420") + "2150000002,2022,小学,81\n")
    status, out, _ = run("check", source, "--against", "store")
    assert status == 0
    assert "stage year: rows added 0, removed 0, changed 1" in out
    assert "2150000001 2023 primary pupils: 400 → 420" in out


def test_warnings_wait_for_a_person(run, tmp_path):
    source = county(tmp_path / "in", returns=RETURNS.replace("2150000002,2023,小学,80\n", ""))
    status, out, said = run("import", source, "--into", "store")
    assert (status, out) == (16, "")
    assert "[warning] 学校.csv · A3" in said
    assert not (tmp_path / "store").exists()
    assert run("import", source, "--into", "store", "--accept")[0] == 0


def test_errors_are_all_said_and_marked_and_nothing_is_imported(run, tmp_path):
    source = county(tmp_path / "in", returns=RETURNS.replace("400", "4O0").replace("80", "8.5"))
    status, out, said = run("import", source, "--into", "store", "--accept")
    assert (status, out) == (13, "")
    assert "学段年报.csv · D2" in said
    assert "学段年报.csv · D3" in said
    assert not (tmp_path / "store").exists()
    status, _, said = run("check", source, "--out", "marked")
    assert status == 13
    assert sorted(path.name for path in (tmp_path / "marked").iterdir()) == [
        "xuezheng.faults.csv",
        "学段年报.faults.xlsx",
    ]


def test_two_hundred_faults_are_printed_and_the_rest_counted(run, tmp_path):
    rows = "".join(f"21500{number:05},2023,小学,x\n" for number in range(300))
    source = county(tmp_path / "in", returns="学校标识码,学年,学段,在校生数\n" + rows)
    status, _, said = run("check", source)
    assert status == 13
    assert sum(line.startswith("[error]") for line in said.splitlines()) == 200
    assert "… not listed here: 398 more" in said


def test_headers_are_taught_once(run, tmp_path):
    source = county(
        tmp_path / "in", returns="学校标识码,学年,学段,学生总人数\n2150000001,2023,小学,400\n2150000002,2023,小学,80\n"
    )
    taught = source / "xuezheng-mapping.yaml"
    assert run("check", source, "--teach", taught)[0] == 0
    text = taught.read_text(encoding="utf-8")
    assert "学生总人数: ''" in text
    taught.write_text(text.replace("学生总人数: ''", "学生总人数: pupils"), encoding="utf-8")
    status, _, said = run("check", source)
    assert status == 0
    assert "学生总人数" not in said
    assert run("check", source, "--teach", taught)[0] == 19


def test_nothing_is_taught_where_every_header_is_understood(run, tmp_path):
    status, _, said = run("check", county(tmp_path / "in"), "--teach", tmp_path / "teach.yaml")
    assert status == 0
    assert "no mapping was written" in said
    assert not (tmp_path / "teach.yaml").exists()


def test_a_school_year_that_was_not_delivered_is_refused(run, tmp_path):
    source = county(tmp_path / "in")
    assert run("import", source, "--into", "store", "--school-year", "2020")[0] == 18


def test_a_source_that_is_not_there_is_refused(run):
    status, _, said = run("check", "nowhere")
    assert status == 10
    assert "nowhere" in said


def test_a_source_that_holds_no_table_is_refused(run, tmp_path):
    (tmp_path / "county.json").write_text("{}", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    assert run("check", "county.json")[0] == 10
    assert run("check", "empty")[0] == 10
