"""Refs, forms, observations and actions: the nouns keep their promises for any text and value."""

import json
import unicodedata
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from omlib.model.action import Action, Verb, plain
from omlib.model.form import Form
from omlib.model.item import Attributes, Scope, Value
from omlib.model.kind import KINDS, Kind
from omlib.model.observation import NOTHING_SEEN, Observation, merge
from omlib.model.ref import BadRefError, Plane, Ref, make_ref, parse_ref
from omlib.testing.strategies import Look, any_text, looks, refs, values

forms = st.sampled_from(Form)


@given(refs)
def test_a_ref_reads_back_as_it_was_written(ref: Ref) -> None:
    assert parse_ref(str(ref)) == ref


@given(refs)
@example(make_ref(Plane.SERVER, "file", "/\u0307"))  # F of %2F and a dot above are one letter
def test_a_ref_is_one_line_of_visible_text_in_normal_form(ref: Ref) -> None:
    text = str(ref)
    assert unicodedata.normalize("NFC", text) == text
    assert not [char for char in text if char != " " and unicodedata.category(char)[0] in "CZ"]
    text.encode()  # no surrogates


@given(any_text.filter(bool))
def test_equal_names_in_two_encodings_are_one_ref(name: str) -> None:
    composed, apart = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    assert make_ref(Plane.SERVER, "user", composed) == make_ref(Plane.SERVER, "user", apart)


@given(any_text)
def test_any_text_is_a_ref_or_is_refused_as_one(text: str) -> None:
    try:
        ref = parse_ref(f"server/file/{text}")
    except BadRefError:
        return
    assert parse_ref(str(ref)) == ref


@pytest.mark.parametrize("form", Form)
@given(value=values)
def test_bringing_to_a_form_twice_changes_nothing(form: Form, value: Value) -> None:
    kind = Kind(plane=Plane.SERVER, name="any", attributes={"it": form})
    once = kind.normal("it", value)
    assert kind.normal("it", once) == once


@given(st.lists(looks(), max_size=3), st.data())
def test_looks_at_distinct_times_merge_in_any_grouping_and_order(
    taken: list[Look], data: st.DataObject
) -> None:
    seen = [
        Observation(
            sights={
                scope: replace(sight, at=sight.at + timedelta(minutes=number))
                for scope, sight in look.observed.sights.items()
            },
            actual=look.observed.actual,
        )
        for number, look in enumerate(taken)
    ]
    whole = merge(*seen)
    if len(seen) == 3:
        assert same(merge(merge(seen[0], seen[1]), seen[2]), whole)
        assert same(merge(seen[0], merge(seen[1], seen[2])), whole)
    assert same(merge(*data.draw(st.permutations(seen))), whole)
    assert same(merge(whole, NOTHING_SEEN), whole)
    assert same(merge(whole, whole), whole)


def same(one: Observation, other: Observation) -> bool:
    return one.sights == other.sights and sorted(one.actual, key=lambda thing: thing.ref) == sorted(
        other.actual, key=lambda thing: thing.ref
    )


attributes = st.none() | st.dictionaries(st.sampled_from(("name", "rules")), values)


@given(refs, attributes, attributes)
def test_an_action_undone_twice_is_the_action(
    ref: Ref, before: Attributes | None, after: Attributes | None
) -> None:
    assume(before is not None or after is not None)
    verb = Verb.CREATE if before is None else Verb.DELETE if after is None else Verb.UPDATE
    scope = Scope(ref.plane, ref.kind, "here")
    action = Action(ref=ref, scope=scope, verb=verb, before=before, after=after)
    back = action.reverse()
    assert back is not None
    assert back.reverse() == action
    assert len(action.id) == 12
    # spelled out: Python takes 0 and False for equal, and a plan must not
    assert (back.id == action.id) == (json.dumps(plain(before)) == json.dumps(plain(after)))


def test_every_kind_has_a_form_for_each_attribute_it_names() -> None:
    assert all(kind.attributes for kind in KINDS.values() if not kind.evidence)
