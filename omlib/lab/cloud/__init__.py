"""A real OpenStack from PyPI on 127.0.0.1, whose servers on `lab-hosts` are real SSH hosts."""

from omlib.lab.cloud.access import connect, create_project
from omlib.lab.cloud.control import reset_cloud, start_cloud, stop_cloud

__all__ = ["connect", "create_project", "reset_cloud", "start_cloud", "stop_cloud"]
