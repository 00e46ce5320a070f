"""Time `load` of a written inventory of 151 systems and 5,000 items: read, check, build."""

import json
import tempfile
import time
from pathlib import Path

from omlib.inventory.load import load
from omlib.testing.inventories import write_inventory

SYSTEMS, ITEMS = 151, 5000

with tempfile.TemporaryDirectory() as folder:
    write_inventory(Path(folder), systems=SYSTEMS, items=ITEMS)
    began = time.process_time()
    loaded = load(Path(folder))
    cpu_s = time.process_time() - began
estate = loaded.checked()
states = [server.state for server in estate.servers.values()]
items = len(estate.vms) + sum(len(vm.volumes) for vm in estate.vms.values())
items += sum(len(names) for state in states for names in state.items.values())
print(
    json.dumps(
        {
            "cpu_s": cpu_s,
            "systems": len(estate.systems),
            "items": items,
            "files": len(loaded.files),
        }
    )
)
