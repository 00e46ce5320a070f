"""All stacks of one estate, by name: what there is, and what can be done with them."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from omlib.model.estate import Estate
from omlib.model.ref import Ref
from omlib.model.stack import StackInfo, StackRun
from omlib.planes.cloud.engine import runs
from omlib.planes.cloud.engine.binary import find_pulumi
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.errors import StateDamagedError
from omlib.planes.cloud.engine.gate import GONE_AT_ONCE, Permission
from omlib.planes.cloud.engine.holders import stacks_in
from omlib.planes.cloud.engine.state import read
from omlib.planes.cloud.stacks.carried import carried
from omlib.planes.cloud.stacks.names import stack_name, stack_of
from omlib.planes.cloud.stacks.program import program, stacks_of
from omlib.planes.cloud.stacks.resource import StackId
from omlib.ports import Progress

_BY_HAND = "stacks"  # the plain Pulumi project, beside the inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class StackDesk:
    """*root* is the inventory's folder. The engine is looked for, or built, when a run begins."""

    estate: Estate
    root: Path
    progress: Progress
    clouds_yaml: Path | None = None
    at_once: int = runs.AT_ONCE

    def infos(self) -> tuple[StackInfo, ...]:
        """The declared stacks, then those that only a state knows; both by name."""
        return tuple(self._infos())

    def preview(self, names: Collection[str]) -> StackRun:
        return runs.preview(self._setting(), self._stacks(names))

    def up(
        self,
        names: Collection[str],
        *,
        allow_replace: Collection[Ref] = (),
        allow_gone: int | None = None,
    ) -> StackRun:
        permission = Permission(
            replace=frozenset(allow_replace),
            gone=GONE_AT_ONCE if allow_gone is None else allow_gone,
            all_gone=allow_gone is not None,
        )
        return runs.up(self._setting(), self._stacks(names), permission=permission)

    def drift(self, names: Collection[str]) -> StackRun:
        return runs.drift(self._setting(), self._stacks(names))

    def recover(self, names: Collection[str]) -> StackRun:
        return runs.recovered(self._setting(), self._stacks(names))

    def env(self) -> Mapping[str, str]:
        """What a shell needs for plain `pulumi` in stacks/ on the same state."""
        home = StateHome(self.root)
        home.prepare()
        profiles = {each.id: each.profile for each in self.estate.clouds.values()}
        programs = [find_pulumi(self.progress).parent, self._by_hand() / "bin"]
        path = os.pathsep.join([*map(str, programs), os.environ.get("PATH", os.defpath)])
        return {"PATH": path, **home.env(profiles)}

    def _by_hand(self) -> Path:
        for above in (self.root.absolute(), *self.root.absolute().parents):
            if (above / _BY_HAND / "Pulumi.yaml").exists():
                return above / _BY_HAND
        return self.root.absolute() / _BY_HAND

    def _setting(self) -> runs.Setting:
        return runs.Setting(
            estate=self.estate,
            root=self.root,
            pulumi=find_pulumi(self.progress),
            progress=self.progress,
            clouds_yaml=self.clouds_yaml,
            at_once=self.at_once,
        )

    def _known(self) -> Mapping[str, StackId]:
        declared = {stack_name(each): each for each in stacks_of(self.estate)}
        recorded = ((name, stack_of(name)) for name in stacks_in(StateHome(self.root)))
        return {**{name: each for name, each in recorded if each}, **declared}

    def _stacks(self, names: Collection[str]) -> Sequence[StackId]:
        known = self._known()
        return [known[name] for name in names if name in known]

    def _infos(self) -> Iterator[StackInfo]:
        known = self._known()
        declared = [stack_name(each) for each in stacks_of(self.estate)]
        undeclared = [name for name in stacks_in(StateHome(self.root)) if name not in set(declared)]
        for name in (*declared, *undeclared):
            yield self._info(name, known.get(name))

    def _info(self, name: str, stack: StackId | None) -> StackInfo:
        resources = program(self.estate, stack) if stack else ()
        cloud = self.estate.clouds.get(stack.cloud) if stack else None
        info = StackInfo(
            name=name,
            cloud=stack.cloud if stack else "",
            project=stack.project if stack else "",
            place=str(stack.place) if stack else "",
            shard=stack.shard if stack else "",
            declared=len(resources),
            changeable=bool(cloud and cloud.change_profile),
            systems=frozenset(
                system
                for vm in self.estate.vms.values()
                if stack
                and (vm.cloud, vm.project, vm.shard) == (stack.cloud, stack.project, stack.shard)
                for system in vm.systems
            ),
        )
        try:
            state = read(StateHome(self.root), name)
        except StateDamagedError as damaged:
            return replace(info, damaged=str(damaged.facts.get("detail", "")))
        return replace(
            info,
            recorded=len(state.resources),
            carried=len(carried(state.resources, resources)),
            pending=len(state.pending),
        )
