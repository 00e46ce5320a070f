"""One run of `up` as a process of its own, for the crash laws to kill.

`python crash_run.py ROOT CLOUDS_YAML SERVERS` does what omlib does for a stack: queue, stale locks,
recovery, copy, `up`, settling. Prints what it did as JSON. Exit code 8: refused, 1: the engine
ended badly.
"""

import json
import sys
from pathlib import Path

from omlib.errors import RefusedError
from omlib.planes.cloud.engine.binary import find_pulumi
from omlib.planes.cloud.engine.command import EngineCommand
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.inline import Event, run_inline
from omlib.planes.cloud.engine.locks import clear_stale
from omlib.planes.cloud.engine.queue import held
from omlib.planes.cloud.engine.recovery import recover, settle
from omlib.planes.cloud.engine.state import copy_before
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.journal import CreateJournal
from omlib.planes.cloud.provider.serve import serving
from omlib.planes.cloud.provider.servicer import OmcloudServicer
from omlib.planes.cloud.provider.unknowns import Unknowns
from omlib.planes.cloud.stacks.names import ref_of, urn_of
from omlib.planes.cloud.stacks.register import Registration, register, register_root, wait_for_end
from omlib.planes.cloud.stacks.resource import Input, Link, Resource
from omlib.testing.openstack.world import IMAGE, RECORDS_NETWORK

STACK = "gov-cloud.RegionOne.hrss"
PLACE = {"cloud": "gov-cloud", "region": "RegionOne", "project": "hrss"}
GRACE_S = 3.0


class Quiet:
    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...


def resources(servers: int, adopt: dict[str, str]) -> list[Resource]:
    """*servers* of them, every third with a port of its own."""
    told = []
    for number in range(servers):
        name = f"oa-{number:02}"
        inputs: dict[str, Input] = {
            **PLACE,
            "name": name,
            "vcpu": 1,
            "ram_mib": 512,
            "image": IMAGE,
        }
        if number % 3 == 0:
            port = f"{name}/{RECORDS_NETWORK}"
            port_inputs: dict[str, Input] = {**PLACE, "network": RECORDS_NETWORK}
            urn = urn_of(STACK, "port", port)
            told.append(
                Resource(
                    kind="port",
                    name=port,
                    inputs=port_inputs,
                    ref=ref_of("port", port),
                    adopt=adopt.get(urn, ""),
                )
            )
            inputs["ports"] = (Link("port", port),)
        urn = urn_of(STACK, "server", name)
        told.append(
            Resource(
                kind="server",
                name=name,
                inputs=inputs,
                ref=ref_of("server", name),
                adopt=adopt.get(urn, ""),
            )
        )
    return told


def main() -> int:
    root, clouds_yaml, servers = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    home = StateHome(root)
    home.prepare()
    profiles = {"gov-cloud": "sim-change"}
    clouds, command = Clouds(profiles, clouds_yaml), EngineCommand(find_pulumi(Quiet()))
    servicer = OmcloudServicer(
        clouds, unknowns=Unknowns(), journal=CreateJournal(home.creates(STACK))
    )
    ops: list[str] = []

    def count(event: Event) -> None:
        told = event.get("resOutputsEvent")
        if told and "omcloud:index" in told["metadata"]["type"]:
            ops.append(told["metadata"]["op"])

    try:
        with held(home, STACK, 0.5, Quiet()), serving(servicer) as port:
            env = home.env(profiles, port)
            removed = clear_stale(home, STACK)
            if not home.stack_file(STACK).exists():
                command.run(["stack", "init", STACK], str(home.work), env)
            recovery = recover(home, STACK, clouds, command, Quiet(), env=env, grace_s=GRACE_S)
            registration = Registration(
                stack=STACK, resources=resources(servers, dict(recovery.adopt))
            )

            def program(monitor: object) -> None:
                register_root(monitor, STACK)
                register(monitor, registration)
                wait_for_end(monitor)

            copy_before(home, STACK)
            heard = run_inline(
                command,
                ["up", "--yes", "--skip-preview", "--stack", STACK, "--parallel", "8"],
                folder=str(home.work),
                env=env,
                program=program,
                on_event=count,
            )
        settled = heard.code == 0 and settle(home, STACK)
    except RefusedError as refusal:
        print(json.dumps({"refused": str(refusal)}))
        return 8
    told = {
        "removed": len(removed),
        "adopted": len(recovery.adopt),
        "forgotten": len(recovery.forget),
        "ops": {op: ops.count(op) for op in sorted(set(ops))},
        "settled": settled,
        "said": heard.said[-2000:] if heard.code else "",
    }
    print(json.dumps(told))
    return 1 if heard.code else 0


if __name__ == "__main__":
    sys.exit(main())
