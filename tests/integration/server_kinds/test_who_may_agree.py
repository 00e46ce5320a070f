"""Whatever is done to who may do what: probe and check mode say the same of every item, and after
the roles both say that all is as declared."""

import os
import random
from collections.abc import Callable

import pytest

from omlib.model.estate import ServerState
from omlib.model.item import Attributes
from omlib.model.status import Status

from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
ROUNDS = int(os.environ.get("OMLIB_AGREEMENT_ROUNDS", "1"))
COUNT = 4
KEYS = [f"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{letter}" for letter in "ABCDE"]
OPTIONS = ['from="10.0.0.0/8" ', 'command="ssh-add \\"x  y\\" # no" ', "no-pty,restrict ", "", ""]
RULES = [
    "u1 ALL=(ALL) NOPASSWD: ALL",
    'Defaults:u1 !requiretty, badpass_message="a # b"',
    "#1001 ALL=(#0) /bin/x, /bin/y",
    "%adm ALL=(root) /bin/cat /var/log/*",
    "Cmnd_Alias C1 = /bin/a, !/bin/b \\#x",
]
NOISE = ["# a comment", "", "   ", "#"]
DRIFTS = {
    "group": [
        "groupadd -g 4{n}9 g{n}",
        "gpasswd -M ops,daemon g{n}",
        "groupdel g{n}",
        "groupadd g{n}",
    ],
    "user": [
        "useradd -s /bin/sh u{n}",
        "userdel u{n}",
        "usermod -s /bin/zsh u{n}",
        "usermod -aG tape u{n}",
        "usermod -d /tmp u{n}",
        "usermod -u 5{n}7 u{n}",
        "echo u{n}:x | chpasswd",
        "usermod -p '*' u{n}",
        "usermod -p '' u{n}",
    ],
}


def declared(chance: random.Random) -> ServerState:
    groups: dict[str, Attributes] = {}
    users: dict[str, Attributes] = {}
    keys: dict[str, Attributes] = {}
    sudo: dict[str, Attributes] = {}
    for n in range(COUNT):
        present = chance.random() < 0.8
        members = tuple(chance.sample(["ops", "daemon", "bin"], 2))
        groups[f"g{n}"] = {"present": False}
        if present:
            groups[f"g{n}"] = {"present": True, "gid": 4000 + n, "members": members}
        user: Attributes = {"present": True, "locked": True, "groups": ("adm",)}
        more: Attributes = {"uid": 5000 + n, "shell": "/bin/sh", "home": f"/home/u{n}"}
        users[f"u{n}"] = {**user, **more} if chance.random() < 0.6 else user
        lines = [chance.choice(OPTIONS) + key for key in chance.sample(KEYS, chance.randrange(4))]
        keys[f"u{n}"] = {"keys": tuple(lines)}
        sudo[f"s{n}"] = {"present": False}
        if chance.random() < 0.8:
            sudo[f"s{n}"] = {"present": True, "rules": tuple(chance.sample(RULES, 2))}
    return ServerState(
        items={"group": groups, "user": users, "authorized_keys": keys, "sudo": sudo}
    )


def drift(chance: random.Random, state: ServerState) -> str:
    """What somebody did to about half of it; failures of single steps do not matter."""
    steps = []
    for n in range(COUNT):
        for kind, several in DRIFTS.items():
            if chance.random() < 0.5:
                steps.append(chance.choice(several).format(n=n))
            assert kind in state.items
        if chance.random() < 0.5:
            lines = [chance.choice([*KEYS, *NOISE]) + chance.choice(["", " x", "  a b"])]
            lines += [str(key) + " kept" for key in chance.sample(KEYS, 2)]
            file = chance.choice(["authorized_keys", "authorized_keys2"])
            printed = "\\n".join(lines)
            steps.append(
                f"install -d -o u{n} /home/u{n}/.ssh && printf '%b\\n' '{printed}' > "
                f"/home/u{n}/.ssh/{file}"
            )
        if chance.random() < 0.5:
            rules = chance.sample([*RULES, *NOISE], 3)
            quoted = "\n".join(rules).replace("'", "")
            mode = chance.choice(["440", "640", "644", "446", "666"])
            path = f"/etc/sudoers.d/s{n}"
            steps.append(f"cat > {path} <<'END'\n{quoted}\nEND\nchmod {mode} {path}")
    return "\n".join(steps) + "\ntrue"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_probe_and_ansible_agree_on_every_item(hosts: Hosts, changing: Change, seed: int) -> None:
    chance = random.Random(seed)
    state = declared(chance)
    clean = "; ".join(
        f"userdel -r u{n}; groupdel u{n}; groupdel g{n}; rm -f /etc/sudoers.d/s{n}"
        for n in range(COUNT)
    )
    changing("srv1", "true", f"({clean}) 2>/dev/null; true")
    hosts.apply("srv1", state)
    hosts.run("srv1", drift(chance, state))
    seen = hosts.look("srv1", state)
    verdicts = {
        f"{finding.ref.kind}/{finding.ref.part}": finding.status for finding in seen.findings
    }
    judged = hosts.check("srv1", state)
    by_probe = {name: status is Status.IN_SYNC for name, status in verdicts.items()}
    assert {name: told == "ok" for name, told in judged.items()} == by_probe
    assert set(by_probe.values()) == {True, False}
    hosts.apply("srv1", state)
    assert {finding.status for finding in hosts.look("srv1", state).findings} == {Status.IN_SYNC}
    assert set(hosts.check("srv1", state).values()) == {"ok"}
