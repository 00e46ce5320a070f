"""Every error omlib raises on purpose, each with a stable code and its facts.

The text of an error here is for logs. `omlib.cli` and `omlib.report` find the user's words, in
Chinese or English, by `code` and `facts`; so a subclass states what happened and what did not, and
never formats prose for a person.
"""

from typing import ClassVar


class OmlibError(Exception):
    """The root. *facts* are plain values (no secrets) that survive pickling and JSON."""

    code: ClassVar[str] = "omlib"
    retryable: ClassVar[bool] = False

    def __init__(self, **facts: object) -> None:
        super().__init__(facts)  # args are the facts: the error survives a process pool
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.facts)

    def __str__(self) -> str:
        told = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.code}: {told}" if told else self.code


def _rebuild(kind: type[OmlibError], facts: dict[str, object]) -> OmlibError:
    return kind(**facts)


class UsageError(OmlibError):
    """The command line cannot be carried out as written. Facts: what, next."""

    code = "usage"


class RunFailedError(OmlibError):
    """A run ended without a verdict. Facts: what, next."""

    code = "run_failed"


class RefusedError(OmlibError):
    """omlib declined to act: stale plan, guard, policy, lock or window. Nothing was changed."""

    code = "refused"
