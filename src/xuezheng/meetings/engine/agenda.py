"""What the meeting studied, heard and reviewed."""

import re
from collections.abc import Iterable

from xuezheng.catalogue.bulletins import Agenda
from xuezheng.meetings.engine.passages import Clause, Page

_TITLE = re.compile(r"《(?:[^《》]|《[^《》]*》)*》(?:[(（][^()（）]{0,12}[)）])?")
_SUBJECT_REACH = 60
# 听取汇报后强调: what follows is no topic.
_AFTERWARDS = re.compile(r"(?<=汇报|发言|介绍|通报)(?:后|之后|时)[\u3400-\u9fff]{0,8}$")
_AND = frozenset({"和", "与", "及"})
# 甲情况和乙思路的汇报 is one report on both.
_ONE_REPORT = re.compile(r"的(?:专题|工作)?(?:汇报|报告)$")
_IN_SPIRIT = re.compile(r"学习贯彻|贯彻学习|贯彻落实")
_IMPLEMENTS = re.compile(r"(?:全面|认真|深入|坚决|严格|切实)*(?:贯彻)?落实")
# A list of what was studied goes on after a comma: ，《…》, ，以及某书记的讲话精神.
_GOES_ON = re.compile(r"(?=《)|(?:以及|和|及)(?=[^,，。]{2,60}(?:精神|》)$)")
_GIVEN = re.compile(r"(?:作|做)了?([\u3400-\u9fff□\d]{4,40}(?:报告|汇报|通报))$")
_JOINS = re.compile(r"、|以及|及其|及|和|与|并(?=《)")


class AgendaFinder:
    """Finds lists of objects after verbs of studying, hearing and reviewing."""

    def __init__(self, page: Page, words: Agenda, subjects: tuple[str, ...]) -> None:
        self._page = page
        self._words = words
        self._verbs: list[tuple[str, str]] = sorted(
            [(verb, "studied") for verb in words.studied]
            + [(verb, "heard") for verb in words.heard]
            + [(verb, "reviewed") for verb in words.reviewed],
            key=lambda pair: -len(pair[0]),
        )
        adverbs = "|".join(sorted(map(re.escape, words.adverbs), key=len, reverse=True))
        alternatives = "|".join(re.escape(verb) for verb, _ in self._verbs)
        self._verb = re.compile(rf"(?:{adverbs})*(?P<verb>{alternatives})")
        self._kind = dict(self._verbs)
        told = "|".join(re.escape(verb) for verb, _ in self._verbs if len(verb) > 1)
        self._opening = re.compile(rf"(?:{'|'.join(map(re.escape, subjects))})(?:{adverbs})*(?P<verb>{told})")

    def read(self, clauses: Iterable[Clause]) -> dict[str, list[str]]:
        """Return the items by kind from the clauses of the narrative, in order."""
        found: dict[str, list[str]] = {"studied": [], "heard": [], "reviewed": []}
        kind = ""
        told = list(clauses)
        for number, clause in enumerate(told):
            following = told[number + 1] if number + 1 < len(told) else None
            kind = "" if self._is_slogan(clause, following) else self._read_clause(clause, kind, found)
        return {name: list(dict.fromkeys(items)) for name, items in found.items()}

    def _is_slogan(self, clause: Clause, following: Clause | None) -> bool:
        """Say whether a clause says in whose spirit the meeting met: 会议深入学习贯彻…，全面落实…."""
        masked = self._page.masked
        return bool(
            following
            and clause.delimiter
            and following.start == clause.end + len(clause.delimiter)
            and _IMPLEMENTS.match(masked, following.start, following.end)
            and _IN_SPIRIT.search(masked, clause.start, min(clause.end, clause.start + _SUBJECT_REACH))
        )

    def opens(self, clause: Clause) -> bool:
        """Say whether a clause tells what the meeting studied, heard or reviewed: 会议原则通过《…》."""
        told = self._opening.match(self._page.masked, clause.start, clause.end)
        return told is not None and (
            told.group("verb") not in self._words.need_document or self._names_document(told.end(), clause.end)
        )

    def _read_clause(self, clause: Clause, kind: str, found: dict[str, list[str]]) -> str:
        text, masked = self._page.text, self._page.masked
        at = clause.start
        if kind and (joined := _GOES_ON.match(text, at, clause.end)):
            found[kind] += self._items(joined.end(), clause.end)
            return kind
        match = self._first_verb(clause)
        if match is None:
            return self._read_given(clause, found)
        verb = match.group("verb")
        kind = self._kind[verb]
        begin = match.end()
        second = None if kind == "heard" else self._verb.match(masked, begin, clause.end)
        if second is not None and self._kind[second.group("verb")] == kind:
            begin, verb = second.end(), verb + second.group("verb")
        while begin < clause.end and text[begin] in "了过":
            begin += 1
        if begin >= clause.end:
            topic = self._topic_before(clause, match.start())
            document = (
                verb not in self._words.need_document
                or "《" in (topic or "")
                or (topic or "").endswith(self._words.document_words)
            )
            if topic and document:
                found[kind] += self._listed(topic)
            return ""
        if verb in self._words.need_document and not self._names_document(begin, clause.end):
            return ""
        items = self._items(begin, clause.end)
        found[kind] += items
        return kind

    def _read_given(self, clause: Clause, found: dict[str, list[str]]) -> str:
        """Add what somebody gave: 县教育局作全县教育工作报告."""
        given = _GIVEN.search(self._page.masked, clause.start, clause.end)
        if given:
            topic = self._page.text[given.start(1) : given.end(1)]
            if topic not in self._words.no_topic and not topic.endswith(self._words.no_report_ends):
                found["heard"].append(topic)
        return ""

    def _topic_before(self, clause: Clause, end: int) -> str | None:
        """Return the topic of 就…作汇报 and 对《…》进行审议."""
        before = self._page.text[clause.start : end]
        topic = re.search(
            r"(?:就|围绕|对|将)([^,，。]{3,60}?)(?:作|做|进行|情况进行|工作进行|予以)*(?:了)?(?:专题|详细|简要|书面|工作|分别|宣讲|深入|集体|认真|全面)*$",
            before,
        )
        return topic.group(1) if topic else None

    def _first_verb(self, clause: Clause) -> re.Match[str] | None:
        """Return the first verb of the clause that stands where a verb may: at its head or after its subject."""
        masked = self._page.masked
        limit = min(clause.end, clause.start + _SUBJECT_REACH)
        at = clause.start
        while at < limit:
            match = self._verb.search(masked, at, clause.end)
            if match is None or match.start() >= limit:
                return None
            before = masked[clause.start : match.start("verb")]
            if self._may_stand(before, masked[match.end() : clause.end], match.group("verb"), match.end()):
                return match
            at = match.end()
        return None

    def _may_stand(self, before: str, after: str, verb: str, at: int) -> bool:
        if after.startswith(("(", "（", "□")) and self._page.text[at] in "(（":
            return False
        if after.startswith((*self._words.not_reported, "后", "之后", "时", "的")) or before.endswith(
            self._words.not_after
        ):
            return False
        if len(verb) == 1 and not after.startswith("了"):
            return False
        if re.search(r"(?:[要须为]|务必|应当|加强|强化|推动|组织全体|持续|切实)(?:认真|深入|全面|系统)*$", before):
            return False
        if (
            after.startswith(("会议精神", "机制", "制度", "者", "型"))
            and verb in {"学习", "传达", "通报", "汇报", "报告"}
            and not before.endswith(("会议", "会上", "了"))
        ):
            return False
        if verb in {"学习", "通报", "汇报", "报告"} and re.search(r"(?:的|情况|工作|党史|理论)$", before):
            return bool(re.search(r"(?:就|围绕|对)", before))
        return not re.search(r"[要把将为]$", before) or before.startswith(("就", "对"))

    def _names_document(self, begin: int, end: int) -> bool:
        piece = self._page.text[begin:end]
        return "《" in piece or ("贯彻" not in piece and piece.rstrip("等").endswith(self._words.document_words))

    def _items(self, begin: int, end: int) -> list[str]:
        return self._listed(_AFTERWARDS.sub("", self._page.text[begin:end]))

    def _listed(self, text: str) -> list[str]:
        for word in sorted(self._words.head_shed, key=len, reverse=True):
            if text.startswith(word):
                text = text[len(word) :]
                break
        titles = list(_TITLE.finditer(text))
        if titles and titles[0].start() == 0:
            return self._titles(text, titles)
        items = [self._without_issuer(self._shed(item)) for item in self._split(text)]
        return [item for item in items if len(item) >= 2 and item not in self._words.no_topic]

    def _titles(self, text: str, titles: list[re.Match[str]]) -> list[str]:
        items = []
        for number, title in enumerate(titles):
            stop = titles[number + 1].start() if number + 1 < len(titles) else len(text)
            tail = text[title.end() : stop].strip("、和及与以")
            items.append(title.group())
            rest = self._shed(re.sub(r"^(?:、|和|及|与|以及)", "", text[title.end() : stop]))
            if number + 1 == len(titles) and len(rest) > 6 and re.match(r"、|和|及|与|以及", text[title.end() : stop]):
                items += [self._shed(item) for item in self._split(rest)]
            elif tail in {"精神", "要求"}:
                items[-1] += tail
        return items

    def _split(self, text: str) -> list[str]:
        """Return the items of a list: it is split at a join only where what stands before it is complete."""
        items, start = [], 0
        depth_masked = re.sub(
            r"《[^《》]*》|[(（][^()（）]*[)）]|“[^“”]*”",
            lambda m: "《" + "□" * (len(m.group()) - 2) + m.group()[-1],
            text,
        )
        one_report = _ONE_REPORT.search(text) is not None
        for join in _JOINS.finditer(depth_masked):
            if one_report and join.group() in _AND and "汇报" not in text[: join.start()]:
                continue
            if join.group() in _AND and text.startswith(self._words.continued_by, join.end()):
                continue
            if text[start : join.start()].endswith(self._words.item_ends) and len(text) - join.end() > 2:
                items.append(text[start : join.start()])
                start = join.end()
        items.append(text[start:])
        return items

    def _without_issuer(self, item: str) -> str:
        """Return a document without who issued it: 国务院办公厅印发的《…》."""
        issuer, mark, title = item.partition("《")
        return mark + title if mark and issuer.endswith(self._words.issuer_ends) else item

    def _shed(self, item: str) -> str:
        for word in sorted(self._words.head_shed, key=len, reverse=True):
            item = item.removeprefix(word)
        for word in sorted(self._words.tail_shed, key=len, reverse=True):
            item = item.removesuffix(word)
        return item.strip("、和及与 ")
