"""The summary at 80 columns, without colour, in both languages."""

import io

from rich.cells import cell_len

from xuezheng.standards.report import write_report
from xuezheng.standards.report.terminal import folded


def told(world, language="zh"):
    out = io.BytesIO()
    write_report(world.assessment, world.standard, world.holdings, "table", out, language=language)
    return out.getvalue().decode()


def test_it_says_verdict_gaps_and_schools(world):
    text = told(world)
    assert "× 未达标 云溪县 2023 学年尚未达到“示例标准”的要求。" in text
    assert "生均图书册数（小学）：1 个学校（学段）未达标，共缺图书 144 册" in text
    assert "教师平均工资不低于公务员：0.98，标准 ≥ 1；再提高 1600 元" in text
    assert "◇ 待定" in text
    assert "2150000003" in text
    assert "石桥小学：R1 缺图书 144 册；R2 缺县级以上骨干教师 1 名；G1 超出 1 名" in text.replace("\n", "")


def test_it_fits_80_columns_and_has_no_colour(world):
    for language in ("zh", "en"):
        text = told(world, language)
        assert "\x1b" not in text
        assert max(cell_len(line.rstrip()) for line in text.splitlines()) <= 80


def test_it_is_watermarked(world):
    text = told(world.supposing("pupils[2150000003,primary]=40"))
    assert text.startswith("*** 假设情形，非实际数据 / what-if, not actual data ***")
    assert "pupils[2150000003,primary]=40" in text


def test_english_names_the_gap(world):
    text = " ".join(told(world, "en").split())
    assert "Books per pupil (primary): not met in 1 school unit, together short of 144" in text


def test_chinese_is_folded_anywhere_but_words_and_stops_are_kept():
    lines = folded("× 生均教学及辅助用房面积：缺 1587.5 平方米，须新建。", 20)
    assert all(cell_len(line) <= 20 for line in lines)
    assert not [line for line in lines if line.strip().startswith(("，", "：", "。"))]
    assert "1587.5" in " ".join(lines)
    assert (
        "".join(line.strip() for line in lines).replace(" ", "") == "×生均教学及辅助用房面积：缺1587.5平方米，须新建。"
    )
