"""One declared item of a host, and what somebody may do to it by hand."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from omlib.model.item import Attributes


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """*what* names it in all items of a kind. Lines of *script* may fail, as people's do.

    *undo* stands where no role takes the change back, and refuses with words instead: it is judged,
    and then undone by hand.
    """

    what: str
    script: str
    undo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """*before* makes what the item needs and no other item declares; *clean* leaves nothing."""

    kind: str
    name: str
    attributes: Attributes
    changes: tuple[Change, ...]
    clean: str
    before: str = ""
    content: bytes | None = None


Draw = Callable[[random.Random, int], Item]


def changes(scripts: Iterable[tuple[str, str]]) -> tuple[Change, ...]:
    return tuple(Change(what=what, script=script) for what, script in scripts)


def refused(what: str, script: str, undo: str) -> Change:
    return Change(what=what, script=script, undo=undo)


def written(path: str, lines: Iterable[str]) -> str:
    """A script that writes *lines* to *path*."""
    return f"cat > {path} <<'END'\n" + "".join(f"{line}\n" for line in lines) + "END"
