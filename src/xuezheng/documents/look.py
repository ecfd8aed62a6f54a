"""One look for page, chart, office document and print: colours by meaning, shapes beside them, and type.

Cinnabar is kept for what needs a person now, jade for what holds, ochre for what is near, grey for what nobody
knows yet. Every colour has a shape, and whoever uses one puts the word beside it: colour never stands alone.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xuezheng.kernel.verdict import Verdict

INK = "#1f2328"
MUTED = "#5b616b"
RULE = "#d9d5cc"
PAPER = "#ffffff"
TINT = "#f7f5f0"
CINNABAR = "#b5341f"
JADE = "#2a6b50"
OCHRE = "#855600"
GREY = "#5f646c"

# Simplified shapes first: the default pick among the CJK fonts is the Japanese one.
CHART_FONT = "Noto Sans CJK SC"
SCREEN_FONTS = (CHART_FONT, "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif")


@dataclass(frozen=True, slots=True)
class Mark:
    """How a verdict is drawn: its colour, its shape in charts (Vega's word) and its sign in running text."""

    colour: str
    shape: str
    sign: str
    filled: bool = True


MARKS: dict[Verdict, Mark] = {
    Verdict.MET: Mark(JADE, "circle", "●"),
    Verdict.NEAR: Mark(OCHRE, "triangle-up", "▲"),
    Verdict.UNKNOWN: Mark(GREY, "diamond", "◇", filled=False),
    Verdict.NOT_MET: Mark(CINNABAR, "M-.9,-.9L.9,.9M-.9,.9L.9,-.9", "×", filled=False),
    Verdict.NOT_APPLICABLE: Mark(GREY, "M-.7,0L.7,0", "－", filled=False),
}


def mark(verdict: Verdict) -> Mark:
    """Return how a verdict is drawn."""
    return MARKS[verdict]


@cache
def has_chart_font() -> bool:
    """Whether the font that charts are drawn in stands where systems keep fonts; without it Chinese is empty boxes."""
    folders = (
        Path("/usr/share/fonts"),
        Path("/usr/local/share/fonts"),
        Path.home() / ".fonts",
        Path.home() / ".local/share/fonts",
        Path("/Library/Fonts"),
        Path("C:/Windows/Fonts"),
    )
    names = ("NotoSansCJK*", "NotoSansSC*", "NotoSansCJKsc*", "SourceHanSansSC*")
    return any(True for folder in folders if folder.is_dir() for name in names for _ in folder.rglob(name))
