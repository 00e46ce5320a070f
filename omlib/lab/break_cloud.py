"""Deviations made in the cloud, the way a person with its console makes them.

*target* is PROJECT/SERVER, PROJECT/GROUP for a security group, or PROJECT alone.
"""

import time
from typing import Any

from omlib.lab.cloud.access import connect, server_id
from omlib.lab.cloud.seed import IMAGE, RECORDS_NETWORK
from omlib.lab.errors import LabError
from omlib.lab.layout import LabLayout

EXTEND_IN_USE = "3.42"  # block storage since 2017: a volume grows while a server uses it
WAIT_S = 120
LOOK_S = 0.3
SSH_FROM_ANYWHERE = {
    "direction": "ingress",
    "protocol": "tcp",
    "port_range_min": 22,
    "port_range_max": 22,
    "remote_ip_prefix": "0.0.0.0/0",
}


def resize_vm(layout: LabLayout, target: str, *, flavor: str = "m1.large") -> str:
    project, name = _two(target)
    cloud = connect(layout, project=project)
    server = cloud.compute.get_server(server_id(layout, project, name))
    cloud.compute.resize_server(server, cloud.compute.find_flavor(flavor, ignore_missing=False).id)
    for status in ("VERIFY_RESIZE", "ACTIVE"):
        cloud.compute.wait_for_server(server, status=status, interval=LOOK_S, wait=WAIT_S)
        if status == "VERIFY_RESIZE":
            cloud.compute.confirm_server_resize(server)
    return f"{name} resized to {flavor}"


def make_shadow_vm(
    layout: LabLayout,
    target: str,
    *,
    name: str = "test-tmp-01",
    flavor: str = "m1.small",
    network: str = RECORDS_NETWORK,
) -> str:
    cloud = connect(layout, project=target)
    server = cloud.compute.create_server(
        name=name,
        flavor_id=cloud.compute.find_flavor(flavor, ignore_missing=False).id,
        image_id=cloud.image.find_image(IMAGE, ignore_missing=False).id,
        networks=[{"uuid": cloud.network.find_network(network, ignore_missing=False).id}],
    )
    cloud.compute.wait_for_server(server, interval=LOOK_S, wait=WAIT_S)
    return f"{name} ({server.id}) made in {target}"


def delete_shadow_vm(
    layout: LabLayout,
    target: str,
    *,
    name: str = "test-tmp-01",
    flavor: str = "",  # noqa: ARG001  a mending takes what its break took
    network: str = "",  # noqa: ARG001
) -> str:
    return delete_vm(layout, f"{target}/{name}")


def delete_vm(layout: LabLayout, target: str) -> str:
    project, name = _two(target)
    cloud = connect(layout, project=project)
    server = cloud.compute.get_server(server_id(layout, project, name))
    cloud.compute.delete_server(server)
    cloud.compute.wait_for_delete(server, interval=LOOK_S, wait=WAIT_S)
    return f"{name} ({server.id}) deleted"


def stop_vm(layout: LabLayout, target: str) -> str:
    _switch(layout, target, "stop_server", "SHUTOFF")
    return f"{_two(target)[1]} stopped"


def start_vm(layout: LabLayout, target: str) -> str:
    _switch(layout, target, "start_server", "ACTIVE")
    return f"{_two(target)[1]} started"


def rename_vm(layout: LabLayout, target: str, *, name: str) -> str:
    project, old = _two(target)
    cloud = connect(layout, project=project)
    cloud.compute.update_server(server_id(layout, project, old), name=name)
    return f"{old} renamed to {name}"


def extend_volume(layout: LabLayout, target: str, *, gib: str = "100") -> str:
    """By *gib* more; the volume may be in use."""
    project, name = _two(target)
    storage = connect(layout, project=project).block_storage
    found = list(storage.volumes(name=name))
    if len(found) != 1:
        raise LabError(f"project {project} has {len(found)} volumes called {name}")
    size = found[0].size + int(gib)
    storage.default_microversion = EXTEND_IN_USE
    storage.extend_volume(found[0], size)
    end = time.monotonic() + WAIT_S
    while storage.get_volume(found[0]).size != size:
        if time.monotonic() > end:
            raise LabError(f"volume {name} did not become {size} GiB within {WAIT_S} s")
        time.sleep(LOOK_S)
    return f"{name} extended to {size} GiB"


def open_security_group(layout: LabLayout, target: str) -> str:
    project, name = _two(target)
    cloud = connect(layout, project=project)
    network, group = cloud.network, _group(cloud, name)
    rule = network.create_security_group_rule(security_group_id=group, **SSH_FROM_ANYWHERE)
    return f"{name}: SSH from anywhere allowed (rule {rule.id})"


def close_security_group(layout: LabLayout, target: str) -> str:
    project, name = _two(target)
    cloud = connect(layout, project=project)
    network, group = cloud.network, _group(cloud, name)
    for rule in network.security_group_rules(security_group_id=group):
        if all(getattr(rule, word) == value for word, value in SSH_FROM_ANYWHERE.items()):
            network.delete_security_group_rule(rule.id)
    return f"{name}: SSH from anywhere no longer allowed"


def _switch(layout: LabLayout, target: str, act: str, status: str) -> None:
    project, name = _two(target)
    cloud = connect(layout, project=project)
    server = cloud.compute.get_server(server_id(layout, project, name))
    getattr(cloud.compute, act)(server)
    cloud.compute.wait_for_server(server, status=status, interval=LOOK_S, wait=WAIT_S)


def _group(cloud: Any, name: str) -> str:
    """Of this project: an administrator sees a group `default` in every one."""
    here = cloud.current_project_id
    return str(cloud.network.find_security_group(name, ignore_missing=False, project_id=here).id)


def _two(target: str) -> tuple[str, str]:
    project, slash, name = target.partition("/")
    if not slash:
        raise LabError(f"target {target!r} names no project", "write PROJECT/NAME")
    return project, name
