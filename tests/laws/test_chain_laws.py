"""The hash chain names the first entry that was touched, whatever was done to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from omlib.records.chain import Entry, follow, verify

_FACTS = st.dictionaries(
    st.text(max_size=5), st.text(max_size=5) | st.integers() | st.booleans() | st.none(), max_size=3
)
_AT = datetime(2026, 3, 2, tzinfo=UTC)


def _chained(facts: Sequence[dict[str, object]]) -> list[Entry]:
    entries: list[Entry] = []
    for index, told in enumerate(facts):
        last = entries[-1] if entries else None
        at = _AT + timedelta(seconds=index)
        entries.append(follow(last, at=at, event="step", facts=told))
    return entries


@given(st.lists(_FACTS, max_size=8))
def test_an_untouched_chain_holds(facts: list[dict[str, object]]) -> None:
    assert verify(_chained(facts)) is None


@given(st.lists(_FACTS, min_size=1, max_size=8), st.data())
def test_one_changed_field_is_named_by_its_entry(
    facts: list[dict[str, object]], data: st.DataObject
) -> None:
    entries = _chained(facts)
    index = data.draw(st.integers(0, len(entries) - 1))
    entry = entries[index]
    change = data.draw(
        st.sampled_from(
            (
                replace(entry, event="step2"),
                replace(entry, at=entry.at + timedelta(microseconds=1)),
                replace(entry, facts={**entry.facts, "more": 1}),
                replace(entry, seq=entry.seq + 1),
                replace(entry, prev="f" * 64),
                replace(entry, hash="f" * 64),
            )
        )
    )
    entries[index] = change
    assert verify(entries) == index + 1


@given(st.lists(_FACTS, min_size=2, max_size=8), st.data())
def test_an_entry_taken_out_is_named_by_its_number(
    facts: list[dict[str, object]], data: st.DataObject
) -> None:
    entries = _chained(facts)
    index = data.draw(st.integers(0, len(entries) - 2))
    del entries[index]
    assert verify(entries) == index + 1


@given(st.lists(_FACTS, min_size=1, max_size=8), st.data())
def test_a_rewritten_entry_shows_even_when_its_own_hash_was_made_anew(
    facts: list[dict[str, object]], data: st.DataObject
) -> None:
    entries = [*_chained(facts), follow(_chained(facts)[-1], at=_AT, event="end", facts={})]
    index = data.draw(st.integers(0, len(facts) - 1))
    forged = replace(entries[index], event="forged")
    entries[index] = replace(forged, hash=forged.sealed())
    assert verify(entries) == index + 2  # the next one does not follow it


def test_a_chain_goes_on_from_a_checkpoint() -> None:
    entries = _chained([{"n": 1}, {"n": 2}, {"n": 3}])
    assert verify(entries[2:], after=entries[1]) is None
    assert verify(entries[2:], after=entries[0]) == 2
