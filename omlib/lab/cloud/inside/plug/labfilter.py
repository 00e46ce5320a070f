"""neutron's security groups for real hosts: told to the lab whenever they may have changed.

A thread in neutron's process works out what each server on `lab-hosts` lets through, and hands all
of it to one program (LAB_HOST_COMMAND: `omlib.lab.host filters`), which sets what differs. It is
woken by every change to ports, groups and rules, and looks again now and then: a filter that was
lifted by hand inside a host comes back.
"""

import ipaddress
import json
import logging
import os
import subprocess
import threading
import time

from neutron_lib import constants
from neutron_lib import context as neutron_context
from neutron_lib.callbacks import events, registry, resources
from neutron_lib.plugins import directory

LOG = logging.getLogger(__name__)
NETWORK = "lab-hosts"
SETTLE_S = 0.2  # changes come in bursts: a group, then its rules
AGAIN_S = 20.0  # how long a filter lifted by hand stays lifted, at most
PAUSE_S = 2.0  # after a failure


class FilterThread:
    def __init__(self):
        self.changed = threading.Event()
        self.changed.set()
        for resource in (
            resources.PORT,
            resources.SECURITY_GROUP,
            resources.SECURITY_GROUP_RULE,
            resources.ADDRESS_GROUP,
        ):
            for event in (events.AFTER_CREATE, events.AFTER_UPDATE, events.AFTER_DELETE):
                registry.subscribe(self.wake, resource, event)
        threading.Thread(target=self.run, name="lab-filters", daemon=True).start()

    def wake(self, resource, event, trigger, payload=None):
        self.changed.set()

    def run(self):
        known, told_at = None, 0.0
        while True:
            woken = self.changed.wait(AGAIN_S)
            time.sleep(SETTLE_S)
            self.changed.clear()
            try:
                wanted = wanted_filters() if woken or known is None else known
                if wanted != known or (wanted and time.monotonic() - told_at > AGAIN_S):
                    tell(wanted)
                    told_at = time.monotonic()
                known = wanted
            except Exception:
                LOG.exception("security groups could not be set on the lab's hosts")
                known = None
                time.sleep(PAUSE_S)
                self.changed.set()


def tell(wanted):
    done = subprocess.run(
        [*json.loads(os.environ["LAB_HOST_COMMAND"]), "filters"],
        cwd=os.environ["LAB_HOST_DIRECTORY"],
        input=json.dumps(wanted),
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-400:])
    if done.stdout:
        LOG.warning("filters set: %s", " ".join(done.stdout.split()))


def wanted_filters():
    """What each host's ports let through, by the host's name."""
    plugin = directory.get_plugin()
    if plugin is None:  # neutron is still starting
        raise RuntimeError("no plugin yet")
    context = neutron_context.get_admin_context()
    networks = plugin.get_networks(context, filters={"name": [NETWORK]}, fields=["id"])
    if not networks:
        return {}
    ids = [network["id"] for network in networks]
    ports = [
        port
        for port in plugin.get_ports(context, filters={"network_id": ids})
        if port["device_owner"].startswith(constants.DEVICE_OWNER_COMPUTE_PREFIX)
    ]
    groups = {group for port in ports for group in port["security_groups"]}
    rules = (
        plugin.get_security_group_rules(context, filters={"security_group_id": list(groups)})
        if groups
        else []
    )
    peers = Peers(plugin, context, rules)
    found = {}
    for port in ports:
        mine = found.setdefault(f"vm-{port['device_id']}", {"rules": [], "open": False})
        mine["open"] |= not port.get("port_security_enabled", True)
        mine["rules"] += [
            told(rule, peers)
            for rule in rules
            if rule["security_group_id"] in port["security_groups"]
        ]
    return found


class Peers:
    """Whom a rule that names a group means: its members' addresses."""

    def __init__(self, plugin, context, rules):
        self.members = {}
        if any(rule["remote_group_id"] for rule in rules):
            for port in plugin.get_ports(context):
                more = [pair["ip_address"] for pair in port.get("allowed_address_pairs") or ()]
                own = [fixed["ip_address"] for fixed in port["fixed_ips"]]
                for group in port["security_groups"]:
                    self.members.setdefault(group, set()).update(own + more)
        named = {rule.get("remote_address_group_id") for rule in rules} - {None}
        for group in named:
            self.members[group] = set(plugin.get_address_group(context, group)["addresses"])

    def of(self, rule, family):
        group = rule["remote_group_id"] or rule.get("remote_address_group_id")
        if group is None:
            return [rule["remote_ip_prefix"]] if rule["remote_ip_prefix"] else None
        members = [ipaddress.ip_network(one, strict=False) for one in self.members.get(group, ())]
        return sorted(str(one) for one in members if one.version == family)


def told(rule, peers):
    family = 6 if rule["ethertype"] == constants.IPv6 else 4
    return {
        "direction": rule["direction"],
        "family": family,
        "protocol": protocol_number(rule["protocol"], family),
        "low": rule["port_range_min"],
        "high": rule["port_range_max"],
        "peers": peers.of(rule, family),
    }


def protocol_number(name, family):
    if name in (None, "any", "0", "ip"):
        return None
    number = constants.IP_PROTOCOL_MAP.get(name)
    number = int(name) if number is None else number
    if number == constants.PROTO_NUM_ICMP and family == 6:
        return constants.PROTO_NUM_IPV6_ICMP
    return number
