"""The one place that knows concrete planes: which serve an estate, and what they declare."""

from collections.abc import Callable, Sequence
from pathlib import Path

from omlib.jobs.world import ReferencedSecrets, SystemClock
from omlib.model.estate import Device, Estate
from omlib.model.item import Declared
from omlib.ports import Clock, Plane, Secrets
from omlib.reconcile.retired import retired_items


def declared_items(estate: Estate, root: Path) -> tuple[Declared, ...]:
    """Everything declared on any plane, and everything that must be gone, sorted by ref."""
    from omlib.planes.cloud import declared as cloud
    from omlib.planes.network import declared as network
    from omlib.planes.server import declared as server

    items = [
        *cloud.declare(estate),
        *server.declare(estate),
        *network.declare(estate, templates_of(root)),
        *retired_items(estate),
    ]
    return tuple(sorted(items, key=lambda item: item.ref))


def real_planes(
    estate: Estate,
    items: Sequence[Declared],
    *,
    secrets: Secrets | None = None,
    clock: Clock | None = None,
) -> list[Plane]:
    """The planes that something is declared on, over the real thing."""
    from omlib.planes.cloud.plane import CloudPlane
    from omlib.planes.network.plane import NetworkPlane
    from omlib.planes.server.plane import ServerPlane

    secrets, clock = secrets or ReferencedSecrets(), clock or SystemClock()
    planes: list[Plane] = []
    if estate.clouds:
        planes.append(CloudPlane(estate, clock))
    if estate.servers:
        planes.append(ServerPlane(estate, secrets, clock))
    if estate.devices:
        planes.append(NetworkPlane(estate, items, secrets, clock))
    return planes


def intended_text(root: Path) -> Callable[[Device], str]:
    """How a device of the inventory at *root* should be configured, as a text to load."""
    from omlib.planes.network.intended import environment, intended

    templates = environment(templates_of(root))
    return lambda device: intended(device, templates)


def templates_of(root: Path) -> Path:
    """`templates/network` in the inventory, else beside it."""
    inside = root / "templates" / "network"
    return inside if inside.is_dir() else root.parent / "templates" / "network"


def engines() -> tuple[tuple[str, str, bool], ...]:
    """The `pulumi` programs of this machine, the preferred first: path, version, does it serve."""
    from omlib.planes.cloud.engine.binary import candidates

    return tuple((str(each.path), each.version, each.fits) for each in candidates())
