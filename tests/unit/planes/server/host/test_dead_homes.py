"""The whole program on a machine of which one account's home lies on a file system that is dead."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from omlib.model.estate import ServerState
from omlib.planes.server.declared import wanted
from omlib.planes.server.frames import read_frames
from omlib.planes.server.question import command, standard_input

# in a mount namespace of its own: a FUSE file system whose server never says a word, and a
# passwd(5) with accounts that live there
STAGE = """
import ctypes, os, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
place, command = sys.argv[1:]
def mount(source, target, kind, flags, data=None):
    if libc.mount(source.encode(), target.encode(), kind, flags, data):
        print(os.strerror(ctypes.get_errno()), file=sys.stderr)
        sys.exit(77)
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
if libc.unshare(0x00020000):
    sys.exit(77)
mount("none", "/", None, MS_REC | MS_PRIVATE)
mount(place + "/passwd", "/etc/passwd", None, MS_BIND)
silent = os.open("/dev/fuse", os.O_RDWR)
data = "fd=%d,rootmode=40000,user_id=0,group_id=0" % silent
mount("silent", place + "/dead", b"fuse.silent", 0, data.encode())
sys.exit(subprocess.run(["sh", "-c", command]).returncode)
"""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA"


@pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/fuse").exists(), reason="needs root and /dev/fuse"
)
def test_a_dead_home_costs_its_own_account_the_answer_and_no_other(tmp_path: Path) -> None:
    (tmp_path / "dead").mkdir()
    home = tmp_path / "alive" / ".ssh"
    home.mkdir(parents=True)
    (home / "authorized_keys").write_text(f"{KEY} x\n", encoding="utf-8")
    (home.parent / ".netrc").write_text("x", encoding="utf-8")
    lines = [Path("/etc/passwd").read_text(encoding="utf-8").rstrip("\n")]
    homes = {"stuck": "dead/a", "stuck2": "dead/b", "alive": "alive"}
    lines += [f"{name}:x:0:0::{tmp_path}/{at}:/bin/sh" for name, at in homes.items()]
    (tmp_path / "passwd").write_text("\n".join(lines) + "\n", encoding="utf-8")
    state = ServerState(
        items={"authorized_keys": {"stuck": {"keys": (KEY,)}, "alive": {"keys": (KEY,)}}},
        full=frozenset({"authorized_keys", "trust_file"}),
    )
    stdin = standard_input(wanted(state), state.full, nonce="n", deadline_s=30)
    argv = [sys.executable, "-c", STAGE, str(tmp_path), command(sudo_asks=False)]
    begun = time.monotonic()
    done = subprocess.run(argv, input=stdin, capture_output=True, timeout=60, check=False)
    if done.returncode == 77:
        pytest.skip(f"no mounts here: {done.stderr.decode()}")
    assert time.monotonic() - begun < 20
    bodies: Any = read_frames(done.stdout, "n", ("authorized_keys", "trust_files")).bodies
    keys, trust = bodies["authorized_keys"], bodies["trust_files"]
    assert keys["items"]["alive"] == {"keys": [KEY]}
    assert keys["unseen"]["stuck"] == {"@presence": "incomplete", "keys": "incomplete"}
    assert (keys["status"], keys["detail"]) == ("incomplete", "keys of stuck2")
    assert f"{tmp_path}/alive/.netrc" in trust["items"]
    assert trust["status"] == "incomplete"
    assert done.stdout.endswith(b"\nn end\n"), json.dumps(bodies)
