"""A drift accepted on purpose: for one attribute path, one value, a stated time."""

from dataclasses import dataclass
from datetime import date

from omlib.model.item import Source, Value
from omlib.model.ref import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """*accepts* is the live value that was accepted; any other resurfaces.

    *path* is an attribute name, or `@presence` for a missing (accepts false) or unmanaged (accepts
    true) item. *since* is the first day on which it holds (None: as early as you like), *until* the
    last.
    """

    ref: Ref
    path: str
    accepts: Value
    reason: str
    owner: str
    ticket: str
    until: date
    since: date | None = None
    source: Source | None = None
