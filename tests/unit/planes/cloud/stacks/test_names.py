"""Names of stacks and resources, there and back."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omlib.planes.cloud.provider.kinds import KINDS
from omlib.planes.cloud.stacks.names import (
    kind_of,
    link_of,
    named_by,
    ref_of,
    stack_name,
    stack_of,
    token_of,
    urn_of,
)
from omlib.planes.cloud.stacks.resource import Link, StackId

VISIBLE = st.characters(exclude_categories=("C", "Z"))
PARTS = st.text(VISIBLE | st.just(" "), min_size=1, max_size=12)


@given(PARTS, PARTS, PARTS, PARTS | st.just(""))
def test_a_stacks_name_is_fit_for_pulumi_and_is_read_back(
    cloud: str, region: str, project: str, shard: str
) -> None:
    stack = StackId(cloud, region, project, shard)
    name = stack_name(stack)
    assert re.fullmatch(r"[A-Za-z0-9_.-]{1,100}", name)
    assert stack_of(name) == stack or ".." in name


@given(st.text("_x4Ea.", min_size=1, max_size=14), st.text("_x4Ea.", min_size=1, max_size=14))
def test_two_projects_never_share_a_stack(one: str, other: str) -> None:
    names = {stack_name(StackId("c", "r", project)) for project in (one, other)}
    assert len(names) == len({one, other})


def test_a_name_that_is_too_long_ends_in_a_digest_and_stays_its_own() -> None:
    long = [StackId("gov-cloud", "RegionOne", "人力资源和社会保障局业务项目" + end) for end in "ab"]
    names = [stack_name(stack) for stack in long]
    assert [len(name) for name in names] == [100, 100]
    assert names[0] != names[1]
    assert [stack_of(name) for name in names] == [None, None]


@pytest.mark.parametrize("token", sorted(KINDS))
def test_every_token_of_the_provider_is_that_of_its_kind(token: str) -> None:
    assert token_of(kind_of(token)) == token
    assert kind_of(token) == KINDS[token].name


def test_what_belongs_to_a_vm_has_it_as_owner() -> None:
    urn = urn_of("s", "port", "oa-01/内网/2")
    kind, name = named_by(urn)
    ref = ref_of(kind, name)
    assert (kind, name, str(ref)) == ("port", "oa-01/内网/2", "cloud/port/oa-01/内网%2F2")
    assert link_of(ref) == Link(kind, name)


def test_pulumis_own_resources_are_of_no_kind_of_ours() -> None:
    assert named_by("urn:pulumi:s::omlib::pulumi:providers:omcloud::default") == ("", "default")
