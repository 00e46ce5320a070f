"""Which drifts become actions, what they say, and why the others do not."""

import hashlib
from dataclasses import replace

from omlib.model.action import Action, Declined, Verb, WhyNot
from omlib.model.estate import Access, Server, ServerState
from omlib.model.finding import PRESENCE, Difference, Finding
from omlib.model.item import Attributes, Scope, Source, Value
from omlib.model.ref import Plane, make_ref
from omlib.model.status import Status, UnknownReason
from omlib.planes.server.declared import wanted
from omlib.planes.server.runs.own_way import OwnWay
from omlib.planes.server.runs.propose import propose

TEXT = b"port = 443\n"
SHA = hashlib.sha256(TEXT).hexdigest()
STATE = ServerState(
    items={
        "group": {"app": {"present": True, "members": ("eve",)}},
        "user": {
            "app": {"present": True, "uid": 2001, "groups": ("app",)},
            "eve": {"present": True},
            "mallory": {"present": False},
        },
        "authorized_keys": {"app": {"keys": ("ssh-ed25519 AAAA",)}},
        "package": {"nginx": {"present": True}},
        "file": {
            "/etc/app.conf": {"present": True, "sha256": SHA, "owner": "app", "mode": "0644"},
            "/srv/app": {"present": True, "owner": "app", "mode": "0750"},
        },
        "mount": {"/srv": {"mounted": True, "source": "/dev/vdb"}},
        "service": {"nginx.service": {"running": True, "enabled": True}},
        "sysctl": {"kernel.sysrq": {"runtime": "0"}},
        "time_sync": {"clock": {"servers": ("192.0.2.1",), "synchronised": True}},
        "listener": {"tcp/*:443": {"process": "nginx"}},
    },
    contents={"/etc/app.conf": TEXT},
    restarts={"/etc/app.conf": ("nginx.service",)},
)
SERVER = Server(
    id="oa-01",
    systems=(),
    access=Access(site="dc", address="192.0.2.1"),
    os="debian-12",
    state=STATE,
    source=Source("servers.yml", 1),
)

OWN, OTHER = "ssh-ed25519 AAAA", "ssh-ed25519 BBBB"
OPS = OwnWay(login="ops", key=OWN)


def drift(
    kind: str, name: str, status: Status = Status.DIVERGED, **paths: tuple[Value, Value]
) -> Finding:
    """*paths* are (declared, actual)."""
    return Finding(
        ref=make_ref(Plane.SERVER, kind, "oa-01", name),
        status=status,
        scope=Scope(Plane.SERVER, kind, "oa-01"),
        differences=tuple(
            Difference(path=path, declared=one, actual=other)
            for path, (one, other) in paths.items()
        ),
    )


def told(
    *findings: Finding,
    server: Server = SERVER,
    python: tuple[int, ...] | None = (3, 11),
    way: OwnWay = OPS,
) -> list[Action | Declined]:
    pythons = {"oa-01": python} if python else {}
    kinds = {"oa-01": wanted(server.state)}
    return list(propose(findings, {"oa-01": server}, kinds, pythons, {"oa-01": way}))


def action(*findings: Finding) -> Action:
    (one,) = told(*findings)
    assert isinstance(one, Action)
    return one


def why(finding: Finding, **more: object) -> WhyNot:
    (one,) = told(finding, **more)  # type: ignore[arg-type]
    assert isinstance(one, Declined)
    return one.why


def test_an_action_says_what_was_seen_and_all_that_the_item_is_to_have() -> None:
    mended = action(drift("file", "/etc/app.conf", mode=("0644", "0600")))
    assert (mended.verb, mended.reversible) == (Verb.UPDATE, True)
    assert mended.after == {"present": True, "sha256": SHA, "owner": "app", "mode": "0644"}
    assert mended.before == {**mended.after, "mode": "0600"}
    assert mended.reverse() is not None


def test_a_waived_attribute_is_left_as_it_is() -> None:
    finding = drift("file", "/etc/app.conf", mode=("0644", "0600"), owner=("app", "root"))
    mode, owner = finding.differences
    waived = replace(finding, differences=(mode, replace(owner, waived_by="CHG-7")))
    mended = action(waived)
    assert mended.after is not None
    assert "owner" not in mended.after
    assert mended.before == {**mended.after, "mode": "0600"}


def test_a_content_that_nobody_kept_cannot_be_brought_back() -> None:
    assert not action(drift("file", "/etc/app.conf", sha256=(SHA, "0" * 64))).reversible
    assert action(drift("file", "/etc/app.conf", Status.MISSING)).reversible


def test_what_is_missing_is_created() -> None:
    made = action(drift("user", "app", Status.MISSING, **{PRESENCE: (True, False)}))
    assert (made.verb, made.before) == (Verb.CREATE, None)
    assert made.after == {"present": True, "uid": 2001, "groups": ("app",)}
    assert not action(drift("sysctl", "kernel.sysrq", Status.MISSING)).reversible  # nothing unsets


def test_what_is_declared_absent_is_deleted_which_wants_leave() -> None:
    gone = action(drift("user", "mallory", present=(False, True)))
    assert gone.destructive
    assert (gone.before, gone.after) == ({"present": True}, {"present": False})
    assert gone.reverse() is None


def test_what_an_item_stands_on_comes_first_where_it_drifts_too() -> None:
    group, user = drift("group", "app", Status.MISSING), drift("user", "app", Status.MISSING)
    eve, mount = drift("user", "eve", Status.MISSING), drift("mount", "/srv", Status.MISSING)
    directory = drift("file", "/srv/app", mode=("0750", "0700"))
    config = drift("file", "/etc/app.conf", mode=("0644", "0600"))
    keys = drift("authorized_keys", "app", Status.MISSING)
    package = drift("package", "nginx", Status.MISSING)
    service = drift("service", "nginx.service", running=(True, False))
    every = [group, user, eve, mount, directory, config, keys, package, service]
    after = {str(one.ref): set(one.depends_on) for one in told(*every) if isinstance(one, Action)}
    assert after == {
        str(group.ref): {str(eve.ref)},
        str(user.ref): {str(group.ref)},
        str(eve.ref): set(),
        str(mount.ref): set(),
        str(directory.ref): {str(user.ref), str(mount.ref)},
        str(config.ref): {str(user.ref)},
        str(keys.ref): {str(user.ref)},
        str(package.ref): set(),
        str(service.ref): {str(package.ref), str(config.ref)},
    }
    assert action(service).depends_on == ()  # what is in order already is not waited for


def test_what_has_no_content_declared_wants_none() -> None:
    made = action(drift("file", "/srv/app", Status.MISSING))  # a directory
    assert (made.verb, made.after) == (Verb.CREATE, STATE.of("file")["/srv/app"])
    drifted = drift("file", "/etc/app.conf", sha256=(SHA, "0" * 64), mode=("0644", "0600"))
    content, mode = drifted.differences
    waived = replace(drifted, differences=(replace(content, waived_by="CHG-7"), mode))
    assert action(waived).after == {"present": True, "owner": "app", "mode": "0644"}


def test_what_is_not_mended_is_told_with_what_would_help() -> None:
    assert why(drift("package", "sysmon", Status.UNMANAGED)) is WhyNot.UNDECLARED
    assert why(drift("listener", "tcp/*:443", Status.MISSING)) is WhyNot.ONLY_LOOKED_AT
    digest: dict[str, Attributes] = {"/etc/x": {"present": True, "sha256": SHA}}
    unkept = replace(SERVER, state=ServerState(items={"file": digest}))
    assert why(drift("file", "/etc/x", Status.MISSING), server=unkept) is WhyNot.NO_CONTENT
    assert why(drift("time_sync", "clock", synchronised=(True, False))) is WhyNot.FOLLOWS


def test_a_host_whose_python_is_too_old_is_left_unless_another_one_is_named() -> None:
    finding = drift("service", "nginx.service", running=(True, False))
    (left,) = told(finding, python=(3, 6))
    assert left == Declined(ref=finding.ref, why=WhyNot.OLD_PYTHON, detail="3.6")
    assert why(finding, python=(0,)) is WhyNot.OLD_PYTHON  # it has none
    named = replace(SERVER, access=replace(SERVER.access, python="/opt/python3.9/bin/python3"))
    assert isinstance(told(finding, server=named, python=(3, 6))[0], Action)
    assert isinstance(told(finding, python=None)[0], Action)  # nobody asked


def test_nothing_is_said_of_what_is_in_sync_unknown_or_contested() -> None:
    finding = drift("service", "nginx.service", running=(True, False))
    unknown = replace(finding, status=Status.UNKNOWN, reason=UnknownReason.DENIED)
    assert told(replace(finding, status=Status.IN_SYNC), unknown) == []
    assert told(replace(finding, contested=("other",))) == []
    assert told(replace(finding, status=Status.RESIDUE)) == []


def left(
    kind: str,
    name: str,
    declared: dict[str, Value],
    now: dict[str, Value],
    way: OwnWay = OPS,
) -> bool:
    """Whether *name*, that is as *now*, is left as it is because of the way in."""
    server = replace(SERVER, state=replace(STATE, items={kind: {name: declared}}))
    paths = {path: (declared.get(path), value) for path, value in now.items()}
    (one,) = told(drift(kind, name, Status.DIVERGED, **paths), server=server, way=way)
    assert isinstance(one, Action) or one.why is WhyNot.CUTS_OFF
    return isinstance(one, Declined)


def test_the_account_that_logs_in_stays_able_to() -> None:
    def user(way: OwnWay = OPS, **declared: Value) -> bool:
        now: dict[str, Value] = {"shell": "/bin/sh", "home": "/home/ops", "groups": ("adm", "sudo")}
        now |= {"present": True, "locked": False}
        seen = {path: now[path] for path in declared}
        return left("user", "ops", {"present": True, **declared}, seen, way)

    assert user(present=False)
    assert user(shell="/usr/sbin/nologin")
    assert not user(shell="/bin/bash")
    assert user(home="/srv/ops")
    assert not user(locked=True)  # it has a key
    assert user(OwnWay(login="ops", key=None), locked=True)
    assert user(groups=("adm",))
    assert not user(groups=("sudo", "docker"))
    assert not user(OwnWay(login="root", key=OWN), present=False)
    assert not user(OwnWay(), present=False)  # whose account it is, is not known


def test_the_key_that_opens_the_host_stays() -> None:
    def keys(*declared: str, now: tuple[str, ...] = (OWN, OTHER), way: OwnWay = OPS) -> bool:
        return left("authorized_keys", "ops", {"keys": declared}, {"keys": now}, way)

    assert keys(OTHER)
    assert not keys(OWN)
    assert keys(OWN, way=OwnWay(login="ops"))  # nobody knows which of them is omlib's own
    assert not keys(OWN, OTHER, now=(OWN,), way=OwnWay(login="ops"))
    assert not keys(OTHER, way=OwnWay(login="eve", key=OWN))
    assert not keys(OTHER, way=OwnWay(login="ops", key=None))


def test_sshd_and_sudo_stay() -> None:
    assert left("service", "ssh.service", {"running": False}, {"running": True})
    assert left("service", "sshd", {"enabled": False}, {"enabled": True})
    assert not left("service", "ssh", {"running": True}, {"running": False})
    assert left("package", "openssh-server", {"present": False}, {"present": True})
    assert left("package", "sudo", {"present": False}, {"present": True})
    root = OwnWay(login="root", key=OWN)
    assert not left("package", "sudo", {"present": False}, {"present": True}, root)
    members: dict[str, Value] = {"members": ("eve", "ops")}
    assert left("group", "sudo", {"members": ("eve",)}, members)
    assert not left("group", "sudo", {"members": ("ops",)}, members)
    assert not left("group", "adm", {"members": ()}, members)


def test_no_file_is_written_over_that_the_way_stands_on() -> None:
    def written(name: str, way: OwnWay = OPS) -> bool:
        return left("file", name, {"present": True, "mode": "0644"}, {"mode": "0600"}, way)

    names = ("passwd", "shadow", "group", "gshadow", "sudoers", "sudoers.d", "sudoers.d/ops")
    assert [written(f"/etc/{name}") for name in names] == [True] * len(names)
    assert written("/etc/shadow", OwnWay())
    assert not written("/etc/login.defs")
