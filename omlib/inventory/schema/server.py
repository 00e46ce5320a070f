"""Servers, and the states (roles) they share."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from omlib.inventory.schema.base import (
    Count,
    Id,
    InnerPath,
    Listener,
    Mode,
    Record,
    ServerPath,
    Sha256,
    Text,
    names_as_mapping,
)
from omlib.inventory.schema.cloud import Systems
from omlib.inventory.schema.organisation import AccessRecord

Collected = Literal["packages", "services", "users", "listeners"]  # a disk has no end


def _present(given: object) -> object:
    if isinstance(given, list) and all(isinstance(name, str) for name in given):
        return dict.fromkeys(given, "present")
    if isinstance(given, dict):
        return {name: "present" if value is None else value for name, value in given.items()}
    return given


class ServiceRecord(Record):
    running: bool = Field(default=True, description="Whether it runs.")
    enabled: bool = Field(default=True, description="Whether it starts at boot.")


class FileRecord(Record):
    """A file, or a directory where no content is declared."""

    content: str = Field(default="", description="The text itself.")
    source: InnerPath = Field(
        default="", description="A file of the inventory that holds the content."
    )
    sha256: Sha256 = Field(default="", description="The content's SHA-256.")
    owner: Text = Field(default="", description="Owning account; not compared if not given.")
    group: Text = Field(default="", description="Owning group; not compared if not given.")
    mode: Mode = Field(default="", description="Octal mode, `0644`; not compared if not given.")


class UserRecord(Record):
    present: bool = Field(default=True, description="False: the account must not be there.")
    uid: Count | None = Field(default=None, description="User id; not compared if not given.")
    shell: ServerPath = Field(default="", description="Login shell; not compared if not given.")
    home: ServerPath = Field(default="", description="Home directory; not compared if not given.")
    groups: list[Text] | None = Field(
        default=None, description="All supplementary groups; not compared if not given."
    )


class ListenerRecord(Record):
    process: Text = Field(
        default="", max_length=15, description="The program's name as the kernel has it (15 bytes)."
    )


Packages = Annotated[
    dict[Text, Text],
    BeforeValidator(_present, json_schema_input_type=list[Text] | dict[Text, Text | None]),
]
Services = Annotated[
    dict[Text, ServiceRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, ServiceRecord | None]
    ),
]
Users = Annotated[
    dict[Text, UserRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, UserRecord | None]
    ),
]
Listeners = Annotated[
    dict[Listener, ListenerRecord],
    BeforeValidator(
        names_as_mapping, json_schema_input_type=list[Text] | dict[Text, ListenerRecord | None]
    ),
]


class StateRecord(Record):
    packages: Packages = Field(
        default={}, description="Names, or name to `present`, `absent` or a version."
    )
    services: Services = Field(
        default={}, description="systemd units: names, or name to what it should do."
    )
    files: dict[ServerPath, FileRecord] = Field(default={}, description="Files by absolute path.")
    users: Users = Field(default={}, description="Accounts: names, or name to how it should be.")
    listeners: Listeners = Field(
        default={}, description="Open ports, `tcp/198.18.0.11:8443` or `tcp/*:22`."
    )
    full: list[Collected] = Field(
        default=[], description="Kinds of which nothing may be there that is not declared."
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
