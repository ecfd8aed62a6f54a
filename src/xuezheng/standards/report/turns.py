"""A what-if as lines of text: the assumptions, and every finding and verdict that turns. Always marked as a what-if."""

from collections.abc import Iterator

from xuezheng.catalogue.standard import Standard
from xuezheng.register.holdings import Holdings
from xuezheng.standards.engine.findings import Finding, SubjectVerdict
from xuezheng.standards.engine.what_if import Turn, WhatIf
from xuezheng.standards.report.wording import Wording


def turn_lines(result: WhatIf, standard: Standard, holdings: Holdings, language: str) -> Iterator[str]:
    """Yield the lines of a what-if: verdicts that turn first, then the findings."""
    say = Wording(language)
    schools = holdings.complete("school")
    codes, names = schools.column("school_code").to_pylist(), schools.column("name").to_pylist()
    named = {code: name for code, name in zip(codes, names, strict=True) if name}
    yield f"*** {say('what_if_both')} ***"
    yield say("assumptions", changes=say.joined(list(result.assessment.changes)))
    yield f"{say('standard')}{say('colon')}{say.of(standard.title)}"
    for turn in (*turned(result.verdicts), *result.findings):
        item = turn.after or turn.before
        if item is not None:
            subject = " ".join(p for p in (item.subject, named.get(item.subject, ""), say.stage(item.stage)) if p)
            yield f"{subject}{say('colon')}{_about(item, say)}{_shown(turn.before, say)} → {_shown(turn.after, say)}"
    if not turned(result.verdicts) and not result.findings:
        yield say("nothing_turns")


def turned(turns: tuple[Turn, ...]) -> list[Turn]:
    """Return the turns in which the verdict itself is another."""
    return [t for t in turns if (t.before and t.before.verdict) != (t.after and t.after.verdict)]


def _about(item: Finding | SubjectVerdict, say: Wording) -> str:
    if isinstance(item, SubjectVerdict):
        return f"{say('verdict')} "
    return f"{item.indicator} {say('measure_cv') + ' ' if item.measure == 'cv' else ''}"


def _shown(item: Finding | SubjectVerdict | None, say: Wording) -> str:
    if item is None:
        return "—"
    word = say.verdict(item.verdict)
    if isinstance(item, SubjectVerdict) or item.value is None:
        return word
    return f"{item.value:.6g} {word}"
