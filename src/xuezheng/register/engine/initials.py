"""Pinyin of names, so that a school is found by the letters that people type."""

from pypinyin import Style, lazy_pinyin


def pinyin_of(name: str) -> tuple[str, str]:
    """Return a name's pinyin initials and its full pinyin, lower case without tones: 云溪小学 is `yxxx`, `yunxixiaoxue`.

    Letters and digits of the name stay; a character with several readings takes the one that its word suggests.
    """
    initials = "".join(lazy_pinyin(name, style=Style.FIRST_LETTER))
    full = "".join(lazy_pinyin(name))
    return _plain(initials), _plain(full)


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isascii() and character.isalnum())


def typed_pinyin(text: str) -> str:
    """Return what somebody typed as pinyin or initials: lower case, without marks; empty where it holds anything else."""
    plain = "".join(character for character in text.lower() if character not in " '’·-")
    return plain if plain.isascii() and plain.isalnum() else ""
