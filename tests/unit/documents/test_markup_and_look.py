"""Escaping, marks beside colours, contrast, and the font that charts need."""

from importlib.resources import files

import pytest

from xuezheng.documents.look import CINNABAR, GREY, INK, JADE, MARKS, MUTED, OCHRE, PAPER, TINT
from xuezheng.documents.markup import Markup, join, table, tag
from xuezheng.kernel.verdict import Verdict

HATCH = "#ecebe8"


def test_a_name_never_becomes_a_tag():
    hostile = "<script>alert('x')</script>\" onload=\"y"
    assert tag("td", hostile, title=hostile) == (
        '<td title="&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot; onload=&quot;y">'
        "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot; onload=&quot;y</td>"
    )


def test_markup_is_not_escaped_twice():
    assert tag("p", tag("b", "1 < 2"), None, "&") == "<p><b>1 &lt; 2</b>&amp;</p>"
    assert join([tag("i", "甲"), "<"], "、") == "<i>甲</i>、&lt;"
    assert isinstance(join([]), Markup)


def test_a_table_names_its_rows_and_columns():
    made = table("班额", ["学校", "班数"], [["云溪小学", 3]], numeric={1}, row_ids=["s-1"])
    assert "<caption>班额</caption>" in made
    assert '<th scope="col">学校</th>' in made
    assert '<tr id="s-1"><th scope="row">云溪小学</th><td class="n">3</td></tr>' in made
    assert 'role="region" aria-label="班额" tabindex="0"' in made


def test_every_verdict_has_its_own_shape_and_sign():
    assert set(MARKS) == set(Verdict)
    assert len({mark.shape for mark in MARKS.values()}) == len({mark.sign for mark in MARKS.values()}) == len(Verdict)


@pytest.mark.parametrize("colour", [INK, MUTED, CINNABAR, JADE, OCHRE, GREY])
@pytest.mark.parametrize("ground", [PAPER, TINT, HATCH])
def test_text_colours_reach_the_contrast_of_wcag_aa(colour, ground):
    assert contrast(colour, ground) >= 4.5


def test_the_page_and_the_charts_have_the_same_colours():
    style = (files("xuezheng.documents") / "page.css").read_text(encoding="utf-8")
    for name, colour in {
        "ink": INK,
        "muted": MUTED,
        "cinnabar": CINNABAR,
        "jade": JADE,
        "ochre": OCHRE,
        "grey": GREY,
    }.items():
        assert f"--{name}: {colour};" in style
    assert HATCH in style


def contrast(one: str, other: str) -> float:
    """The ratio of relative luminances as WCAG 2.2 defines it."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
