"""What stands in the inventory, and nothing else, becomes a declared item."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from omlib.model.estate import (
    Estate,
    Identity,
    Server,
    ServerState,
    Tombstone,
)
from omlib.model.item import Source
from omlib.model.ref import parse_ref
from omlib.planes.server.declared import asked, declare, wanted
from omlib.planes.server.listener import BadListenerError, listener_name


def test_only_what_is_declared_is_an_attribute(
    make_estate: Callable[..., Estate], make_server: Callable[..., Server]
) -> None:
    state = ServerState(
        items={
            "package": {
                "nginx": {"present": True},
                "redis": {"present": True, "version": "7.0"},
                "telnet": {"present": False},
            },
            "service": {"nginx": {"running": True, "enabled": False}},
            "file": {"/etc/数据/a b": {"mode": "0644"}, "/srv": {}},
            "user": {
                "oa": {"present": True, "uid": 0, "groups": ()},
                "mallory": {"present": False},
            },
            "listener": {"tcp/0.0.0.0:80": {"process": "nginx"}, "udp/*:53": {}},
        }
    )
    items = list(declare(make_estate(make_server("oa-01", state))))
    assert {str(item.ref): item.attributes for item in items} == {
        "server/file/oa-01/%2Fetc%2F数据%2Fa b": {"mode": "0644"},
        "server/file/oa-01/%2Fsrv": {},
        "server/listener/oa-01/tcp%2F*:80": {"process": "nginx"},
        "server/listener/oa-01/udp%2F*:53": {},
        "server/package/oa-01/nginx": {"present": True},
        "server/package/oa-01/redis": {"present": True, "version": "7.0"},
        "server/package/oa-01/telnet": {"present": False},
        "server/service/oa-01/nginx": {"running": True, "enabled": False},
        "server/user/oa-01/mallory": {"present": False},
        "server/user/oa-01/oa": {"present": True, "uid": 0, "groups": ()},
    }
    assert {(item.systems, item.department, item.scope.where) for item in items} == {
        (("hrss",), "人社局", "oa-01")
    }


def test_a_kind_under_full_ownership_is_looked_at_even_when_nothing_is_declared() -> None:
    assert wanted(ServerState(full=frozenset({"user", "listener", "file"}))) == {
        "user": {},
        "listener": {},
    }


def test_what_must_be_gone_is_looked_for_on_a_host_that_still_stands(
    make_estate: Callable[..., Estate], make_server: Callable[..., Server]
) -> None:
    stone = Tombstone(
        system="old-oa",
        name="旧办公系统",
        closed=date(2026, 6, 1),
        quarantine_until=date(2027, 6, 1),
        identities=tuple(
            Identity(ref=parse_ref(text), where=text.split("/")[2])
            for text in (
                "server/user/oa-01/oldoa",
                "server/user/gone-01/oldoa",
                "cloud/server/vm-1",
            )
        ),
        source=Source("tombstones.yml", 1),
    )
    estate = make_estate(
        make_server("oa-01", ServerState(items={"user": {"oa": {"present": True}}}))
    )
    estate = replace(estate, tombstones={"old-oa": stone})
    assert asked(estate) == {"oa-01": {"user": {"oa": {"present": True}, "oldoa": {}}}}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("tcp/*:22", "tcp/*:22"),
        ("TCP/[::]:022", "tcp/*:22"),
        ("tcp/0.0.0.0:22", "tcp/*:22"),
        ("tcp/198.18.0.11:8443", "tcp/198.18.0.11:8443"),
        ("udp/[0:0:0::1]:53", "udp/[::1]:53"),
        ("tcp/[::ffff:127.0.0.1]:80", "tcp/127.0.0.1:80"),
    ],
)
def test_a_listener_has_one_name(written: str, name: str) -> None:
    assert listener_name(written) == name


@pytest.mark.parametrize(
    "text", ["22", "tcp/22", "sctp/*:1", "tcp/*:65536", "tcp/1.2.3:4", "tcp/::1"]
)
def test_a_text_that_names_no_listener_is_refused(text: str) -> None:
    with pytest.raises(BadListenerError):
        listener_name(text)
