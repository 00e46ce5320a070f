"""What must be gone: the identities of retired systems and of tombstones, as items."""

from collections.abc import Iterator

from omlib.model.estate import Estate, Identity
from omlib.model.item import Declared, Key, Scope, Source
from omlib.model.ref import Plane


def retired_items(estate: Estate) -> Iterator[Declared]:
    """One retired item per identity. A tombstone speaks where both it and a system do."""
    buried = set()
    for stone in estate.tombstones.values():
        for identity in stone.identities:
            buried.add(identity.ref)
            yield _item(identity, stone.system, stone.department, stone.source)
    for system in estate.systems.values():
        for identity in system.retired:
            if identity.ref not in buried:
                yield _item(identity, system.id, system.department, system.source)


def _item(identity: Identity, system: str, department: str, source: Source) -> Declared:
    keys = identity.keys
    if identity.ref.plane is Plane.CLOUD and all(key.space != "mark" for key in keys):
        keys = (Key("mark", identity.ref.owner), *keys)  # omlib itself left it, whoever wrote this
    return Declared(
        ref=identity.ref,
        scope=Scope(identity.ref.plane, identity.ref.kind, identity.where),
        keys=keys,
        systems=(system,),
        department=department,
        retired=True,
        source=source,
    )
