"""What is changed by hand in the adopted cloud of 75 servers, and what must be found of it."""

from collections.abc import Sequence

from omlib.demo.plants import Expected, Expects, Plant, one, shadow
from omlib.model.ref import Plane
from omlib.model.status import Status
from omlib.testing.yibin import Machine
from omlib.testing.yibin_books import CLOUD, REGION, group_of

LARGEST = "ecs.32c.128g"  # a flavor that the estate has, and that no application server has
SHADOW = "ceshi-001"


def drift_of(machines: Sequence[Machine]) -> tuple[Plant, ...]:
    """Every one by its own servers, so that each is found by itself."""
    of = {machine.id: machine for machine in machines}
    moved, stopped, renamed = of["insurance-app-01"], of["contract-app-01"], of["project-db-01"]
    grown, gone = of["planning-file-01"], of["food-app-01"]
    return (
        _plant("vm_resized", "vm-resized", moved, _diverged(moved), flavor=LARGEST),
        _plant("vm_stopped", "vm-stopped", stopped, _diverged(stopped)),
        _plant("vm_renamed", "vm-renamed", renamed, _diverged(renamed), name=f"{renamed.name}-bak"),
        Plant(
            code="volume_extended",
            target=f"{grown.id}-data",
            breaks="volume-extended",
            lab_target=f"{grown.department}/{grown.disks[0].name}",
            expects=one(Plane.CLOUD, "volume", f"{grown.id}-data", "", Status.DIVERGED),
        ),
        _plant("vm_deleted", "vm-deleted", gone, _gone(gone)),
        Plant(
            code="group_opened",
            target=group_of("yb-finance"),
            breaks="security-group-opened",
            lab_target=f"yb-finance/{group_of('yb-finance')}",
            expects=one(Plane.CLOUD, "security_group", group_of("yb-finance"), "", Status.DIVERGED),
        ),
        Plant(
            code="shadow_vm_new",
            target=f"{CLOUD}:{REGION}:yb-edu",
            breaks="shadow-vm",
            lab_target="yb-edu",
            settings={"name": SHADOW},
            expects=shadow(f"{CLOUD}:{REGION}:yb-edu", "server", SHADOW),
        ),
    )


def _plant(code: str, breaks: str, machine: Machine, expects: Expects, **settings: str) -> Plant:
    return Plant(
        code=code,
        target=machine.id,
        breaks=breaks,
        lab_target=f"{machine.department}/{machine.name}",
        settings=settings,
        expects=expects,
    )


def _diverged(machine: Machine) -> Expects:
    return one(Plane.CLOUD, "server", machine.id, "", Status.DIVERGED)


def _gone(machine: Machine) -> Expects:
    """The server, and its volumes that now hang on nothing."""
    server = Expected(plane=Plane.CLOUD, kind="server", owner=machine.id, status=Status.MISSING)
    volumes = tuple(
        Expected(
            plane=Plane.CLOUD,
            kind="volume",
            owner=f"{machine.id}-data{number}" if number > 1 else f"{machine.id}-data",
            status=Status.DIVERGED,
        )
        for number in range(1, len(machine.disks) + 1)
    )
    return lambda _: (server, *volumes)
