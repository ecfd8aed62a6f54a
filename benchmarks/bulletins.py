"""Bulletins: how well they are read, how fast, and what becomes of words that one bulletin alone holds."""

import json
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks.clock import interleaved, median, show, spread
from xuezheng.catalogue.bulletins import BulletinWords, load_bulletin_words
from xuezheng.kernel.refusal import Refusal
from xuezheng.meetings.bulletins import as_json
from xuezheng.meetings.engine.agreement import LISTS, Agreement
from xuezheng.meetings.engine.reading import read_bulletin

ROOT = Path(__file__).resolve().parents[1]
OURS = ROOT / "tests" / "spec" / "bulletins"
SHARED = ROOT / ".." / "shared" / "bulletins"
FIGURES = (
    "directive_f1", "speaker_accuracy", "area_f1", "measurable_accuracy", "date_accuracy", "chair_accuracy", "n_accuracy",
    "attendees_f1", "studied_f1", "heard_f1", "reviewed_f1",
)  # fmt: skip
# What bulletins scored when the rules first met them, before anything was mended on them: these cannot be measured anew.
# Set, bulletins, directive F1, speaker, area F1, date, chair, ordinal, attendees, studied, heard, reviewed F1.
AT_FIRST_SIGHT = (
    ("composed after the rules were frozen", 8, 0.868, 1.000, 0.737, 1.00, 0.75, 1.00, 0.95, 1.00, 0.94, 1.00),
    ("public pages", 8, 1.000, 1.000, 0.850, 1.00, 0.88, 1.00, 0.91, 0.00, 1.00, 0.67),
    ("public pages of other counties", 8, 0.949, 1.000, 0.850, 1.00, 0.88, 1.00, 0.97, 1.00, 1.00, 1.00),
    ("composed, with what real pages do to readers", 5, 0.893, 1.000, 0.753, 0.80, 1.00, 1.00, 0.96, 1.00, 0.91, 1.00),
    ("composed, in the manners of other provinces", 10, 0.938, 1.000, 0.740, 1.00, 1.00, 1.00, 0.88, 1.00, 0.74, 1.00),
    ("four more of these", 4, 0.952, 1.000, 0.659, 0.75, 1.00, 1.00, 1.00, 1.00, 0.67, 0.67),
    ("public pages, annotated by another", 18, 0.986, 0.989, 0.741, 1.00, 1.00, 1.00, 0.97, 0.80, 0.84, 0.73),
    ("composed and annotated by another", 8, 0.870, 1.000, 0.721, 1.00, 1.00, 1.00, 0.97, 0.94, 0.89, 0.86),
    ("public pages held back, by the same", 18, 0.936, 0.967, 0.810, 0.94, 1.00, 1.00, 0.99, 1.00, 0.76, 0.80),
    ("composed and held back, by the same", 8, 0.981, 0.990, 0.762, 0.88, 1.00, 1.00, 1.00, 0.80, 1.00, 1.00),
)
HOSTILE = {
    "1 MB of 要": "要" * 1_000_000,
    "1 MB of 会议强调：": "会议强调：" * 200_000,
    "1 MB of (": "(" * 1_000_000,
    "1 MB of <!--": "<!--" * 250_000,
    "1 MB of 县长张三主持": "县长张三主持" * 166_000,
}


def ours(kind: str) -> dict[str, tuple[str, Any]]:
    """Return text and annotation of our own bulletins of one kind by name."""
    return {
        path.stem: (path.with_suffix(".txt").read_text("utf-8"), yaml.safe_load(path.read_text("utf-8")))
        for path in sorted(OURS.glob(f"{kind}-*.yaml"))
    }


def shared() -> dict[str, tuple[str, Any]]:
    """Return text and annotation of the bulletins beside the repository; none where they are absent."""
    return {
        path.stem: ((SHARED / "text" / f"{path.stem}.txt").read_text("utf-8"), json.loads(path.read_text("utf-8")))
        for path in sorted((SHARED / "gold").glob("*.json"))
    }


def agreement(bulletins: dict[str, tuple[str, Any]], words: BulletinWords) -> Agreement:
    """Return how far the readings of bulletins agree with their annotations."""
    total = Agreement()
    for text, annotated in bulletins.values():
        try:
            total.add(annotated, as_json(read_bulletin(text, words)))
        except Refusal:
            total.add(annotated, {})
    return total


def without_words_of(name: str, bulletins: dict[str, tuple[str, Any]], words: BulletinWords) -> BulletinWords:
    """Return the words without every term of an area, weak ones too, and every imperative that only the bulletin `name` holds.

    Some of these would stand in the lists anyway: what is left is what the other bulletins vouch for, and words that
    stand in none of them.
    """
    others = "".join(text for other, (text, _) in bulletins.items() if other != name)
    own = bulletins[name][0]

    def vouched(word: str) -> bool:
        return word not in own or word in others

    areas = {
        code: area.model_copy(
            update={
                "terms": tuple(filter(vouched, area.terms)),
                "weak": tuple(filter(vouched, area.weak)),
                "shaded_by": tuple(filter(vouched, area.shaded_by)),
            }
        )
        for code, area in words.areas.areas.items()
    }
    speech = words.speech.model_copy(update={"imperatives": tuple(filter(vouched, words.speech.imperatives))})
    return words.model_copy(update={"areas": words.areas.model_copy(update={"areas": areas}), "speech": speech})


def left_out(bulletins: dict[str, tuple[str, Any]], words: BulletinWords) -> Agreement:
    """Return the agreement of each bulletin read without the words that it alone holds."""
    total = Agreement()
    for name, (text, annotated) in bulletins.items():
        total.add(annotated, as_json(read_bulletin(text, without_words_of(name, bulletins, words))))
    return total


def five_thousand_characters() -> str:
    """Return a bulletin of 5,000 characters: our own, one after another."""
    return "\n".join(text for text, _ in ours("first-sight").values())[:5000]


def run() -> None:
    """Print the tables."""
    words = load_bulletin_words()
    columns = {
        "composed while the rules were made": agreement(ours("seen"), words),
        "composed after they were frozen": agreement(ours("first-sight"), words),
        "composed later, in other manners": agreement(ours("third"), words),
        "composed and annotated by another": agreement(ours("fourth"), words),
    }
    beside = shared()
    if beside:
        columns["annotated ones beside the repository"] = agreement(beside, words)
        columns["the same, each without words that it alone holds"] = left_out(beside, words)
    rows = [[name, *(f"{total.figures()[name]:.3f}" for total in columns.values())] for name in FIGURES]
    show(
        "Bulletins: agreement with annotations",
        ["figure", *columns],
        rows,
        "The rules have since been mended on all of them; what is new to them scores as in the next table.",
    )
    show(
        "Bulletins: at first sight, as recorded",
        ["bulletins", "number", "directives", "speaker", "areas", "date", "chair", "ordinal", *LISTS],
        [[row[0], str(row[1]), *(f"{figure:.3f}" for figure in row[2:])] for row in AT_FIRST_SIGHT],
        "In order of time; each was mended on before the next, the held back ones after both before them.",
    )
    text = five_thousand_characters()
    seconds = interleaved({"reading": lambda: read_bulletin(text, words)}, 15)["reading"]
    hostile = [
        ["a bulletin of 5,000 characters", spread(seconds), "read" if median(seconds) < 0.2 else "read, too slowly"]
    ]
    for name, page in HOSTILE.items():
        began = time.perf_counter()
        try:
            read_bulletin(page, words)
            ending = "read"
        except Refusal as refusal:
            ending = refusal.code
        hostile.append([name, f"{1000 * (time.perf_counter() - began):.0f}", ending])
    show("Bulletins: milliseconds", ["text", "ms", "ends as"], hostile)


if __name__ == "__main__":
    run()
