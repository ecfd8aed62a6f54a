"""Who is speaking: frames such as 会议强调, 某某要求, and what ends a speaker's run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from xuezheng.catalogue.bulletins import Speech
from xuezheng.meetings.engine.passages import Clause, Page, Sentence, number_length
from xuezheng.meetings.engine.people import Mention, between

MEETING = "会议"
_LEAD_IN = re.compile(
    r"^(?:会上|会议上|会后|最后|随后|对此|为此|同时|首先|其次|此外|另外|最终|接着|紧接着|讲话中|在讲话中|就此|并|就|还|在会上|总结讲话中|主持会议时)+"
)
_REPORTED = re.compile(r"宣读|宣布|宣传|传达|学习|听取|通报|审议|印发")
# 传达了某书记…的批示要求: what is conveyed, nobody speaks.
_CONVEYED = re.compile(r"(?:批示|指示|讲话)(?:精神)?(?:要求|部署|安排)$")
_VERB_ALONE = re.compile(
    r"(?:并|同时|还|也|最后|就此|进一步|着重|再次|会议)*(?:提出)?(强调|要求|提出|指出|号召|希望|明确)(?:指出)?"
)
_ANNOUNCED = re.compile(
    r"(?:经(?:会议)?(?:认真)?(?:研究|讨论)|现|将|会议|本次|有关|主要|的)*(议定|决定|明确|要求|部署|强调|指出)"
    r"(?:的|如下|以下|有关|主要|几点|[一二三四五六七八九十\d]+[点项条])*(?:事项|意见|工作|内容|任务|要求|精神)?(?:的)?(?:纪要|通知|公告)?(?:如下)?"
)
_SURNAME_POST = re.compile(
    r"(?:副|常务副)?(?:书记|市长|县长|区长|州长|旗长|局长|主任|部长|主席|厅长|秘书长|总督学|校长|镇长|乡长)"
)
_AGREED = re.compile(r"(?:并|一致|经研究)*(?:原则)?(同意|决定)(?!了|《|□)")
_STOPS = frozenset("。；;")
_BINDING = re.compile(r"由|牵头|负责|\d[日月]|要|不得|一律")
# Made demands, without saying which: 参加会议并作要求，….
_NOUN = re.compile(r"(?:作|做|提)(?:了|出|出了)?(?:工作|具体|明确|相关|有关|讲话)*(?:要求|部署|安排)$")
_ASKS = re.compile(r"[^,，。;；]{0,16}(?:要|须|务必|应|不得|[一二三]是|确保|严禁)")
_COUNTED = re.compile(r"[一二三四五六七八九十两几\d]+[点条项个](?:方面)?(?:的|具体|工作)?(?:要求|意见|希望|建议)$")
_MOST_NAMES = 200
_LONGEST_LEAD = 60
_LONGEST_ADJUNCT = 60


@dataclass(frozen=True, slots=True)
class Frame:
    """Somebody begins to speak in a clause at `begin`; what is said begins at `content`. A `statement` holds no directives."""

    speaker: str
    verb: str
    content: int
    statement: bool = False
    begin: int = 0


class FrameFinder:
    """Finds the frames of one page."""

    def __init__(self, page: Page, mentions: Sequence[Mention], words: Speech) -> None:
        self._page = page
        self._words = words
        self._mentions = mentions
        self._starting = {mention.begin: mention for mention in mentions} | {
            mention.start: mention for mention in mentions
        }
        self._posts: dict[str, str] = {}
        self._presiding = {mention.name for mention in mentions if page.masked.startswith("主持", mention.end)}
        for mention in mentions:
            if mention.post:
                self._posts.setdefault(mention.name, mention.post)
        longest = sorted({*words.directive_verbs, *words.leader_verbs, *words.statement_verbs}, key=len, reverse=True)
        self._verbs = tuple(longest)
        inline = sorted(
            (verb for verb in words.directive_verbs if verb not in words.never_before_demand), key=len, reverse=True
        )
        self._inline = re.compile(
            rf"(?:同志)?(?:还|又|并|也|再次|着重|特别|明确|郑重|反复|同时|最后|进一步|一致)*({'|'.join(inline)})(?![了的过])"
        )
        nouns = "|".join(words.announcements)
        verbs = "|".join(sorted(words.announcing_verbs, key=len, reverse=True))
        self._announcing = re.compile(rf"(?<!工)({verbs})[^,，。]{{0,30}}?(?:{nouns})(?:如下)?$")
        self.named = tuple(sorted({mention.name for mention in mentions}, key=len, reverse=True)[:_MOST_NAMES])

    def frames_in(self, sentence: Sentence, last_person: str | None, current: Frame | None) -> list[Frame]:
        """Return the frames of a sentence in order. `last_person` resolves 他 and 她."""
        frames: list[Frame] = []
        found = None
        subject: str | None = None
        for clause in sentence.clauses:
            if found is not None and clause.start < found.content:
                continue
            speaker, rest_start = self._subject(clause, last_person if subject in {None, MEETING} else subject)
            told = self._page.masked[clause.start : clause.end]
            subject = speaker or subject or (MEETING if "会" in told and ("召开" in told or "举行" in told) else None)
            frame = self._framed(clause, speaker, rest_start) if speaker else None
            if frame is None and speaker is None and (found is None or found.statement):
                frame = self._without_subject(clause, subject, current, sentence)
            if frame is not None and not (found is not None and not found.statement and frame.statement):
                found = replace(frame, begin=clause.start)
                frames.append(found)
        return frames

    def _subject(self, clause: Clause, last_person: str | None) -> tuple[str | None, int]:
        """Return who opens a clause and where the rest begins."""
        masked = self._page.masked
        start = clause.start
        lead = _LEAD_IN.match(masked[start : min(clause.end, start + _LONGEST_LEAD)])
        for begin in dict.fromkeys((start, start + (lead.end() if lead else 0))):
            for subject in self._words.meeting_subjects:
                if masked.startswith(subject, begin) and not masked.startswith(("会议上", "会议室", "会议期间"), begin):
                    return MEETING, begin + len(subject)
            mention = self._starting.get(begin)
            if mention is not None and mention.end <= clause.end:
                return mention.name, mention.end
            for name in self.named:
                if masked.startswith(name, begin):
                    return name, begin + len(name)
            short = self._by_surname(begin)
            if short:
                return short
            pronoun = next((word for word in self._words.pronouns if masked.startswith(word, begin)), None)
            if pronoun and not masked.startswith(("他们", "她们", "他人", "他山"), begin):
                return last_person, begin + len(pronoun)
        for mention in self._inside(clause):
            if mention.begin - start <= _LONGEST_LEAD and not self._is_object(masked[start : mention.begin]):
                return mention.name, mention.end
        return None, start

    def _by_surname(self, begin: int) -> tuple[str, int] | None:
        """Return whom a surname with a post means (兰副市长), where one person of that surname is named."""
        meant = [name for name in self.named if name[0] == self._page.masked[begin : begin + 1]]
        if len(meant) != 1:
            return None
        post = _SURNAME_POST.match(self._page.masked, begin + 1)
        return (meant[0], post.end()) if post else None

    def _inside(self, clause: Clause) -> list[Mention]:
        named = between(self._mentions, clause.start, clause.end)
        return [mention for mention in named if clause.start <= mention.begin and mention.end <= clause.end][:1]

    @staticmethod
    def _is_object(before: str) -> bool:
        """Say whether what stands before a name makes it an object: 传达了某某…批示."""
        return bool(re.search(r"传达|学习|贯彻|根据|按照|落实|听取|宣读|主持$|由$", before))

    def _framed(self, clause: Clause, speaker: str, rest_start: int) -> Frame | None:
        masked = self._page.masked
        rest = masked[rest_start : clause.end]
        told = masked[clause.start : clause.end]
        after = clause.end + len(clause.delimiter)
        closed = rest.endswith(("如下", "如下事项", "如下意见", "如下安排", "以下事项", "如下要求")) or bool(
            _COUNTED.search(rest)
        )
        ends_line = (
            closed
            or clause.delimiter
            or clause.end >= len(masked)
            or masked[clause.end] == "\n"
            or self._precedes_number(clause)
        )
        if ends_line and len(rest) <= _LONGEST_ADJUNCT:
            verb = None if _CONVEYED.search(rest) and self._is_object(told) else self._closing_verb(rest)
            if (
                verb
                and not (
                    verb in self._words.nouns_too
                    and len(rest) > len(verb) + 4
                    and (not (self._introduces(clause) or self._hands_out(clause, verb)) or _REPORTED.search(rest))
                )
                and not (_NOUN.search(rest) and not self._introduces(clause) and not self._asks(after))
            ):
                return self._spoken(speaker, verb, rest, after)
            announced = self._announced(clause, rest, speaker, closed=closed)
            if announced:
                return announced
        inline = self._inline.match(rest)
        if inline and len(rest) > inline.end() and self._asks_for(inline.group(1), rest[inline.end() :]):
            return Frame(speaker, inline.group(1), rest_start + inline.end())
        statement = next((verb for verb in self._words.statement_verbs if rest.startswith(verb)), None)
        if statement and len(rest) > len(statement):
            return Frame(speaker, statement, clause.end, statement=True)
        return None

    def _announced(self, clause: Clause, rest: str, speaker: str, *, closed: bool = False) -> Frame | None:
        """Return the frame of what announces a list that follows: 提出三点要求：, 强调了三个方面。一是…."""
        announced = self._announcing.search(rest)
        if announced is None:
            return None
        at_end = self._page.masked[clause.end : clause.end + 1] in {"\n", ""}
        if not (closed or at_end or clause.delimiter in {":", "："} or self._precedes_number(clause)):
            return None
        verb = announced.group(1)
        return Frame(speaker, self._words.announced_as.get(verb, verb), clause.end + len(clause.delimiter))

    def _precedes_number(self, clause: Clause) -> bool:
        """Say whether a clause ends its sentence and the next one bears a number mark."""
        text, end = self._page.text, clause.end
        ends = self._page.masked[end : end + 1] in _STOPS
        return ends and number_length(text, end + 1, min(end + 8, len(text))) > 1

    def _hands_out(self, clause: Clause, verb: str) -> bool:
        """Say whether work is handed out in the next clause: 就寒假工作进行部署，各学校要…."""
        return verb in self._words.handing_out_verbs and bool(clause.delimiter) and self._asks(clause.end + 1)

    def _asks(self, start: int) -> bool:
        """Say whether something asked for stands at `start`."""
        return _ASKS.match(self._page.masked, start) is not None

    def _introduces(self, clause: Clause) -> bool:
        """Say whether a colon follows, or a comma and then a number mark: 作了安排，一是…."""
        after = clause.end + len(clause.delimiter)
        return clause.delimiter in {":", "："} or (
            bool(clause.delimiter) and number_length(self._page.text, after, min(after + 6, len(self._page.text))) > 1
        )

    def _asks_for(self, verb: str, said: str) -> bool:
        """Say whether a verb without a comma after it governs something asked for: 会议明确职责 does not."""
        return verb not in self._words.vague_verbs or bool(re.search(r"要|须|由|应|不得|严禁|[,，]", said))

    def _closing_verb(self, rest: str) -> str | None:
        verb = next((verb for verb in self._verbs if rest.endswith(verb)), None)
        if verb is None:
            return None
        doubled = next(
            (first for first in self._words.directive_verbs if rest.endswith(first + verb) and first != verb), None
        )
        return doubled or verb

    def _spoken(self, speaker: str, verb: str, rest: str, content: int) -> Frame | None:
        if verb in self._words.directive_verbs:
            return Frame(speaker, verb, content)
        pledged = self._page.masked.startswith(self._words.pledge_heads, content)
        if verb in self._words.leader_verbs and self._is_leader(speaker) and not pledged:
            within = next((word for word in self._words.directive_verbs if word in rest), None)
            return Frame(speaker, within or self._words.announced_as.get(verb, verb), content)
        return Frame(speaker, verb, content, statement=True)

    def _is_leader(self, speaker: str) -> bool:
        if speaker in self._presiding:
            return True
        post = self._posts.get(speaker, "")
        return post.endswith(self._words.leader_posts) and not post.endswith(self._words.unless_posts)

    def _without_subject(
        self, clause: Clause, subject: str | None, current: Frame | None, sentence: Sentence
    ) -> Frame | None:
        """Return the frame of a clause such as `要求各单位…` after a narrative clause, `各单位表示`, `议定事项：`."""
        masked = self._page.masked
        piece = masked[clause.start : clause.end]
        speaker = subject or (current.speaker if current else None)
        if clause.start > sentence.start or sentence.numbered or current is not None:
            said = _VERB_ALONE.fullmatch(piece)
            if said and clause.delimiter and subject:
                return Frame(subject, said.group(1), clause.end + len(clause.delimiter))
            lead = re.match(
                r"(?:并|同时|还|也|又|会议|逐一|对[^、的]{0,12})*(要求|强调(?=.{0,20}要)|希望|号召)(?!了)", piece
            )
            if lead and len(piece) > lead.end() and speaker:
                return Frame(speaker, lead.group(1), clause.start + lead.end())
        agreed = _AGREED.match(piece)
        if agreed and subject and _BINDING.search(masked[clause.start : sentence.end]):
            return Frame(subject, agreed.group(1), clause.start)
        pledged = next(
            (verb for verb in self._words.pledge_verbs if piece.endswith(verb) or piece.startswith(verb)), None
        )
        if pledged:
            return Frame(speaker or MEETING, pledged, clause.end, statement=True)
        told = "如下" in piece or "以下" in piece
        if subject and (listed := self._announced(clause, piece, subject, closed=told)):
            return listed
        if (clause.start == sentence.start and clause.delimiter in {":", "："}) or (
            clause.end == sentence.end and not sentence.ending
        ):
            announced = _ANNOUNCED.fullmatch(piece)
            if announced and piece:
                return Frame(MEETING, announced.group(1), clause.end + len(clause.delimiter))
        studied = re.match(r"(?:经(?:会议)?(?:研究|讨论)[,，]?)(决定|议定|明确|同意)", piece)
        if studied and len(piece) > studied.end():
            return Frame(MEETING, studied.group(1), clause.start + studied.end())
        return None
