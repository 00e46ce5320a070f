"""omlib's own queue before a stack: one run at a time, the others wait and are told for whom.

Pulumi's lock makes nobody wait, and outlives its holder; this one is the kernel's. It guards
against every omlib that uses this inventory's folder on this machine. Whoever runs `pulumi` by
hand meets Pulumi's own lock.
"""

from contextlib import AbstractContextManager

from omlib.planes.cloud.engine.environment import StateHome
from omlib.planes.cloud.engine.filelock import flocked
from omlib.ports import Progress


def held(
    home: StateHome, stack: str, wait_s: float, progress: Progress
) -> AbstractContextManager[None]:
    """Have *stack* alone; EngineBusyError with its holder after *wait_s*."""
    return flocked(home.queue(stack), scope=stack, wait_s=wait_s, progress=progress)
