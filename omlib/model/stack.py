"""A stack of cloud resources as one run of the engine saw it, and what it would do or did.

A stack is the part of the declared cloud that is looked at and changed together: one cloud, region,
project and shard.
"""

from dataclasses import dataclass
from enum import StrEnum

from omlib.model.item import Value
from omlib.model.ref import Ref
from omlib.model.status import UnknownReason


class Op(StrEnum):
    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"  # it goes, and another one with its name comes
    DELETE = "delete"
    IMPORT = "import"  # it is there already, and comes into the state


class Cause(StrEnum):
    """Who moved, of the declaration and the deployed thing, since the last apply."""

    DECLARED_CHANGE = "declared_change"
    DEPLOYED_DRIFT = "deployed_drift"
    BOTH = "both"
    UNKNOWN = "unknown"  # nothing is on record of the last apply


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """An entry of the cloud's own log of actions. *at* as the cloud writes it."""

    action: str
    user: str
    request: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """One attribute from three sides. None: not there, or nothing on record.

    *replaces*: it cannot be changed in place. *deed* is what the cloud logged of the change that
    made *live* what it is; None where its log tells of none.
    """

    path: str
    declared: Value
    live: Value
    recorded: Value
    cause: Cause
    replaces: bool = False
    deed: Deed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One resource in one run.

    *unknown*: it could not be seen; then *op* is not to be trusted, and nothing is done about it;
    but if it *awaits_update* (a resize that was cut off, of whosoever), *op* is what settles it.
    *unseen* are attributes that could not. *gone*: it is in the state, and the cloud has it no
    more. *carried*: it is in the state, and no longer declared. *bound* is the live id that the
    inventory says it has. *imports*: it comes into the state, whatever else is done about it.
    *error* is why the step failed, in the cloud's words.
    """

    urn: str
    ref: Ref
    op: Op
    id: str = ""
    sides: tuple[Sides, ...] = ()
    unknown: UnknownReason | None = None
    awaits_update: bool = False
    unseen: tuple[str, ...] = ()
    detail: str = ""
    gone: bool = False
    carried: bool = False
    bound: str = ""
    imports: bool = False
    error: str = ""

    @property
    def changes(self) -> bool:
        """Whether something would be, or was, done about it."""
        return self.op is not Op.SAME and (self.unknown is None or self.awaits_update)

    @property
    def is_new(self) -> bool:
        """Whether it would be made: it was looked for, is in no state and is not imported."""
        return self.op is Op.CREATE and not (self.gone or self.imports or self.unknown is not None)


class Rule(StrEnum):
    """Why a stack is not changed."""

    DELETE = "delete"
    REPLACE = "replace"  # without permission
    GONE = "gone"  # more than a few at once: rather a wrong look than a lost department
    IMPORT_DIFFERS = "import_differs"
    BOUND = "bound"  # would be made anew, and the inventory says which live thing it is
    ELSEWHERE = "elsewhere"  # would be made anew, and another stack has it
    ALIKE = "alike"  # would be made beside a live one of its name or address, in no state
    MARKED = "marked"  # would be made anew, and a live thing was made as it: not of this state


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """*refs* are what *rule* speaks of; *detail* a name or number that belongs to it."""

    rule: Rule
    refs: tuple[Ref, ...]
    detail: str = ""


class Verb(StrEnum):
    PREVIEW = "preview"
    UP = "up"
    DRIFT = "drift"
    RECOVER = "recover"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResult:
    """What came of one stack.

    *fault*: the run has no whole result; code and facts of an error, or the engine's own words.
    *refused*: it was looked at, and nothing was changed. *left_out* are declared things that the
    program cannot hold. *again* is the second look after a change. *held* were left as they are.
    *warnings* are the engine's.
    """

    stack: str
    verb: Verb
    steps: tuple[Step, ...] = ()
    refused: tuple[Refusal, ...] = ()
    held: tuple[Ref, ...] = ()
    left_out: tuple[Ref, ...] = ()
    again: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    fault: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    is_refusal: bool = False
    changed: bool = False
    took_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRun:
    """All stacks of one command, in order."""

    verb: Verb
    results: tuple[StackResult, ...]
    interrupted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StackInfo:
    """A stack as it is declared and as its state is, before anybody looks at a cloud.

    *declared* and *recorded* count resources, *carried* those recorded and no longer declared.
    *pending* operations were begun by a run that did not end. *systems* are those its VMs serve.
    *place* is `cloud:region:project`; "" where only the state knows the stack. *changeable*: the
    inventory names an account that may change its cloud.
    """

    name: str
    cloud: str
    project: str
    place: str
    shard: str = ""
    declared: int = 0
    recorded: int = 0
    carried: int = 0
    pending: int = 0
    changeable: bool = False
    systems: frozenset[str] = frozenset()
    damaged: str = ""
