"""From the inventory's site and access to a way, and what a reference that leads nowhere is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from omlib.errors import RunFailedError
from omlib.jobs.world import ReferencedSecrets
from omlib.log import Secret
from omlib.model.estate import Access, Site
from omlib.model.item import Source
from omlib.model.status import UnknownReason
from omlib.planes.access.faults import REASONS, AccessError, Fault
from omlib.planes.access.way import Way, way_to

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
    assert (way.key_files, way.known_hosts) == ((Path("/keys/ops"),), (Path("/etc/known"),))
    assert way.password == Secret("hunter2")
    assert (way.connect_s, way.deadline_s, way.output_bytes) == (3, 20, 2 * 1024 * 1024)
    assert "hunter2" not in repr(way)


def test_a_key_reference_gives_the_path_of_a_file() -> None:
    assert way_to(HERE, replace(SITE, key="env:KEY"), Vault()).key_files == (Path("/keys/env"),)
    assert way_to(HERE, replace(SITE, key="/keys/x"), Vault()).key_files == (Path("/keys/x"),)


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
    assert way.key_files == (Path("/keys/ops"),)


@pytest.mark.parametrize(
    "site",
    [
        replace(SITE, key="", password=""),
        replace(SITE, user=""),
        replace(SITE, password="env:NOT_THERE"),
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


# through several jump hosts, and what a file of ssh_config(5) says


def hops(way: Way) -> list[tuple[str, str, int]]:
    """The way from here: the nearest first."""
    before = hops(way.jump) if way.jump else []
    return [*before, (way.user, way.address, way.port)]


@pytest.fixture
def config(tmp_path: Path) -> Callable[[str], Site]:
    def make(text: str) -> Site:
        path = tmp_path / "ssh_config"
        path.write_text(text, encoding="utf-8")
        return replace(SITE, ssh_config=f"file:{path}")

    return make


ASite = Callable[[str], Site]
BARE: dict[str, Any] = {"user": "", "key": "", "known_hosts": ""}


def test_jump_hosts_are_a_chain_as_proxyjump_writes_it() -> None:
    way = way_to(HERE, replace(SITE, jump="gate, me@[2001:db8::1]:2222,inner:23"), Vault())
    assert hops(way) == [
        ("ops", "gate", 22),
        ("me", "2001:db8::1", 2222),
        ("ops", "inner", 23),
        ("ops", "198.18.0.11", 22),
    ]


def test_the_password_for_sudo_is_for_the_host_and_no_jump_host() -> None:
    way = way_to(HERE, replace(SITE, jump="gate", sudo_password="env:PASSWORD"), Vault())
    assert way.sudo_password == Secret("hunter2")
    assert way.jump is not None
    assert way.jump.sudo_password is None


def test_what_the_inventory_leaves_open_is_taken_from_the_file(
    config: ASite, tmp_path: Path
) -> None:
    (tmp_path / "id").touch()
    site = config(
        f"Host 198.18.0.*\n  HostName 203.0.113.7\n  Port 2200\n  User deploy\n"
        f"  IdentityFile {tmp_path}/id\n  IdentityFile /no/such\n"
        f'  UserKnownHostsFile {tmp_path}/a "{tmp_path}/b c"\n'
    )
    way = way_to(HERE, replace(site, **BARE), Vault())
    assert hops(way) == [("deploy", "203.0.113.7", 2200)]
    assert way.key_files == (tmp_path / "id",)
    assert way.known_hosts[:2] == (tmp_path / "a", tmp_path / "b c")
    own = way_to(replace(HERE, port=2022), site, Vault())
    assert hops(own) == [("ops", "203.0.113.7", 2022)]
    assert own.key_files == (Path("/keys/ops"), tmp_path / "id")
    assert own.known_hosts == (Path("/etc/known"),)


def test_jump_hosts_of_the_file_are_followed_through_their_own(config: ASite) -> None:
    site = config(
        "Host 198.18.0.11\n  ProxyJump inner\n"
        "Host inner\n  HostName 198.18.2.1\n  User hop\n  ProxyJump gate:2222\n"
        "Host gate\n  HostName 203.0.113.1\n"
    )
    assert hops(way_to(HERE, site, Vault())) == [
        ("ops", "203.0.113.1", 2222),
        ("hop", "198.18.2.1", 22),
        ("ops", "198.18.0.11", 22),
    ]
    assert hops(way_to(HERE, replace(site, jump="other"), Vault())) == [
        ("ops", "other", 22),
        ("ops", "198.18.0.11", 22),
    ]


def test_a_jump_host_for_all_is_not_its_own(config: ASite) -> None:
    site = config("Host *\n  ProxyJump gate\n")
    assert [place for _, place, _ in hops(way_to(HERE, site, Vault()))] == ["gate", "198.18.0.11"]
    at_the_gate = way_to(replace(HERE, address="gate"), site, Vault())
    assert [place for _, place, _ in hops(at_the_gate)] == ["gate"]


def test_proxyjump_none_is_no_jump_host(config: ASite) -> None:
    site = config("Host 198.18.0.11\n  ProxyJump none\nHost *\n  ProxyJump gate\n")
    assert way_to(HERE, site, Vault()).jump is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Include other", "Include is not followed"),
        ("Host *\n  ProxyCommand=nc %h %p", "ProxyCommand is not followed"),
        ("Match host x exec true\n  User y", "Match host x exec is not followed"),
        ("CanonicalizeHostname yes", "CanonicalizeHostname is not followed"),
        ("Host *\n  Port twentytwo", "invalid literal"),
        ("Host *\n  ProxyJump a:b:c", "[user@]address[:port], not a:b:c"),
        ("Host a\n  ProxyJump b\nHost b\n  ProxyJump a\nHost 198*\n  ProxyJump a", "jump hosts"),
    ],
)
def test_a_file_that_cannot_be_followed_is_told_and_nobody_looked(
    config: ASite, text: str, why: str
) -> None:
    with pytest.raises(AccessError) as caught:
        way_to(HERE, config(text), Vault())
    assert (caught.value.fault, caught.value.reason) == (Fault.NO_WAY, UnknownReason.NOT_CHECKED)
    assert why in caught.value.detail


def test_proxycommand_none_runs_nothing_and_is_followed(config: ASite) -> None:
    assert way_to(HERE, config("Host *\n  ProxyCommand none\n"), Vault()).jump is None


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("file:/no/such", "no_way: /no/such: no such file or directory"),
        ("file:/dev/shm", "no_way: /dev/shm: is a directory"),
        ("env:PASSWORD", "no_way: ssh_config is file:PATH"),
    ],
)
def test_an_ssh_config_that_is_none_is_named(reference: str, why: str) -> None:
    with pytest.raises(AccessError) as caught:
        way_to(HERE, replace(SITE, ssh_config=reference), Vault())
    assert caught.value.detail == why


def test_an_agent_or_a_key_of_the_file_is_a_credential_of_our_own(
    config: ASite, tmp_path: Path
) -> None:
    none = replace(SITE, key="", password="")
    assert way_to(HERE, replace(none, agent=True), Vault()).agent
    (tmp_path / "id").touch()
    site = config(f"Host 198.18.0.11\n  IdentityFile {tmp_path}/id\n")
    site = replace(site, key="", password="")
    assert way_to(HERE, site, Vault()).key_files == (tmp_path / "id",)
    with pytest.raises(AccessError) as caught:  # the file says no key for this jump host
        way_to(HERE, replace(site, jump="gate"), Vault())
    assert caught.value.fault is Fault.NO_CREDENTIAL


def test_a_jump_host_that_is_none_is_told() -> None:
    for jump in ("a:b:c", "a,,b", "a:99999", ","):
        with pytest.raises(AccessError) as caught:
            way_to(HERE, replace(SITE, jump=jump), Vault())
        assert caught.value.fault is Fault.NO_WAY
