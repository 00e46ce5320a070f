"""The network plane on a real FRR: what is loaded reads back, what is changed by hand is found."""

from datetime import date

import pytest

from omlib.model.estate import Estate
from omlib.model.finding import Finding
from omlib.model.observation import Observation
from omlib.model.status import Status, UnknownReason
from omlib.planes.network.declared import scope_of
from omlib.reconcile.compare import reconcile

from .conftest import ROUTER, Gear

pytestmark = pytest.mark.lab
FULL_AND_PARTIAL = pytest.mark.parametrize("ownership", ["full", "partial"])


def look(gear: Gear, estate: Estate) -> Observation:
    plane = gear.plane(estate)
    [target] = plane.targets()
    return plane.observe(target)


def found(gear: Gear, ownership: str = "full") -> dict[str, Finding]:
    estate = gear.estate(ownership)
    findings = reconcile(gear.declared(estate), look(gear, estate), today=date(2026, 3, 2))
    return {finding.ref.part: finding for finding in findings}


@FULL_AND_PARTIAL
def test_what_was_loaded_from_the_template_is_in_sync(gear: Gear, ownership: str) -> None:
    findings = found(gear, ownership)
    assert {part: finding.status for part, finding in findings.items()} == dict.fromkeys(
        (
            "access-list MGMT",
            "forwarding",
            "frr defaults",
            "hostname",
            "interface eth0",
            "ip prefix-list GOV",
            "ip route",
            "log",
            "route-map RM permit 10",
            "router bgp 65001",
            "service",
        ),
        Status.IN_SYNC,
    )


def test_a_look_names_who_looked_and_leaves_the_router_as_it_was(gear: Gear) -> None:
    before = gear.run("vtysh -c 'show running-config'")
    sight = look(gear, gear.estate()).sights[scope_of(ROUTER)]
    assert (sight.complete, sight.by, sight.via) == (
        True,
        "netadmin",
        "ssh, netmiko cisco_ios, utf-8",
    )
    assert gear.run("vtysh -c 'show running-config'") == before


def test_a_route_changed_by_hand_is_diverged(gear: Gear) -> None:
    gear.run("vtysh -c 'configure terminal' -c 'ip route 198.18.156.0/24 Null0'")
    findings = found(gear, "partial")
    assert findings["ip route"].status is Status.DIVERGED
    assert [part for part, finding in findings.items() if finding.status.is_drift] == ["ip route"]


@pytest.mark.parametrize(("ownership", "expected"), [("full", Status.UNMANAGED), ("partial", None)])
def test_a_section_nobody_declared_is_drift_under_full_ownership_alone(
    gear: Gear, ownership: str, expected: Status | None
) -> None:
    gear.run("vtysh -c 'configure terminal' -c 'ip prefix-list X seq 5 permit any'")
    finding = found(gear, ownership).get("ip prefix-list X")
    assert (finding and finding.status) == expected


def test_a_section_taken_away_is_missing(gear: Gear) -> None:
    gear.run("vtysh -c 'configure terminal' -c 'no access-list MGMT'")
    assert found(gear)["access-list MGMT"].status is Status.MISSING


def test_static_routes_are_unknown_and_not_missing_while_their_daemon_is_down(
    gear: Gear,
) -> None:
    gear.run("kill -9 $(pidof staticd)")
    routes = found(gear)["ip route"]
    assert (routes.status, routes.reason) == (Status.UNKNOWN, UnknownReason.INCOMPLETE)
    assert "staticd" in routes.detail


def test_a_router_that_answers_before_frr_runs_is_incomplete(gear: Gear) -> None:
    gear.run("systemctl stop frr")
    findings = found(gear)
    assert {finding.status for finding in findings.values()} == {Status.UNKNOWN}
    assert {finding.reason for finding in findings.values()} == {UnknownReason.INCOMPLETE}
    assert "failed to connect to any daemons" in findings["ip route"].detail
