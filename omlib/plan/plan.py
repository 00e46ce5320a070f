"""A plan: what to change, in which order, and what must still be so when it is carried out.

The nouns only. `build` makes one, `fresh` asks whether it still holds, `guards` whether it stays
within its limits, `codec` writes and reads it; `omlib.apply` carries it out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from omlib import VERSION
from omlib.model.action import Action, WhyNot
from omlib.model.ref import Ref
from omlib.model.status import Status, UnknownReason

TOOL: Mapping[str, str] = {"omlib": VERSION}


class Why(StrEnum):
    """Why an item that is not as declared gets no action."""

    UNKNOWN = "unknown"  # not seen well enough: the law is, never an action
    CONTESTED = "contested"  # it is not sure which live thing is meant
    NOT_PROPOSED = "not_proposed"  # no plane knows how to mend it
    NOT_A_DRIFT = "not_a_drift"  # a plane proposed something for an item in sync, waived, not there
    NEEDS_ALLOW_DESTROY = "needs_allow_destroy"
    EMPTY_DECLARATION = "empty_declaration"  # nothing is declared, so nothing may be deleted
    BLOCKED = "blocked"  # it depends on an item that is left out
    IRREVERSIBLE = "irreversible"  # in a plan back: this step loses something for good
    # what a plane itself says of a drift that it leaves as it is
    UNDECLARED = WhyNot.UNDECLARED.value
    ONLY_LOOKED_AT = WhyNot.ONLY_LOOKED_AT.value
    FOLLOWS = WhyNot.FOLLOWS.value
    NO_CONTENT = WhyNot.NO_CONTENT.value
    OLD_PYTHON = WhyNot.OLD_PYTHON.value
    CUTS_OFF = WhyNot.CUTS_OFF.value


@dataclass(frozen=True, slots=True, kw_only=True)
class NotPlanned:
    """*reason* is set exactly when the item is unknown; *detail*: the plane's words, or the ref."""

    ref: Ref
    status: Status | None
    why: Why
    reason: UnknownReason | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What one action was planned on: each attribute path of both sides with its value's digest.

    *action* is the action's id. *live* is the ref of the live thing as it was seen, "" if none was.
    """

    action: str
    live: str
    declared: Mapping[str, str]
    actual: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """*actions* in the order in which they are carried out, *bound* one for each of them.

    *versions* are those of the tools and templates that shaped the plan. *declared_items* counts
    what was declared where the plan was made: guards measure by it. *created_at* and *created_by*
    stand beside the plan: two equal plans have one digest, whoever made them when.
    """

    actions: tuple[Action, ...]
    bound: tuple[Bound, ...]
    not_planned: tuple[NotPlanned, ...]
    declared_items: int
    versions: Mapping[str, str] = field(default_factory=lambda: TOOL)
    created_at: datetime
    created_by: str
