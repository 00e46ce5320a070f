"""The collections of an inventory: their names, and the model of their records."""

from collections.abc import Mapping

from omlib.inventory.schema.base import Record
from omlib.inventory.schema.cloud import CloudRecord, SecurityGroupRecord, VmRecord
from omlib.inventory.schema.facilities import (
    CircuitRecord,
    ContractRecord,
    RoomRecord,
    WindowRecord,
)
from omlib.inventory.schema.network import DeviceRecord
from omlib.inventory.schema.organisation import DepartmentRecord, EstateRecord, SiteRecord
from omlib.inventory.schema.server import RoleRecord, ServerRecord
from omlib.inventory.schema.system import SystemRecord, TombstoneRecord, WaiverRecord

ROOT = "estate"
ROOT_FILE = "estate.yml"
ANSIBLE_FILE = "omlib.yml"  # beside the root file: by it Ansible finds the inventory; no records
FILES = "files"  # the folder of contents that `source:` names; not read as records
COLLECTIONS: Mapping[str, type[Record]] = {
    "departments": DepartmentRecord,
    "sites": SiteRecord,
    "clouds": CloudRecord,
    "systems": SystemRecord,
    "vms": VmRecord,
    "security_groups": SecurityGroupRecord,
    "roles": RoleRecord,
    "servers": ServerRecord,
    "network": DeviceRecord,
    "rooms": RoomRecord,
    "circuits": CircuitRecord,
    "contracts": ContractRecord,
    "windows": WindowRecord,
    "waivers": WaiverRecord,
    "tombstones": TombstoneRecord,
}
ONE_PER_FILE = frozenset({"systems", "tombstones"})
ROOT_RECORD = EstateRecord


def model_of(collection: str) -> type[Record]:
    return ROOT_RECORD if collection == ROOT else COLLECTIONS[collection]


def known_files() -> list[str]:
    """Every name a file of records may have, `NAME/*.yml` aside."""
    return [ROOT_FILE, *(f"{name}.{kind}" for name in COLLECTIONS for kind in ("yml", "csv"))]
