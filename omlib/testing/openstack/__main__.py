"""A simulated OpenStack in a process of its own: `python -m omlib.testing.openstack --dir D`.

Writes D/clouds.yaml, then D/ready.json with its address. Ends on SIGTERM, or after --lifetime-s,
so that none is left over after a test that was killed.
"""

import argparse
import json
import signal
import threading
from pathlib import Path

from omlib.testing.openstack.client import described, start
from omlib.testing.openstack.server import listening
from omlib.testing.openstack.world import Pace


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dir", type=Path, required=True)
    parser.add_argument("--project", action="append", default=[])
    parser.add_argument("--latency-s", type=float, default=0.0, help="before any write is done")
    parser.add_argument("--build-s", type=float, default=0.0, help="from BUILD to ACTIVE")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--lifetime-s", type=float, default=3600.0)
    told = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    simulation = start(told.dir, told.project or ["hrss"])
    simulation.world.pace = Pace(call_s=told.latency_s, build_s=told.build_s)
    with listening(simulation, told.port) as url:
        cloud = described(simulation, url, told.dir)
        ready = told.dir / "ready.json"
        fresh = ready.with_suffix(".new")
        fresh.write_text(json.dumps({"url": url, "clouds_yaml": str(cloud.clouds_yaml)}))
        fresh.rename(ready)
        ended.wait(told.lifetime_s)


if __name__ == "__main__":
    main()
