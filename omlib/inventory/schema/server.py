"""Servers, and the states (roles) they share."""

from typing import Literal

from pydantic import Field

from omlib.inventory.schema.base import Id, Record, ServerPath, Text
from omlib.inventory.schema.cloud import Systems
from omlib.inventory.schema.organisation import AccessRecord
from omlib.inventory.schema.state import (
    Certificates,
    CronFiles,
    Files,
    Firewall,
    Groups,
    KernelModules,
    Listeners,
    Meant,
    Mounts,
    PackageFiles,
    Packages,
    Services,
    SudoFiles,
    Sysctl,
    Timers,
    TimeSyncRecord,
    TrustedKeys,
    Users,
)

# not of what has no end: a disk's files (see *watched*), the kernel's settings and modules
Collected = Literal[
    "groups",
    "users",
    "authorized_keys",
    "sudo",
    "packages",
    "mounts",
    "services",
    "timers",
    "cron",
    "firewall",
    "listeners",
    "setuid_files",
    "programs",
    "trust_files",
    "package_files",
]


class StateRecord(Record):
    groups: Groups = Field(default={}, description="Groups: names, or name to how it should be.")
    users: Users = Field(default={}, description="Accounts: names, or name to how it should be.")
    authorized_keys: TrustedKeys = Field(
        default={}, description="By account all the SSH keys it trusts, as in authorized_keys."
    )
    sudo: SudoFiles = Field(
        default={}, description="By file of /etc/sudoers.d its rules, in order."
    )
    packages: Packages = Field(
        default={}, description="Names, or name to `present`, `absent` or a version."
    )
    files: Files = Field(default={}, description="Files by absolute path.")
    watched: list[ServerPath] = Field(
        default=[],
        description="Directories of which no file may be there but what is declared or packaged.",
    )
    mounts: Mounts = Field(default={}, description="File systems by mount point.")
    sysctl: Sysctl = Field(
        default={}, description="Kernel settings, `net.ipv4.ip_forward: 0`: now and at boot."
    )
    kernel_modules: KernelModules = Field(default={}, description="Kernel modules by name.")
    services: Services = Field(
        default={}, description="systemd units: names, or name to what it should do."
    )
    timers: Timers = Field(default={}, description="systemd timers by unit.")
    cron: CronFiles = Field(
        default={}, description="By file of /etc/cron.d its jobs: schedule, account, command."
    )
    firewall: Firewall = Field(
        default={}, description="nftables chains, `inet filter input`, with their rules in order."
    )
    time_sync: TimeSyncRecord | None = Field(
        default=None, description="From which servers the clock is set."
    )
    certificates: Certificates = Field(default={}, description="Certificates by their PEM file.")
    listeners: Listeners = Field(
        default={}, description="Open ports, `tcp/198.18.0.11:8443` or `tcp/*:22`."
    )
    setuid_files: Meant = Field(default={}, description="Set-uid files that are meant to be so.")
    programs: Meant = Field(
        default={}, description="Programs of no package that are meant to be there."
    )
    trust_files: Meant = Field(
        default={}, description="Files such as ~/.rhosts that are meant to be there."
    )
    package_files: PackageFiles = Field(
        default={}, description="Files that are meant to differ from their package."
    )
    full: list[Collected] = Field(
        default=[], description="Kinds of which nothing may be there that is not declared."
    )
    vars: dict[Text, str | int | bool] = Field(
        default={}, description="Values that templates of files use."
    )


class RoleRecord(StateRecord):
    """A state with a name, for servers to share."""

    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(default="", description="Name as reports print it.")


class ServerRecord(Record):
    """A host with an operating system. Roles apply in order, then its own state; later wins."""

    id: Id = Field(description="Name in the inventory.")
    system: Id = Field(default="", description="The system it serves.")
    systems: Systems = Field(default=[], description="The systems it serves, if several.")
    department: Id = Field(default="", description="Whose it is, where it serves no system.")
    access: AccessRecord = Field(description="How it is reached.")
    os: Text = Field(description="Operating system, `debian-12`.")
    vm: Id = Field(default="", description="The VM it runs in.")
    room: Id = Field(default="", description="The room it stands in.")
    serial: Text = Field(default="", description="Serial number.")
    roles: list[Id] = Field(default=[], description="Roles, in order.")
    state: StateRecord = Field(
        default=StateRecord(), description="What is its own, over the roles."
    )
