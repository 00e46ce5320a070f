"""Events with facts, and the one place that keeps secrets out of them.

The library logs and never configures; the command line configures and never decides. An event's
name is dotted (`observe.done`), its facts are `extra` fields; a `Secret` prints as `***`.
"""

import logging


class Secret:
    """A value that must not be shown: its repr, str and format are `***`. `reveal()` gives it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(("secret", self._value))

    def __getstate__(self) -> object:
        raise TypeError("a secret is never pickled")


def event(name: str, **facts: object) -> None:
    """Log *name* with its facts at INFO, under the logger `omlib`."""
    logging.getLogger("omlib").info(name, extra={"event": name, "facts": facts})
