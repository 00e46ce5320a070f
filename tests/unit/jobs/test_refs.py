"""Which item is meant by what somebody typed."""

import pytest

from omlib.jobs.refs import AmbiguousRefError, NoSuchItemError, find_ref
from omlib.model.ref import Plane, make_ref

VM = make_ref(Plane.CLOUD, "server", "oa-01")
NGINX = make_ref(Plane.SERVER, "package", "oa-01", "nginx")
OTHER = make_ref(Plane.SERVER, "package", "tax-01", "nginx")
HOSTS = make_ref(Plane.SERVER, "file", "oa-01", "/etc/hosts")
ACL = make_ref(Plane.NETWORK, "section", "sw-1", "acl 3000")
STRAY = make_ref(Plane.CLOUD, "server", "@gov:RegionOne:oa:3b77b072")
KNOWN = {VM, NGINX, OTHER, HOSTS, ACL, STRAY}


@pytest.mark.parametrize("ref", sorted(KNOWN))
def test_a_ref_means_itself(ref: object) -> None:
    assert find_ref(f" {ref} ", KNOWN) == ref


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("oa-01", VM),  # the item itself, before what is on it
        ("oa-01/nginx", NGINX),
        ("/etc/hosts", HOSTS),  # as people write it
        ("%2Fetc%2Fhosts", HOSTS),  # as a ref has it
        ("acl 3000", ACL),
        ("sw-1", ACL),  # the only thing there
        ("sw-1/acl 3000", ACL),
    ],
)
def test_an_id_or_the_end_of_a_ref_means_the_one_item_it_fits(typed: str, meant: object) -> None:
    assert find_ref(typed, KNOWN) == meant


def test_what_fits_several_items_is_refused_with_all_of_them() -> None:
    with pytest.raises(AmbiguousRefError) as told:
        find_ref("nginx", KNOWN)
    assert told.value.facts == {
        "given": "nginx",
        "count": 2,
        "candidates": [str(NGINX), str(OTHER)],
    }


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("server/package/oa-01/ngnix", str(NGINX)),
        ("cloud/server/oa-1", str(VM)),
        ("acl 300", str(ACL)),
    ],
)
def test_a_typing_mistake_is_told_with_what_is_nearest(typed: str, nearest: str) -> None:
    with pytest.raises(NoSuchItemError) as told:
        find_ref(typed, KNOWN)
    near = told.value.facts["nearest"]
    assert isinstance(near, list)
    assert nearest == near[0]


@pytest.mark.parametrize("typed", ["", "/", "///", "\x1b[2J", "nothing like it at all"])
def test_nonsense_means_nothing_and_never_everything(typed: str) -> None:
    with pytest.raises(NoSuchItemError):
        find_ref(typed, KNOWN)
