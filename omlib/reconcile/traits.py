"""What one side says of a thing, in the terms in which both sides can be held together. Pure."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from omlib.model.item import Actual, Attributes, Declared, Key, Value
from omlib.model.kind import key_value, kind_of
from omlib.model.ref import LIVE, Ref

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Empty means that this side says nothing of it. *where* is `Scope.where`.

    *size* and *volumes_gib* are for servers: vCPU and MiB as one text, the sizes of its volumes;
    a volume has its own size in *size*. *attached* are servers, by inventory id where known.
    *rest* is every attribute that the books state of it, brought to its form.
    """

    where: str
    name: str = ""
    marks: frozenset[str] = _NOTHING
    addresses: frozenset[str] = _NOTHING
    macs: frozenset[str] = _NOTHING
    floating: frozenset[str] = _NOTHING
    attached: frozenset[str] = _NOTHING
    volumes_gib: tuple[int, ...] = ()
    size: str = ""
    image: str = ""
    systems: frozenset[str] = _NOTHING
    metadata: frozenset[str] = _NOTHING
    groups: frozenset[str] = _NOTHING
    rules: frozenset[str] = _NOTHING
    rest: Mapping[str, Value] = field(default_factory=dict)


def like(name: str) -> str:
    """A name as people tell it apart: `OA_App-01.gov.local` is `oa-app-01`."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("_", "-").replace(" ", "-")
    return folded.partition(".")[0]


def live_id(seen: Actual) -> str:
    """Its id there; of a key pair, which has none, the name."""
    named = seen.label if seen.ref.kind == "key_pair" else ""
    return next((key.value for key in seen.keys if key.space == "id"), named)


class Books:
    """Traits of declared items."""

    def __init__(self, items: Iterable[Declared]) -> None:
        self._volumes_gib: dict[tuple[str, str], list[int]] = {}
        self._floating: dict[str, set[str]] = {}
        for item in items:
            if item.ref.kind == "volume":
                for server in _texts(item.attributes.get("attached_to")):
                    sizes = self._volumes_gib.setdefault((item.scope.where, server), [])
                    sizes.append(_whole(item.attributes.get("size_gib")))
            elif item.ref.kind == "floating_ip":
                address = key_value("address", str(item.attributes.get("address", "")))
                self._floating.setdefault(item.ref.owner, set()).add(address)

    def traits(self, item: Declared) -> Traits:
        sizes = self._volumes_gib.get((item.scope.where, item.ref.owner), ())
        is_server = item.ref.kind == "server"
        return _traits(
            item.ref,
            item.scope.where,
            item.attributes,
            item.keys,
            name=str(item.attributes.get("name") or item.ref.owner),
            systems=frozenset(item.systems),
            attached=_texts(item.attributes.get("attached_to")),
            floating=frozenset(self._floating.get(item.ref.owner, ())) if is_server else _NOTHING,
            volumes_gib=tuple(sorted(sizes)) if is_server else (),
        )


class Look:
    """Traits of live things. *owners*: inventory ids of live servers, as far as they are known."""

    def __init__(self, things: Iterable[Actual], owners: Mapping[str, str]) -> None:
        self._owners = owners
        self._macs: dict[str, set[str]] = {}
        self._volumes_gib: dict[str, list[int]] = {}
        self._floating: dict[tuple[str, str], set[str]] = {}
        for seen in things:
            if seen.ref.kind == "port" and seen.parent:
                macs = self._macs.setdefault(seen.parent.value, set())
                macs.update(key.value for key in seen.keys if key.space == "mac")
            elif seen.ref.kind == "volume" and not seen.parent:  # not the disk that it boots from
                for server in _texts(seen.attributes.get("attached_to")):
                    sizes = self._volumes_gib.setdefault(server.removeprefix(LIVE), [])
                    sizes.append(_whole(seen.attributes.get("size_gib")))
            elif seen.ref.kind == "floating_ip" and seen.attributes.get("target"):
                at = seen.scope.where, key_value("address", str(seen.attributes["target"]))
                address = key_value("address", str(seen.attributes.get("address", "")))
                self._floating.setdefault(at, set()).add(address)

    def traits(self, seen: Actual) -> Traits:
        is_server, own_id = seen.ref.kind == "server", live_id(seen)
        names = (own_id, self._owners.get(own_id, "")) if is_server else ()
        sizes = [size for name in names for size in self._volumes_gib.get(name, ())]
        floating = (
            address
            for key in seen.keys
            if is_server and key.space == "address"
            for address in self._floating.get((seen.scope.where, key.value), ())
        )
        attached = _texts(seen.attributes.get("attached_to"))
        return _traits(
            seen.ref,
            seen.scope.where,
            seen.attributes,
            seen.keys,
            name=str(seen.attributes.get("name") or seen.label),
            systems=frozenset({seen.system} if seen.system else ()),
            attached=frozenset(self._owners.get(one.removeprefix(LIVE), one) for one in attached),
            floating=frozenset(floating),
            volumes_gib=tuple(sorted(sizes)),
            macs=frozenset(self._macs.get(own_id, ())) if is_server else _NOTHING,
        )


def _traits(
    ref: Ref,
    where: str,
    attributes: Attributes,
    keys: Iterable[Key],
    *,
    name: str,
    systems: frozenset[str],
    attached: frozenset[str],
    floating: frozenset[str],
    volumes_gib: tuple[int, ...],
    macs: frozenset[str] = _NOTHING,
) -> Traits:
    kind = kind_of(ref)
    size = [attributes[path] for path in ("vcpu", "ram_mib", "size_gib") if path in attributes]
    return Traits(
        where=where,
        name=unicodedata.normalize("NFC", name),
        marks=frozenset(key.value for key in keys if key.space == "mark"),
        addresses=_texts(kind.normal("addresses", attributes.get("addresses"))),
        macs=macs | {key_value("mac", key.value) for key in keys if key.space == "mac"},
        floating=floating,
        attached=attached,
        volumes_gib=volumes_gib,
        size="/".join(map(str, size)),
        image=str(attributes.get("image") or ""),
        systems=systems,
        metadata=_texts(attributes.get("metadata")),
        groups=_texts(attributes.get("security_groups")),
        rules=_texts(attributes.get("rules")),
        rest={path: kind.normal(path, value) for path, value in attributes.items()},
    )


def _texts(value: Value) -> frozenset[str]:
    if value is None or value == "":
        return _NOTHING
    return frozenset(map(str, value if isinstance(value, tuple) else (value,)))


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0
