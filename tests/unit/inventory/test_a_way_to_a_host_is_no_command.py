"""What says how a host is reached ends up on command lines, here and there: it is no command."""

import pytest
from pydantic import ValidationError

from omlib.inventory.schema.organisation import AccessRecord, SiteRecord


@pytest.mark.parametrize(
    "address",
    [
        "-oProxyCommand=id",
        "a;id",
        "a$(id)",
        "a`id`",
        "a|id",
        "a'b",
        "a%h",
        "fe80::1%$(id)",
        "fe80::1%a;b",
    ],
)
def test_an_address_is_neither_an_option_of_ssh_nor_words_of_a_shell(address: str) -> None:
    with pytest.raises(ValidationError):
        AccessRecord(site="s", address=address)


@pytest.mark.parametrize("address", ["198.18.0.1", "fe80::1%eth0", "dns-01.城.example", "a_b"])
def test_an_address_or_a_name_of_dns_is_taken(address: str) -> None:
    assert AccessRecord(site="s", address=address).address == address


@pytest.mark.parametrize("python", ["/usr/bin/python3;id", "/opt/a b/python3", "/$(id)", "python3"])
def test_an_interpreter_is_a_path_and_nothing_more(python: str) -> None:
    with pytest.raises(ValidationError):
        AccessRecord(site="s", address="a", python=python)


@pytest.mark.parametrize(
    "jump",
    ["a:b:$(id)", "@;id", "u@h@;id", "-oProxyCommand=id", "a;id", "a:0", "a,,b", "-x@a", " "],
)
def test_a_jump_host_is_refused_that_is_none(jump: str) -> None:
    with pytest.raises(ValidationError):
        SiteRecord(id="s", name="s", jump=jump)


@pytest.mark.parametrize(
    "jump", ["edge", "ops@198.18.0.9:22,198.18.1.9", "a, b", "ops@[2001:db8::1]:2222"]
)
def test_a_chain_of_jump_hosts_is_taken(jump: str) -> None:
    assert SiteRecord(id="s", name="s", jump=jump).jump == jump
