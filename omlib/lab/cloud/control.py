"""Bring the lab's cloud up, stop it, set it back to the template."""

from omlib.lab.cloud.access import write_clouds
from omlib.lab.cloud.config import CloudState, write_configuration
from omlib.lab.cloud.seed import seed_networks
from omlib.lab.cloud.services import running, start_services, stop_services
from omlib.lab.cloud.template import restore
from omlib.lab.cloud.venv import make_venv
from omlib.lab.layout import SERVICES, LabLayout
from omlib.lab.progress import Progress, silent, step


def cloud_of(layout: LabLayout) -> CloudState:
    return CloudState(layout=layout, folder=layout.cloud_state)


def has_cloud(layout: LabLayout) -> bool:
    return cloud_of(layout).folder.exists()


def prepare_cloud(layout: LabLayout, progress: Progress) -> None:
    """All that needs no host: programs, template, this lab's copy of it."""
    make_venv(layout, progress)
    cloud = cloud_of(layout)
    if not cloud.folder.exists():
        restore(cloud, progress)
    if not running(cloud):
        write_configuration(cloud)
    write_clouds(layout)


def start_cloud(layout: LabLayout, progress: Progress = silent) -> None:
    """Start what does not run, on the state it had; make the networks a fresh state lacks."""
    cloud = cloud_of(layout)
    seeded = cloud.folder / "networks"
    if running(cloud) != set(SERVICES):
        with step(progress, "cloud: services"):
            start_services(cloud)
    if not seeded.exists():
        with step(progress, "cloud: networks"):
            seed_networks(layout)
            seeded.touch()


def stop_cloud(layout: LabLayout) -> None:
    """The control plane goes down and keeps its state; the hosts it made go on."""
    stop_services(cloud_of(layout))


def reset_cloud(layout: LabLayout, progress: Progress = silent) -> None:
    """Back to the template: every project, server and host made through the cloud is gone."""
    stop_cloud(layout)
    restore(cloud_of(layout), progress)
    write_configuration(cloud_of(layout))
    start_cloud(layout, progress)
