"""Repair: from a pasted page to the bulletin's own paragraphs."""

import re
from itertools import islice

from xuezheng.catalogue.bulletins import Repair
from xuezheng.meetings.engine.markup import simplified, tidied, without_converter_marks, without_markup

_PASSES = 8
_SENTENCE = re.compile(r"[^。！？；!;\n]*[。！？；!;]+[”’」』）)]*|[^。！？；!;\n]+")
_DAY = r"(?:\d{4}年)?\d{1,2}月\d{1,2}日"
_DATELINE = re.compile(rf"(?:{_DAY})(?:上午|下午|晚上|晚|清晨|凌晨|中午|傍晚|夜)?[,，]")
_PUBLISHED = re.compile(r"(?:19|20)\d\d(?:年|-|/|\.)\d{1,2}(?:月|-|/|\.)\d{1,2}")
_LIST_NUMBER = re.compile(r"^\d{1,2}\.\s+(?=\S)")
_BULLETS = re.compile(r"^[?？\s•●◆★▲■◎○]+(?=[\u3400-\u9fff])")
_NAMES_APART = re.compile(r"[^\S\n]+")
_LEAST_REPEATED = 20
_LEAST_BODY = 40
_HEADER_REACH = 400
_ALIKE = 12
_MOST_ALIKE = 50
_MOST_HELD = 1000


def repaired(raw: str, words: Repair) -> str:
    """Return the bulletin's own paragraphs, one a line; repairing what is repaired changes nothing."""
    text = raw
    for _ in range(_PASSES):
        mended = _once(text, words)
        if mended == text:
            return text
        text = mended
    return text


def _once(raw: str, words: Repair) -> str:
    text = without_markup(raw.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n"), words)
    text = simplified(without_converter_marks(text, words), words)
    for phrase in words.spam:
        text = text.replace(phrase, "")
    lines = [part for line in text.split("\n") if line.strip() for part in _apart(_neat(line), words) if part]
    return "\n".join(_without_repeats(_without_furniture(lines, words)))


_NAMED = re.compile(r"((?:记者|通讯员|作者|编辑|责编|审核|校对|编审|撰稿|文/图|图/文)[^,，。()（）\n]{0,60})")


# A roll of names in minutes, which may stand apart by spaces only: 出席:甲 乙 丙.
_ROLL = re.compile(r"(?:出席|列席|参会|与会|参加|主持|缺席|请假)(?:人员|人|领导|会议)?[:：]")


def _neat(line: str) -> str:
    """Return a line without white space, except between the names of reporters and editors."""
    line = _BULLETS.sub("", line.strip())
    if _ROLL.match(line):
        return _NAMES_APART.sub(" ", line)
    parts = _NAMED.split(line)
    return "".join(
        _NAMES_APART.sub(" ", part).strip() if place % 2 else tidied(part) for place, part in enumerate(parts)
    )


def _apart(line: str, words: Repair) -> list[str]:
    """Return a line in parts where a page's header runs into the first sentence."""
    line = _LIST_NUMBER.sub("", line)
    dateline = _DATELINE.search(line, 0, _HEADER_REACH)
    if dateline is None or dateline.start() == 0:
        return [line]
    header = line[: dateline.start()]
    labelled = any(word in header for word in (*words.furniture, *words.publication_labels, *words.source_labels))
    if not labelled or "。" in header or "讯" in header[-40:]:
        return [line]
    return [header, line[dateline.start() :]]


def _without_furniture(lines: list[str], words: Repair) -> list[str]:
    kept: list[str] = []
    body = False
    for found in lines:
        if body and found.startswith(words.endings):
            break
        line, ended = _without_ending(found, words) if body or len(found) >= _LEAST_BODY else (found, False)
        if not _is_furniture(line, words):
            kept.append(line)
            body = body or (len(line) >= _LEAST_BODY and ("。" in line or "," in line or "，" in line))
        if ended:
            break
    return [line for line in kept if line]


def _without_ending(line: str, words: Repair) -> tuple[str, bool]:
    """Return a body line up to related headlines and furniture that run into it, and whether there were any."""
    last = max(line.rfind(mark) for mark in "。！!")
    if last < 0:
        return line, False
    ending = re.compile(rf"(?<=[。！!)）”\]】])(?:{'|'.join(map(re.escape, words.endings))})").search(line, _LEAST_BODY)
    if ending:
        return line[: ending.start()], True
    tail = line[last + 1 :].lstrip("”’」』）)")
    if tail and len(tail) <= 80 and not tail.startswith(("(", "（")) and any(word in tail for word in words.furniture):
        return line[: len(line) - len(tail)], False
    return line, False


def _is_furniture(line: str, words: Repair) -> bool:
    if not re.search(r"[\u3400-\u9fffA-Za-z0-9]", line):
        return True
    if len(line) > 120 or "。" in line:
        return False
    if _PUBLISHED.search(line) and len(line) <= 120:
        return False
    if len(line) >= _LEAST_BODY and line.count(",") + line.count("，") >= 2:
        return False
    if any(line.startswith(label) for label in (*words.source_labels, *words.reporter_labels)):
        return False
    if re.fullmatch(r"图\s?\d{0,2}|[|\s>»›/§·•\-—_=*#]+", line):
        return True
    return any(word in line for word in words.furniture) and not re.search(r"要求|强调|指出", line)


def _without_repeats(lines: list[str]) -> list[str]:
    """Return the lines without sentences that stood before: pages print bodies twice, the second time cut off."""
    seen: dict[str, list[str]] = {}
    kept: list[str] = []
    repeating = False
    for line in lines:
        if len(line) < _LEAST_REPEATED and not repeating:
            kept.append(line)
            continue
        fresh = ""
        for part in _SENTENCE.findall(line):
            repeating = _stood_before(part, seen, repeating=repeating)
            fresh += "" if repeating else part
        if fresh:
            kept.append(fresh)
    return kept


def _stood_before(sentence: str, seen: dict[str, list[str]], *, repeating: bool) -> bool:
    """Say whether a sentence, or one that it is the cut beginning of, is among those `seen`; if not, add it.

    A short sentence counts as a repeat only where the one before it was (`repeating`): short ones are said twice.
    """
    folded = sentence.strip("。；;！!？ ").replace("，", ",").replace("：", ":")
    alike = seen.setdefault(folded[:_ALIKE], [])
    cut_off = len(folded) > _ALIKE and sentence[-1] not in "。；;！!？”"
    if (repeating or len(folded) >= _LEAST_REPEATED) and folded in alike:
        return True
    if repeating and len(folded) < _ALIKE and sentence[-1] not in "。；;！!？”":
        return any(whole.startswith(folded) for held in islice(seen.values(), _MOST_HELD) for whole in held)
    if cut_off and any(whole.startswith(folded) for whole in alike):
        return True
    if len(alike) < _MOST_ALIKE:
        alike.append(folded)
    return False
