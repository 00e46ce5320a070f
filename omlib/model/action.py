"""One step of a change, with its way back.

An action says what it saw (*before*) and what it will leave (*after*); None on a side means the
item is not there. It carries no secrets and nothing that differs between two equal plans.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from omlib.model.item import Attributes, Scope, Value
from omlib.model.ref import Ref


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


_REVERSED = {Verb.CREATE: Verb.DELETE, Verb.UPDATE: Verb.UPDATE, Verb.DELETE: Verb.CREATE}


class WhyNot(StrEnum):
    """Why a plane proposes nothing for a drift that it sees."""

    UNDECLARED = "undeclared"  # nobody declares it, and only what is declared absent is removed
    ONLY_LOOKED_AT = "only_looked_at"  # things of its kind are seen, and nothing here sets them
    FOLLOWS = "follows"  # what differs follows from other things, and cannot be set
    NO_CONTENT = "no_content"  # a file whose content the inventory does not hold
    OLD_PYTHON = "old_python"  # the host's Python is older than what Ansible runs on
    CUTS_OFF = "cuts_off"  # it would shut out who is to do it


@dataclass(frozen=True, slots=True, kw_only=True)
class Declined:
    """A drift that a plane leaves as it is. *detail* is a fact beside the reason, or ""."""

    ref: Ref
    why: WhyNot
    detail: str = ""


def plain(attributes: Attributes | None) -> Mapping[str, Value] | None:
    return None if attributes is None else {name: attributes[name] for name in sorted(attributes)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """*live* is the live side's own name for the item, where it has one.

    *reversible* is False where the way back loses something (a deleted disk).
    """

    ref: Ref
    scope: Scope
    verb: Verb
    before: Attributes | None
    after: Attributes | None
    live: str = ""
    depends_on: tuple[str, ...] = ()
    reversible: bool = True

    @property
    def destructive(self) -> bool:
        return self.verb is Verb.DELETE

    @property
    def id(self) -> str:
        """Twelve hex digits over ref, verb and both sides: equal actions have equal ids."""
        told = [str(self.ref), self.verb, plain(self.before), plain(self.after), self.live]
        text = json.dumps(told, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def reverse(self) -> "Action | None":
        if not self.reversible:
            return None
        return replace(
            self,
            verb=_REVERSED[self.verb],
            before=self.after,
            after=self.before,
            depends_on=(),
        )
