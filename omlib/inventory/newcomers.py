"""Inventory records for live things that are not in the books. Pure; nothing is invented.

A field whose value cannot be told whole (a network that the books do not know, a group without a
record) is left out, which means that it is not compared, and said so. What no record can hold is
not proposed at all.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import ValidationError

from omlib.inventory.amend import NewRecord
from omlib.inventory.catalogue import model_of
from omlib.model.estate import Cloud, Estate, Vm
from omlib.model.item import Actual, Value
from omlib.model.ref import LIVE, Ref

_UNFIT = re.compile(r"[\s:/%@]+")
_LONGEST_ID = 80
_OPEN_EGRESS = frozenset({"egress any any 0.0.0.0/0", "egress any any ::/0"})  # neutron's own two


class Need(StrEnum):
    """What a person has to say, or why there is no record."""

    NO_SYSTEM = "no_system"  # neither a mark nor its project names the system
    NO_NETWORK = "no_network"  # a card stands on a network that the books do not have
    NO_GROUP = "no_group"  # a security group of it has no record
    NO_FLOATING = "no_floating"
    OF_RECORD = "of_record"  # it hangs on a server whose record does not have it
    LOOSE = "loose"  # a volume that hangs on nothing: no record has room for it
    NO_KIND = "no_kind"  # nothing of this kind is proposed
    NOT_SEEN = "not_seen"  # its size, say, could not be read
    CHANGING = "changing"
    NOT_STATED = "not_stated"  # the inventory has no words for what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """*seen* with the *record* proposed for it, None for none. *folded* are told by the record."""

    seen: Actual
    record: NewRecord | None
    needs: tuple[Need, ...] = ()
    folded: tuple[Ref, ...] = ()


def newcomers(
    estate: Estate, left: Iterable[Actual], named_groups: Mapping[tuple[str, str], str]
) -> tuple[Newcomer, ...]:
    """A proposal for each of *left*: security groups, servers, then the rest, by name.

    *named_groups* are the ids of security groups that have a record, by place and live name.
    """
    return tuple(_Proposals(estate, left, named_groups).all())


def unstated(
    estate: Estate,
    vm: Vm,
    server: Actual,
    around: Iterable[Actual],
    named_groups: Mapping[tuple[str, str], str],
) -> Mapping[str, object]:
    """What a record of *server* would say of fields that the record of *vm* leaves open."""
    told = _Proposals(estate, [server, *around], named_groups).server(server)
    said = told.record.record if told.record else {}
    open_ = {"image": vm.image, "interfaces": vm.interfaces, "security_groups": vm.security_groups}
    return {name: said[name] for name, held in open_.items() if not held and name in said}


class _Proposals:
    def __init__(
        self, estate: Estate, left: Iterable[Actual], named_groups: Mapping[tuple[str, str], str]
    ) -> None:
        self._estate = estate
        self._left = sorted(left, key=lambda seen: (seen.label, seen.ref))
        self._groups = dict(named_groups)
        self._taken = {
            "vms": set(estate.vms),
            "security_groups": set(estate.security_groups),
            "volumes": {volume.id for vm in estate.vms.values() for volume in vm.volumes},
        }
        self._of_server: dict[tuple[str, str], list[Actual]] = defaultdict(list)
        for seen in self._left:
            if seen.ref.kind == "port" and seen.parent:
                self._of_server["port", seen.parent.value].append(seen)
            elif seen.ref.kind == "volume":
                for server in _texts(seen.attributes.get("attached_to")):
                    self._of_server["volume", server.removeprefix(LIVE)].append(seen)

    def all(self) -> Iterator[Newcomer]:
        told = [self._group(seen) for seen in self._left if seen.ref.kind == "security_group"]
        told += [self.server(seen) for seen in self._left if seen.ref.kind == "server"]
        folded = {ref for one in told for ref in one.folded}
        others = [
            Newcomer(seen=seen, record=None, needs=(_why_none(seen),))
            for seen in self._left
            if seen.ref.kind not in ("security_group", "server")
            and seen.ref not in folded
            and seen.parent is None
        ]
        yield from (*told, *others)

    def _group(self, seen: Actual) -> Newcomer:
        rules = [str(rule) for rule in _texts_in_order(seen.attributes.get("rules"))]
        egress = {rule for rule in rules if rule.startswith("egress ")}
        if not egress:  # a record without any means the two that neutron makes
            return Newcomer(seen=seen, record=None, needs=(Need.NOT_STATED,))
        if egress == _OPEN_EGRESS:
            rules = [rule for rule in rules if rule not in egress]
        name = str(seen.attributes.get("name", ""))
        own_id = self._id("security_groups", name, seen)
        record: dict[str, object] = {"id": own_id}
        if name != own_id:
            record["name"] = name
        record |= {**_place(seen), "rules": rules, "bound_id": _live_id(seen)}
        one = self._checked(seen, "security_groups", record, (), ())
        if one.record:
            self._groups.setdefault((seen.scope.where, name), own_id)
        return one

    def server(self, seen: Actual) -> Newcomer:
        cloud = self._estate.clouds[_place(seen)["cloud"]]
        if seen.in_transition or seen.pending:
            return Newcomer(seen=seen, record=None, needs=(Need.CHANGING,))
        size = (seen.attributes.get("vcpu"), seen.attributes.get("ram_mib"))
        power = seen.attributes.get("power")
        if not all(isinstance(part, int) for part in size):
            return Newcomer(seen=seen, record=None, needs=(Need.NOT_SEEN,))
        if power not in ("on", "off"):
            return Newcomer(seen=seen, record=None, needs=(Need.NOT_STATED,))
        needs: list[Need] = []
        name = str(seen.attributes.get("name", ""))
        own_id = self._id("vms", name, seen)
        record: dict[str, object] = {"id": own_id}
        if name != own_id:
            record["name"] = name
        if system := self._system(seen, cloud):
            record["system"] = system
        else:
            needs.append(Need.NO_SYSTEM)
        record |= {**_place(seen), "vcpu": size[0], "ram_mib": size[1]}
        if image := seen.attributes.get("image"):
            record["image"] = image
        if power == "off":
            record["power"] = power
        folded = [one.ref for one in self._of_server["port", _live_id(seen)]]
        for field, said, need in (
            ("interfaces", self._interfaces(seen, cloud), Need.NO_NETWORK),
            ("security_groups", self._groups_of(seen), Need.NO_GROUP),
        ):
            if said is None:
                needs.append(need)
            elif said:
                record[field] = said
        volumes = [one for one in self._of_server["volume", _live_id(seen)] if not one.parent]
        if volumes:
            record["volumes"] = [
                self._volume(own_id, number, one)
                for number, one in enumerate(sorted(volumes, key=_volume_order), 1)
            ]
            folded += [one.ref for one in volumes]
        floating = self._floating(seen)
        if len(floating) == 1:
            record["floating_ip"] = floating[0].attributes["address"]
            folded.append(floating[0].ref)
        elif floating:
            needs.append(Need.NO_FLOATING)
        record["bound_id"] = _live_id(seen)
        return self._checked(seen, "vms", record, needs, folded)

    def _checked(
        self,
        seen: Actual,
        collection: str,
        record: dict[str, object],
        needs: Iterable[Need],
        folded: Iterable[Ref],
    ) -> Newcomer:
        try:
            model_of(collection).model_validate(record)
        except ValidationError:
            return Newcomer(seen=seen, record=None, needs=(Need.NOT_STATED,))
        return Newcomer(
            seen=seen,
            record=NewRecord(collection, record),
            needs=tuple(needs),
            folded=tuple(sorted(folded)),
        )

    def _id(self, collection: str, name: str, seen: Actual) -> str:
        """From the live name; where it is taken or empty, with a number or from the live id."""
        text = _UNFIT.sub("-", unicodedata.normalize("NFC", name)).strip("-")
        text = "".join(char for char in text if char.isprintable())[: _LONGEST_ID - 4]
        text = text or f"{seen.ref.kind}-{_live_id(seen)[:8]}".replace("_", "-")
        taken, own_id, count = self._taken[collection], text, 1
        while own_id in taken:
            count += 1
            own_id = f"{text}-{count}"
        taken.add(own_id)
        return own_id

    def _system(self, seen: Actual, cloud: Cloud) -> str:
        if seen.system in self._estate.systems:
            return seen.system
        project = _place(seen)["project"]
        return next((one.system for one in cloud.projects if one.id == project), "")

    def _interfaces(self, seen: Actual, cloud: Cloud) -> list[dict[str, str]] | None:
        networks = {network.name or network.id: network.id for network in cloud.networks}
        told = []
        for port in self._of_server["port", _live_id(seen)]:
            network = networks.get(str(port.attributes.get("network", "")))
            addresses = _texts_in_order(port.attributes.get("addresses"))
            if network is None or len(addresses) != 1:
                return None
            told.append({"network": network, "address": addresses[0]})
        stated = {one["address"] for one in told}
        if stated != set(_texts(seen.attributes.get("addresses"))):
            return None
        return sorted(told, key=lambda one: (one["network"], one["address"]))

    def _groups_of(self, seen: Actual) -> list[str] | None:
        names = _texts_in_order(seen.attributes.get("security_groups"))
        ids = [self._groups.get((seen.scope.where, name)) for name in names]
        return None if None in ids else [own_id for own_id in ids if own_id]

    def _volume(self, vm: str, number: int, seen: Actual) -> dict[str, object]:
        name = str(seen.attributes.get("name") or f"{vm}-vol-{number}")
        own_id = self._id("volumes", name, seen)
        size = seen.attributes.get("size_gib")
        return {"id": own_id, "size_gib": size, "bound_id": _live_id(seen)}

    def _floating(self, seen: Actual) -> list[Actual]:
        addresses = _texts(seen.attributes.get("addresses"))
        return [
            one
            for one in self._left
            if one.ref.kind == "floating_ip"
            and one.scope.where == seen.scope.where
            and one.attributes.get("target") in addresses
        ]


def _why_none(seen: Actual) -> Need:
    if seen.ref.kind == "volume" and not seen.attributes.get("attached_to"):
        return Need.LOOSE
    return Need.NO_KIND


def _place(seen: Actual) -> dict[str, str]:
    cloud, _, project = seen.scope.where.split(":", 2)
    return {"cloud": cloud, "project": project}


def _live_id(seen: Actual) -> str:
    return next((key.value for key in seen.keys if key.space == "id"), "")


def _volume_order(seen: Actual) -> tuple[str, int, str]:
    size = seen.attributes.get("size_gib")
    named = str(seen.attributes.get("name") or "\uffff")
    return named, size if isinstance(size, int) else 0, _live_id(seen)


def _texts(value: Value) -> frozenset[str]:
    return frozenset(_texts_in_order(value))


def _texts_in_order(value: Value) -> list[str]:
    if value is None or value == "":
        return []
    return list(map(str, value if isinstance(value, tuple) else (value,)))
