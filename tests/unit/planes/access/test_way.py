"""From the inventory's site and access to a way, and what a reference that leads nowhere is."""

from dataclasses import replace
from pathlib import Path

import pytest

from omlib.errors import RunFailedError
from omlib.jobs.world import ReferencedSecrets
from omlib.log import Secret
from omlib.model.estate import Access, Site
from omlib.model.item import Source
from omlib.model.status import UnknownReason
from omlib.planes.access.faults import REASONS, AccessError, Fault
from omlib.planes.access.way import way_to

SITE = Site(
    id="dc",
    name="主机房",
    user="ops",
    key="file:/keys/ops",
    password="env:PASSWORD",
    known_hosts="env:KNOWN",
    connect_s=3,
    deadline_s=20,
    output_mib=2,
    source=Source("sites.yml", 1),
)
HERE = Access(site="dc", address="198.18.0.11")


class Vault:
    def resolve(self, reference: str) -> Secret:
        known = {
            "env:PASSWORD": "hunter2",
            "env:KNOWN": "/etc/known",
            "env:KEY": "/keys/env",
            "env:TEXT": "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n",
        }
        if reference not in known:
            raise RunFailedError(what="no such variable", reference=reference)
        return Secret(known[reference])


def test_a_way_has_the_sites_login_bounds_and_trust() -> None:
    way = way_to(HERE, SITE, Vault())
    assert (way.address, way.port, way.user) == ("198.18.0.11", 22, "ops")
    assert (way.key_file, way.known_hosts) == (Path("/keys/ops"), (Path("/etc/known"),))
    assert way.password == Secret("hunter2")
    assert (way.connect_s, way.deadline_s, way.output_bytes) == (3, 20, 2 * 1024 * 1024)
    assert "hunter2" not in repr(way)


def test_a_key_reference_gives_the_path_of_a_file() -> None:
    assert way_to(HERE, replace(SITE, key="env:KEY"), Vault()).key_file == Path("/keys/env")
    assert way_to(HERE, replace(SITE, key="/keys/x"), Vault()).key_file == Path("/keys/x")


def test_the_hosts_own_user_goes_before_the_sites() -> None:
    assert way_to(replace(HERE, user="root"), SITE, Vault()).user == "root"


@pytest.mark.parametrize(
    ("jump", "place"),
    [
        ("bastion", ("ops", "bastion", 22)),
        ("bastion:2222", ("ops", "bastion", 2222)),
        ("me@198.18.0.1:22", ("me", "198.18.0.1", 22)),
        ("me@[2001:db8::1]:2222", ("me", "2001:db8::1", 2222)),
    ],
)
def test_a_jump_host_is_reached_with_the_sites_credentials(
    jump: str, place: tuple[str, str, int]
) -> None:
    way = way_to(HERE, replace(SITE, jump=jump), Vault()).jump
    assert way is not None
    assert (way.user, way.address, way.port) == place
    assert way.key_file == Path("/keys/ops")


@pytest.mark.parametrize(
    "site",
    [
        replace(SITE, key="", password=""),
        replace(SITE, user=""),
        replace(SITE, password="env:NOT_THERE"),
        replace(SITE, jump="a:b:c"),
    ],
)
def test_without_a_credential_of_our_own_nobody_looked(site: Site) -> None:
    with pytest.raises(AccessError) as raised:
        way_to(HERE, site, Vault())
    assert raised.value.fault is Fault.NO_CREDENTIAL
    assert raised.value.reason is UnknownReason.NOT_CHECKED


def test_every_fault_has_a_reason() -> None:
    assert set(REASONS) == set(Fault)


@pytest.mark.parametrize("variable", ["env:TEXT", "env:PASSWORD"])
def test_a_secret_that_stands_where_a_path_should_is_not_told(variable: str) -> None:
    with pytest.raises(AccessError) as caught:
        way_to(HERE, replace(SITE, key=variable), Vault())
    assert caught.value.fault is Fault.NO_CREDENTIAL
    assert caught.value.detail == (
        f"no_credential: {variable} does not hold the absolute path of a file"
    )


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("env:OMLIB_NOT_SET", "the variable is not set"),
        ("file:/no/such/folder/pw", "no such file"),
        ("file:/etc", "a directory"),
    ],
)
def test_a_reference_that_leads_nowhere_is_named_with_what_is_wrong(
    password: str, why: str
) -> None:
    with pytest.raises(AccessError) as caught:
        way_to(HERE, replace(SITE, key="", password=password), ReferencedSecrets())
    assert caught.value.detail == f"no_credential: {password}: {why}"
