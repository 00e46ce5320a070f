"""Clouds, VMs and security groups."""

import ipaddress
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from omlib.inventory.schema.base import (
    Address,
    Cidr,
    Id,
    Record,
    Size,
    Text,
    bad_value,
    one_as_list,
)

_PORTS = re.compile(r"any|\d{1,5}(-\d{1,5})?|\d{1,3}/\d{1,3}")
_PROTOCOLS = re.compile(r"any|tcp|udp|icmp|ipv6-icmp|\d{1,3}")


def _rule(text: str) -> str:
    words = text.split(" ")
    if len(words) == 5 and words[4] == "ipv6":  # a group as peer does not tell IPv4 from IPv6
        words.pop()
    if (
        len(words) != 4
        or words[0] not in ("ingress", "egress")
        or not _PROTOCOLS.fullmatch(words[1])
        or not _PORTS.fullmatch(words[2])
        or not _is_peer(words[3])
    ):
        raise bad_value("rule")
    return text


def _is_peer(text: str) -> bool:
    if text == "any" or re.fullmatch(r"group:\S+", text):
        return True
    try:
        return bool(ipaddress.ip_network(text))
    except ValueError:
        return False


def _metadata_key(text: str) -> str:
    # as nova takes them; those that begin with omlib_ are our own marks
    if not re.fullmatch(r"[a-zA-Z0-9_:. -]{1,255}", text) or text.startswith("omlib_"):
        raise bad_value("metadata_key")
    return text


MetadataKey = Annotated[str, AfterValidator(_metadata_key)]
Rule = Annotated[str, AfterValidator(_rule)]
Systems = Annotated[list[Id], BeforeValidator(one_as_list, json_schema_input_type=Id | list[Id])]


class ProjectRecord(Record):
    id: Id = Field(description="Name of the project in the cloud.")
    department: Id = Field(description="Whose project it is.")
    system: Id = Field(default="", description="The one system it is for, if it is for one only.")


class CloudNetworkRecord(Record):
    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(default="", description="Name in the cloud; the id, if not given.")
    cidr: Cidr = Field(description="Its prefix, `198.18.1.0/24`.")
    project: Id = Field(
        default="",
        description="The project that it is made in; if not given, it is only referred to.",
    )
    gateway: Address = Field(
        default="", description="Gateway of its subnet; not compared if not given."
    )
    dhcp: bool | None = Field(
        default=None, description="Whether its subnet has DHCP; not compared if not given."
    )
    bound_id: Text = Field(default="", description="Live id; written by adoption.")


class RouterRecord(Record):
    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(default="", description="Name in the cloud; the id, if not given.")
    project: Id = Field(description="The project that it is made in.")
    external: Text = Field(default="", description="Name of the external network it leads to.")
    networks: list[Id] = Field(default=[], description="Networks of the cloud that it joins.")
    bound_id: Text = Field(default="", description="Live id; written by adoption.")


class KeyPairRecord(Record):
    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(default="", description="Name in the cloud; the id, if not given.")
    project: Id = Field(description="The project whose stack holds it.")
    public_key: Text = Field(description="The public half: `ssh-ed25519 AAAA... name`.")


class ServerGroupRecord(Record):
    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(default="", description="Name in the cloud; the id, if not given.")
    project: Id = Field(description="The project that it is made in.")
    policy: Literal["affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity"] = Field(
        description="Whether its servers stand on one host, or on different ones."
    )
    bound_id: Text = Field(default="", description="Live id; written by adoption.")


class CloudRecord(Record):
    """A cloud that speaks OpenStack's API, in one region."""

    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(description="Name as reports print it.")
    site: Id = Field(description="The site whose caps are used.")
    profile: Text = Field(description="The cloud's name in clouds.yaml, which holds the rest.")
    change_profile: Text = Field(
        default="",
        description="Its name in clouds.yaml as the account that may change it; "
        "if not given, omlib changes nothing there.",
    )
    region: Id = Field(description="Region.")
    projects: list[ProjectRecord] = Field(description="Its projects.")
    networks: list[CloudNetworkRecord] = Field(
        default=[], description="Networks that VMs stand on."
    )
    routers: list[RouterRecord] = Field(default=[], description="Routers between networks.")
    key_pairs: list[KeyPairRecord] = Field(
        default=[], description="SSH public keys that VMs are made with."
    )
    server_groups: list[ServerGroupRecord] = Field(
        default=[], description="Groups of VMs that are placed together, or apart."
    )


class InterfaceRecord(Record):
    network: Id = Field(description="A network of the VM's cloud.")
    address: Address = Field(description="The fixed address on it.")


class VolumeRecord(Record):
    id: Id = Field(description="Name in the inventory.")
    size_gib: Size = Field(description="Size in GiB, a whole number.")
    bound_id: Text = Field(default="", description="Live id; written by adoption.")


class VmRecord(Record):
    """A virtual machine. It names its system; nothing else says so."""

    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(default="", description="Name in the cloud; the id, if not given.")
    cloud: Id = Field(description="Its cloud.")
    project: Id = Field(description="Its project in that cloud.")
    system: Id = Field(default="", description="The system it serves.")
    systems: Systems = Field(default=[], description="The systems it serves, if several.")
    vcpu: Size = Field(description="Virtual CPUs.")
    ram_mib: Size = Field(description="Memory in MiB, a whole number.")
    image: Text = Field(
        default="", description="Image it was made from; not compared if not given."
    )
    flavor: Text = Field(
        default="", description="Flavor by name, where the size alone does not decide it."
    )
    shard: Id = Field(
        default="", description="Part of the project with a stack of its own: 50-200 VMs each."
    )
    key_pair: Id = Field(default="", description="A key pair of its cloud, put in when it is made.")
    server_group: Id = Field(default="", description="A server group of its cloud and project.")
    metadata: dict[MetadataKey, str] | None = Field(
        default=None, description="All its metadata; not compared if not given."
    )
    power: Literal["on", "off"] = Field(default="on", description="`on` or `off`.")
    interfaces: list[InterfaceRecord] = Field(
        default=[], description="Where it stands on networks."
    )
    security_groups: list[Id] = Field(default=[], description="Security groups, by inventory id.")
    volumes: list[VolumeRecord] = Field(default=[], description="Volumes attached to it.")
    floating_ip: Address = Field(default="", description="Floating address.")
    bound_id: Text = Field(default="", description="Live id; written by adoption.")


class SecurityGroupRecord(Record):
    """A security group with the whole list of its rules."""

    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(default="", description="Name in the cloud; the id, if not given.")
    cloud: Id = Field(description="Its cloud.")
    project: Id = Field(description="Its project in that cloud.")
    rules: list[Rule] = Field(
        description="Texts `direction protocol ports peer`: `ingress tcp 443 198.18.0.0/20`."
    )
    bound_id: Text = Field(default="", description="Live id; written by adoption.")
