"""The self-assessment: official sentences from findings, placeholders where people decide."""

import io
import re
import zipfile

from docx import Document

from xuezheng.standards.report import write_report
from xuezheng.standards.report.office import official


def written(world, language="zh"):
    out = io.BytesIO()
    write_report(world.assessment, world.standard, world.holdings, "docx", out, language=language)
    return out.getvalue()


def paragraphs(world, language="zh"):
    return [paragraph.text for paragraph in Document(io.BytesIO(written(world, language))).paragraphs]


def test_sections_stand_in_the_official_order(world):
    text = paragraphs(world)
    headings = [line for line in text if line[1:2] == "、"]
    assert headings == [
        "一、基本情况", "二、评估依据", "三、资源配置达标情况", "四、校际均衡情况", "五、政府保障程度情况", "六、存在的问题", "七、整改措施建议",
    ]  # fmt: skip
    assert text[0] == "云溪县\n示例标准\n自评报告"
    assert [line for line in text if line.startswith("附表")] == [
        "附表1　各项指标自评结果", "附表2　未达标学校及缺口", "附表3　校际差异系数",
    ]  # fmt: skip


def test_sentences_read_like_a_report(world):
    text = "".join(paragraphs(world))
    assert "全县纳入本次评估的学校6所：九年一贯制学校1所、小学5所。" in text
    assert "小学阶段在校学生468人，专任教师42人。" in text
    assert "生均图书册数（标准不低于4）：6个中达标4个，低于标准但在允许范围内1个，未达标1个，共缺图书144册。" in text
    assert "教师平均工资不低于公务员：0.98，标准不低于1；再提高1600元。（依据：政府保障程度（三））" in text
    assert "以下1项缺少数据或尚未认定，列为待定：学校规划布局合理。" in text
    assert "涉及1个学校（学段），合计：购置图书144册。" in text
    assert "〔待填写：责任单位、完成时限、资金来源〕" in text
    assert "≥" not in text


def test_english_is_complete(world):
    text = "\n".join(paragraphs(world, "en"))
    assert "Self-assessment of 云溪县" in text
    assert "6. Problems" in text
    assert (
        "Books per pupil (line ≥ 4): 4 of 6 met, 1 below it within what is allowed, 1 not met, together short of 144 books."
        in text
    )
    # Names of places, of documents and of their clauses stand as they are.
    own = re.sub(r"\(Clause: .*?\)", "", text.replace("云溪县", "").replace("例〔2017〕1号", ""))
    for name in ("云溪小学", "石桥小学", "青杠小学", "白马九年制学校", "龙门", "小学"):
        own = own.replace(name, "")
    assert not [sign for sign in own if "\u4e00" <= sign <= "\u9fff"]


def test_tables_and_pictures_are_there(world):
    content = written(world)
    document = Document(io.BytesIO(content))
    assert len(document.tables) == 3
    assert [cell.text for cell in document.tables[1].rows[0].cells][:2] == ["学校标识码", "学校"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".png")]) >= 3
        assert "External" not in archive.read("word/_rels/document.xml.rels").decode()


def test_a_what_if_is_watermarked(world):
    content = written(world.supposing("books[2150000003]=400"))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        headers = [archive.read(name).decode() for name in archive.namelist() if "header" in name]
    assert len(headers) == 2
    assert all("假设情形，非实际数据" in header and "textpath" in header for header in headers)


def test_official_chinese_has_no_blanks_around_figures():
    assert official("全县 3 所 小学 ≥ 4.2，R1 缺 3 名", "zh") == "全县3所小学不低于4.2，R1缺3名"
    assert official("primary ≥ 4.2", "en") == "Primary ≥ 4.2"
