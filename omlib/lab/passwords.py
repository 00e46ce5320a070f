"""The lab's own passwords: random, made once per home, readable by their owner only."""

import secrets
from pathlib import Path
from typing import Literal

from omlib.lab.layout import LabLayout

SecretName = Literal["netadmin", "cloud-admin", "cloud-service", "cloud-reader", "cloud-change"]


def secret_file(layout: LabLayout, name: SecretName) -> Path:
    """Path of a file that holds the password alone, without a newline."""
    path = layout.secrets / name
    layout.secrets.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(18), encoding="ascii")
        fresh.rename(path)  # whoever reads it finds all of it or nothing
    return path


def secret(layout: LabLayout, name: SecretName) -> str:
    return secret_file(layout, name).read_text(encoding="ascii")
