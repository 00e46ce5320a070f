"""Who is trusted: the forms of sshd(8), each with its verdict."""

import base64
import hashlib
import hmac
from pathlib import Path

import pytest

from omlib.planes.access.known_hosts import HostKey, Trust, load, parse

KEY = HostKey("ssh-ed25519", base64.b64encode(b"one").decode())
OTHER = HostKey("ssh-ed25519", base64.b64encode(b"two").decode())


def line(names: str, key: HostKey = KEY) -> str:
    return f"{names} {key.kind} {key.blob} a comment\n"


def hashed(name: str) -> str:
    salt = b"12345678901234567890"
    digest = hmac.digest(salt, name.encode(), hashlib.sha1)
    return f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"


@pytest.mark.parametrize(
    ("text", "trust"),
    [
        ("", Trust.UNKNOWN),
        (line("198.18.0.11"), Trust.KNOWN),
        (line("srv001,198.18.0.11"), Trust.KNOWN),
        (line("198.18.0.*"), Trust.KNOWN),
        (line("198.18.0.*,!198.18.0.11"), Trust.UNKNOWN),
        (line("198.18.0.1?"), Trust.KNOWN),
        (line(hashed("198.18.0.11")), Trust.KNOWN),
        (line(hashed("198.18.0.12")), Trust.UNKNOWN),
        (line("|1|nonsense"), Trust.UNKNOWN),
        (line("198.18.0.11", OTHER), Trust.CHANGED),
        (line("198.18.0.11", OTHER) + line("198.18.0.11"), Trust.KNOWN),
        (line("198.18.0.11") + "@revoked " + line("*"), Trust.REVOKED),
        ("@cert-authority " + line("*"), Trust.UNKNOWN),
        ("# " + line("198.18.0.11"), Trust.UNKNOWN),
        ("198.18.0.11 ssh-ed25519\n\xff\n", Trust.UNKNOWN),
        (line("[198.18.0.11]:2222"), Trust.UNKNOWN),
    ],
)
def test_trust(text: str, trust: Trust) -> None:
    assert parse(text).trust("198.18.0.11", 22, KEY) is trust


@pytest.mark.parametrize("names", ["[198.18.0.11]:2222", "[198.18.0.*]:2222"])
def test_another_port_is_another_name(names: str) -> None:
    assert parse(line(names)).trust("198.18.0.11", 2222, KEY) is Trust.KNOWN


def test_names_are_the_same_in_any_case() -> None:
    assert parse(line("SRV001.example")).trust("srv001.EXAMPLE", 22, KEY) is Trust.KNOWN


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "known_hosts"
    assert load([path]).trust("a", 22, KEY) is Trust.UNKNOWN
    path.write_text(line("a"), encoding="utf-8")
    assert load([path]).trust("a", 22, KEY) is Trust.KNOWN
    path.write_text(line("a", OTHER) + "\n", encoding="utf-8")
    assert load([path]).trust("a", 22, KEY) is Trust.CHANGED
