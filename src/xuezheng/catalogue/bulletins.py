"""The words by which bulletins are read: speech, people, agenda, measures, areas of work, and repair of pages."""

from functools import cache
from typing import Annotated

from pydantic import Field

from xuezheng.catalogue.loader import Entry, Words, load_packaged

Word = Annotated[str, Field(min_length=1)]
WordList = tuple[Word, ...]


class Speech(Entry):
    """Who asks for what: subjects, verbs, marks of a directive and of what is none."""

    meeting_subjects: WordList
    pronouns: WordList
    directive_verbs: WordList
    demanding_verbs: WordList
    deciding_verbs: WordList
    nouns_too: WordList
    never_before_demand: WordList
    vague_verbs: WordList
    handing_out_verbs: WordList
    repeated_verbs: WordList
    leader_verbs: WordList
    leader_posts: WordList
    unless_posts: WordList
    statement_verbs: WordList
    announcements: WordList
    announcing_verbs: WordList
    announced_as: dict[Word, Word]
    openers: WordList
    openers_after_comma: WordList
    openers_at_head_only: WordList
    subject_heads: WordList
    ourselves: WordList
    concerns: WordList
    before_opener: WordList
    continuing: WordList
    after_pair: WordList
    marks: WordList
    not_openers: WordList
    opener_other_words: WordList
    openers_after_all: WordList
    not_ending_in_opener: WordList
    not_marks: WordList
    not_before_marks: WordList
    decision_heads: WordList
    decision_verbs: WordList
    unit_verbs: WordList
    conditions: WordList
    condition_ends: WordList
    imperatives: WordList
    not_imperatives: WordList
    time_ends: WordList
    background_links: WordList
    not_background: WordList
    narrative_times: WordList
    narrative_heads: WordList
    narrative_verbs: WordList
    narrative_tails: WordList
    conveying: WordList
    pledge_verbs: WordList
    pledge_heads: WordList


class Repair(Entry):
    """What converters, portals and advertising leave in a page."""

    broken: dict[Word, str]
    lost_after_question: dict[Word, Word]
    mistaken: dict[Word, Word]
    furniture: WordList
    endings: WordList
    publication_labels: WordList
    source_labels: WordList
    reporter_labels: WordList
    editor_labels: WordList
    spam: WordList
    hidden_elements: WordList


class People(Entry):
    """How people are named. `surnames`, `conjunctions` and the like are texts of single characters."""

    surnames: str
    compound_surnames: WordList
    posts: WordList
    groups: WordList
    followers: WordList
    not_names: WordList
    never_in_names: str
    conjunctions: str
    never_last: str
    seldom_last: str
    never_ends: WordList
    doings_in_names: WordList
    after_bare_names: WordList
    doings: WordList
    not_present: WordList
    not_present_posts: WordList
    conveying: WordList
    conveyed: WordList
    attending: WordList
    presiding: WordList
    not_presiding: WordList


class Agenda(Entry):
    """What was studied, heard, reviewed; what names a meeting; the labels of minutes."""

    studied: WordList
    heard: WordList
    reviewed: WordList
    need_document: WordList
    document_words: WordList
    adverbs: WordList
    head_shed: WordList
    tail_shed: WordList
    item_ends: WordList
    continued_by: WordList
    issuer_ends: WordList
    not_reported: WordList
    not_after: WordList
    no_report_ends: WordList
    no_topic: WordList
    meeting_words: WordList
    convening: WordList
    bodies: WordList
    labels: dict[Word, Word]
    undated: WordList


class Measures(Entry):
    """What makes a directive measurable, and how responsible units are named."""

    counted: WordList
    chinese_periods: WordList
    chinese_limits: WordList
    least: WordList
    building_verbs: WordList
    recurring: WordList
    shares: WordList
    ends: WordList
    zeros: WordList
    institution_ends: WordList
    unit_ends: WordList
    unit_joins: WordList
    unit_heads: WordList


class Area(Words):
    """An area of work: its terms, phrases in which a term does not count, and terms that count where nothing else does."""

    terms: WordList
    weak: WordList = ()
    shaded_by: WordList = ()


class Topic(Entry):
    """What shows that a meeting is about an area, and whether each of its directives then belongs to it."""

    terms: WordList
    pervades: bool


class Areas(Entry):
    """The closed set of areas by code, names of authorities that decide no area, and the topics of meetings.

    `framing` are the areas that say how a matter is led or supervised, not what it is; `hazards` those of one danger each.
    """

    agencies: WordList
    areas: dict[str, Area]
    framing: WordList
    hazards: WordList
    topics: dict[str, Topic]


class TaskColumn(Words):
    """A column of the task breakdown table: our header, the headers of others, its width in a document."""

    aliases: WordList
    width_mm: float


class TaskWords(Entry):
    """The words of the task breakdown table."""

    title: Words
    columns: dict[str, TaskColumn]
    unit_separators: WordList
    notes: WordList


class BulletinWords(Entry):
    """All of the catalogue's words for reading bulletins."""

    speech: Speech
    repair: Repair
    people: People
    agenda: Agenda
    measures: Measures
    areas: Areas


@cache
def load_bulletin_words() -> BulletinWords:
    """Return the catalogue's words for reading bulletins; raises `InvalidRule` where a file does not fit its form."""
    return BulletinWords(
        speech=load_packaged(Speech, "bulletins/speech.yaml"),
        repair=load_packaged(Repair, "bulletins/repair.yaml"),
        people=load_packaged(People, "bulletins/people.yaml"),
        agenda=load_packaged(Agenda, "bulletins/agenda.yaml"),
        measures=load_packaged(Measures, "bulletins/measures.yaml"),
        areas=load_packaged(Areas, "bulletins/areas.yaml"),
    )


@cache
def load_task_words() -> TaskWords:
    """Return the catalogue's words for task breakdown tables; raises `InvalidRule` where the file does not fit its form."""
    return load_packaged(TaskWords, "bulletins/tasks.yaml")
