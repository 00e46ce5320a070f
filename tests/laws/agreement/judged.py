"""What the lab cannot change, or nothing sets: the two only have to judge it alike."""

import base64
import random
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from omlib.model.item import Attributes

from .item import Item, changes, written

# by kind, or kind and attribute: why it is compared, and not brought back to what is declared
ONLY_JUDGED = {
    "listener": "its role mends nothing",
    "certificate": "its role mends nothing",
    "time_sync": "a container's clock is kept outside; no daemon is in the image",
    "sysctl runtime": "/proc/sys is read-only in a container",
    "mount mounted": "a container may not mount",
    "mount options": "a container may not mount",
    "kernel_module loaded": "a container sees no modules",
    # by the scan of a host alone, and no role judges them
    "setuid_file": "no role",
    "program": "no role",
    "trust_file": "no role",
    "package_file": "no role",
    "posture": "no role, and never declared",
}


def listener(chance: random.Random, n: int) -> Item:
    port = 9700 + n
    unit = f"law-listen{n}"
    nc = f"systemd-run -q --unit {unit} nc -lk 127.0.0.1 {port}; sleep 0.3"
    python = f"systemd-run -q --unit {unit} python3 -m http.server --bind 127.0.0.1 {port}; sleep 1"
    stop = f"systemctl stop {unit}"
    process: Attributes = {"process": chance.choice(["nc", "nc.openbsd", "python3"])}
    return Item(
        kind="listener",
        name=f"tcp/127.0.0.1:{port}",
        attributes=process if chance.random() < 0.7 else {},
        before=nc,
        changes=changes(
            [
                ("gone", stop),
                ("another program", f"{stop}; {python}"),
                (
                    "on every address",
                    f"{stop}; systemd-run -q --unit {unit} nc -lk {port}; sleep 0.3",
                ),
            ]
        ),
        clean=stop,
    )


def certificate(chance: random.Random, n: int) -> Item:
    path = f"/etc/law{n}.pem"
    told: Attributes = {"names": ("oa.example.cn",), "days_left": 30, "issuer": "CN=law"}
    some = chance.sample(sorted(told), chance.randrange(4))
    return Item(
        kind="certificate",
        name=path,
        attributes={one: told[one] for one in some},
        before=_pem(path, 90, "oa.example.cn", "law"),
        changes=changes(
            [
                ("gone", f"rm -f {path}"),
                ("soon over", _pem(path, 9, "oa.example.cn", "law")),
                ("over", _pem(path, -9, "oa.example.cn", "law")),
                ("for another name", _pem(path, 90, "mail.example.cn", "law")),
                ("of another issuer", _pem(path, 90, "oa.example.cn", "eve")),
                ("empty", f": > {path}"),
            ]
        ),
        clean=f"rm -f {path}",
    )


def _pem(path: str, days: int, name: str, issuer: str) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .issuer_name(x509.Name.from_rfc4514_string(f"CN={issuer}"))
        .subject_name(x509.Name.from_rfc4514_string("CN=oa"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, SHA256())
    )
    text = base64.b64encode(made.public_bytes(Encoding.PEM)).decode()
    return f"echo {text} | base64 -d > {path}"


def clock(chance: random.Random, n: int) -> Item:
    conf, unit = "/etc/chrony/chrony.conf", "/etc/systemd/system/chrony.service"
    lines = ["[Service]", "ExecStart=/bin/sleep infinity", "[Install]", "WantedBy=basic.target"]
    there = f"mkdir -p /etc/chrony\n{written(unit, lines)}\nsystemctl daemon-reload"
    return Item(
        kind="time_sync",
        name="clock",
        attributes={"servers": tuple(chance.sample(["a", "b"], chance.randrange(3)))},
        changes=changes(
            [
                ("a daemon by hand", f"{there}\nprintf 'pool a iburst\\nserver b\\n' > {conf}"),
                ("a daemon without servers", f"{there}\necho 'makestep 1 3' > {conf}"),
            ]
        ),
        clean=f"rm -rf /etc/chrony {unit}; systemctl daemon-reload",
    )


def setting(chance: random.Random, n: int) -> Item:
    """What the kernel has now; its other half can be set, and is in `things`."""
    key, value = chance.choice(
        [("kernel.ostype", "Linux"), ("kernel.hostname", "x"), ("no.such", "1")]
    )
    return Item(kind="sysctl", name=key, attributes={"runtime": value}, changes=(), clean="true")


def mounted(chance: random.Random, n: int) -> Item:
    options = chance.choice([("nosuid", "noexec"), ("nosuid", "sync")])
    source = chance.choice(["shm", "tmpfs"])
    more: Attributes = {"source": source, "fstype": "tmpfs", "options": options}
    return Item(
        kind="mount",
        name="/dev/shm",
        attributes={"mounted": chance.random() < 0.8, "at_boot": False, **more},
        changes=(),
        clean="true",
    )
