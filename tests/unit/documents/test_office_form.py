"""The form of GB/T 9704 in the document's XML: looks under substitute fonts prove nothing."""

import io
import zipfile

import pytest

from xuezheng.documents.office import Form, OfficialDocument, chinese_number, numbered


def parts_of(document: OfficialDocument) -> dict[str, str]:
    out = io.BytesIO()
    document.save(out)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def test_page_type_and_pitch_are_those_of_the_norm():
    document = OfficialDocument("云溪县\n自评报告", language="zh")
    document.heading("基本情况")
    document.heading("小学", level=2)
    document.heading("教师", level=3)
    document.text("全县有学校 3 所。")
    body = parts_of(document)["word/document.xml"]
    # 37, 28, 35, 26 mm in twentieths of a point
    for margin in ('w:top="2098"', 'w:left="1587"', 'w:bottom="1984"', 'w:right="1474"'):
        assert margin in body
    assert 'w:w="11906" w:h="16838"' in body
    for font in ("方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"):
        assert f'w:eastAsia="{font}"' in body
    assert '<w:sz w:val="44"/>' in body
    assert '<w:sz w:val="32"/>' in body
    assert 'w:line="560" w:lineRule="exact"' in body
    assert 'w:firstLineChars="200"' in body
    for text in ("一、基本情况", "（一）小学", "1.教师"):
        assert f"<w:t>{text}</w:t>" in body


def test_pages_are_numbered_between_dashes_outside():
    files = parts_of(OfficialDocument("报告", language="zh"))
    footers = [text for name, text in files.items() if "footer" in name]
    assert len(footers) == 2
    assert all("PAGE" in text and "— " in text for text in footers)
    assert {'<w:jc w:val="right"/>' in text for text in footers} == {True, False}
    assert "<w:evenAndOddHeaders/>" in files["word/settings.xml"]


def test_table_heads_stand_again_and_rows_hold_together():
    document = OfficialDocument("报告", language="zh")
    document.table(["编号", "指标"], [["R1", "教师"], ["R2", "骨干"]], [20, 60])
    body = parts_of(document)["word/document.xml"]
    assert body.count("<w:tblHeader/>") == 1
    assert body.count("<w:cantSplit/>") == 3


def test_a_watermark_stands_behind_every_page_and_in_the_properties():
    files = parts_of(OfficialDocument("报告", language="zh", watermark='假设 "甲" & <乙>'))
    headers = [text for name, text in files.items() if "header" in name]
    assert len(headers) == 2
    assert all("v:textpath" in text and "假设" in text for text in headers)
    assert "假设" in files["docProps/core.xml"]
    assert not [text for name, text in parts_of(OfficialDocument("报告", language="zh")).items() if "textpath" in text]


def test_margins_can_be_set():
    body = parts_of(OfficialDocument("报告", language="zh", form=Form(top_mm=30)))["word/document.xml"]
    assert 'w:top="1701"' in body


@pytest.mark.parametrize(("number", "written"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九")])
def test_chinese_numbers(number, written):
    assert chinese_number(number) == written


def test_english_headings_have_latin_numbers():
    assert [numbered(2, level, "en") for level in (1, 2, 3)] == ["2. ", "(2) ", "b) "]
