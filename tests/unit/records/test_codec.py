"""The model as plain data: written and read back, nothing is lost."""

import json
import re

import pytest
from hypothesis import assume, given, settings

from omlib.log import Secret
from omlib.model.finding import Coverage, Difference, Finding, Resurfaced, Verdict
from omlib.model.item import Actual, Key, Scope, Source
from omlib.model.observation import Observation, Sight
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.records.canonical import canonical, digest, read
from omlib.records.codec import (
    finding_from_plain,
    finding_to_plain,
    observation_from_plain,
    observation_to_plain,
    outcome_from_plain,
    outcome_to_plain,
)
from omlib.records.run import Outcome
from omlib.testing.stores import START
from omlib.testing.strategies import Look, looks

FULL = settings(max_examples=150, deadline=None, derandomize=True, database=None)
HOST = Scope(Plane.SERVER, "file", "oa-01")
_PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def _through_bytes(plain: object) -> dict[str, object]:
    told = read(canonical(plain))
    assert isinstance(told, dict)
    return told


@FULL
@given(looks())
def test_any_observation_reads_back_the_same(look: Look) -> None:
    assume(not _PAIR.search(repr(look.observed)))
    back = observation_from_plain(_through_bytes(observation_to_plain(look.observed)))
    assert back == look.observed


@FULL
@given(looks())
def test_any_finding_reads_back_the_same(look: Look) -> None:
    for finding in look.findings():
        assert finding_from_plain(_through_bytes(finding_to_plain(finding))) == finding


def test_what_no_comparison_happens_to_make_reads_back_too() -> None:
    finding = Finding(
        ref=make_ref(Plane.SERVER, "file", "oa-01", "/etc/主机"),
        status=Status.DIVERGED,
        scope=HOST,
        differences=(
            Difference(
                path="owner",
                declared=None,
                actual=("a", 1, True, None),
                waived_by="T-1",
                resurfaced=Resurfaced.EXPIRED,
            ),
        ),
        unseen={"mode": UnknownReason.DENIED},
        department="卫健委",
        source=Source("inventory/oa.yml", 7),
        live="x",
        label="<b>",
        children=(make_ref(Plane.CLOUD, "port", "@a:b:c:d"),),
        contested=("y",),
    )
    assert finding_from_plain(_through_bytes(finding_to_plain(finding))) == finding


def test_an_outcome_reads_back_the_same() -> None:
    verdict = Verdict(
        subject="oa",
        status=Status.UNKNOWN,
        counts={Status.UNKNOWN: 2, Status.IN_SYNC: 0},
        reason=UnknownReason.DENIED,
    )
    coverage = Coverage(
        plane="server",
        scopes=2,
        complete=1,
        items=9,
        seen=4,
        gaps=((HOST, UnknownReason.UNREACHABLE, "no route"),),
    )
    outcome = Outcome(systems=(verdict,), departments=(verdict,), coverage=(coverage,))
    assert outcome_from_plain(_through_bytes(outcome_to_plain(outcome))) == outcome


def test_lone_surrogates_survive_in_bytes_that_any_json_reader_takes() -> None:
    name = b"/srv/\xb1\xb8\xb7\xdd".decode("utf-8", "surrogateescape")  # a GB18030 file name
    sight = Sight(complete=True, reason=None, at=START, by="probe", via="ssh", took_s=0.125)
    seen = Actual(
        ref=make_ref(Plane.SERVER, "file", "oa-01", name),
        scope=HOST,
        attributes={"owner": name, "groups": (name, 3)},
        keys=(Key("id", name),),
        label=name,
    )
    observation = Observation(sights={HOST: sight}, actual=(seen,))
    data = canonical(observation_to_plain(observation))
    assert observation_from_plain(json.loads(data.decode("utf-8"))) == observation


def test_a_secret_is_never_written_not_even_as_stars() -> None:
    with pytest.raises(TypeError):
        canonical({"password": Secret("hunter2")})


def test_equal_data_has_one_digest_whatever_the_order_of_its_keys() -> None:
    assert digest({"a": 1, "b": ("x",)}) == digest({"b": ["x"], "a": 1})
    assert digest({"a": 1}) != digest({"a": True})
