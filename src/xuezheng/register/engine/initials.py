"""Pinyin of names, so that a school is found by the letters that people type."""

from itertools import islice, product

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

_VARIANTS = 8
_INITIALS_LONGEST, _PINYIN_LONGEST = 200, 800
# Characters of place names that are read in several ways, where the words around them mislead: 重庆市长寿区 has 市长 in it.
_READINGS: dict[str, tuple[str, ...]] = {
    "长": ("chang", "zhang"), "重": ("chong", "zhong"), "行": ("xing", "hang"), "乐": ("le", "yue"),
    "朝": ("chao", "zhao"), "单": ("dan", "shan"), "曾": ("ceng", "zeng"), "会": ("hui", "kuai"),
    "厦": ("sha", "xia"), "藏": ("cang", "zang"), "盛": ("sheng", "cheng"), "解": ("jie", "xie"),
    "蔚": ("wei", "yu"), "尉": ("wei", "yu"), "莘": ("xin", "shen"), "番": ("fan", "pan"), "六": ("liu", "lu"),
    "铅": ("qian", "yan"), "泊": ("bo", "po"), "圩": ("wei", "xu"), "埔": ("pu", "bu"), "堡": ("bao", "pu", "bu"),
    "峒": ("dong", "tong"), "筠": ("yun", "jun"), "阿": ("a", "e"), "宿": ("su", "xiu"), "柏": ("bai", "bo"),
    "朴": ("pu", "piao"), "洗": ("xi", "xian"),
    "佛": ("fo", "fu"), "传": ("chuan", "zhuan"), "调": ("diao", "tiao"), "还": ("huan", "hai"), "缪": ("miao", "mou"),
}  # fmt: skip


def pinyin_of(name: str) -> tuple[str, str]:
    """Return a name's pinyin initials and its full pinyin, lower case without tones: 云溪小学 is `yxxx`, `yunxixiaoxue`.

    Letters and digits of the name stay. The likeliest reading comes first; where a character of place names may be
    read otherwise, further readings of the whole follow after a space each, as many as the columns hold.
    """
    likely = iter(lazy_pinyin(name, errors="ignore"))
    readings = [
        _readings(character, next(likely)) if _is_read(character) else (_plain(character),) for character in name
    ]
    spoken = list(islice(product(*readings), _VARIANTS))
    initials = ["".join(syllable[:1] for syllable in syllables) for syllables in spoken]
    return _joined(initials, _INITIALS_LONGEST), _joined(["".join(syllables) for syllables in spoken], _PINYIN_LONGEST)


def typed_pinyin(text: str) -> str:
    """Return what somebody typed as pinyin or initials: lower case, without marks; empty where it holds anything else."""
    plain = "".join(character for character in text.lower().replace("ü", "v") if character not in " '’·-")
    return plain if plain.isascii() and plain.isalnum() else ""


def _is_read(character: str) -> bool:
    return ord(character) in PINYIN_DICT


def _readings(character: str, likely: str) -> tuple[str, ...]:
    others = _READINGS.get(character, ())
    return (_plain(likely), *(reading for reading in others if reading != likely))


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isascii() and character.isalnum())


def _joined(variants: list[str], longest: int) -> str:
    """Return variants, each once, as many as `longest` letters hold; of a first one that is longer, its beginning."""
    kept = ""
    for variant in dict.fromkeys(variants):
        longer = f"{kept} {variant}" if kept else variant[:longest]
        if len(longer) > longest:
            break
        kept = longer
    return kept
