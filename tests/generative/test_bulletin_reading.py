"""Whatever is pasted: spans are slices, reading what was repaired changes nothing, and only refusals are raised."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from xuezheng.catalogue.bulletins import load_bulletin_words
from xuezheng.kernel.refusal import Refusal
from xuezheng.meetings.bulletins import read_bulletin
from xuezheng.meetings.engine.repair import repaired
from xuezheng.meetings.files import text_of

AREAS = set(load_bulletin_words().areas.areas)
PIECES = (
    "会议强调，", "会议要求：", "会议", "县委书记", "副县长", "王小明", "欧阳若水", "主持会议", "出席会议并讲话", "他指出，", "他", "要", "要求",
    "一要", "二是", "一、", "（三）", "加强校园安全工作", "必须在9月底前完成", "不得", "由县教育局牵头", "县财政局要", "对违规的，一律不予通过",
    "听取了", "工作情况汇报", "审议通过了", "《全县教育工作要点》", "传达学习", "5月6日，", "2024年第二次", "“", "”", "（", "）", "《", "》", "。", "；", "，", "：",
    "\n", "!", "<p>", "</p>", "<script>", "</script>", "<!--", "&nbsp;", "(huì)", "?(xiàn)", "縣委書記", "發佈", "相关新闻", "责任编辑：", "来源：", "2024-05-06", "首页>", "👍", "\u3000", " ",
)  # fmt: skip
composed = st.lists(st.sampled_from(PIECES), min_size=1, max_size=60).map("".join)
anything = st.one_of(
    composed,
    st.text(max_size=300),
    st.text(alphabet="会议要求强调。，；：“”《》（）一二是、\n 王县长0月日", max_size=300),
)


def reading(text):
    try:
        return read_bulletin(text)
    except Refusal:
        return None


@given(anything)
def test_a_directive_is_exactly_the_slice_that_it_names(text):
    bulletin = reading(text)
    for directive in bulletin.directives if bulletin else ():
        assert bulletin.text[directive.start : directive.end] == directive.text
        assert directive.text.strip() == directive.text != ""
        assert "\n" not in directive.text
        assert directive.areas
        assert set(directive.areas) <= AREAS


@given(anything)
def test_directives_stand_in_order_and_apart(text):
    bulletin = reading(text)
    spans = [(directive.start, directive.end) for directive in bulletin.directives] if bulletin else []
    assert all(one[1] <= other[0] for one, other in pairwise(spans))


@given(anything)
def test_repairing_what_is_repaired_changes_nothing(text):
    once = repaired(text, load_bulletin_words().repair)
    assert repaired(once, load_bulletin_words().repair) == once


@given(anything)
def test_reading_the_repaired_text_says_the_same(text):
    bulletin = reading(text)
    assert bulletin is None or reading(bulletin.text) == bulletin


@given(st.binary(max_size=400))
def test_random_bytes_are_refused_or_read_but_never_break(content):
    reading(text_of(content))


@given(composed)
def test_the_width_of_commas_does_not_matter(text):
    narrow = text.replace("，", ",")
    ours, theirs = reading(text), reading(narrow)
    assert (ours is None) == (theirs is None)
    if ours and theirs:
        assert [d.text.replace("，", ",") for d in ours.directives] == [
            d.text.replace("，", ",") for d in theirs.directives
        ]
        assert [d.speaker for d in ours.directives] == [d.speaker for d in theirs.directives]
