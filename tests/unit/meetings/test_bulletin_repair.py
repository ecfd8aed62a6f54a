"""What converters, portals and advertising leave in a page is taken away; what was said stays."""

import pytest

from xuezheng.catalogue.bulletins import load_bulletin_words
from xuezheng.meetings.engine.repair import repaired

WORDS = load_bulletin_words().repair
BODY = "5月6日，云溪县召开校园安全工作会议，副县长林一舟主持会议，县教育局、县公安局负责人参加。会议要求，各学校要抓好隐患排查。"


@pytest.mark.parametrize(
    ("found", "mended"),
    [
        ("縣(xiàn)委書(shū)記(jì)林一舟主持會(huì)議", "县委书记林一舟主持会议"),
        ("會議召開??h委常委林一舟出席", "会议召开。县委常委林一舟出席"),
        ("出席會議並講話?(huì)議由副縣長林一舟主持", "出席会议并讲话。会议由副县长林一舟主持"),
        ("会议要求，，各学校要抓好落实，。", "会议要求，各学校要抓好落实。"),
        ("会议要求,🎓各学校要抓好落实。", "会议要求,各学校要抓好落实。"),
        ("会 议 要 求，各学校　要抓好落实。", "会议要求，各学校要抓好落实。"),
        ("<p>会议要求，<b>各学校</b>要抓好落实。</p>", "会议要求，各学校要抓好落实。"),
        ("会议要求，各学校要抓好&ldquo;双减&rdquo;落实。", "会议要求，各学校要抓好“双减”落实。"),
        ("会议审议了《篮彩购买app工作要点》", "会议审议了《工作要点》"),
        ("src=会议要求，米兰体育各学校要抓好落实。", "会议要求，各学校要抓好落实。"),
        ("县领导甲,、乙,、丙参加", "县领导甲、乙、丙参加"),
        ("会议要求，９月底前完成。", "会议要求，9月底前完成。"),
    ],
)
def test_marks_inside_a_line_are_mended(found, mended):
    assert repaired(found, WORDS) == mended


def test_simplified_text_is_left_as_it_is():
    assert repaired("会议听取了乾县、於潜镇工作情况汇报。", WORDS) == "会议听取了乾县、於潜镇工作情况汇报。"


def test_navigation_and_related_headlines_go():
    page = f"首页>新闻>正文\n字体：大 中 小\n{BODY}\n相关新闻\n县长林一舟强调：要抢抓农时"
    assert repaired(page, WORDS) == BODY


def test_related_headlines_that_run_into_the_body_go():
    assert repaired(BODY + "相关阅读：县长强调要抢抓农时", WORDS) == BODY


def test_a_second_copy_of_the_body_goes_even_if_it_is_cut_off():
    assert repaired(f"{BODY}\n{BODY}", WORDS) == BODY
    assert repaired(f"{BODY}\n{BODY[:-9]}", WORDS) == BODY


def test_the_line_with_the_day_of_publication_stays():
    page = f"标题\n发布时间：2024-05-07 来源：云溪发布 浏览次数：12\n{BODY}"
    assert "2024-05-07" in repaired(page, WORDS)


def test_scripts_comments_and_styles_are_not_read():
    page = f"<script>var a='会议强调，要点击';</script><!-- 会议强调，要点击 --><style>p{{}}</style><p>{BODY}</p>"
    assert repaired(page, WORDS) == BODY


def test_a_header_that_runs_into_the_first_sentence_is_put_apart():
    page = f"首页>要闻 云溪县召开校园安全工作会议 发布时间：2024-05-07 {BODY}"
    assert repaired(page, WORDS).split("\n")[-1] == BODY
