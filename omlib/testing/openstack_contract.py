"""What an OpenStack must do for omlib, simulated or real: subclass `OpenStackContract`.

The calls are those that omlib makes, and what is looked at is what omlib reads. A subclass gives
the fixture `site`, with one project in which both accounts have their roles.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

Json = dict[str, Any]
_VERSIONS = {"compute": "/v2.1", "network": "/v2.0", "image": "/v2", "block-storage": "/v3"}
_MICROVERSIONS = {"compute": "2.96", "block-storage": "3.42"}
_PAUSE_S = 0.1
SETTLE_S = 60.0
NOWHERE = "00000000-0000-4000-8000-000000000000"
SERVER_FIELDS = {
    *("id", "name", "status", "tenant_id", "user_id", "metadata", "hostId", "image", "flavor"),
    *("created", "addresses", "key_name", "security_groups", "locked", "tags"),
    *("OS-EXT-STS:task_state", "OS-EXT-STS:vm_state", "OS-EXT-AZ:availability_zone"),
    *("os-extended-volumes:volumes_attached", "description"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: its status and what it says."""

    status: int
    body: Json


@dataclass(slots=True)
class Account:
    """One account in one project of one cloud."""

    clouds_yaml: Path
    profile: str
    project: str
    microversions: bool = True
    _connection: Any = field(default=None)

    def ask(
        self, method: str, service: str, path: str, body: Json | None = None, version: str = ""
    ) -> Told:
        headers = {"Accept": "application/json"}
        if version := version or (_MICROVERSIONS.get(service, "") if self.microversions else ""):
            word = "compute" if service == "compute" else "volume"
            headers["OpenStack-API-Version"] = f"{word} {version}"
        answer = self._session().request(
            f"{self._endpoint(service)}{path}",
            method,
            json=body,
            headers=headers,
            raise_exc=False,
        )
        try:
            told = answer.json() if answer.content else {}
        except ValueError:
            told = {"text": answer.text}
        return Told(answer.status_code, told)

    def done(self, method: str, service: str, path: str, body: Json | None = None) -> Json:
        """What the answer says, after it said that all is well."""
        told = self.ask(method, service, path, body)
        assert told.status < 300, f"{method} {path}: {told.status} {told.body}"
        return told.body

    def _session(self) -> Any:
        if self._connection is None:
            from openstack.config import OpenStackConfig
            from openstack.connection import Connection

            config = OpenStackConfig(
                config_files=[str(self.clouds_yaml)],
                secure_files=[str(self.clouds_yaml.with_name("secure.yaml"))],
                load_envvars=False,
            )
            chosen = config.get_one(cloud=self.profile, project_name=self.project)
            self._connection = Connection(config=chosen)
        return self._connection.session

    def _endpoint(self, service: str) -> str:
        session = self._session()
        url = session.get_endpoint(
            service_type=service, interface="public", skip_discovery=True
        ).rstrip("/")
        version = _VERSIONS[service]
        return str(url) if url.endswith(version) else f"{url}{version}"


@dataclass(slots=True)
class Site:
    """*changer* makes what it can unmake: `made` is deleted when the test ends, last first."""

    reader: Account
    changer: Account
    made: list[Callable[[], None]] = field(default_factory=list)

    def name(self, word: str) -> str:
        return f"合同-{word}-{uuid4().hex[:8]}"

    def make(self, service: str, path: str, key: str, told: Json) -> Json:
        """Make a thing, and have it deleted at the end."""
        made = self.changer.done("POST", service, path, {key: told})[key]
        live_id = made.get("id", made.get("name"))
        self.made.append(lambda: self.remove(service, f"{path}/{live_id}"))
        return dict(made)

    def remove(self, service: str, path: str) -> None:
        """Delete it and wait until it is gone."""
        told = self.changer.ask("DELETE", service, path)
        assert told.status < 300 or told.status == 404, told
        self.until(lambda: self.changer.ask("GET", service, path).status == 404, f"{path} gone")

    def named(self, service: str, path: str, key: str, name: str) -> str:
        listed = self.reader.done("GET", service, path)[key]
        (found,) = (str(thing["id"]) for thing in listed if thing["name"] == name)
        return found

    def until(self, right: Callable[[], Any], what: str) -> Any:
        end = time.monotonic() + SETTLE_S
        while not (found := right()):
            assert time.monotonic() < end, f"not within {SETTLE_S:.0f} s: {what}"
            time.sleep(_PAUSE_S)
        return found

    def server(self, live_id: str) -> Json:
        return dict(self.reader.done("GET", "compute", f"/servers/{live_id}")["server"])

    def server_is(self, live_id: str, status: str) -> Json:
        def settled() -> Json | None:
            told = self.server(live_id)
            right = told["status"] == status and not told["OS-EXT-STS:task_state"]
            return told if right else None

        return dict(self.until(settled, f"server {status}"))

    def volume_is(self, live_id: str, status: str) -> Json:
        def settled() -> Json | None:
            told = self.reader.done("GET", "block-storage", f"/volumes/{live_id}")["volume"]
            return dict(told) if told["status"] == status else None

        return dict(self.until(settled, f"volume {status}"))

    def new_port(self, **told: Any) -> Json:
        network = self.named("network", "/networks", "networks", "gov-net")
        wanted = {"network_id": network, "name": self.name("port"), **told}
        return self.make("network", "/ports", "port", wanted)

    def new_server(self, **told: Any) -> Json:
        """One that is ACTIVE, with a port of its own unless *told* says otherwise."""
        if "networks" not in told:
            told["networks"] = [{"port": self.new_port()["id"]}]
        wanted = {
            "name": self.name("vm"),
            "flavorRef": self.named("compute", "/flavors", "flavors", "m1.tiny"),
            "imageRef": self.named("image", "/images", "images", "lab-linux"),
            **told,
        }
        made = self.make("compute", "/servers", "server", wanted)
        return self.server_is(made["id"], "ACTIVE")

    def act(self, live_id: str, **told: Any) -> Told:
        return self.changer.ask("POST", "compute", f"/servers/{live_id}/action", told)

    def groups(self, port: str) -> list[str]:
        told = self.reader.done("GET", "network", f"/ports/{port}")["port"]
        return sorted(told["security_groups"])


def kind_of_error(told: Told) -> tuple[int, str]:
    """The status and the name that the service gives the error."""
    ((name, inner),) = told.body.items()
    return told.status, str(inner["type"]) if name == "NeutronError" else str(name)


class OpenStackContract:
    """One test for each thing that omlib asks of a cloud."""

    def test_a_server_with_a_port_is_listed_with_all_that_omlib_reads(self, site: Site) -> None:
        port = site.new_port()
        server = site.new_server(
            networks=[{"port": port["id"]}], metadata={"omlib_id": "hrss-app-01", "use": "门户"}
        )
        listed = site.reader.done("GET", "compute", "/servers/detail")["servers"]
        (told,) = (each for each in listed if each["id"] == server["id"])
        assert set(told) >= SERVER_FIELDS
        assert told["metadata"] == {"omlib_id": "hrss-app-01", "use": "门户"}
        assert (
            told["flavor"].items() >= {"vcpus": 1, "ram": 512, "original_name": "m1.tiny"}.items()
        )
        ((network, (address,)),) = told["addresses"].items()
        assert network == "gov-net"
        assert address == {
            "version": 4,
            "addr": port["fixed_ips"][0]["ip_address"],
            "OS-EXT-IPS:type": "fixed",
            "OS-EXT-IPS-MAC:mac_addr": port["mac_address"],
        }
        assert told["security_groups"] == [{"name": "default"}]
        assert told["image"]["id"] == site.named("image", "/images", "images", "lab-linux")
        assert (told["locked"], told["tags"]) == (False, [])
        assert told["key_name"] is None
        assert "server_groups" not in told  # nova tells them of one server only
        assert server["server_groups"] == []
        assert len(told["hostId"]) == 56

    def test_without_a_microversion_a_flavor_is_an_id(self, site: Site) -> None:
        server = site.new_server()
        plain = Account(
            site.reader.clouds_yaml, site.reader.profile, site.reader.project, microversions=False
        )
        told = plain.done("GET", "compute", f"/servers/{server['id']}")["server"]
        assert set(told["flavor"]) == {"id", "links"}
        assert not {"locked", "tags", "server_groups", "description"} & set(told)
        flavor = plain.done("GET", "compute", f"/flavors/{told['flavor']['id']}")["flavor"]
        assert (flavor["name"], flavor["vcpus"], flavor["ram"]) == ("m1.tiny", 1, 512)

    def test_a_port_given_to_a_server_is_bound_to_it_and_outlives_it(self, site: Site) -> None:
        port = site.new_port()
        assert (port["device_id"], port["device_owner"], port["status"]) == ("", "", "DOWN")
        server = site.new_server(networks=[{"port": port["id"]}])
        bound = site.reader.done("GET", "network", f"/ports/{port['id']}")["port"]
        assert (bound["device_id"], bound["status"]) == (server["id"], "ACTIVE")
        assert bound["device_owner"].startswith("compute:")
        refused = site.changer.ask(
            "POST",
            "compute",
            "/servers",
            {
                "server": {
                    "name": site.name("second"),
                    "flavorRef": site.named("compute", "/flavors", "flavors", "m1.tiny"),
                    "imageRef": site.named("image", "/images", "images", "lab-linux"),
                    "networks": [{"port": port["id"]}],
                }
            },
        )
        assert kind_of_error(refused) == (409, "conflictingRequest")
        site.remove("compute", f"/servers/{server['id']}")
        left = site.reader.done("GET", "network", f"/ports/{port['id']}")["port"]
        assert (left["device_id"], left["device_owner"]) == ("", "")

    def test_a_resize_is_to_be_confirmed_and_shows_the_new_size_before(self, site: Site) -> None:
        server = site.new_server()
        small = site.named("compute", "/flavors", "flavors", "m1.small")
        assert site.act(server["id"], resize={"flavorRef": small}).status == 202
        resized = site.server_is(server["id"], "VERIFY_RESIZE")
        assert resized["flavor"]["original_name"] == "m1.small"
        assert site.act(server["id"], confirmResize=None).status == 204
        assert site.server_is(server["id"], "ACTIVE")["flavor"]["vcpus"] == 2
        again = site.act(server["id"], confirmResize=None)
        assert kind_of_error(again) == (409, "conflictingRequest")
        same = site.act(server["id"], resize={"flavorRef": small})
        assert kind_of_error(same) == (400, "badRequest")

    def test_a_resize_can_be_taken_back(self, site: Site) -> None:
        server = site.new_server()
        small = site.named("compute", "/flavors", "flavors", "m1.small")
        site.act(server["id"], resize={"flavorRef": small})
        site.server_is(server["id"], "VERIFY_RESIZE")
        assert site.act(server["id"], revertResize=None).status == 202
        assert site.server_is(server["id"], "ACTIVE")["flavor"]["vcpus"] == 1

    def test_a_server_is_renamed_and_its_metadata_set_whole_or_by_key(self, site: Site) -> None:
        path = f"/servers/{site.new_server(metadata={'a': '1'})['id']}"
        name = site.name("renamed")
        told = site.changer.done("PUT", "compute", path, {"server": {"name": name}})
        assert told["server"]["name"] == name
        site.changer.done("POST", "compute", f"{path}/metadata", {"metadata": {"b": "乙"}})
        assert site.server(path[9:])["metadata"] == {"a": "1", "b": "乙"}
        site.changer.done("PUT", "compute", f"{path}/metadata", {"metadata": {"c": "3"}})
        assert site.server(path[9:])["metadata"] == {"c": "3"}
        assert site.changer.ask("DELETE", "compute", f"{path}/metadata/c").status == 204
        assert site.changer.ask("DELETE", "compute", f"{path}/metadata/c").status == 404
        for wrong in ({"d": "x" * 256}, {"用途": "门户"}):  # a key is of ASCII, a value of anything
            refused = site.changer.ask("POST", "compute", f"{path}/metadata", {"metadata": wrong})
            assert kind_of_error(refused) == (400, "badRequest")

    def test_a_server_is_stopped_started_and_locked(self, site: Site) -> None:
        server = site.new_server()["id"]
        assert site.act(server, **{"os-stop": None}).status == 202
        assert site.server_is(server, "SHUTOFF")["OS-EXT-STS:vm_state"] == "stopped"
        assert kind_of_error(site.act(server, **{"os-stop": None}))[0] == 409
        assert site.act(server, **{"os-start": None}).status == 202
        site.server_is(server, "ACTIVE")
        assert site.act(server, lock={"locked_reason": "年度审计"}).status == 202
        locked = site.server(server)
        assert (locked["locked"], locked["locked_reason"]) == (True, "年度审计")
        assert kind_of_error(site.act(server, **{"os-stop": None})) == (409, "conflictingRequest")
        assert site.act(server, unlock=None).status == 202
        assert not site.server(server)["locked"]

    def test_who_did_what_is_in_the_log_newest_first(self, site: Site) -> None:
        server = site.new_server()["id"]
        site.act(server, **{"os-stop": None})
        site.server_is(server, "SHUTOFF")
        told = site.reader.done("GET", "compute", f"/servers/{server}/os-instance-actions")
        actions = told["instanceActions"]
        assert [action["action"] for action in actions] == ["stop", "create"]
        for action in actions:
            assert action["request_id"].startswith("req-")
            assert action["user_id"] == site.server(server)["user_id"]
            assert len(action["start_time"]) == 26
            assert action.keys() >= {"instance_uuid", "project_id", "updated_at", "message"}

    def test_security_groups_of_a_server_are_those_of_its_ports(self, site: Site) -> None:
        group = site.make("network", "/security-groups", "security_group", {"name": site.name("g")})
        port = site.new_port()["id"]
        server = site.new_server(networks=[{"port": port}])["id"]
        assert site.act(server, addSecurityGroup={"name": group["name"]}).status == 202
        names = {each["name"] for each in site.server(server)["security_groups"]}
        assert names == {"default", group["name"]}
        (default,) = set(site.groups(port)) - {group["id"]}
        assert site.act(server, removeSecurityGroup={"name": "default"}).status == 202
        assert site.groups(port) == [group["id"]]
        in_use = site.changer.ask("DELETE", "network", f"/security-groups/{group['id']}")
        assert kind_of_error(in_use) == (409, "SecurityGroupInUse")
        told = {"port": {"security_groups": [default]}}
        site.changer.done("PUT", "network", f"/ports/{port}", told)
        assert site.server(server)["security_groups"] == [{"name": "default"}]

    def test_an_interface_is_attached_and_detached(self, site: Site) -> None:
        server, second = site.new_server()["id"], site.new_port()["id"]
        path = f"/servers/{server}/os-interface"
        told = site.changer.done(
            "POST", "compute", path, {"interfaceAttachment": {"port_id": second}}
        )["interfaceAttachment"]
        assert (told["port_id"], told["port_state"]) == (second, "ACTIVE")
        assert len(site.server(server)["addresses"]["gov-net"]) == 2
        assert site.changer.ask("DELETE", "compute", f"{path}/{second}").status == 202

        def free() -> bool:
            port = site.reader.done("GET", "network", f"/ports/{second}")["port"]
            return bool(port["device_id"] == "")

        site.until(free, "the port is free")

        def let_go() -> bool:  # nova shows it a moment later
            return len(site.server(server)["addresses"]["gov-net"]) == 1

        site.until(let_go, "nova shows one address")

    def test_a_volume_is_made_attached_grown_in_use_and_detached(self, site: Site) -> None:
        server = site.new_server()["id"]
        wanted = {"name": site.name("data"), "size": 1, "metadata": {"omlib_id": "data"}}
        volume = site.make("block-storage", "/volumes", "volume", wanted)["id"]
        told = site.volume_is(volume, "available")
        assert (told["size"], told["metadata"], told["bootable"]) == (
            1,
            {"omlib_id": "data"},
            "false",
        )
        assert told["os-vol-tenant-attr:tenant_id"] == site.server(server)["tenant_id"]
        path = f"/servers/{server}/os-volume_attachments"
        body = {"volumeAttachment": {"volumeId": volume}}
        attached = site.changer.done("POST", "compute", path, body)["volumeAttachment"]
        assert (attached["volumeId"], attached["serverId"]) == (volume, server)
        (entry,) = site.volume_is(volume, "in-use")["attachments"]
        assert (entry["server_id"], entry["volume_id"]) == (server, volume)
        assert [v["id"] for v in site.server(server)["os-extended-volumes:volumes_attached"]] == [
            volume
        ]
        grow = {"os-extend": {"new_size": 2}}
        site.changer.done("POST", "block-storage", f"/volumes/{volume}/action", grow)
        grown = site.until(lambda: site.volume_is(volume, "in-use")["size"] == 2, "grown")
        assert grown
        less = site.changer.ask("POST", "block-storage", f"/volumes/{volume}/action", grow)
        assert kind_of_error(less) == (400, "badRequest")
        held = site.changer.ask("DELETE", "block-storage", f"/volumes/{volume}")
        assert kind_of_error(held) == (400, "badRequest")
        assert site.changer.ask("DELETE", "compute", f"{path}/{volume}").status == 202
        assert site.volume_is(volume, "available")["attachments"] == []
        assert site.changer.ask("GET", "compute", f"{path}/{volume}").status == 404

    def test_a_floating_ip_is_associated_and_moved_off(self, site: Site) -> None:
        port = site.new_port()
        outer = site.named("network", "/networks", "networks", "ext-net")
        made = site.make(
            "network",
            "/floatingips",
            "floatingip",
            {"floating_network_id": outer, "description": "omlib_id=hrss-app-01"},
        )
        path = f"/floatingips/{made['id']}"
        assert (made["port_id"], made["fixed_ip_address"]) == (None, None)
        assert made["description"] == "omlib_id=hrss-app-01"
        on = {"floatingip": {"port_id": port["id"]}}
        told = site.changer.done("PUT", "network", path, on)["floatingip"]
        assert told["port_id"] == port["id"]
        assert told["fixed_ip_address"] == port["fixed_ips"][0]["ip_address"]
        assert told["floating_network_id"] == outer

        off = site.changer.done("PUT", "network", path, {"floatingip": {"port_id": None}})
        assert off["floatingip"]["fixed_ip_address"] is None

    def test_an_address_is_given_once_and_only_out_of_a_subnet(self, site: Site) -> None:
        port = site.new_port(description="omlib_urn=urn:x omlib_id=hrss-app-01/gov-net")
        assert port["description"] == "omlib_urn=urn:x omlib_id=hrss-app-01/gov-net"
        network, address = port["network_id"], port["fixed_ips"][0]["ip_address"]
        told = {"network_id": network, "fixed_ips": [{"ip_address": address}]}
        taken = site.changer.ask("POST", "network", "/ports", {"port": told})
        assert kind_of_error(taken) == (409, "IpAddressAlreadyAllocated")
        told = {"network_id": network, "fixed_ips": [{"ip_address": "203.0.113.9"}]}
        outside = site.changer.ask("POST", "network", "/ports", {"port": told})
        assert kind_of_error(outside) == (400, "InvalidIpForNetwork")

    def test_a_port_tells_groups_pairs_and_addresses_and_takes_new_ones(self, site: Site) -> None:
        port = site.new_port(allowed_address_pairs=[{"ip_address": "198.18.255.9"}])
        assert port["allowed_address_pairs"] == [
            {"ip_address": "198.18.255.9", "mac_address": port["mac_address"]}
        ]
        told = {"port": {"allowed_address_pairs": [], "security_groups": [], "name": "改名"}}
        changed = site.changer.done("PUT", "network", f"/ports/{port['id']}", told)["port"]
        assert (changed["allowed_address_pairs"], changed["security_groups"]) == ([], [])
        assert changed["name"] == "改名"

    def test_a_group_starts_with_two_rules_and_takes_none_twice(self, site: Site) -> None:
        told = {"name": site.name("g"), "description": "门户 omlib_id=web"}
        group = site.make("network", "/security-groups", "security_group", told)
        rules = group["security_group_rules"]
        assert {(r["direction"], r["ethertype"], r["protocol"]) for r in rules} == {
            ("egress", "IPv4", None),
            ("egress", "IPv6", None),
        }
        rule = {
            "security_group_id": group["id"],
            "direction": "ingress",
            "ethertype": "IPv4",
            "protocol": "tcp",
            "port_range_min": 443,
            "port_range_max": 443,
            "remote_ip_prefix": "198.18.0.0/24",
        }
        body = {"security_group_rule": rule}
        made = site.changer.done("POST", "network", "/security-group-rules", body)
        assert made["security_group_rule"].items() >= rule.items()
        twice = site.changer.ask("POST", "network", "/security-group-rules", body)
        assert kind_of_error(twice) == (409, "SecurityGroupRuleExists")
        rule_id = made["security_group_rule"]["id"]
        path = f"/security-group-rules/{rule_id}"
        assert site.changer.ask("DELETE", "network", path).status == 204
        listed = site.reader.done("GET", "network", "/security-groups")["security_groups"]
        (seen,) = (each for each in listed if each["id"] == group["id"])
        assert len(seen["security_group_rules"]) == 2
        assert seen["description"] == "门户 omlib_id=web"

    def test_a_router_joins_networks_by_ports_of_its_own(self, site: Site) -> None:
        network = site.make("network", "/networks", "network", {"name": site.name("net")})
        subnet = site.make(
            "network",
            "/subnets",
            "subnet",
            {
                "network_id": network["id"],
                "ip_version": 4,
                "cidr": "198.19.250.0/28",
                "enable_dhcp": False,
                "name": site.name("subnet"),
            },
        )
        assert (subnet["gateway_ip"], subnet["enable_dhcp"]) == ("198.19.250.1", False)
        assert subnet["allocation_pools"] == [{"start": "198.19.250.2", "end": "198.19.250.14"}]
        outer = site.named("network", "/networks", "networks", "ext-net")
        wanted = {"name": site.name("router"), "external_gateway_info": {"network_id": outer}}
        router = site.make("network", "/routers", "router", wanted)
        assert router["external_gateway_info"]["network_id"] == outer
        path = f"/routers/{router['id']}"
        body = {"subnet_id": subnet["id"]}
        joined = site.changer.done("PUT", "network", f"{path}/add_router_interface", body)
        assert joined["subnet_id"] == subnet["id"]
        ports = site.reader.done("GET", "network", f"/ports?device_id={router['id']}")["ports"]
        (own,) = (port for port in ports if port["network_id"] == network["id"])
        assert own["device_owner"] == "network:router_interface"
        assert own["fixed_ips"][0]["ip_address"] == "198.19.250.1"
        held = site.changer.ask("DELETE", "network", f"/ports/{own['id']}")
        assert kind_of_error(held) == (409, "ServicePortInUse")
        in_use = site.changer.ask("DELETE", "network", path)
        assert kind_of_error(in_use) == (409, "RouterInUse")
        in_use = site.changer.ask("DELETE", "network", f"/subnets/{subnet['id']}")
        assert kind_of_error(in_use) == (409, "SubnetInUse")
        site.changer.done("PUT", "network", f"{path}/remove_router_interface", body)
        assert site.changer.ask("DELETE", "network", path).status == 204

    def test_key_pairs_and_server_groups_are_made_and_removed(self, site: Site) -> None:
        key = {"name": uuid4().hex, "public_key": _PUBLIC_KEY, "type": "ssh"}
        made = site.make("compute", "/os-keypairs", "keypair", key)
        assert made["public_key"] == _PUBLIC_KEY
        again = site.changer.ask("POST", "compute", "/os-keypairs", {"keypair": key})
        assert kind_of_error(again) == (409, "conflictingRequest")
        shown = site.changer.done("GET", "compute", f"/os-keypairs/{key['name']}")["keypair"]
        assert shown["public_key"] == _PUBLIC_KEY
        listed = site.changer.done("GET", "compute", "/os-keypairs")["keypairs"]
        assert key["name"] in {entry["keypair"]["name"] for entry in listed}
        wanted = {"name": site.name("group"), "policy": "soft-anti-affinity"}
        group = site.make("compute", "/os-server-groups", "server_group", wanted)
        assert (group["policy"], group["members"]) == ("soft-anti-affinity", [])
        hint = {"os:scheduler_hints": {"group": group["id"]}}
        port = site.new_port()["id"]
        told = {
            "name": site.name("vm"),
            "flavorRef": site.named("compute", "/flavors", "flavors", "m1.tiny"),
            "imageRef": site.named("image", "/images", "images", "lab-linux"),
            "networks": [{"port": port}],
            "key_name": key["name"],
        }
        server = site.changer.done("POST", "compute", "/servers", {"server": told, **hint})
        server_id = server["server"]["id"]
        site.made.append(lambda: site.remove("compute", f"/servers/{server_id}"))
        settled = site.server_is(server_id, "ACTIVE")
        assert (settled["key_name"], settled["server_groups"]) == (key["name"], [group["id"]])

    def test_what_is_not_there_is_a_404_of_each_service(self, site: Site) -> None:
        for service, path, kind in (
            ("compute", "/servers/", "itemNotFound"),
            ("compute", "/flavors/", "itemNotFound"),
            ("compute", "/os-server-groups/", "itemNotFound"),
            ("compute", "/os-keypairs/", "itemNotFound"),
            ("network", "/ports/", "PortNotFound"),
            ("network", "/networks/", "NetworkNotFound"),
            ("network", "/subnets/", "SubnetNotFound"),
            ("network", "/routers/", "RouterNotFound"),
            ("network", "/floatingips/", "FloatingIPNotFound"),
            ("network", "/security-groups/", "SecurityGroupNotFound"),
            ("block-storage", "/volumes/", "itemNotFound"),
        ):
            told = site.reader.ask("GET", service, f"{path}{NOWHERE}")
            assert kind_of_error(told) == (404, kind), path
        image = site.reader.ask("GET", "image", f"/images/{NOWHERE}")
        assert image.status == 404
        assert image.body["message"].startswith(f"No image found with ID {NOWHERE}")

    def test_an_account_that_may_only_read_is_refused_in_each_services_words(
        self, site: Site
    ) -> None:
        port = site.new_port()["id"]
        server = {
            "name": "x",
            "flavorRef": site.named("compute", "/flavors", "flavors", "m1.tiny"),
            "imageRef": site.named("image", "/images", "images", "lab-linux"),
            "networks": "none",
        }
        for service, path, body, kind in (
            ("compute", "/servers", {"server": server}, "forbidden"),
            ("network", "/security-groups", {"security_group": {"name": "x"}}, _REFUSED),
            ("block-storage", "/volumes", {"volume": {"size": 1}}, "forbidden"),
        ):
            told = site.reader.ask("POST", service, path, body)
            assert kind_of_error(told) == (403, kind), path
        told = site.reader.ask("DELETE", "network", f"/ports/{port}")
        assert kind_of_error(told) == (403, _REFUSED)

    def test_listings_come_in_pages_with_a_link_to_the_next(self, site: Site) -> None:
        group = {"name": site.name("g")}
        groups = [
            site.make("network", "/security-groups", "security_group", group) for _ in range(2)
        ]
        volumes = [
            site.make("block-storage", "/volumes", "volume", {"name": site.name("v"), "size": 1})
            for _ in range(2)
        ]
        for volume in volumes:
            site.volume_is(volume["id"], "available")
        for service, path, key, made in (
            ("network", "/security-groups", "security_groups", groups),
            ("block-storage", "/volumes/detail", "volumes", volumes),
        ):
            seen: list[str] = []
            marker = ""
            while True:
                page = site.reader.done("GET", service, f"{path}?limit=1{marker}")
                seen += [each["id"] for each in page[key]]
                links = page.get(f"{key}_links", [])
                if not any(link["rel"] == "next" for link in links):
                    break
                marker = f"&marker={seen[-1]}"
            assert {each["id"] for each in made} <= set(seen)
            assert len(seen) == len(set(seen))


_REFUSED = "PolicyNotAuthorized"
_PUBLIC_KEY = (
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl contract"
)


def used(site: Site) -> Iterator[Site]:
    """The site, for one test; then what it made goes."""
    yield site
    while site.made:
        site.made.pop()()
