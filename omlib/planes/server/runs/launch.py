"""Becomes ansible-playbook: `python -I -S launch.py FIFO` reads from FIFO what to be, and is it.

ansible-runner writes the command and the whole environment of what it starts to a file. So it
starts this, and the environment, which may hold passwords of the shell that omlib was called from,
comes through the pipe. On the standard library alone.

Where it may, it also gives the run a temporary folder that nobody else sees and that ends with it:
Ansible writes templates there, filled in with secrets.
"""

import ctypes
import json
import os
import sys
from pathlib import Path

_CLONE_NEWNS = 0x00020000
_MS_REC, _MS_PRIVATE, _MS_NOSUID, _MS_NODEV = 0x4000, 0x40000, 0x2, 0x4


def hide(folder: str) -> bool:
    """Lay a file system over *folder* that only this process and its children see."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) or libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None):
        return False
    flags = _MS_NOSUID | _MS_NODEV
    return not libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", flags, b"mode=0700")


def main() -> None:
    """Read what to be, and be it."""
    told = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if told["hide"]:
        hide(told["hide"])
    os.umask(0o077)
    os.chdir(told["cwd"])
    os.execve(told["command"][0], told["command"], told["env"])  # noqa: S606  no shell is wanted


if __name__ == "__main__":
    main()
