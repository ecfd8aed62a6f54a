"""Reading a bulletin: repaired text in, the meeting and its directives out."""

import re
from bisect import bisect, bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from xuezheng.catalogue.bulletins import BulletinWords
from xuezheng.kernel.refusal import NotFound, TooLarge
from xuezheng.meetings.engine.agenda import AgendaFinder
from xuezheng.meetings.engine.bulletin import Bulletin, Directive, Person
from xuezheng.meetings.engine.directives import DirectiveFinder, Setting, Span
from xuezheng.meetings.engine.frames import MEETING, Frame, FrameFinder
from xuezheng.meetings.engine.measures import AreaFinder, MeasureFinder, UnitFinder
from xuezheng.meetings.engine.occasion import Occasion, OccasionFinder
from xuezheng.meetings.engine.passages import Clause, Page, Sentence, page_of
from xuezheng.meetings.engine.people import Mention, NameFinder, between
from xuezheng.meetings.engine.repair import repaired

# Some forty long bulletins; what is longer is searched for a meeting up to here and then refused either way.
MOST_CHARACTERS = 100_000
_MOST_RAW = 400_000
_HAN = re.compile(r"[\u3400-\u9fff]")
_LEAST_HAN = 4
# How much of a paragraph's narrative is looked at for the matter that its directives are about.
_MOST_TOLD = 600
# 某书记在全省大会上的讲话 is quoted here, not held.
_SPEECH_HELD = re.compile(
    r"(?:同志)?(?:在[^,，。]{2,24}(?:上|时|期间)的|关于[^,，。]{2,24}的|的)(?:重要)?(?:讲话|指示|批示|论述)"
)
_ENDED = "。！？!?”’」』；;)）"


@dataclass(frozen=True, slots=True)
class _Found:
    speaker: str
    verb: str
    span: Span
    decided: bool


def read_bulletin(raw: str, words: BulletinWords) -> Bulletin:
    """Return what a bulletin says: the meeting's data and its directives with their exact places.

    `raw` is a page as pasted: markup, traditional characters, navigation and second copies are repaired first, and all
    offsets refer to `Bulletin.text`. Raises `NotFound` where no meeting is found in the first 100,000 characters and `TooLarge` where one is
    found but the text is longer than that.
    """
    text = repaired(raw[:_MOST_RAW], words.repair)
    page = page_of(text[:MOST_CHARACTERS], words.speech.directive_verbs)
    bulletin = _Reading(page, words).bulletin()
    if len(raw) > _MOST_RAW or len(text) > MOST_CHARACTERS:
        raise TooLarge("bulletin_too_long", found=len(raw), limit=MOST_CHARACTERS)
    return bulletin


class _Nearby:
    """What the paragraph of a directive has spoken of before it: its last directive, or the matter that it opened with."""

    def __init__(self, page: Page, narrative: Sequence[Clause], areas: AreaFinder) -> None:
        self._page = page
        self._narrative = narrative
        self._areas = areas
        self._last: tuple[int, tuple[str, ...]] = (-1, ())

    def before(self, start: int) -> tuple[str, ...]:
        """Return the areas spoken of in the same paragraph before `start`."""
        line = self._page.text.rfind("\n", 0, start) + 1
        if self._last[0] >= line:
            return self._last[1]
        first = bisect_left(self._narrative, line, key=lambda clause: clause.start)
        last = bisect_left(self._narrative, start, key=lambda clause: clause.start)
        told = "".join(self._page.text[clause.start : clause.end] for clause in self._narrative[first:last])
        return tuple(self._areas.named(told[:_MOST_TOLD])[0])

    def add(self, start: int, areas: tuple[str, ...]) -> None:
        """Remember the areas of the directive at `start`; `other` says nothing."""
        if areas != ("other",):
            self._last = (start, areas)


class _Reading:
    """The reading of one page."""

    def __init__(self, page: Page, words: BulletinWords) -> None:
        self._page = page
        self._words = words
        self._occasion: Occasion = OccasionFinder(page, words.agenda, words.repair).read()
        verbs = (*words.speech.directive_verbs, *words.speech.statement_verbs, *words.speech.leader_verbs)
        names = NameFinder(page, words.people, verbs)
        self._mentions = names.mentions
        self._roll = self._rolls(names)
        self._frames = FrameFinder(page, self._mentions, words.speech)
        self._units = UnitFinder(words.measures)
        self._directives = DirectiveFinder(page, words.speech, self._units)
        self._agenda = AgendaFinder(page, words.agenda, words.speech.meeting_subjects)
        self._narrative: list[Clause] = []

    def bulletin(self) -> Bulletin:
        found = self._runs()
        agenda = self._agenda.read(self._narrative)
        people = self._people(found)
        chair = self._chair(people)
        if not self._is_meeting(found, agenda, chair):
            raise NotFound("meeting_not_found")
        occasion = self._occasion
        directives = self._described(found)
        speakers = dict.fromkeys(directive.speaker for directive in directives)
        return Bulletin(
            text=self._page.text,
            title=occasion.title,
            organiser=occasion.organiser,
            meeting=occasion.meeting,
            ordinal=occasion.ordinal,
            date=occasion.date,
            chair=chair,
            attendees=tuple(person for person in people.values() if chair is None or person.name != chair.name),
            studied=tuple(agenda["studied"]),
            heard=tuple(agenda["heard"]),
            reviewed=tuple(agenda["reviewed"]),
            speakers=tuple(people.get(name, Person(name)) for name in speakers),
            directives=directives,
            published_on=occasion.published_on,
            source=occasion.source,
            reporters=occasion.reporters,
            editor=occasion.editor,
        )

    def _is_meeting(self, found: list[_Found], agenda: dict[str, list[str]], chair: Person | None) -> bool:
        if not any(word in self._page.text for word in self._words.agenda.meeting_words):
            return False
        if found or (chair and (self._occasion.meeting or self._occasion.date)):
            return True
        return bool(any(agenda.values()) and (self._occasion.meeting or self._occasion.date))

    def _runs(self) -> list[_Found]:
        """Return the directives with who said them; clauses that nobody spoke are kept as narrative."""
        found: list[_Found] = []
        run: Frame | None = None
        last_person: str | None = None
        before_semicolon = -1
        sentences = [sentence for sentence in self._page.sentences if self._is_told(sentence)]
        for number, sentence in enumerate(sentences):
            following = sentences[number + 1] if number + 1 < len(sentences) else None
            run = self._said_afterwards(sentence) or run
            frames = self._frames.frames_in(sentence, last_person, run)
            for earlier, later in pairwise(frames):
                spans = self._spans(
                    replace(sentence, end=later.begin - 1),
                    earlier.content,
                    earlier,
                    None,
                    earlier,
                )
                found += [self._said(earlier, span) for span in spans]
            frame = frames[-1] if frames else None
            last_person = self._person_in(sentence, frame) or last_person
            if frame is not None:
                run = frame
                self._narrate(sentence, frame)
                start = frame.content
            elif self._is_narrative(sentence, run):
                run = None
                self._narrate(sentence, None)
                start = sentence.end
            else:
                start = sentence.start
                if run is None or run.statement:
                    self._narrate(sentence, None)
            parallel = frame is None and before_semicolon == sentence.line
            spans = self._spans(sentence, start, run, following, frame, parallel=parallel)
            spans = [span for span in spans if len(_HAN.findall(self._page.text, span.start, span.end)) >= _LEAST_HAN]
            found += [self._said(run, span) for span in spans if run]
            before_semicolon = sentence.line if spans and sentence.ending in {"；", ";"} else -1
        return found

    def _said_afterwards(self, sentence: Sentence) -> Frame | None:
        """Return the speaker of a quotation that opens here and is followed by who said it: “…。”某某强调."""
        tail = self._page.spoken.get(sentence.start) or self._page.spoken.get(sentence.start - 1)
        if tail is None:
            return None
        start, end = tail
        clause = Clause(start, end, ",")
        told = Sentence(start, end, "。", sentence.line, False, False, (clause,))
        frames = self._frames.frames_in(told, None, None)
        return frames[0] if frames else None

    def _is_told(self, sentence: Sentence) -> bool:
        """Say whether a sentence belongs to the body: it stands after the header and on no roll of minutes."""
        start, end = self._page.lines[sentence.line]
        label, colon, _ = self._page.text[start : min(end, start + 12)].replace("：", ":").partition(":")
        return sentence.line >= self._occasion.body_line and not (colon and label in self._words.agenda.labels)

    def _spans(
        self,
        sentence: Sentence,
        start: int,
        run: Frame | None,
        following: Sentence | None,
        frame: Frame | None,
        *,
        parallel: bool = False,
    ) -> list[Span]:
        if run is None or run.statement or start >= sentence.end:
            return []
        alone = sentence.labelled and not sentence.ending
        goes_on = following is not None and (
            following.level != sentence.level or not following.numbered
            if following.line == sentence.line
            else not following.labelled
        )
        followed = goes_on or (following is not None and alone)
        setting = Setting(
            decided=self._decides(run),
            asked=frame is not None and not frame.statement and self._page.text[start - 1] not in ",，:：\n",
            demanded=frame is not None and frame.verb in self._words.speech.demanding_verbs,
            parallel=parallel,
            numbered=sentence.numbered,
            labelled=sentence.labelled,
            followed=followed and sentence.ending in {"。", "", "！", "!"},
        )
        return self._directives.spans(start, sentence.end, setting)

    def _decides(self, run: Frame) -> bool:
        """Say whether what stands under a frame is decided rather than asked for."""
        return run.verb in self._words.speech.deciding_verbs

    def _said(self, run: Frame | None, span: Span) -> _Found:
        if run is None:
            raise AssertionError("a directive without a speaker")
        text = self._page.text[span.start : span.end]
        for verb in self._words.speech.repeated_verbs:
            if text.startswith(verb) and len(text) > len(verb) + 4:
                skipped = span.start + len(verb) + (text[len(verb)] in ",，:：")
                return _Found(run.speaker, verb, replace(span, start=skipped), self._decides(run))
        return _Found(run.speaker, run.verb, span, self._decides(run))

    def _narrate(self, sentence: Sentence, frame: Frame | None) -> None:
        limit = frame.content if frame and not frame.statement else sentence.end
        self._narrative += [clause for clause in sentence.clauses if clause.end <= limit]

    def _person_in(self, sentence: Sentence, frame: Frame | None) -> str | None:
        if frame is not None and frame.speaker != MEETING:
            return frame.speaker
        inside = between(self._mentions, sentence.start, sentence.end)
        return inside[0].name if inside else None

    def _is_narrative(self, sentence: Sentence, run: Frame | None) -> bool:
        """Say whether a sentence without a frame tells of the meeting, so that the speaker's run is over."""
        if not sentence.clauses:
            return False
        first, last = sentence.clauses[0], sentence.clauses[-1]
        masked = self._page.masked
        opening = masked[first.start : first.end]
        words = self._words.speech
        told = opening.startswith(words.narrative_heads) or opening in words.narrative_times
        if (told or self._agenda.opens(first)) and not self._directives.opens(first):
            return True
        closing = masked[last.start : last.end].rstrip("□")
        if closing.endswith(words.narrative_tails) and not any(
            self._directives.opens(clause) for clause in sentence.clauses
        ):
            return True
        spoken_of = any(first.start in {m.begin, m.start} for m in between(self._mentions, first.start, first.end))
        happening = _SPEECH_HELD.sub("", masked[first.start : last.end])
        doing = any(verb in happening for verb in words.narrative_verbs)
        return run is not None and spoken_of and doing and not self._directives.opens(first)

    def _people(self, found: list[_Found]) -> dict[str, Person]:
        """Return who took part, in order: everybody named in the narrative, and who spoke."""
        start = self._page.lines[self._occasion.body_line][0] if self._page.lines else 0
        people: dict[str, Person] = {
            person.name: person for kind in ("chair", "attendees") for person in self._roll[kind]
        }
        spoken = {item.speaker for item in found}
        asked = sorted((item.span.start, item.span.end) for item in found)
        for mention in self._mentions:
            inside = bisect(asked, (mention.start, mention.start))
            within = any(begin <= mention.start < end for begin, end in asked[max(0, inside - 1) : inside + 1])
            if mention.start < start or not self._takes_part(mention) or (within and mention.name not in spoken):
                continue
            known = people.get(mention.name)
            if known is None or (known.post is None and mention.post):
                people[mention.name] = Person(mention.name, mention.post)
        return people

    def _rolls(self, names: NameFinder) -> dict[str, list[Person]]:
        """Return who stands on the labelled lines of minutes: 主持:…, 出席:…."""
        labels = self._words.agenda.labels
        found: dict[str, list[Person]] = {kind: [] for kind in {*labels.values(), "chair", "attendees"}}
        for start, end in self._page.lines[:60]:
            label, colon, rest = self._page.text[start:end].replace("：", ":", 1).partition(":")
            if colon and label in labels and labels[label] in {"chair", "attendees", "absent"}:
                found[labels[label]] += [Person(name, post) for name, post in names.on_roll(rest)]
        return found

    def _takes_part(self, mention: Mention) -> bool:
        """Say whether a mention is of somebody at the meeting: not somebody whose instruction is conveyed."""
        text = self._page.masked
        begin = max(text.rfind(stop, max(0, mention.start - 80), mention.start) for stop in ",，。;；\n")
        before = text[begin + 1 if begin >= 0 else max(0, mention.start - 80) : mention.start]
        after = re.split(r"[,，。;；\n]", text[mention.end : mention.end + 60])[0]
        if _SPEECH_HELD.match(text, mention.end):
            return False
        conveyed = any(word in after for word in self._words.people.conveyed)
        return not (conveyed and any(word in before for word in self._words.people.conveying))

    def _chair(self, people: dict[str, Person]) -> Person | None:
        if self._roll["chair"]:
            return self._roll["chair"][0]
        masked = self._page.masked
        at = -1
        start = self._page.lines[self._occasion.body_line][0] if self._page.lines else 0
        while (at := masked.find("主持", max(at + 1, start))) >= 0:
            if masked.startswith(self._words.people.not_presiding, at):
                continue
            begin = max(masked.rfind(stop, 0, at) for stop in ",，。;；\n")
            named = [m for m in between(self._mentions, begin + 1, at) if m.end <= at and self._takes_part(m)]
            if not named and masked[begin + 1 : at] in {"并", "会议并", "并讲话", "出席会议并", "", "出席并", "同时"}:
                earlier = max(masked.rfind(stop, 0, max(0, begin)) for stop in "。;；\n")
                named = [m for m in between(self._mentions, earlier + 1, at) if m.end <= at][:1]
            if named:
                chosen = named[-1] if masked[named[-1].end : at].strip("同志") in {"", "在", "于"} else named[0]
                return people.get(chosen.name)
        return None

    def _described(self, found: list[_Found]) -> tuple[Directive, ...]:
        occasion = self._occasion
        areas = AreaFinder(self._words.areas, self._words.measures.institution_ends)
        measures = MeasureFinder(self._words.measures)
        opening = (
            self._page.text[slice(*self._page.lines[occasion.body_line])][:60].split("。")[0]
            if self._page.lines
            else ""
        )
        heading = (occasion.meeting or "") + (occasion.title or "") or opening
        topics, pervading = areas.topics(heading), areas.pervading(heading)
        text = self._page.text
        directives: list[Directive] = []
        nearby = _Nearby(self._page, self._narrative, areas)
        for item in found:
            span = item.span
            said = text[span.start : span.end]
            named = areas.areas(said, topics, pervading, span.units[0] if span.units else "", nearby.before(span.start))
            nearby.add(span.start, named)
            directives.append(
                Directive(
                    speaker=item.speaker,
                    verb=item.verb,
                    start=span.start,
                    end=span.end,
                    text=said,
                    areas=named,
                    measurable=measures.is_measurable(said),
                    units=span.units,
                    implicit=span.implicit,
                    heading=span.heading,
                    truncated=span.end == len(text) and said[-1] not in _ENDED and len(said) > 4,
                    decided=item.decided,
                )
            )
        return tuple(directives)
