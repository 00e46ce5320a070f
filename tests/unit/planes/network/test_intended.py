"""Intended texts: from template and inventory, with every mistake named by file and line."""

from dataclasses import replace
from pathlib import Path

import pytest

from omlib.model.estate import Access, Device, Estate
from omlib.model.item import Source
from omlib.planes.network.declared import WHOLE, declare
from omlib.planes.network.intended import TemplateFailedError, environment, intended

OURS = Path(__file__).parents[4] / "templates" / "network"
ROUTER = Device(
    id="core-rtr-1",
    platform="frr",
    access=Access(site="dc", address="198.18.0.254"),
    template="router.j2",
    vars={},
    systems=("gov-network",),
    department="ops-centre",
    source=Source("network.yml", 3),
)


def estate(*devices: Device) -> Estate:
    return Estate(
        name="test",
        timezone="Asia/Shanghai",
        departments={},
        sites={},
        clouds={},
        systems={},
        vms={},
        security_groups={},
        servers={},
        devices={device.id: device for device in devices},
        rooms={},
        circuits={},
        contracts=(),
        windows={},
        tombstones={},
        waivers=(),
    )


def written(folder: Path, text: str) -> Path:
    (folder / "frr").mkdir(exist_ok=True, parents=True)
    (folder / "frr" / "router.j2").write_text(text, encoding="utf-8")
    return folder


def test_a_template_sees_the_vars_the_device_and_its_address(tmp_path: Path) -> None:
    templates = written(tmp_path, "{{ device }} {{ address }} {{ note }}\n")
    device = replace(ROUTER, vars={"note": "政务外网 <&>"})
    assert intended(device, environment(templates)) == "core-rtr-1 198.18.0.254 政务外网 <&>\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("hostname a\nlog {{ nowhere }}\n", "frr/router.j2:2: 'nowhere' is undefined"),
        ("hostname a\n\n{% for x in %}\n", "frr/router.j2:3: Expected an expression"),
        ("a\n{{ 1 // zero }}\n", "frr/router.j2:2: ZeroDivisionError: "),
        ("{% include 'frr/gone.j2' %}\n", "frr/router.j2:1: no such template: frr/gone.j2"),
        ("{% include '../../../etc/passwd' %}\n", "frr/router.j2:1: no such template: ../"),
        ("{{ ''.__class__.__mro__ }}\n", "frr/router.j2:1: access to attribute '__class__'"),
        ("{{ bag.clear() }}\n", "frr/router.j2:1: access to attribute 'clear'"),
    ],
    ids=["undefined", "syntax", "division", "include", "outside", "sandbox", "change"],
)
def test_a_mistake_is_named_by_template_and_line(tmp_path: Path, text: str, problem: str) -> None:
    device = replace(ROUTER, vars={"zero": 0, "bag": {"a": 1}})
    with pytest.raises(TemplateFailedError) as failed:
        intended(device, environment(written(tmp_path, text)))
    [told] = failed.value.problems
    assert told.startswith(f"core-rtr-1: {problem}")


def test_a_template_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateFailedError) as failed:
        intended(ROUTER, environment(tmp_path))
    assert failed.value.problems == ("core-rtr-1: frr/router.j2: no such template: frr/router.j2",)


def test_a_link_that_leads_out_of_the_templates_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_text("root:x:0:0\n", encoding="utf-8")
    templates = written(tmp_path / "templates", "{% include 'frr/link.j2' %}\n")
    (templates / "frr" / "link.j2").symlink_to(outside)
    with pytest.raises(TemplateFailedError) as raised:
        intended(ROUTER, environment(templates))
    assert "no such template: frr/link.j2" in raised.value.problems[0]


def test_the_mistakes_of_all_devices_are_told_at_once(tmp_path: Path) -> None:
    templates = written(tmp_path, "log {{ target }}\n")
    devices = [replace(ROUTER, id=name) for name in ("b", "a", "c")]
    devices[2] = replace(devices[2], vars={"target": "syslog"})
    with pytest.raises(TemplateFailedError) as failed:
        list(declare(estate(*devices), templates))
    assert [problem[:2] for problem in failed.value.problems] == ["a:", "b:"]


def test_each_section_is_an_item_that_carries_its_devices_systems(tmp_path: Path) -> None:
    templates = written(tmp_path, "hostname {{ device }}\nip route 10.0.0.0/8 Null0\nend\n")
    items = list(declare(estate(ROUTER), templates))
    assert [str(item.ref) for item in items] == [
        "network/section/core-rtr-1/hostname",
        "network/section/core-rtr-1/ip route",
    ]
    assert items[0].attributes == {"lines": ("hostname core-rtr-1",)}
    assert items[1].attributes == {"members": ("ip route 10.0.0.0/8 Null0",)}
    assert {item.systems for item in items} == {("gov-network",)}
    assert {item.source for item in items} == {ROUTER.source}


def test_a_device_of_a_platform_that_cannot_be_read_is_still_declared() -> None:
    [item] = declare(estate(replace(ROUTER, platform="huawei_vrp")), OURS)
    assert (item.ref.part, item.attributes) == (WHOLE, {})


def test_the_shipped_router_needs_no_vars_at_all() -> None:
    assert intended(ROUTER, environment(OURS)) == (
        "frr defaults traditional\n"
        "hostname core-rtr-1\n"
        "log syslog informational\n"
        "no ipv6 forwarding\n"
        "service integrated-vtysh-config\n"
        "!\n!\nend\n"
    )


def test_the_shipped_router_prints_filters_by_sequence_number() -> None:
    rules = [{"seq": seq, "action": "permit", "prefix": "any"} for seq in (10, 5)]
    device = replace(ROUTER, vars={"access_lists": {"MGMT": rules}})
    text = intended(device, environment(OURS))
    assert text.index("MGMT seq 5 ") < text.index("MGMT seq 10 ")
