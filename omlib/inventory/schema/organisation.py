"""The root file, departments, sites and how things are reached."""

from typing import Literal

from pydantic import Field

from omlib.inventory.schema.base import (
    CredentialRef,
    FileRef,
    Host,
    HostPort,
    Id,
    Jump,
    Program,
    Record,
    Size,
    Text,
)

SCHEMA_VERSIONS = (1,)


class PolicyRecord(Record):
    waiver_max_days: Size = Field(
        default=90,
        le=3650,
        description="The longest time, in days, for which a drift may be waived.",
    )
    log_servers: list[Id] = Field(
        default=[], description="Servers that receive the logs of others, for the MLPS checks."
    )
    antivirus_roles: list[Id] = Field(
        default=[],
        description="Roles whose servers must run a guard against malware, for the MLPS checks.",
    )


class EstateRecord(Record):
    """`estate.yml`, the root of the inventory."""

    format: Literal[1] = Field(alias="schema", description="Version of the file format: 1.")
    name: Text = Field(description="Name of the estate, as reports print it.")
    timezone: Text = Field(description="IANA name of the time zone of windows and dates.")
    policy: PolicyRecord = Field(
        default=PolicyRecord(), description="Limits this centre set itself."
    )


class DepartmentRecord(Record):
    """A city, a department, a unit of it."""

    id: Id = Field(description="Name in the inventory; never given again.")
    name: Text = Field(description="Name as reports print it.")
    parent: Id = Field(default="", description="The department above; none for the topmost.")


class SiteRecord(Record):
    """Where credentials, a jump host and caps are shared."""

    id: Id = Field(description="Name in the inventory.")
    name: Text = Field(description="Name as reports print it.")
    user: Text = Field(default="", description="Account that omlib logs in with.")
    key: CredentialRef = Field(default="", description="SSH key: `env:NAME` or `file:PATH`.")
    password: CredentialRef = Field(default="", description="Password: `env:NAME` or `file:PATH`.")
    sudo_password: CredentialRef = Field(
        default="", description="Password that sudo asks for: `env:NAME` or `file:PATH`."
    )
    agent: bool = Field(default=False, description="Whether keys of an ssh-agent are offered.")
    ssh_config: FileRef = Field(
        default="",
        description="`file:PATH` of an ssh_config(5): what it says of an address counts where the"
        " inventory says nothing.",
    )
    known_hosts: CredentialRef = Field(
        default="", description="Known host keys: `env:NAME` (a path in it) or `file:PATH`."
    )
    jump: Jump = Field(
        default="",
        description="Jump hosts, `user@address:port`; several with commas, the nearest first.",
    )
    concurrency: Size = Field(default=8, le=256, description="How many targets are asked at once.")
    connect_s: Size = Field(default=10, le=600, description="Bound of one connection, in seconds.")
    deadline_s: Size = Field(
        default=60, le=3600, description="Bound of one whole look, in seconds."
    )
    output_mib: Size = Field(
        default=16, le=1024, description="How much one target may answer, in MiB."
    )


class AccessRecord(Record):
    """How one host or device is reached."""

    site: Id = Field(description="The site whose credentials and caps are used.")
    address: Host = Field(
        default="",
        description="IP address or DNS name; of a server in a VM, by default the VM's first.",
    )
    port: HostPort = Field(default=22, description="SSH port.")
    user: Text = Field(default="", description="Account, where it is not the site's.")
    python: Program | Literal[""] = Field(
        default="", description="Ansible's interpreter there, where it does not find one itself."
    )
