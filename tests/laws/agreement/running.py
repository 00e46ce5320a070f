"""What runs on a host and lets in, and how people change it: services, timers, the firewall."""

import random

from omlib.model.item import Attributes

from .item import Item, changes, refused, written

UNITS = "/usr/lib/systemd/system"  # where packages put them: what lies under /etc cannot be masked
SERVICE = ["[Service]", "ExecStart=/bin/sleep infinity", "[Install]", "WantedBy=multi-user.target"]
TIMER = ["[Timer]", "OnCalendar=hourly", "[Install]", "WantedBy=timers.target"]
RULES = (
    "ct state established,related accept",
    'iif "lo" accept',
    "tcp dport { https, 22 } accept",
    "ip saddr 198.18.0.0/15 accept",
    "icmp type echo-request limit rate 5/second accept",
)


def _unit(name: str) -> str:
    return f"systemctl disable -q --now {name}; systemctl unmask -q {name}"


def _made(path: str, lines: list[str]) -> str:
    return f"{written(path, lines)}\nsystemctl daemon-reload"


def service(chance: random.Random, n: int) -> Item:
    name = f"law{n}.service"
    path = f"{UNITS}/{name}"
    running, enabled = chance.choice([(True, True), (False, False), (True, False), (False, True)])
    made, gone = _made(path, SERVICE), f"{_unit(name)}; rm -f {path}; systemctl daemon-reload"
    return Item(
        kind="service",
        name=name.partition(".")[0] if chance.random() < 0.5 else name,
        attributes={"running": running, "enabled": enabled},
        before=made,
        changes=(
            *changes(
                [
                    ("stopped", f"systemctl stop {name}"),
                    ("started", f"systemctl start {name}"),
                    ("killed", f"systemctl kill -s KILL {name}; sleep 0.3"),
                    ("enabled", f"systemctl enable -q {name}"),
                    ("disabled", f"systemctl disable -q {name}"),
                    (
                        "enabled till boot",
                        f"systemctl disable {name}; systemctl enable --runtime {name}",
                    ),
                    ("masked", f"systemctl mask -q --now {name}"),
                ]
            ),
            refused("its unit gone", gone, made),
        ),
        clean=f"{gone}; rm -rf /run/systemd/system/*.wants/{name}",
    )


def timer(chance: random.Random, n: int) -> Item:
    name = f"lawt{n}.timer"
    path = f"{UNITS}/{name}"
    called = f"{UNITS}/lawt{n}.service"
    told: Attributes = {"running": True, "enabled": True}
    if chance.random() < 0.25:
        told = {"running": False, "enabled": False}
    elif chance.random() < 0.8:
        calendars = [("*:00",), ("daily",), ("Mon..Fri 2:30", "weekly")]
        told = {**told, "calendar": chance.choice(calendars)}
    drop_in = f"/etc/systemd/system/{name}.d"
    add = "printf '[Timer]\\nOnCalendar=*:0/7\\n'"
    early = f"mkdir -p {drop_in}; {add} > {drop_in}/10-x.conf; systemctl daemon-reload"
    late = f"mkdir -p {drop_in}; {add} > {drop_in}/90-x.conf; systemctl daemon-reload"
    gone = f"{_unit(name)}; rm -rf {path} {called} {drop_in}; systemctl daemon-reload"
    service_lines = ["[Service]", "ExecStart=/bin/true"]
    return Item(
        kind="timer",
        name=f"lawt{n}",
        attributes=told,
        before=f"{written(called, service_lines)}\n{_made(path, TIMER)}",
        changes=(
            *changes(
                [
                    ("stopped", f"systemctl stop {name}"),
                    ("disabled", f"systemctl disable -q {name}"),
                    ("started", f"systemctl start {name}"),
                    ("masked", f"systemctl mask -q --now {name}"),
                    ("other calendar", f"sed -i s/hourly/yearly/ {path}; systemctl daemon-reload"),
                    ("another time before", early),
                    ("its drop-in gone", f"rm -rf {drop_in}; systemctl daemon-reload"),
                    (
                        "a comment",
                        f"sed -i '1i # OnCalendar=daily' {path}; systemctl daemon-reload",
                    ),
                ]
            ),
            refused("another time after", late, f"rm {drop_in}/90-x.conf; systemctl daemon-reload"),
        ),
        clean=gone,
    )


def chain(chance: random.Random, n: int) -> Item:
    """On the way through the host, so that no drift locks anybody out."""
    table, hook = f"inet law{n}", "forward" if chance.random() < 0.6 else "web"
    name = f"{table} {hook}"
    rules = tuple(chance.sample(RULES, chance.randrange(1, 4)))
    told: Attributes = {"rules": rules, "at_boot": chance.random() < 0.7}
    if hook == "forward":
        told = {**told, "policy": chance.choice(["accept", "drop"])}
    own = f"/etc/nftables.d/omlib-{name.replace(' ', '-')}.nft"
    return Item(
        kind="firewall",
        name=name,
        attributes=told,
        before="[ -f /root/nftables.conf ] || cp -p /etc/nftables.conf /root/",
        changes=changes(
            [
                ("gone", f"nft delete table {table}"),
                ("emptied", f"nft flush chain {name}"),
                ("extra rule", f"nft add rule {name} udp dport 53 accept"),
                ("extra rule first", f"nft insert rule {name} accept"),
                ("a comment on a rule", f"nft add rule {name} accept comment '\"x\"'"),
                ("a counter", f"nft add rule {name} counter accept"),
                ("policy accept", f"nft add chain {name} '{{ policy accept; }}'"),
                ("policy drop", f"nft add chain {name} '{{ policy drop; }}'"),
                ("not at boot", f"rm -f {own}"),
                ("another rule at boot", f"sed -i s/accept/drop/ {own}"),
                ("nothing at boot", "systemctl disable -q nftables"),
                ("another chain", f"nft add chain {table} other"),
            ]
        ),
        clean=(
            "nft flush ruleset; systemctl disable -q nftables; rm -rf /etc/nftables.d;"
            "[ ! -f /root/nftables.conf ] || mv /root/nftables.conf /etc/nftables.conf"
        ),
    )
