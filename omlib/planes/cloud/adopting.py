"""Bring live things into the states of their stacks, as the account that only reads.

A stack is imported into only after its preview came to imports and nothing else. Nothing here can
change a cloud: the account may not, the program holds only what is found, and the gate stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from omlib.model.estate import Estate
from omlib.model.observation import Observation
from omlib.model.ref import Ref
from omlib.model.stack import StackRun, Verb
from omlib.planes.cloud.engine import runs
from omlib.planes.cloud.engine.binary import find_pulumi
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.holders import stacks_in
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.stacks.adopted import Imports, imports_of, only
from omlib.planes.cloud.stacks.names import ref_of
from omlib.planes.cloud.stacks.program import program, stacks_of
from omlib.planes.cloud.stacks.resource import Link
from omlib.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptingStacks:
    """*root* is the inventory's folder, beside whose records the states are."""

    root: Path
    progress: Progress
    clouds_yaml: Path | None = None

    def held(self) -> Mapping[Ref, str]:
        """Live ids in all states, by the ref of the resource."""
        home = StateHome(self.root)
        return {
            ref_of(each.kind, each.name): each.id
            for stack in stacks_in(home)
            for each in read(home, stack).resources
        }

    def importable(
        self, estate: Estate, found: Mapping[Ref, str], observed: Observation
    ) -> Mapping[Ref, str]:
        """Live ids of what can be imported of the items *found*, with all their parts."""
        return {
            ref_of(link.kind, link.name): own_id
            for ids in imports_of(estate, found, self.held(), observed).values()
            for link, own_id in ids.items()
        }

    def preview(self, estate: Estate, imports: Mapping[Ref, str]) -> StackRun:
        """What importing comes to. Changes nothing, here or there."""
        setting, wanted = self._setting(estate, imports)
        if not wanted:
            return StackRun(verb=Verb.PREVIEW, results=())
        return runs.preview(setting, tuple(wanted), adopt=wanted)

    def adopt(self, estate: Estate, imports: Mapping[Ref, str]) -> StackRun:
        """Import into the states, and look again."""
        setting, wanted = self._setting(estate, imports)
        if not wanted:
            return StackRun(verb=Verb.UP, results=())
        return runs.up(setting, tuple(wanted), adopt=wanted)

    def _setting(self, estate: Estate, imports: Mapping[Ref, str]) -> tuple[runs.Setting, Imports]:
        narrow = only(estate, imports.keys())
        setting = runs.Setting(
            estate=narrow,
            root=self.root,
            pulumi=find_pulumi(self.progress),
            progress=self.progress,
            clouds_yaml=self.clouds_yaml,
        )
        return setting, _by_stack(narrow, imports)


def _by_stack(estate: Estate, imports: Mapping[Ref, str]) -> Imports:
    wanted = {}
    for stack in stacks_of(estate):
        ids = {
            Link(each.kind, each.name): imports[each.ref]
            for each in program(estate, stack)
            if each.ref in imports
        }
        if ids:
            wanted[stack] = ids
    return wanted
