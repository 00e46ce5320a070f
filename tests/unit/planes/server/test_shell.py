"""A host without a Python is asked in POSIX sh, and tells of what it can the same as a Python."""

import base64
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from omlib.model.estate import ServerState
from omlib.planes.access.faults import Fault
from omlib.planes.server.declared import is_full, wanted
from omlib.planes.server.frames import Frames, read_frames
from omlib.planes.server.kinds import COLLECTION
from omlib.planes.server.question import NO_PYTHON, command, standard_input
from omlib.planes.server.shell_answer import read_shell
from omlib.planes.server.shell_question import shell_command, shell_input

SHELLS = {
    "dash": ["dash"],
    "bash": ["bash", "--posix"],
    "busybox": ["busybox", "sh"],
    "mksh": ["mksh"],
}
KNOWN = ("package", "user", "group", "file", "listener")


@pytest.fixture(params=SHELLS)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A PATH on which `sh` is the shell."""
    argv = SHELLS[request.param]
    if not (place := shutil.which(argv[0])):
        pytest.skip(f"{argv[0]} is not installed")
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "sh").write_text(f'#!/bin/sh\nexec {" ".join([place, *argv[1:]])} "$@"\n')
    (folder / "sh").chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


def by_shell(state: ServerState, path: str) -> tuple[Frames, bytes]:
    asked = wanted(state)
    full = frozenset(kind for kind in asked if is_full(state, kind))
    stdin = shell_input(asked, full, nonce="n", limit_s=10)
    argv = ["sh", "-c", shell_command(sudo_asks=False)]
    done = subprocess.run(
        argv, input=stdin, capture_output=True, timeout=60, check=True, env={"PATH": path}
    )
    return read_shell(done.stdout, "n", asked, full), done.stdout


def by_python(state: ServerState) -> Frames:
    stdin = standard_input(wanted(state), state.full, nonce="n", deadline_s=20)
    argv = ["sh", "-c", command(sudo_asks=False)]
    done = subprocess.run(argv, input=stdin, capture_output=True, timeout=60, check=True)
    return read_frames(done.stdout, "n", {"host", *COLLECTION.values()})


def everything(folder: Path) -> ServerState:
    plain, content = folder / "it's $(here) 数据", {"sha256": "0" * 64}
    plain.write_bytes(b"\xff\x00 content")
    plain.chmod(0o4640)
    os.mkfifo(folder / "fifo")
    (folder / "link").symlink_to(plain)
    (folder / "dangling").symlink_to("nothing at all")
    paths: dict[str, Any] = {
        str(plain): content,
        str(plain / "below"): content,
        str(folder / "link"): content,
        str(folder / "dangling"): {**content, "target": "x"},
        str(folder / "no such"): {"present": False},
        str(folder): content,
        str(folder / "fifo"): content,
        "/dev/null": {"owner": "root", "sha256": "x", "target": "x"},
        "/etc/shadow": {"mode": "0640"},
    }
    return ServerState(
        items={
            "file": paths,
            "package": {"dpkg": {"present": True}, "no-such": {"present": False}},
            "user": {"root": {"uid": 0}, "daemon": {"locked": True}, "eve": {"present": False}},
            "group": {"root": {"gid": 0}, "no-such": {}},
            "listener": {"tcp/*:1": {}},
        },
        full=frozenset({"user", "group", "package", "listener"}),
    )


def test_the_shell_tells_the_same_as_a_python_does(path: str, tmp_path: Path) -> None:
    state = everything(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as here:
        told, out = by_shell(state, path)
        other = by_python(state)
        listener = f"tcp/127.0.0.1:{here.getsockname()[1]}"
    assert out.endswith(b"\nn end\n")
    assert told.broken == {}
    assert (told.bodies["host"]["uid"] == 0) is (other.bodies["host"]["uid"] == 0)
    for kind in KNOWN:
        name = COLLECTION[kind]
        if kind == "listener":
            body: Any = told.bodies[name]  # others of a busy machine come and go
            assert (body["status"], body["items"][listener]) == ("ok", {})
            assert body["unseen"][listener] == {"process": "unsupported"}
            assert listener in other.bodies[name]["items"]  # type: ignore[operator]
        elif kind == "file":
            lost = str(tmp_path / "it's $(here) 数据" / "below")  # GB18030 was not looked for
            body = told.bodies[name]
            assert body["unseen"].pop(lost)["@presence"] == "unsupported"
            assert body["items"].pop(lost) == {}
            assert body == other.bodies[name]
        else:
            assert told.bodies[name] == other.bodies[name]


def test_what_the_shell_cannot_tell_is_unsupported(path: str) -> None:
    state = ServerState(
        items={"sysctl": {"kernel.x": {"runtime": "1"}}, "file": {"/etc": {}}},
        full=frozenset({"sudo"}),
        watched=("/etc",),
    )
    told, _ = by_shell(state, path)
    for name in ("sysctl", "sudo", "files"):
        assert told.bodies[name]["status"] == "unsupported"
    assert set(told.bodies["files"]["items"]) == {"/etc"}  # type: ignore[call-overload]


def test_no_digest_of_a_password_leaves_the_host(path: str, tmp_path: Path) -> None:
    _, out = by_shell(everything(tmp_path), path)
    frames = [line.split()[-1] for line in out.split(b"\n") if line.startswith(b"n ")]
    sent = b"".join(base64.b64decode(one) for one in frames if one != b"end")
    stored = Path("/etc/shadow").read_text(encoding="utf-8").splitlines()
    hashes = [line.split(":")[1] for line in stored if len(line.split(":")[1]) > 8]
    assert not any(one.encode() in sent for one in hashes)


def frame(name: str, raw: bytes) -> bytes:
    encoded = base64.b64encode(raw)
    return b"\nn %b %d %b\n" % (name.encode(), len(encoded), encoded)


# a Debian 11 whose accounts come from sssd too; passwd(5) as the shell hands it over, with `h` for
# a digest that stands in it
PASSWD = b"root:x:0:0:root:/root:/bin/bash\nold:h:7:7::/:/bin/sh\noff:*:8:8::/:/bin/sh\n\n0"
GROUP = b"root:x:0:\nstaff:x:50:old,off\nsame:x:7:old\n\n0"
SHADOW = b"root:!:\n\n0"
USERS = ServerState(items={"user": {"root": {}, "old": {}, "off": {}}, "group": {"staff": {}}})


def accounts(nsswitch: bytes, **changes: bytes) -> Frames:
    told = {"nsswitch": nsswitch, "passwd": PASSWD, "group": GROUP, "shadow": SHADOW} | changes
    out = b"".join(frame(name, raw) for name, raw in told.items() if raw)
    return read_shell(out, "n", wanted(USERS), frozenset())


def test_accounts_are_those_of_the_files_where_nothing_else_tells_of_them() -> None:
    told: Any = accounts(b"passwd: files systemd\ngroup: files\n\n0").bodies
    found = told["users"]["items"]
    assert found["old"]["groups"] == ["staff"]
    assert (found["root"]["locked"], found["old"]["locked"]) == (True, False)
    assert told["users"]["unseen"] == {"off": {"locked": "unsupported"}}
    assert told["groups"]["items"] == {
        "staff": {"present": True, "gid": 50, "members": ["off", "old"]}
    }
    assert accounts(b"\n1").bodies["users"]["status"] == "ok"  # no nsswitch.conf at all


def test_accounts_that_a_directory_may_have_are_unsupported() -> None:
    for line in (b"passwd: files sss", b"group: files ldap", b"passwd: compat"):
        told = accounts(line + b"\n\n0").bodies
        assert {told[name]["status"] for name in ("users", "groups")} == {"unsupported"}


@pytest.mark.parametrize("raw", [b"\n2", b"\n1", b"\n0"])  # GNU's and busybox's sed; empty
def test_accounts_of_a_host_without_a_table_of_them_are_in_error(raw: bytes) -> None:
    for told in (accounts(b"\n1", passwd=raw), accounts(b"\n1", group=raw)):
        assert told.bodies["users"]["status"] == "error"
    assert accounts(b"\n1", group=raw).bodies["groups"]["status"] == "error"


def test_a_shadow_that_may_not_be_read_leaves_locks_denied() -> None:
    told: Any = accounts(b"\n1", shadow=b"\n2").bodies["users"]
    assert told["unseen"]["root"] == {"locked": "denied"}


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"dpkg\n\n124", "incomplete"),
        (b"dpkg\n\n2", "error"),
        (b"x86_64\n\n127", "unsupported"),
        (b"dpkg\n\n0", "error"),
        (b"", "error"),
        (b"x86_64\nnginx\t1\t1.20-1.el8\tx86_64\n\n0", "ok"),
    ],
)
def test_a_command_that_fails_says_why(raw: bytes, status: str) -> None:
    state = ServerState(items={"package": {"nginx": {}}})
    told = read_shell(frame("packages", raw), "n", wanted(state), frozenset())
    assert told.bodies["packages"]["status"] == status


UNITS = (
    b"booted\nId=nginx.service\nNames=nginx.service\nLoadState=loaded\nActiveState=active\n"
    b"SubState=running\nUnitFileState=enabled\n\nId=old.service\nNames=old.service\n"
    b"LoadState=loaded\nActiveState=active\nSubState=exited\nUnitFileState=generated\n\n"
    b"Id=gone.service\nNames=gone.service\nLoadState=not-found\nActiveState=inactive\n"
)


def test_units_are_told_as_systemd_does() -> None:
    state = ServerState(items={"service": {"nginx": {}, "old": {}, "gone": {}}})
    told: Any = read_shell(frame("services", UNITS + b"\n0"), "n", wanted(state), frozenset())
    assert told.bodies["services"]["items"] == {
        "nginx": {"running": True, "enabled": True},
        "old": {"running": True},
    }
    assert told.bodies["services"]["unseen"] == {"old": {"enabled": "unsupported"}}
    none = read_shell(frame("services", b"not\n\n127"), "n", wanted(state), frozenset())
    assert none.bodies["services"]["status"] == "unsupported"


def test_listeners_of_a_machine_that_counts_the_other_way_are_unsupported() -> None:
    state = ServerState(items={"listener": {"tcp/*:22": {}}})
    out = frame("machine", b"s390x\n\n0") + frame("tcp", b"\n0")
    told = read_shell(out, "n", wanted(state), frozenset())
    assert told.bodies["listeners"]["status"] == "unsupported"


def test_a_frame_that_is_not_sound_costs_its_own_kind_alone(path: str, tmp_path: Path) -> None:
    state = everything(tmp_path)
    _, out = by_shell(state, path)
    spoiled = out.replace(b"\nn files ", b"\nn files 1")
    told = read_shell(spoiled, "n", wanted(state), state.full)
    assert told.broken == {"files": Fault.NONSENSE}
    assert {"users", "packages"} <= told.bodies.keys()


def test_an_old_python_says_that_it_is_one() -> None:
    program = command(sudo_asks=False).replace("(3,6)", "(9,9)")  # any is older than that
    assert program != command(sudo_asks=False)
    done = subprocess.run(["sh", "-c", program], input=b"", capture_output=True, check=True)
    assert done.stdout.strip() == NO_PYTHON


@pytest.mark.parametrize(
    "raw", [b"", b"\n", b"\xff\n0", b"9" * 9999 + b"\n0", b"0\n" + b"9" * 9999]
)
def test_nothing_that_a_host_says_breaks_the_reading(raw: bytes) -> None:
    state = ServerState(items={kind: {"a": {}} for kind in (*KNOWN[:-1], "service")})
    names = ("host", "nsswitch", "passwd", "group", "shadow", "packages", "services", "files")
    out = b"".join(frame(name, raw) for name in names)
    told = read_shell(out, "n", wanted(state), frozenset(state.items))
    assert told.bodies["host"]["uid"] is None
    for kind in state.items:
        body: Any = told.bodies[COLLECTION[kind]]
        assert body["status"] in ("error", "unsupported", "ok")
        assert set(body["items"]) <= {"a"}
        assert body["status"] != "ok" or body["unseen"].keys() == body["items"].keys()
