"""The engine's operations on one stack, each with the provider served from this process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi.automation.errors import CommandError

from omlib.planes.cloud.engine.command import EngineCommand
from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.events import Account, account_of
from omlib.planes.cloud.engine.inline import Event, Program, run_inline
from omlib.planes.cloud.provider.api import Clouds
from omlib.planes.cloud.provider.journal import CreateJournal, NoJournal
from omlib.planes.cloud.provider.serve import serving
from omlib.planes.cloud.provider.servicer import OmcloudServicer
from omlib.planes.cloud.provider.unknowns import Unknown, Unknowns
from omlib.planes.cloud.stacks.register import (
    Registration,
    register,
    register_root,
    wait_for_end,
)

OnEvent = Callable[[Event], None]
# of 300 imports the engine would write the whole state 300 times; cut short, they are done again
_IN_ONE_GO = {"PULUMI_SKIP_CHECKPOINTS": "true"}
# by default Go collects after each doubling, which takes a tenth of a run's CPU time
_COLLECT_LESS = {"GOGC": "400"}
_UP = ("up", "--yes", "--skip-preview", "--continue-on-error", "--suppress-outputs")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine said, and what the provider could not see meanwhile, by URN."""

    account: Account
    unknowns: Mapping[str, Unknown] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackCalls:
    """*reading* is the account that looks, *changing* the one that changes."""

    home: StateHome
    stack: str
    command: EngineCommand
    reading: Clouds
    changing: Clouds

    def close(self) -> None:
        """Close the connections to the cloud; without it they stay until some later collection."""
        self.reading.close()
        self.changing.close()

    def make(self) -> None:
        """An empty stack where there is none; nothing of it is in a cloud. CommandError."""
        if self.home.stack_file(self.stack).exists():
            return
        try:
            args = ["stack", "init", self.stack, "--no-select"]
            self.command.run(args, str(self.home.work), self.home.env({}))
        except CommandError:
            if not self.home.stack_file(self.stack).exists():  # somebody else was faster
                raise

    def preview(self, registration: Registration, clouds: Clouds) -> Answer:
        """Declared against real. No call that changes anything is made, so nothing needs guarding;
        whether what is told may be done is the gate's matter.
        """
        args = ["preview", "--refresh", "--suppress-outputs"]
        return self._run(args, clouds, _program(registration))

    def preview_refresh(self) -> Answer:
        """The state against real; no program is run."""
        return self._run(["refresh", "--preview-only", "--suppress-outputs"], self.reading, None)

    def up(
        self,
        registration: Registration,
        *,
        may_delete: frozenset[str],
        may_change: frozenset[str],
        on_event: OnEvent,
    ) -> Answer:
        """Make it so. What one resource fails at does not stop the others."""
        return self._run(
            [*_UP, "--refresh"],
            self.changing,
            _program(registration),
            journal=CreateJournal(self.home.creates(self.stack)),
            may_delete=may_delete,
            may_change=may_change,
            on_event=on_event,
            env=_IN_ONE_GO if all(e.adopt or e.carried for e in registration.resources) else {},
        )

    def set_flags(self, registration: Registration) -> Answer:
        """Write into the state what may be replaced: the engine heeds the flags it finds there.

        *registration* holds the state's own resources, so nothing else comes of it.
        """
        return self._run([*_UP], self.reading, _program(registration))

    def _run(
        self,
        args: Sequence[str],
        clouds: Clouds,
        program: Program | None,
        *,
        journal: CreateJournal | NoJournal | None = None,
        may_delete: frozenset[str] = frozenset(),
        may_change: frozenset[str] | None = None,
        on_event: OnEvent = lambda _event: None,
        env: Mapping[str, str] | None = None,
    ) -> Answer:
        unknowns = Unknowns()
        servicer = OmcloudServicer(
            clouds,
            unknowns=unknowns,
            journal=journal or NoJournal(),
            may_delete=may_delete,
            may_change=may_change,
        )
        with serving(servicer) as port:
            heard = run_inline(
                self.command,
                [*args, "--stack", self.stack],
                folder=str(self.home.work),
                env={**_COLLECT_LESS, **self.home.env({}, port), **(env or {})},
                program=program,
                on_event=on_event,
            )
        return Answer(account_of(heard), unknowns.by_urn())


def _program(registration: Registration) -> Program:
    def run(monitor: Any) -> None:
        register_root(monitor, registration.stack)
        register(monitor, registration)
        wait_for_end(monitor)

    return run
