"""Who may do what on a host, and how people change it: groups, users, keys, rules of sudo."""

import random

from omlib.model.item import Attributes

from .item import Item, changes, refused, written

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


def group(chance: random.Random, n: int) -> Item:
    name = f"lawg{n}"
    clean = f"groupdel {name}"
    if chance.random() < 0.25:
        by_hand = changes([("made", f"groupadd {name}"), ("made with a member", member(name))])
        return Item(
            kind="group",
            name=name,
            attributes={"present": False},
            changes=by_hand,
            clean=clean,
        )
    members = tuple(chance.sample(["ops", "daemon", "bin"], chance.randrange(3)))
    more: Attributes = {"gid": 4000 + n} if chance.random() < 0.7 else {}
    return Item(
        kind="group",
        name=name,
        attributes={"present": True, "members": members, **more},
        changes=changes(
            [
                ("gone", f"groupdel {name}"),
                ("other gid", f"groupmod -g 4{n}9 {name}"),
                ("extra member", f"gpasswd -a games {name}"),
                ("no members", f"gpasswd -M '' {name}"),
                ("members in another order", f"gpasswd -M {','.join(members[::-1])} {name}"),
                ("made anew", f"groupdel {name}; groupadd {name}"),
                ("a second group of its number", f"groupadd -o -g 400{n} lawgtwin{n}"),
            ]
        ),
        clean=f"{clean}; groupdel lawgtwin{n}",
    )


def member(name: str) -> str:
    return f"groupadd {name}\ngpasswd -a games {name}"


def gone_user(chance: random.Random, n: int) -> Item:
    name = f"lawx{n}"
    return Item(
        kind="user",
        name=name,
        attributes={"present": False},
        changes=(
            *changes(
                [
                    ("made", f"useradd {name}"),
                    ("made with home and key", f"useradd -m {name}\ninstall -d /home/{name}/.ssh"),
                ]
            ),
            # userdel(8) finds that process 1 is its own, and nothing here says `--force`
            refused("a second root", f"useradd -o -u 0 {name}", f"userdel -f {name}"),
        ),
        clean=f"userdel -f {name}; groupdel {name}; rm -rf /home/{name}",
    )


def user(chance: random.Random, n: int) -> Item:
    name = f"lawu{n}"
    told: Attributes = {"present": True, "locked": True, "groups": ("adm",)}
    more: Attributes = {"uid": 5000 + n, "shell": "/bin/sh", "home": f"/home/{name}"}
    return Item(
        kind="user",
        name=name,
        attributes={**told, **more} if chance.random() < 0.6 else told,
        changes=(
            # made anew it may have another number: what is left in its home is not handed to it
            refused("gone, its home is left", f"userdel {name}", f"rm -rf /home/{name}"),
            *changes(
                [
                    ("gone", f"userdel -r {name}"),
                    ("gone, its group is left", f"userdel -r {name}\ngroupadd {name}"),
                    ("other shell", f"usermod -s /bin/zsh {name}"),
                    ("extra group", f"usermod -aG tape {name}"),
                    ("no groups", f"usermod -G '' {name}"),
                    ("other primary group", f"usermod -g daemon {name}"),
                    ("other home", f"usermod -d /tmp {name}"),
                    ("other uid", f"usermod -u 5{n}7 {name}"),
                    ("a password", f"echo {name}:x | chpasswd"),
                    ("locked by a star", f"usermod -p '*' {name}"),
                    ("an empty password", f"usermod -p '' {name}"),
                    ("expired", f"usermod -e 1 {name}"),
                ]
            ),
        ),
        clean=f"userdel -f {name}; groupdel {name}; rm -rf /home/{name}",
    )


def authorized_keys(chance: random.Random, n: int) -> Item:
    """Of the user of the same number."""
    name = f"lawu{n}"
    keys = chance.sample(KEYS, chance.randrange(4))
    lines = tuple(chance.choice(OPTIONS) + key for key in keys)
    folder = f"/home/{name}/.ssh"
    file = f"{folder}/authorized_keys"
    new = f"install -d -m 700 -o {name} -g {name} {folder}\n"
    drawn = [chance.choice([*KEYS, *NOISE]) + chance.choice(["", " x", "  a b"])]
    drawn += [f"{key} kept" for key in chance.sample(KEYS, 2)]
    return Item(
        kind="authorized_keys",
        name=name,
        attributes={"keys": lines},
        changes=changes(
            [
                ("gone", f"rm -rf {folder}"),
                ("empty", f"{new}: > {file}"),
                ("extra key", f"{new}echo '{chance.choice(KEYS)} eve' >> {file}"),
                ("others", f"{new}{written(file, drawn)}"),
                ("others in the second file", f"{new}{written(file + '2', drawn)}"),
                ("a comment", f"{new}printf '%s\\n' '# people' '' >> {file}"),
                ("a file of root", f"chown root:root {file}; chmod 600 {file}"),
                ("keys in capitals", f"sed -i 's/AAAAC3/aaaac3/' {file}"),
            ]
        ),
        clean="true",
    )


def sudo(chance: random.Random, n: int) -> Item:
    name = f"laws{n}"
    path = f"/etc/sudoers.d/{name}"
    rules = tuple(chance.sample(RULES, 2))
    told: Attributes = {"present": True, "rules": rules}
    if chance.random() < 0.2:
        told = {"present": False}
    other = chance.sample([*RULES, *NOISE], 3)
    mode = chance.choice(["440", "640", "644", "446", "666"])
    spaced = [*NOISE, *(rule.replace(" ", "  ") for rule in rules)]
    return Item(
        kind="sudo",
        name=name,
        attributes=told,
        changes=changes(
            [
                ("gone", f"rm -f {path}"),
                ("others", f"{written(path, other)}\nchmod {mode} {path}"),
                ("extra rule", f"echo 'eve ALL=(ALL) ALL' >> {path}"),
                ("in another order", f"{written(path, rules[::-1])}\nchmod 440 {path}"),
                ("blanks and comments", f"{written(path, spaced)}\nchmod 440 {path}"),
                ("open to all", f"chmod 666 {path}"),
                ("of another owner", f"chown ops {path}"),
                ("of another group", f"chgrp ops {path}; chmod 460 {path}"),
                ("empty", f": > {path}"),
            ]
        ),
        clean=f"rm -f {path}",
    )
