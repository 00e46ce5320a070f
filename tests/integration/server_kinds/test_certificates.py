"""Certificates of a real host, judged by the probe and by the role; neither mends one."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from omlib.model.estate import ServerState
from omlib.model.status import Status

from .agreement import agreed
from .conftest import Hosts

pytestmark = pytest.mark.lab
Change = Callable[[str, str, str], None]
ISSUER = "CN=宜宾 CA\\, 一级,O=市大数据中心,C=CN"


def pem(days: int) -> tuple[bytes, bytes]:
    """A certificate, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "oa")])
    names = [x509.DNSName("oa.example.cn"), x509.IPAddress(ip_address("198.18.0.9"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .issuer_name(x509.Name.from_rfc4514_string(ISSUER))
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - timedelta(days=400))
        .not_valid_after(now + timedelta(days=days, hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return made.public_bytes(Encoding.PEM), secret


def test_a_certificate_is_judged_and_its_key_stays(hosts: Hosts, changing: Change) -> None:
    certificate, key = pem(90)
    parts = {"good": key + certificate, "key": key, "torn": certificate[:200], "old": pem(-3)[0]}
    script = "".join(
        f"echo {base64.b64encode(text).decode()} | base64 -d > /etc/k2-{name}.pem; "
        for name, text in parts.items()
    )
    changing("srv1", script, "rm /etc/k2-*.pem")
    good: dict[str, Any] = {
        "issuer": ISSUER,
        "names": ("198.18.0.9", "oa.example.cn"),
        "days_left": 30,
    }
    state = ServerState(
        items={
            "certificate": {
                "/etc/k2-good.pem": good,
                "/etc/k2-key.pem": {"days_left": 1},
                "/etc/k2-torn.pem": {"days_left": 1},
                "/etc/k2-old.pem": {"days_left": 0},
                "/etc/k2-none.pem": {},
            }
        }
    )
    assert agreed(hosts, "srv1", state) == {
        "certificate//etc/k2-good.pem": Status.IN_SYNC,
        "certificate//etc/k2-key.pem": Status.MISSING,
        "certificate//etc/k2-torn.pem": Status.UNKNOWN,
        "certificate//etc/k2-old.pem": Status.DIVERGED,
        "certificate//etc/k2-none.pem": Status.MISSING,
    }
    seen = hosts.look("srv1", state).items("certificate")
    assert seen["/etc/k2-good.pem"] == {**good, "names": good["names"][::-1], "days_left": 90}
    assert seen["/etc/k2-old.pem"]["days_left"] == -3
    for name, items in (("good", good), ("other", {**good, "issuer": "CN=other"})):
        state = ServerState(items={"certificate": {"/etc/k2-good.pem": items}})
        status = agreed(hosts, "srv1", state)["certificate//etc/k2-good.pem"]
        assert status is (Status.IN_SYNC if name == "good" else Status.DIVERGED)
    (outcome,) = hosts.apply("srv1", state).values()
    assert outcome == "failed: /etc/k2-good.pem: issuer; a certificate is not made here"
