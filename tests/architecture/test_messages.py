"""Every sentence for people exists in both languages, is used, and gets the parameters that it names."""

import ast
import re
import string

import pytest

from xuezheng.catalogue.loader import load_packaged
from xuezheng.catalogue.messages import load_messages
from xuezheng.kernel import refusal
from xuezheng.standards.report.wording import ReportWords

PLACE = {"file", "sheet", "cell"}
SPEAKING = {"say", "sentence"}


def placeholders(words, language):
    """The parameters that a sentence names; words of the catalogue come as one parameter a language: `step_zh`, `step_en`."""
    named = {name for _, name, _, _ in string.Formatter().parse(words) if name}
    return {name.removesuffix(f"_{language}") for name in named}


def called(call):
    return ast.unparse(call.func)


def is_refusal(name):
    kind = getattr(refusal, name, None)
    return isinstance(kind, type) and issubclass(kind, refusal.Refusal)


def code_in(call):
    """The message code that a call names as a constant, or None."""
    if not call.args:
        return None
    position = 1 if called(call) == "error" else 0
    if called(call) not in SPEAKING | {"error", "warning", "note"} and not is_refusal(called(call)):
        return None
    argument = call.args[position] if len(call.args) > position else None
    return argument.value if isinstance(argument, ast.Constant) and isinstance(argument.value, str) else None


@pytest.fixture(scope="module")
def spoken(modules):
    return [
        (name, call, code)
        for name, tree in modules.items()
        if not name.startswith("standards/report/")  # reports have a wording of their own, report.yaml
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and (code := code_in(call)) is not None
    ]


def test_every_message_has_both_languages_with_the_same_parameters():
    for code, message in load_messages().items():
        for words in filter(None, (message.what, message.next)):
            assert words.zh.strip(), code
            assert words.en.strip(), code
            assert placeholders(words.zh, "zh") == placeholders(words.en, "en"), code


def test_chinese_sentences_are_chinese_and_english_ones_are_not():
    han = re.compile(r"[\u4e00-\u9fff]")
    bilingual = {"template_guide_1"}
    for code, message in load_messages().items():
        for words in filter(None, (message.what, message.next)):
            without_names = re.sub(r"\{[^}]*\}|[“\"'].*?[”\"']", "", words.en)
            assert not han.search(without_names) or code in bilingual, (code, words.en)


def test_every_code_that_is_used_has_a_sentence(spoken):
    # Pages speak with the reports' fixed words, too: `Wording` holds those.
    known = {*load_messages(), *load_packaged(ReportWords, "report.yaml").words}
    assert {f"{name}:{call.lineno} {code}" for name, call, code in spoken if code not in known} == set()


def test_every_sentence_is_used(modules):
    constants, patterns = set(), set()
    for tree in modules.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                constants.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(value.value) if isinstance(value, ast.Constant) else r"\w+" for value in node.values]
                if any(isinstance(value, ast.Constant) and len(value.value) > 3 for value in node.values):
                    patterns.add("".join(parts))
    unused = {
        code
        for code in load_messages()
        if code not in constants and not any(re.fullmatch(pattern, code) for pattern in patterns)
    }
    assert unused == set()


def test_refusals_and_remarks_give_the_parameters_that_their_sentences_name(spoken):
    missing = []
    for name, call, code in spoken:
        if called(call) != "say" and not is_refusal(called(call)):
            continue
        if code not in load_messages() or any(keyword.arg is None for keyword in call.keywords):
            continue
        given = {keyword.arg for keyword in call.keywords}
        message = load_messages()[code]
        wanted = placeholders(message.what.zh, "zh") | (placeholders(message.next.zh, "zh") if message.next else set())
        if "place" in given or is_refusal(called(call)):
            wanted -= PLACE
        if wanted - given:
            missing.append(f"{name}:{call.lineno} {code} lacks {sorted(wanted - given)}")
    assert missing == []
