"""The declared resources of one stack, for plain `pulumi`: the same program as `omlib cloud` runs.

What the state holds and the inventory no longer declares is carried along, protected as it is: a
line taken out of a file deletes nothing. After an interrupted run omlib comes first, since it alone
knows what that run had asked for.
"""

import asyncio
import os
from pathlib import Path

import pulumi
from pulumi.runtime.settings import get_monitor

from omlib.inventory.load import find_root
from omlib.jobs.workspace import read_estate
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.recovery import in_flight
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.provider.journal import CreateJournal
from omlib.planes.cloud.stacks.carried import as_in_state, carried
from omlib.planes.cloud.stacks.names import stack_name
from omlib.planes.cloud.stacks.program import program, stacks_of
from omlib.planes.cloud.stacks.register import Registration, register
from omlib.planes.cloud.stacks.resource import Link


def declared_here(name: str) -> Registration:
    """What there is to register for the stack *name*."""
    root = find_root(Path(os.environ.get("OMLIB_INVENTORY") or "../inventory"))
    estate, home = read_estate(root), StateHome(root)
    stacks = {stack_name(stack): stack for stack in stacks_of(estate)}
    if name not in stacks:
        raise pulumi.RunError(f"no such stack is declared; there are {', '.join(stacks)}")
    state = read(home, name)
    if state.pending or in_flight(state, CreateJournal(home.creates(name)).entries()):
        raise pulumi.RunError("a run of this stack was interrupted; first: omlib cloud up")
    declared = program(estate, stacks[name])
    return Registration(
        stack=name,
        resources=(*declared, *carried(state.resources, declared)),
        kept={Link(each.kind, each.name): as_in_state(each) for each in state.resources},
    )


async def main() -> None:
    root = pulumi.runtime.get_root_resource()
    assert root is not None
    await root.urn.future()  # all others stand under it
    registration = await asyncio.to_thread(declared_here, pulumi.get_stack())
    await asyncio.to_thread(register, get_monitor(), registration)


pulumi.run(main)
