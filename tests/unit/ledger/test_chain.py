"""The chain finds every edit, removal, reorder and insertion, wherever it is made."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xuezheng.ledger.engine.chain import ERASURE, GENESIS, Entry, Link, breaks, link_digest, payload_digest, runs

# The same cases every time, on machines of any speed.
steady = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
words = st.text(max_size=12)
bodies = st.dictionaries(st.sampled_from(["before", "after", "reason"]), st.one_of(st.none(), words, st.integers()))


def chained(payloads, action="register.import"):
    links, previous = [], GENESIS
    for number, body in enumerate(payloads, start=1):
        salt = f"{number:032x}"
        entry = Entry(
            number, START + timedelta(minutes=number), "509901", "account:1", action, "school", "1", False,
            payload_digest(salt, body),
        )  # fmt: skip
        digest = link_digest(previous, entry)
        links.append(Link(entry, previous, digest, body, salt))
        previous = digest
    return links


def found(links):
    return list(breaks(links))


chains = st.lists(bodies, min_size=2, max_size=12).map(chained)


@steady
@given(chains)
def test_a_chain_that_nobody_touched_holds(links):
    assert found(links) == []


@steady
@given(chains, st.data())
def test_an_edited_event_is_found(links, data):
    at = data.draw(st.integers(0, len(links) - 1))
    changed = data.draw(
        st.sampled_from([
            {"actor": "account:2"}, {"county": "509902"}, {"action": "register.delete"}, {"subject_id": "2"},
            {"restricted": True}, {"at": START}, {"payload_digest": "f" * 64},
        ])
    )  # fmt: skip
    links[at] = replace(links[at], entry=replace(links[at].entry, **changed))
    assert {broken.number for broken in found(links)} == {at + 1}


@steady
@given(chains, st.data())
def test_an_edited_event_with_a_digest_made_to_fit_is_found_at_the_next_one(links, data):
    at = data.draw(st.integers(0, len(links) - 2))
    entry = replace(links[at].entry, actor="account:2")
    links[at] = replace(links[at], entry=entry, digest=link_digest(links[at].previous, entry))
    assert [(broken.number, broken.what) for broken in found(links)] == [(at + 2, "previous")]


@steady
@given(chains, st.data())
def test_an_edited_payload_is_found(links, data):
    at = data.draw(st.integers(0, len(links) - 1))
    links[at] = replace(links[at], payload={"reason": "made up afterwards, longer than any"})
    assert [(broken.number, broken.what) for broken in found(links)] == [(at + 1, "payload")]


@steady
@given(chains, st.data())
def test_a_removed_event_is_found(links, data):
    at = data.draw(st.integers(0, len(links) - 2))
    del links[at]
    assert (at + 1, "gap") in {(broken.number, broken.what) for broken in found(links)}


@steady
@given(chains, st.data())
def test_two_events_that_changed_places_are_found(links, data):
    at = data.draw(st.integers(0, len(links) - 2))
    links[at], links[at + 1] = links[at + 1], links[at]
    assert found(links) != []


@steady
@given(chains, st.data())
def test_an_inserted_event_is_found(links, data):
    at = data.draw(st.integers(0, len(links) - 1))
    entry = replace(links[at].entry, actor="account:9")
    links.insert(at, Link(entry, links[at].previous, link_digest(links[at].previous, entry), None, None))
    assert found(links) != []


def test_a_payload_that_is_gone_needs_a_tombstone():
    links = chained([{"reason": "a"}, {"reason": "b"}, {"reason": "c"}])
    links[1] = replace(links[1], payload=None, salt=None)
    assert [(broken.number, broken.what) for broken in found(links)] == [(2, "erased")]
    entry = replace(links[2].entry, number=4, action=ERASURE, subject_kind="events", subject_id="2-2")
    links.append(Link(entry, links[2].digest, link_digest(links[2].digest, entry), links[2].payload, links[2].salt))
    assert found(links) == []


@steady
@given(st.sets(st.integers(1, 12)), st.lists(st.tuples(st.integers(1, 12), st.integers(1, 12)), max_size=5))
def test_what_no_tombstone_holds_is_found_however_they_overlap(erased, tombstones):
    links = chained([{"reason": "a"}] * 12)
    for number in erased:
        links[number - 1] = replace(links[number - 1], payload=None, salt=None)
    for first, last in tombstones:
        entry = replace(
            links[-1].entry, number=len(links) + 1, action=ERASURE, subject_kind="events", subject_id=f"{first}-{last}",
            payload_digest=payload_digest("5", {}),
        )  # fmt: skip
        links.append(Link(entry, links[-1].digest, link_digest(links[-1].digest, entry), {}, "5"))
    open_ones = {number for number in erased if not any(first <= number <= last for first, last in tombstones)}
    assert {broken.number for broken in found(links)} == open_ones


@steady
@given(st.sets(st.integers(1, 60)))
def test_runs_hold_the_numbers_and_no_others(numbers):
    covered = [number for first, last in runs(sorted(numbers)) for number in range(first, last + 1)]
    assert covered == sorted(numbers)
