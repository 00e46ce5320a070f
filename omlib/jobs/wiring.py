"""The one place that knows concrete planes: which serve an estate, and what they declare."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from omlib.errors import OmlibError, UsageError
from omlib.jobs.world import ReferencedSecrets, SystemClock
from omlib.log import event
from omlib.model.estate import Device, Estate, Server, Site
from omlib.model.item import Declared
from omlib.model.ref import Ref
from omlib.ports import Clock, Plane, Progress, Secrets
from omlib.reconcile.bound import bound_items
from omlib.reconcile.retired import retired_items
from omlib.reconcile.stacks import Stacks

if TYPE_CHECKING:
    from omlib.jobs.server_check import Order
    from omlib.planes.cloud.adopting import AdoptingStacks
    from omlib.planes.cloud.engine.desk import StackDesk
    from omlib.planes.server.runs.runner import Ended
    from omlib.planes.server.runs.task import TaskResult
    from omlib.planes.server.snapshot import Snapshot


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


def stacks_in_state(root: Path) -> tuple[Stacks, dict[Ref, str]]:
    """What the states of all stacks of the inventory at *root* hold, and under which live id each
    item stands there. A state that cannot be read counts as one that lives elsewhere.
    """
    from omlib.planes.cloud.engine import state
    from omlib.planes.cloud.engine.environment import StateHome
    from omlib.planes.cloud.stacks.names import ref_of

    home = StateHome(root)
    holders: dict[tuple[str, str], tuple[str, ...]] = {}
    live_ids: dict[Ref, set[str]] = {}
    read = set()
    try:
        names = state.stacks(home)
    except OmlibError as fault:  # kept in a database or a bucket, which is not ours to open
        event("stacks.unread", why=fault.code)
        names = ()
    for name in names:
        try:
            told = state.read(home, name)
        except OmlibError as fault:
            event("stacks.unread", stack=name, why=fault.code)
            continue
        read.add(name)
        for resource in told.resources:
            spot = (resource.kind, resource.id)
            holders[spot] = tuple(sorted({*holders.get(spot, ()), name}))
            live_ids.setdefault(ref_of(resource.kind, resource.name), set()).add(resource.id)
    bound = {ref: next(iter(ids)) for ref, ids in live_ids.items() if len(ids) == 1}
    return Stacks(holders, frozenset(read)), bound


def bound_by_stacks(items: Sequence[Declared], live_ids: Mapping[Ref, str]) -> tuple[Declared, ...]:
    """*items* with the ids that states know; an id that the inventory itself has goes before."""
    own = {item.ref for item in items if any(key.space == "id" for key in item.keys)}
    known = {ref: live for ref, live in live_ids.items() if ref not in own}
    return tuple(bound_items(items, known))


def real_planes(
    estate: Estate,
    items: Sequence[Declared],
    *,
    secrets: Secrets | None = None,
    clock: Clock | None = None,
    posture: bool = False,
) -> list[Plane]:
    """The planes that something is declared on, over the real thing.

    With *posture* servers are asked for what checks of the protection scheme stand on, too.
    """
    from omlib.planes.cloud.plane import CloudPlane
    from omlib.planes.network.plane import NetworkPlane
    from omlib.planes.server.plane import ServerPlane

    secrets, clock = secrets or ReferencedSecrets(), clock or SystemClock()
    planes: list[Plane] = []
    if estate.clouds:
        planes.append(CloudPlane(estate, clock))
    if estate.servers:
        planes.append(ServerPlane(estate, secrets, clock, posture=posture))
    if estate.devices:
        planes.append(NetworkPlane(estate, items, secrets, clock))
    return planes


def ansible_inventory(estate: Estate, host: str = "") -> dict[str, Any]:
    """What an inventory script of Ansible prints for `--list`, or for `--host`.

    Raises UsageError for a host that is not declared.
    """
    from omlib.planes.server.runs.inventory import as_script, inert, vars_of_host
    from omlib.planes.server.runs.places import path_in

    path_of = path_in(os.environ)
    if not host:
        return as_script(estate, path_of)
    if host not in estate.servers:
        raise UsageError(what="no_such_host", name=host)
    told: dict[str, Any] = inert(vars_of_host(estate, estate.servers[host], path_of))
    return told


def check_playbook(order: "Order", on_result: "Callable[[TaskResult], None]") -> "Ended":
    """Hold hosts against any playbook, as `ansible-playbook --check` would be called for it."""
    from omlib.planes.server.runs.runner import Job, run

    names = "," in order.inventory
    job = Job(
        playbook=order.playbook,
        inventory=order.inventory if names else Path(order.inventory) if order.inventory else None,
        check=True,
        limit=order.limit,
        deadline_s=order.deadline_s,
        forks=order.forks,
        become_password=order.become_password,
        connection_password=order.connection_password,
        vault_password=order.vault_password,
        vault_password_file=order.vault_password_file,
        extra_vars=order.extra_vars,
        extra_args=order.extra_args,
        foreign=True,
    )
    return run(job, on_result=on_result)


def check_declared(
    estate: Estate,
    *,
    limit: Sequence[str],
    deadline_s: float,
    forks: int,
    on_result: "Callable[[TaskResult], None]",
) -> "tuple[Path, Sequence[Ended]]":
    """Hold declared hosts against omlib's own playbook; which one that is, and how it ended."""
    from omlib.planes.server.runs import deep_check
    from omlib.planes.server.runs.places import SITE, path_in, shipped

    ended = deep_check.check_declared(
        estate,
        path_of=path_in(os.environ),
        secrets=ReferencedSecrets(),
        limit=limit,
        deadline_s=deadline_s,
        forks=forks,
        on_result=on_result,
    )
    return shipped(SITE), ended


def kinds_of_a_snapshot() -> tuple[str, ...]:
    from omlib.planes.server.snapshot import KINDS

    return KINDS


def snapshot(
    server: Server,
    site: Site,
    secrets: Secrets,
    *,
    kinds: Sequence[str],
    watched: tuple[str, ...],
    at: datetime,
) -> "Snapshot":
    """Everything of *kinds* on a host that its state does not declare."""
    from omlib.planes.server import snapshot as taking

    return taking.snapshot(server, site, secrets, kinds=kinds, watched=watched, at=at)


def intended_text(root: Path) -> Callable[[Device], str]:
    """How a device of the inventory at *root* should be configured, as a text to load."""
    from omlib.planes.network.intended import environment, intended

    templates = environment(templates_of(root))
    return lambda device: intended(device, templates)


def templates_of(root: Path) -> Path:
    """`templates/network` in the inventory, else beside it."""
    inside = root / "templates" / "network"
    return inside if inside.is_dir() else root.parent / "templates" / "network"


def stacks_to_adopt_into(root: Path, progress: Progress) -> "AdoptingStacks":
    """The real stacks of the inventory at *root*, for `omlib.jobs.adopt`."""
    from omlib.planes.cloud.adopting import AdoptingStacks

    return AdoptingStacks(root=root, progress=progress)


def ready_engine(progress: Progress) -> Path:
    """The `pulumi` program to run, built first if there is none."""
    from omlib.planes.cloud.engine.binary import find_pulumi

    return find_pulumi(progress)


def engines() -> tuple[tuple[str, str, bool], ...]:
    """The `pulumi` programs of this machine, the preferred first: path, version, does it serve."""
    from omlib.planes.cloud.engine.binary import candidates

    return tuple((str(each.path), each.version, each.fits) for each in candidates())


def stack_desk(estate: Estate, root: Path, progress: Progress) -> "StackDesk":
    """The stacks of the declared cloud."""
    from omlib.planes.cloud.engine.desk import StackDesk

    return StackDesk(estate=estate, root=root, progress=progress)
