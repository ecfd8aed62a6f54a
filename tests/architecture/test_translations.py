"""Chinese is the source of the interface and English is complete: what is missing would silently be shown in Chinese."""

import ast
import gettext
import io
import re
from collections import defaultdict
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

CHINESE = re.compile(r"[\u3400-\u9fff]")
FIELD = re.compile(r"%\((\w+)\)")
KEYWORDS = {
    "gettext": None, "gettext_lazy": None, "gettext_noop": None, "_": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
# Words that stand in Chinese on purpose: the page for when nothing works any more says everything twice.
BILINGUAL = {"web/broken.html"}
WORDS_IN_BOTH = {"Words"}
OWN_NAMES = {"中文"}  # a language is called by its own name
DATE_FORMAT = re.compile(r"%[Ymd]")  # how a Chinese date is read is no sentence


@pytest.fixture(scope="module")
def web(root):
    return root / "src" / "xuezheng" / "web"


@pytest.fixture(scope="module")
def parts(web):
    """The parts of the interface, by their folders of translations."""
    return sorted(path.name for path in (web / "locale").iterdir() if path.is_dir())


@pytest.fixture(scope="module")
def catalogues(web, parts):
    """Each part's English catalogue; empty where the file is not there."""
    found = {}
    for part in parts:
        path = po_file(web, part)
        found[part] = read_po(io.BytesIO(path.read_bytes()), locale="en") if path.exists() else None
    return found


@pytest.fixture(scope="module")
def spoken(root, web, parts):
    """What each part says: the message ids with the files that they stand in."""
    said = defaultdict(lambda: defaultdict(set))
    for path in sorted((web / "templates").rglob("*.html")):
        name = path.relative_to(web / "templates")
        for message in messages_of(templatize(path.read_text("utf-8"))):
            said[name.parts[0]][message].add(name.as_posix())
    for path in sorted((root / "src" / "xuezheng").rglob("*.py")):
        for message in messages_of(path.read_text("utf-8")):
            said[part_of(path, web, parts)][message].add(path.relative_to(root / "src").as_posix())
    return said


def po_file(web, part):
    return web / "locale" / part / "en" / "LC_MESSAGES" / "django.po"


def part_of(path, web, parts):
    """The part that a Python file belongs to: pages/<part>/ or <part>/; all else is the frame."""
    names = path.relative_to(web).parts if path.is_relative_to(web) else ()
    inside = names[1:] if names[:1] == ("pages",) else names
    return inside[0] if inside and inside[0] in parts else "web"


def messages_of(source):
    """The message ids of Python source, or of a template made into such; a plural's is (one, many)."""
    for _, message, _, _ in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
        yield message if isinstance(message, str) else tuple(message)


def english(catalogue, message):
    """The English of a message as a tuple of its forms; empty where there is none."""
    entry = catalogue.get(message if isinstance(message, str) else message[0]) if catalogue else None
    if entry is None or entry.fuzzy:
        return ()
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)


def beside(part, catalogues):
    """Where a part's English may stand: with the part or the frame; what the frame says, with the part that it speaks of."""
    return list(catalogues) if part == "web" else [part, "web"]


def test_every_sentence_of_the_interface_is_there_in_english(spoken, catalogues):
    missing = [
        f"{part}: {message!r} ({', '.join(sorted(files))})"
        for part, messages in spoken.items()
        for message, files in messages.items()
        if not any(
            forms and all(forms) for forms in (english(catalogues[p], message) for p in beside(part, catalogues))
        )
    ]
    assert not missing, "\n".join(missing)


def test_no_english_sentence_is_left_over(spoken, catalogues):
    said = {message for messages in spoken.values() for message in messages}
    said |= {message[0] for message in said if isinstance(message, tuple)}
    left = [
        f"{part}: {entry.id!r}"
        for part, catalogue in catalogues.items()
        for entry in (catalogue or ())
        if entry.id and (entry.id if isinstance(entry.id, str) else entry.id[0]) not in said
    ]
    assert not left, "\n".join(left)


def test_one_chinese_sentence_has_one_english_sentence(catalogues):
    told = defaultdict(set)
    for catalogue in catalogues.values():
        for entry in catalogue or ():
            if entry.id:
                told[entry.id if isinstance(entry.id, str) else entry.id[0]].add(str(entry.string))
    assert {message: sorted(texts) for message, texts in told.items() if len(texts) > 1} == {}


def test_translations_fill_in_what_the_source_fills_in(catalogues):
    wrong = [
        f"{part}: {entry.id!r}"
        for part, catalogue in catalogues.items()
        for entry in (catalogue or ())
        for source, text in zip(
            *(each if isinstance(each, tuple) else (each,) for each in (entry.id, entry.string)), strict=False
        )
        if set(FIELD.findall(source)) != set(FIELD.findall(text))
    ]
    assert not wrong, "\n".join(wrong)


def test_the_compiled_catalogues_are_those_that_people_read(web, parts, catalogues):
    differing = []
    for part in parts:
        if catalogues[part] is None:
            continue
        compiled = po_file(web, part).with_suffix(".mo")
        if not compiled.exists():
            differing.append(f"{part}: no .mo beside the .po")
            continue
        with compiled.open("rb") as file:
            spoken = gettext.GNUTranslations(file)
        for entry in catalogues[part]:
            message = entry.id if isinstance(entry.id, str) else entry.id[0]
            forms = (entry.string,) if isinstance(entry.string, str) else entry.string
            held = spoken.gettext(message) if isinstance(entry.id, str) else spoken.ngettext(*entry.id, 1)
            if entry.id and forms[0] and held != forms[0]:
                differing.append(f"{part}: {message!r}")
    assert not differing, "\n".join(differing)


def test_templates_hold_no_chinese_that_nobody_translates(web):
    bare = []
    for path in sorted((web / "templates").rglob("*.html")):
        name = path.relative_to(web / "templates").as_posix()
        if name in BILINGUAL:
            continue
        for number, line in enumerate(without_translated(path.read_text("utf-8")).splitlines(), 1):
            if CHINESE.search(line):
                bare.append(f"{name}:{number} {line.strip()[:80]}")
    assert not bare, "\n".join(bare)


def without_translated(template):
    """A template without what is translated, comments, and what says of itself that it is Chinese."""
    kept = template
    for pattern in (
        r"\{#.*?#\}",
        r"\{% comment .*?%\}.*?\{% endcomment %\}",
        r"\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}",
        r"\{% trans(?:late)?\b.*?%\}",
        r"_\((?:\"[^\"]*\"|'[^']*')\)",
        r"<(\w+)[^>]*\blang=\"zh-CN\"[^>]*>[^<]*</\1>",
    ):
        kept = re.sub(pattern, lambda found: "\n" * found[0].count("\n"), kept, flags=re.DOTALL)
    return kept


def test_views_hold_no_chinese_that_nobody_translates(web):
    bare = [
        f"{path.relative_to(web).as_posix()}:{node.lineno} {node.value[:60]!r}"
        for path in sorted((web / "pages").rglob("*.py"))
        for node in untranslated(ast.parse(path.read_text("utf-8")))
    ]
    assert not bare, "\n".join(bare)


def untranslated(tree):
    """Chinese string constants outside calls that translate, docstrings, and texts given in both languages."""
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in KEYWORDS or called in WORDS_IN_BOTH:
                skipped |= {id(inner) for inner in ast.walk(node)}
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node, clean=False):
            skipped.add(id(node.body[0].value))
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and CHINESE.search(node.value)
            and id(node) not in skipped
            and node.value not in OWN_NAMES
            and not DATE_FORMAT.search(node.value)
        ):
            yield node


def test_the_catalogues_stand_where_the_settings_look(parts):
    from django.conf import settings

    assert [Path(path).name for path in settings.LOCALE_PATHS] == parts
