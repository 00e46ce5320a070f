"""Network devices."""

from typing import Any, Literal

from pydantic import Field

from omlib.inventory.schema.base import Id, InnerPath, Record
from omlib.inventory.schema.cloud import Systems
from omlib.inventory.schema.organisation import AccessRecord

Platform = Literal["frr", "vrp", "comware", "ruijie", "ios"]


class DeviceRecord(Record):
    """A network device; its intended text is its template with its variables."""

    id: Id = Field(description="Name in the inventory.")
    platform: Platform = Field(description="`frr`, `vrp`, `comware`, `ruijie` or `ios`.")
    access: AccessRecord = Field(description="How it is reached.")
    template: InnerPath = Field(
        description="File under `templates/network/PLATFORM/`, `router.j2`."
    )
    vars: dict[str, Any] = Field(default={}, description="What the template needs; any shape.")
    ownership: Literal["full", "partial"] = Field(
        default="partial", description="`full`: every section of the device must be declared."
    )
    room: Id = Field(default="", description="The room it stands in.")
    department: Id = Field(default="", description="Whose it is.")
    system: Id = Field(default="", description="The system it serves.")
    systems: Systems = Field(default=[], description="The systems it serves, if several.")
