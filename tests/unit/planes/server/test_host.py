"""The program that runs on a host: what it makes of recorded output, and that it only reads."""

import ast
import base64
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from omlib.model.estate import (
    ServerState,
)
from omlib.planes.server.declared import wanted
from omlib.planes.server.frames import read_frames
from omlib.planes.server.host import packages, sockets, units
from omlib.planes.server.kinds import COLLECTION, modules_for
from omlib.planes.server.question import command, source, standard_input

DPKG = "\n".join(
    [
        "dpkg\tamd64\t1.21.22\tii ",
        "nginx\tall\t1.22.1-9+deb12u3\tii ",
        "libc6\tamd64\t2.36\thi ",
        "libc6\ti386\t2.36\tii ",
        "old\tall\t1\trc ",
        "gone\tall\t\tun ",
        "half\tall\t2\tiF ",
        "late\tall\t3\tit ",
    ]
)
RPM = """\
bash\t(none)\t5.1.8-6.oe2203sp3\tx86_64
bind\t32\t9.16.37-8.oe2203\tx86_64
kernel\t0\t5.10.0-182\tx86_64
kernel\t0\t5.10.0-136\tx86_64
glibc\t0\t2.34-1\ti686
tzdata\t(none)\t2024a-1\tnoarch
gpg-pubkey\t(none)\tb25e7f66-60ee0ba2\t(none)
"""
UNITS = """\
Id=ssh.service
Names=ssh.service sshd.service
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
FragmentPath=/lib/systemd/system/ssh.service

Id=nope.service
Names=nope.service
LoadState=not-found
ActiveState=inactive
SubState=dead

Id=loop.service
Names=loop.service
LoadState=loaded
ActiveState=activating
SubState=auto-restart
UnitFileState=disabled

Id=slow.service
Names=slow.service
LoadState=loaded
ActiveState=activating
SubState=start
UnitFileState=enabled-runtime

Id=systemd-journald.service
Names=systemd-journald.service
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=static
FragmentPath=/usr/lib/systemd/system/systemd-journald.service

Id=miner.service
Names=miner.service
LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=static
FragmentPath=/etc/systemd/system/miner.service
"""
TCP6 = b"""\
  sl  local_address remote_address st
   0: %(any)b:0016 %(any)b:0000 0A 0:0 0:0 0 0 0 701 1
   1: 00000000000000000000000001000000:0035 %(any)b:0000 0A 0:0 0:0 0 0 0 702 1
   2: 0000000000000000FFFF00000100007F:1F90 %(any)b:0000 0A 0:0 0:0 0 0 0 703 1
   3: %(any)b:0016 0000000000000000FFFF00000100007F:9000 01 0:0 0:0 0 0 0 704 1
""" % {b"any": b"0" * 32}
TCP = b"""\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 801 1
   1: 0B0012C6:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 802 1
   2: 0B0012C6:0016 010012C6:D431 01 00000000:00000000 00:00000000 00000000     0        0 803 1
"""
UDP = b"""\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 3500007F:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 901 2
   1: 0B0012C6:9C40 080808C6:0035 01 00000000:00000000 00:00000000 00000000     0        0 902 2
"""


def test_the_program_is_of_python_3_6() -> None:
    for module in ("load", *modules_for(COLLECTION, full=COLLECTION)):
        ast.parse(source(module), feature_version=(3, 6))


def test_dpkg_packages_are_there_when_installed_and_in_transition_when_half_way() -> None:
    found = packages.parse_dpkg(DPKG.encode())
    assert {name: told.get("version") for name, told in found.items.items()} == {
        "dpkg": "1.21.22",
        "nginx": "1.22.1-9+deb12u3",
        "libc6": "2.36",
        "libc6:i386": "2.36",
        "half": None,
        "late": "3",
    }
    assert found.unseen == {"half": {"present": "in_transition", "version": "in_transition"}}


def test_rpm_packages_carry_epoch_and_all_their_versions() -> None:
    found = packages.parse_rpm(RPM.encode(), "x86_64")
    assert {name: told["version"] for name, told in found.items.items()} == {
        "bash": "5.1.8-6.oe2203sp3",
        "bind": "32:9.16.37-8.oe2203",
        "kernel": ["5.10.0-136", "5.10.0-182"],
        "glibc.i686": "2.34-1",
        "tzdata": "2024a-1",
    }


def test_a_unit_is_found_by_any_of_its_names() -> None:
    names = ["sshd", "nope", "loop.service", "slow", "we*rd"]
    found, _ = units.sort_units(units.parse_units(UNITS.encode()), names, ".service")
    assert found.items == {
        "sshd": {"running": True, "enabled": True},
        "loop.service": {"running": False, "enabled": False},
        "slow": {"enabled": False},
        "we*rd": {},
    }
    assert found.unseen == {
        "slow": {"running": "in_transition"},
        "we*rd": {"@presence": "error", "running": "error", "enabled": "error"},
    }


def test_under_full_ownership_what_somebody_put_there_is_found_too() -> None:
    found, told = units.sort_units(units.parse_units(UNITS.encode()), [], ".service")
    units.add_others(units.parse_units(UNITS.encode()), found, told)
    assert set(found.items) == {"ssh", "miner"}


@pytest.mark.skipif(sys.byteorder == "big", reason="recorded on a little-endian machine")
def test_sockets_that_wait_for_whoever_comes() -> None:
    waiting = [
        *sockets.parse_sockets("tcp", TCP),
        *sockets.parse_sockets("tcp6", TCP6),
        *sockets.parse_sockets("udp", UDP),
    ]
    assert waiting == [
        ("tcp/*:22", "801"),
        ("tcp/198.18.0.11:8443", "802"),
        ("tcp/*:22", "701"),
        ("tcp/[::1]:53", "702"),
        ("tcp/127.0.0.1:8080", "703"),
        ("udp/127.0.0.53:53", "901"),
    ]


def test_a_socket_is_the_services_not_systemds_that_opened_it() -> None:
    assert sockets.chosen({1: "systemd", 80: "nginx", 81: "worker"}) == "nginx"
    assert sockets.chosen({1: "systemd"}) == "systemd"


SSHD_PATH = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/games"}


def ask(state: ServerState, *becoming: str) -> tuple[dict[str, Any], bytes]:
    """Run the very command on this machine; the bodies by kind, and everything it printed."""
    stdin = standard_input(wanted(state), state.full, nonce="n", deadline_s=20)
    argv = [*becoming, "sh", "-c", command(sudo_asks=False)]
    done = subprocess.run(
        argv, input=stdin, capture_output=True, timeout=30, check=False, env=SSHD_PATH
    )
    return dict(read_frames(done.stdout, "n", {"host", *COLLECTION.values()}).bodies), done.stdout


def test_files_are_told_by_content_owner_and_mode(tmp_path: Path) -> None:
    plain, secret = tmp_path / "数据.txt", tmp_path / "b"
    plain.write_bytes(b"\xff\x00 content")
    plain.chmod(0o640)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(plain)
    (tmp_path / "dangling").symlink_to(tmp_path / "nothing")
    Path(os.fsdecode(os.fsencode(tmp_path) + "/报表".encode("gb18030"))).write_bytes(b"x")
    sha256 = hashlib.sha256(b"\xff\x00 content").hexdigest()
    content = {"sha256": "0" * 64}
    state = ServerState(
        items={
            "file": {
                str(plain): content,
                str(secret): content,
                str(plain / "below"): content,
                str(tmp_path / "link"): content,
                str(tmp_path / "dangling"): content,
                str(tmp_path): content,
                str(tmp_path / "fifo"): content,
                str(tmp_path / "报表"): {"mode": "0644"},
            }
        }
    )
    bodies, _ = ask(state)
    items = bodies["files"]["items"]
    own = {"present": True, "owner": plain.owner(), "group": plain.group()}
    assert items.pop(str(plain)) == {"sha256": sha256, "mode": "0640", **own}
    assert items.pop(str(tmp_path / "link"))["sha256"] == sha256
    assert items.pop(str(tmp_path / "dangling")) == {"sha256": None, "mode": "0777", **own}
    assert items.pop(str(tmp_path))["sha256"] is None
    assert items.pop(str(tmp_path / "fifo"))["sha256"] is None
    assert "sha256" not in items.pop(str(tmp_path / "报表"))
    assert items == {}
    assert bodies["files"]["status"] == "ok"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to ask as somebody else")
def test_what_may_not_be_read_is_unseen_and_not_absent() -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o755)
        shut, secret = place / "shut", place / "secret"
        shut.mkdir(mode=0o700)
        for path in (secret, shut / "inside"):
            path.write_text("x", encoding="utf-8")
            path.chmod(0o600)
        content = {"sha256": "0" * 64}
        state = ServerState(items={"file": {str(secret): content, str(shut / "inside"): content}})
        nobody = ("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups")
        answer = ask(state, *nobody)[0]["files"]
    assert answer["items"][str(secret)]["owner"] == "root"
    assert answer["unseen"] == {
        str(secret): {"sha256": "denied"},
        str(shut / "inside"): dict.fromkeys(
            ("@presence", "sha256", "target", "owner", "group", "mode"), "denied"
        ),
    }


def test_users_and_listeners_of_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        key = f"tcp/127.0.0.1:{listening.getsockname()[1]}"
        state = ServerState(
            items={
                "user": {"root": {"present": True}, "no-such-user": {"present": True}},
                "listener": {key: {"process": "x"}, "tcp/*:1": {}},
            }
        )
        bodies, _ = ask(state)
    root = bodies["users"]["items"].pop("root")
    assert (root["uid"], root["home"]) == (0, "/root")
    assert bodies["users"]["items"] == {}
    with open("/proc/self/comm", encoding="utf-8") as comm:  # noqa: PTH123
        assert bodies["listeners"]["items"] == {key: {"process": comm.read().strip()}}


def test_everything_comes_in_frames_and_nothing_declared_in_arguments() -> None:
    state = ServerState(
        items={
            "package": {"canary-package": {"present": True}},
            "service": {"canary-unit": {"running": True, "enabled": True}},
        },
        full=frozenset({"package", "user", "listener"}),
    )
    bodies, out = ask(state)
    assert set(bodies) == {"host", "packages", "services", "users", "listeners"}
    assert out.endswith(b"\nn end\n")
    assert "canary" not in command(sudo_asks=False)
    frame = next(line for line in out.split(b"\n") if line.startswith(b"n packages"))
    assert "canary-package" not in json.loads(base64.b64decode(frame.split()[3]))["items"]


def test_the_program_writes_no_file() -> None:
    state = ServerState(
        items={
            "package": {"x": {"present": True}},
            "file": {"/etc/passwd": {"sha256": "0"}},
            "user": {"root": {"present": True}},
        },
        full=frozenset({"listener", "user", "service"}),
    )
    stdin = standard_input(wanted(state), state.full, nonce="n", deadline_s=20)
    hook = (  # Python's own audit events: every open, and every change of a file or folder
        "import sys\n"
        "def watch(event, args):\n"
        "    if event == 'open' and args[2] & 0o3103 and args[0] != '/dev/null':\n"
        "        sys.stderr.write('WROTE %r\\n' % (args,))\n"
        "    if event in ('os.mkdir', 'os.remove', 'os.rename', 'os.chmod', 'os.truncate'):\n"
        "        sys.stderr.write('WROTE %r\\n' % (args,))\n"
        "sys.addaudithook(watch)\n"
    )
    argv = [
        sys.executable,
        "-ISBc",
        hook + "b=sys.stdin.buffer;exec(compile(b.read(int(b.readline())), 'probe', 'exec'))",
    ]
    done = subprocess.run(argv, input=stdin, capture_output=True, timeout=30, check=False)
    assert b"WROTE" not in done.stderr
    assert done.stdout.endswith(b"n end\n")
