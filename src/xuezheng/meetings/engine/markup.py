"""Markup, emoji, brackets of pinyin and broken characters: what converters and portals leave inside lines."""

import html
import re
import unicodedata
from functools import cache

from opencc import OpenCC

from xuezheng.catalogue.bulletins import Repair

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,15})(?:[\s/][^<>]{0,2000})?>|<![A-Za-z][^<>]{0,300}>")
_BLOCKS = frozenset(
    [
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "header",
        "footer",
        "nav",
        "title",
        "hr",
        "td",
        "th",
        "dd",
        "dt",
        "dl",
        "body",
        "html",
        "main",
        "aside",
        "form",
        "option",
        "blockquote",
        "pre",
    ]
)
_PINYIN = re.compile(
    r"(?<=[\u3400-\u9fff?？])[(（]"
    r"(?:[a-zü]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ][a-zü]{0,3}|de|le|ne|ba|ma|men|zi|zhe|tou|me|ge)"
    r"[)）]"
)
_TORN_PINYIN = re.compile(
    r"[?？][a-zü]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]{0,3}[)）]|(?<=[\u3400-\u9fff])[(（][a-zü]{0,4}[āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ][a-zü]{0,3}(?=[\u3400-\u9fff])"
)
_LOST = re.compile(r"[?？][(（]([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜü]{1,6})[)）]")
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f\ue000-\uf8ff\ufffd-\uffff\U000e0000-\U000e0fff]"
)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u231a-\u23ff\u20e3\u2190-\u21ff]")
_BETWEEN = re.compile(r"(?<![A-Za-z0-9])[^\S\n]+|[^\S\n]+(?![A-Za-z0-9\s])")
# What is left of a torn tag: src=会议要求….
_TORN_ATTRIBUTE = re.compile(r"^(?:src|alt|title|style|class|href)=\"?(?=[\u3400-\u9fff])")
_REPEATED_COMMA = re.compile(r"[,，、]*[,，][,，、]+|、{2,}")
_IDLE_COMMA = re.compile(r"(?<=[。；;：:！])[,，、]+|[,，、]+(?=[。；;！])")
# Digits of full width are read as plain ones.
_WIDE = {0xFF10 + digit: str(digit) for digit in range(10)}
_TRADITIONAL_SHARE = 0.01


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


def without_markup(text: str, words: Repair) -> str:
    """Return `text` without tags, elements that readers never see, and entities; blocks become lines."""
    if "<" in text:
        text = _without_comments(text)
        for name in words.hidden_elements:
            text = _without_element(text, name)
        text = _TAG.sub(lambda tag: "\n" if (tag.group(1) or "").lower() in _BLOCKS else "", text)
    return html.unescape(text) if "&" in text else text


def _without_comments(text: str) -> str:
    parts, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        parts.append(text[at:begin])
        at = end + 3
    return "".join([*parts, text[at:]])


def _without_element(text: str, name: str) -> str:
    lower, parts, at = text.lower(), [], 0
    while (begin := lower.find(f"<{name}", at)) >= 0:
        if lower[begin + len(name) + 1 : begin + len(name) + 2] not in {">", " ", "\n", "\t", "/"}:
            parts.append(text[at : begin + 1])
            at = begin + 1
            continue
        end = lower.find(f"</{name}", begin)
        close = lower.find(">", end) if end >= 0 else -1
        if close < 0:
            break
        parts.append(text[at:begin])
        at = close + 1
    return "".join([*parts, text[at:]])


def without_converter_marks(text: str, words: Repair) -> str:
    """Return `text` without invisible characters, emoji and pinyin in brackets, broken pairs mended."""
    text = _EMOJI.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFC", text))).translate(_WIDE)
    for found, stood in words.broken.items():
        text = text.replace(found, stood)
    text = _LOST.sub(lambda lost: words.lost_after_question.get(lost.group(1), ""), text)
    return _TORN_PINYIN.sub("", _PINYIN.sub("", text))


def simplified(text: str, words: Repair) -> str:
    """Return traditional text in simplified characters; text that is simplified already stays as it is."""
    converted = str(_converter().convert(text))
    if len(converted) == len(text):
        changed = sum(a != b for a, b in zip(text, converted, strict=True))
        han = sum("\u3400" <= character <= "\u9fff" for character in text)
        if changed < max(3, _TRADITIONAL_SHARE * han):
            return text
    for found, meant in words.mistaken.items():
        converted = converted.replace(found, meant)
    return converted


def _one_comma(run: re.Match[str]) -> str:
    """Return what a run of commas stood for: some converters put a comma before each mark, ,, and ,、."""
    marks = run.group()
    return "、" if marks[-1] == "、" else next(mark for mark in marks if mark in ",，")


def tidied(line: str) -> str:
    """Return a line without white space between Chinese characters and without repeated commas."""
    line = _BETWEEN.sub("", _TORN_ATTRIBUTE.sub("", line.strip()))
    line = _REPEATED_COMMA.sub(_one_comma, line)
    return _IDLE_COMMA.sub("", line)
